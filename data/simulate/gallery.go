package simulate

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"iter"
	"math"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
	"fallkit/data/simulate/motion"
)

// Sizes of a gallery's pictures, in pixels, and how many moments a strip shows.
const (
	tileWide, tileHigh = 150, 190
	stripMoments       = 12
	rowWide, rowHigh   = 90, 114
	rowMoments         = 5
	rowsBeside         = 3
	filmWide, filmHigh = 400, 300
	filmFPS            = 15
	filmSeconds        = 20 // at most
)

// sheetFile shows all activities in one picture.
const sheetFile = "sheet.png"

// WriteGallery fills dir with a strip of pictures (NAME.png) and a film (NAME.mp4) of each
// activity, and with one sheet of them all (sheet.png), for people to look at. write encodes
// a film; nil makes pictures alone. Each activity is performed by a body that does such
// things, drawn by the seed.
func WriteGallery(ctx context.Context, dir string, seed uint64, write Writer, progress func(done, total int)) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("make the gallery's folder: %w", err)
	}
	list := append(append([]motion.Activity{}, motion.Everyday...), motion.Falls...)
	sheet := newSheet(len(list))
	for i, act := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		x, err := newExhibit(seed, act)
		if err == nil {
			err = x.write(ctx, dir, write)
		}
		if err != nil {
			return fmt.Errorf("show %s: %w", act.Name, err)
		}
		x.onto(sheet, i)
		if progress != nil {
			progress(i+1, len(list))
		}
	}
	return writePNG(filepath.Join(dir, sheetFile), sheet)
}

func newSheet(activities int) *image.RGBA {
	rows := (activities + rowsBeside - 1) / rowsBeside
	sheet := image.NewRGBA(image.Rect(0, 0, rowsBeside*(rowMoments*rowWide+10), rows*(rowHigh+18)))
	draw.Draw(sheet, sheet.Bounds(), image.White, image.Point{}, draw.Src)
	return sheet
}

// onto draws some moments and the name onto the sheet.
func (x *exhibit) onto(sheet *image.RGBA, number int) {
	at := image.Pt(number%rowsBeside*(rowMoments*rowWide+10), number/rowsBeside*(rowHigh+18))
	write(sheet, at.Add(image.Pt(3, 13)), x.take.Activity)
	for i, t := range x.moments(rowMoments) {
		to := at.Add(image.Pt(i*rowWide, 17))
		draw.Draw(sheet, image.Rectangle{to, to.Add(image.Pt(rowWide-1, rowHigh-1))}, x.picture(x.view(t, rowWide, rowHigh), t), image.Point{}, draw.Src)
	}
}

func (x *exhibit) write(ctx context.Context, dir string, write Writer) error {
	if err := writePNG(filepath.Join(dir, x.take.Activity+".png"), x.strip()); err != nil || write == nil {
		return err
	}
	return write(filepath.Join(dir, x.take.Activity+".mp4"), filmFPS, x.film(ctx))
}

// writePNG replaces a file with a picture.
func writePNG(path string, img image.Image) error {
	file, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithStaticPermissions(0o666))
	if err != nil {
		return err
	}
	defer func() { _ = file.Cleanup() }()
	if err := png.Encode(file, img); err != nil {
		return err
	}
	return file.CloseAtomicallyReplace()
}

// exhibit is one activity of a gallery.
type exhibit struct {
	take  *motion.Take
	who   mannequin
	light light
}

func newExhibit(seed uint64, act motion.Activity) (*exhibit, error) {
	s := Settings{Seed: seed}
	rng := s.chance("gallery/" + act.Name)
	who := body.Sample(rng, body.Anyone)
	for !act.Suits(who.Person) {
		who = body.Sample(rng, body.Anyone)
	}
	take, err := motion.Plan(rng, who, act.Name)
	if err != nil {
		return nil, err
	}
	l := light{from: r3.Unit(r3.Vec{X: 0.4, Y: 1, Z: 0.5}), ambient: 0.65, lamp: 0.45}
	return &exhibit{take, dress(who, rng), l}, nil
}

