package vision

import (
	"bytes"
	"errors"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gocv.io/x/gocv"
)

var update = flag.Bool("update", false, "write golden files anew")

func TestWriteVideo(t *testing.T) {
	for _, size := range []image.Point{{320, 240}, {321, 241}, {64, 48}} {
		path := film(t, 20, func(yield func(image.Image) bool) {
			for i := range 10 {
				m := image.NewRGBA(image.Rectangle{Max: size})
				for p := range m.Pix {
					m.Pix[p] = 255
				}
				if i >= 5 {
					m = image.NewRGBA(image.Rectangle{Max: size})
				}
				if !yield(m) {
					return
				}
			}
		})
		all := pictures(t, path)
		if len(all) != 10 {
			t.Fatalf("%v: %d frames", size, len(all))
		}
		for i, m := range all {
			if v := m.GetVecbAt(10, 10)[0]; (v > 200) != (i < 5) {
				t.Errorf("%v: frame %d has brightness %d", size, i, v)
			}
		}
		if m := all[0]; m.Cols() != size.X&^1 || m.Rows() != size.Y&^1 {
			t.Errorf("%v: read as %dx%d", size, m.Cols(), m.Rows())
		}
		onlyFiles(t, filepath.Dir(path), "film.mp4")
	}
}

// Colours and the order of bytes: every kind of picture comes out as it went in.
func TestPictureKinds(t *testing.T) {
	want := color.RGBA{200, 120, 40, 255}
	rect := image.Rect(5, 7, 25, 27)
	rgba, nrgba := image.NewRGBA(rect), image.NewNRGBA(rect)
	for y := rect.Min.Y; y < rect.Max.Y; y++ {
		for x := rect.Min.X; x < rect.Max.X; x++ {
			rgba.Set(x, y, want)
			nrgba.Set(x, y, want)
		}
	}
	for name, m := range map[string]image.Image{
		"rgba": rgba, "nrgba": nrgba, "uniform": &image.Paletted{Pix: make([]uint8, 400), Stride: 20, Rect: rect, Palette: color.Palette{want}},
		"part of a picture": rgba.SubImage(image.Rect(10, 10, 20, 20)),
	} {
		bgr, err := fromImage(m)
		if err != nil {
			t.Fatal(err)
		}
		if v := bgr.GetVecbAt(3, 4); !slices.Equal(v, gocv.Vecb{40, 120, 200}) || bgr.Cols() != m.Bounds().Dx() {
			t.Errorf("%s: %v, %d wide", name, v, bgr.Cols())
		}
		bgr.Close()
	}
	if _, err := fromImage(image.NewRGBA(image.Rectangle{})); err == nil {
		t.Error("an empty picture is taken")
	}
}

func TestWriteVideoFailures(t *testing.T) {
	dir := t.TempDir()
	a, b := image.NewRGBA(image.Rect(0, 0, 64, 48)), image.NewRGBA(image.Rect(0, 0, 32, 48))
	for _, c := range []struct {
		name   string
		path   string
		fps    float64
		frames []image.Image
	}{
		{"no pictures", "v.mp4", 25, nil},
		{"another size", "v.mp4", 25, []image.Image{a, a, b}},
		{"a larger size", "v.mp4", 25, []image.Image{b, a}},
		{"empty picture", "v.mp4", 25, []image.Image{a, image.NewRGBA(image.Rectangle{})}},
		{"one pixel", "v.mp4", 25, []image.Image{image.NewRGBA(image.Rect(0, 0, 1, 1))}},
		{"no rate", "v.mp4", 0, []image.Image{a}},
		{"no folder", "none/v.mp4", 25, []image.Image{a}},
	} {
		path := filepath.Join(dir, c.path)
		if err := WriteVideo(path, c.fps, slices.Values(c.frames)); err == nil || !strings.Contains(err.Error(), "v.mp4") {
			t.Errorf("%s: %v", c.name, err)
		}
		onlyFiles(t, dir)
	}
}

func TestStrip(t *testing.T) {
	path := film(t, 10, walk(256, 192, 30))
	out := filepath.Join(t.TempDir(), "strip.png")
	if err := Strip(path, []float64{1, 0, 2.01, 99}, out); err != nil {
		t.Fatal(err)
	}
	onlyFiles(t, filepath.Dir(out), "strip.png")
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	// The film's disc is where it was at these frames: at 0, 1, 2.1 s and the end.
	tile := m.Bounds().Dx() / 4
	for i, frame := range []int{0, 10, 21, 29} {
		at := walkAt(256, 192, frame)
		x, y := i*tile+2+at.X*tileHeight/192, 2+at.Y*tileHeight/192
		if r, _, _, _ := m.At(x, y).RGBA(); r>>8 < 180 {
			t.Errorf("tile %d shows no disc at %d, %d: brightness %d", i, x, y, r>>8)
		}
	}
}

func TestStripGoesOnInRows(t *testing.T) {
	path := film(t, 10, walk(128, 96, 30))
	out := filepath.Join(t.TempDir(), "strip.png")
	var times []float64
	for i := range 11 {
		times = append(times, float64(i)/5)
	}
	if err := Strip(path, times, out); err != nil {
		t.Fatal(err)
	}
	f, _ := os.Open(out)
	defer f.Close()
	c, err := png.DecodeConfig(f)
	if err != nil || c.Width != 8*(320+4) || c.Height < 2*(tileHeight+10) {
		t.Errorf("%dx%d, %v", c.Width, c.Height, err)
	}
}

func TestStripFailures(t *testing.T) {
	dir := t.TempDir()
	path := film(t, 10, walk(128, 96, 5))
	text := filepath.Join(t.TempDir(), "text.mp4")
	os.WriteFile(text, []byte("no video"), 0o644)
	if err := Strip(path, nil, filepath.Join(dir, "s.png")); err == nil {
		t.Error("no times: no error")
	}
	if err := Strip(text, []float64{1}, filepath.Join(dir, "s.png")); !errors.Is(err, ErrCorrupt) {
		t.Errorf("no video: %v", err)
	}
	if err := Strip(path, []float64{1}, filepath.Join(dir, "none", "s.png")); err == nil {
		t.Error("no folder: no error")
	}
	onlyFiles(t, dir)
}

func TestPaintedFrame(t *testing.T) {
	canvas := gocv.NewMatWithSizeFromScalar(gocv.NewScalar(90, 100, 110, 0), 480, 640, gocv.MatTypeCV8UC3)
	defer canvas.Close()
	paintExample(&canvas)
	got, err := canvas.ToImage()
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "painted.png")
	if *update {
		os.MkdirAll("testdata", 0o755)
		if err := savePNG(golden, got); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	want, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if n := differing(got, want); n > 640*480/200 { // other OpenCV versions smooth edges otherwise
		t.Errorf("%d pixels differ from %s; -update writes it anew", n, golden)
	}
}

func differing(a, b image.Image) (n int) {
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r, g, bl, _ := a.At(x, y).RGBA()
			R, G, B, _ := b.At(x, y).RGBA()
			if max(r, R)-min(r, R) > 8<<8 || max(g, G)-min(g, G) > 8<<8 || max(bl, B)-min(bl, B) > 8<<8 {
				n++
			}
		}
	}
	return n
}
