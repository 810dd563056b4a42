package watch

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"fallkit/pose"
)

// stripTimes are the moments that a strip shows, in seconds from the start.
var stripTimes = []float64{-1.6, -0.8, -0.4, 0, 0.4, 0.8, 1.6, 3}

// cell is one drawing of a strip.
type cell struct {
	label string
	pose  *pose.Pose
	mark  bool
}

// cells are the poses nearest to the strip's times; those of which nothing is known yet, or
// that were shown already, are left out.
func (e Evidence) cells() (cells []cell) {
	last := -1
	for _, want := range stripTimes {
		best, least := -1, 0.25
		for i, t := range e.Times {
			if d := math.Abs(t - want); d < least && i > last {
				best, least = i, d
			}
		}
		if best >= 0 {
			last = best
			cells = append(cells, cell{fmt.Sprintf("%+.1f s", e.Times[best]), &e.Poses[best], e.Times[best] >= 0})
		}
	}
	return cells
}

// SVG draws the person before, in and after the fall, side by side: a skeleton and no picture.
func (e Evidence) SVG() []byte {
	strip := pose.Strip{MinScore: seenScore}
	for _, c := range e.cells() {
		strip.Frames = append(strip.Frames, pose.StripFrame{Label: c.label, Pose: c.pose, Mark: c.mark})
	}
	return []byte(strip.SVG())
}

// Sizes of a strip as PNG, in pixels.
const (
	stripHeight = 200
	stripCell   = 130
	stripMargin = 14
	stripLabel  = 22
	stripLine   = 4
)

var (
	paper = color.RGBA{255, 255, 255, 255}
	ink   = color.RGBA{40, 40, 40, 255}
	shade = color.RGBA{253, 232, 224, 255}
	left  = color.RGBA{224, 123, 34, 255}
	right = color.RGBA{47, 143, 221, 255}
)

// PNG draws the same as SVG, for those who show no SVG. Where no pose is known it is nil.
func (e Evidence) PNG() ([]byte, error) {
	cells := e.cells()
	if len(cells) == 0 {
		return nil, nil
	}
	c := canvas{image.NewRGBA(image.Rect(0, 0, stripCell*len(cells), stripHeight+stripLabel))}
	draw.Draw(c.RGBA, c.Rect, image.NewUniform(paper), image.Point{}, draw.Src)
	top, bottom := extentOf(cells)
	for i, one := range cells {
		area := image.Rect(i*stripCell, 0, (i+1)*stripCell, stripHeight)
		if one.mark {
			draw.Draw(c.RGBA, area, image.NewUniform(shade), image.Point{}, draw.Src)
		}
		c.body(one.pose, area, top, bottom)
		c.text(one.label, area.Min.X+stripCell/2, stripHeight+stripLabel-7)
	}
	var b bytes.Buffer
	err := png.Encode(&b, c)
	return b.Bytes(), err
}

// extentOf is the highest and the lowest of all that is seen, in pixels of the picture.
func extentOf(cells []cell) (top, bottom float64) {
	top, bottom = math.Inf(1), math.Inf(-1)
	for _, c := range cells {
		if b, ok := c.pose.Extent(seenScore); ok {
			top, bottom = min(top, float64(b.Y0)), max(bottom, float64(b.Y1))
		}
	}
	if !(bottom > top) {
		return 0, 1
	}
	return top, bottom
}

type canvas struct{ *image.RGBA }

// body draws a pose in the middle of an area; its height is where it was in the picture.
func (c canvas) body(p *pose.Pose, area image.Rectangle, top, bottom float64) {
	b, ok := p.Extent(seenScore)
	if !ok {
		return
	}
	scale := min((stripHeight-2*stripMargin)/(bottom-top), (stripCell-2*stripMargin)/max(float64(b.Width()), 1))
	middle, centre := float64(b.X0+b.X1)/2, float64(area.Min.X+area.Max.X)/2
	at := func(k pose.Keypoint) (x, y float32) {
		return float32(centre + (float64(k.X)-middle)*scale), float32(stripMargin + (float64(k.Y)-top)*scale)
	}
	for _, bone := range pose.Bones {
		if !p.Seen(bone.From, seenScore) || !p.Seen(bone.To, seenScore) {
			continue
		}
		x0, y0 := at(p.Keypoints[bone.From])
		x1, y1 := at(p.Keypoints[bone.To])
		c.line(x0, y0, x1, y1, colourOf(bone))
	}
	if p.Seen(pose.Nose, seenScore) {
		x, y := at(p.Keypoints[pose.Nose])
		c.line(x-2, y, x+2, y, ink)
	}
}

func colourOf(b pose.Bone) color.RGBA {
	switch {
	case b.From == pose.Nose || b.From%2 != b.To%2:
		return ink
	case b.From%2 == 1:
		return left
	}
	return right
}

// line draws one as a rectangle on its side.
func (c canvas) line(x0, y0, x1, y1 float32, colour color.RGBA) {
	length := float32(math.Hypot(float64(x1-x0), float64(y1-y0)))
	if length == 0 {
		return
	}
	box := image.Rect(int(min(x0, x1))-stripLine, int(min(y0, y1))-stripLine, int(max(x0, x1))+2*stripLine, int(max(y0, y1))+2*stripLine)
	x0, y0 = x0-float32(box.Min.X), y0-float32(box.Min.Y)
	x1, y1 = x1-float32(box.Min.X), y1-float32(box.Min.Y)
	dx, dy := (x1-x0)/length*stripLine/2, (y1-y0)/length*stripLine/2
	r := vector.NewRasterizer(box.Dx(), box.Dy())
	r.MoveTo(x0-dx-dy, y0-dy+dx)
	r.LineTo(x1+dx-dy, y1+dy+dx)
	r.LineTo(x1+dx+dy, y1+dy-dx)
	r.LineTo(x0-dx+dy, y0-dy-dx)
	r.ClosePath()
	r.Draw(c.RGBA, box, image.NewUniform(colour), image.Point{})
}

func (c canvas) text(s string, middle, base int) {
	d := font.Drawer{Dst: c.RGBA, Src: image.NewUniform(ink), Face: basicfont.Face7x13}
	d.Dot = fixed.P(middle-d.MeasureString(s).Round()/2, base)
	d.DrawString(s)
}