// view is a camera that sees the whole body at a time, from before its left, or from where a
// camera should stand. It follows the hips as they are on average within a second.
func (x *exhibit) view(t float64, wide, high int) camera {
	const about, samples = 0.5, 5 // s
	var middle r3.Vec
	for i := range samples {
		s := x.take.At(t + about*(2*float64(i)/(samples-1)-1))
		middle = r3.Add(middle, r3.Scale(1.0/samples, s.Points.Hips))
	}
	middle.Y = 0.42 * x.take.Body.Stature
	look := r3.Unit(r3.Vec{X: 0.9, Y: 0.45, Z: 0.75})
	if x.take.Open != (r3.Vec{}) {
		look = r3.Unit(r3.Add(x.take.Open, r3.Vec{X: 0.2, Y: 0.25}))
	}
	const opening = 40 * degree
	c := camera{width: wide, height: high, focal: float64(high) / 2 / math.Tan(opening/2)}
	distance := 0.75 * x.take.Body.Stature / math.Sin(opening/2) * max(1, 0.9*float64(high)/float64(wide))
	c.at = r3.Add(middle, r3.Scale(distance, look))
	c.forward = r3.Scale(-1, look)
	c.right = r3.Unit(r3.Cross(c.forward, axisY))
	c.up = r3.Cross(c.right, c.forward)
	return c
}

// picture draws one moment.
func (x *exhibit) picture(c camera, t float64) *image.RGBA {
	k := newCanvas(c)
	k.backdrop()
	home := room{wood: rgb(150, 110, 70), fabric: rgb(120, 140, 175), wall: rgb(205, 200, 190)}
	for _, b := range x.take.Boxes {
		k.boxes(x.light, home.inColour(pieces(b)))
	}
	s := x.take.At(t)
	x.who.shade(k, x.light, &s, x.take.Boxes)
	x.who.paint(k, x.light, &s)
	return k.plain()
}

// backdrop paints a floor of tiles of half a metre under a light sky.
func (c *canvas) backdrop() {
	for y := range c.camera.height {
		for x := range c.camera.width {
			at := y*c.camera.width + x
			way := c.camera.ray(float64(x)+0.5, float64(y)+0.5)
			c.pixels[at], c.near[at] = 0xeef0f2, 0
			if way.Y < -1e-3 {
				d := -c.camera.at.Y / way.Y
				p := r3.Add(c.camera.at, r3.Scale(d, way))
				c.near[at] = float32(1 / d)
				c.pixels[at] = 0xd8d4cc
				if (int(math.Floor(p.X*2))+int(math.Floor(p.Z*2)))&1 == 0 {
					c.pixels[at] = 0xc9c5bd
				}
			}
		}
	}
}

// plain is the canvas as a picture.
func (c *canvas) plain() *image.RGBA {
	var g grime
	for i := range g.curve {
		for v := range g.curve[i] {
			g.curve[i][v] = uint8(v)
		}
	}
	return g.develop(c, 0, 1)
}

// strip shows moments of the take side by side, the fall's more closely than the rest.
func (x *exhibit) strip() *image.RGBA {
	times := x.moments(stripMoments)
	img := image.NewRGBA(image.Rect(0, 0, tileWide*len(times)/2, 2*(tileHigh+30)))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	for i, t := range times {
		c := x.view(t, tileWide, tileHigh)
		s := x.take.At(t)
		at := image.Pt(i%(len(times)/2)*tileWide, i/(len(times)/2)*(tileHigh+30))
		draw.Draw(img, image.Rectangle{at, at.Add(image.Pt(tileWide, tileHigh))}, x.picture(c, t), image.Point{}, draw.Src)
		write(img, at.Add(image.Pt(4, tileHigh+12)), fmt.Sprintf("%.2f s %s", t, s.Phase))
		write(img, at.Add(image.Pt(4, tileHigh+25)), s.Activity)
	}
	return img
}

// moments are n times that tell what is done.
func (x *exhibit) moments(n int) (times []float64) {
	from, to := 0.3, x.take.Seconds()-0.1
	if len(x.take.Falls) > 0 {
		f := x.take.Falls[0]
		from, to = max(f.Onset-0.5, 0), min(f.Rest+0.6, to)
	}
	for i := range n {
		times = append(times, from+(to-from)*float64(i)/float64(n-1))
	}
	return times
}

// film is the take, as far as that is not too long.
func (x *exhibit) film(ctx context.Context) iter.Seq[image.Image] {
	return func(yield func(image.Image) bool) {
		seconds := min(x.take.Seconds(), filmSeconds)
		for i := range int(seconds * filmFPS) {
			t := float64(i) / filmFPS
			if ctx.Err() != nil || !yield(x.picture(x.view(t, filmWide, filmHigh), t)) {
				return
			}
		}
	}
}

// write puts a line of text into a picture.
func write(img *image.RGBA, at image.Point, text string) {
	d := font.Drawer{Dst: img, Src: image.NewUniform(color.Black), Face: basicfont.Face7x13, Dot: fixed.P(at.X, at.Y)}
	d.DrawString(text)
}
