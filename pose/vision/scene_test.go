package vision

import (
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"testing"

	"gocv.io/x/gocv"
)

// stillRoom is a rendered scene for a camera that does not move.
type stillRoom struct {
	picture *image.RGBA
	noise   float64 // of the sensor, standard deviation in grey levels
	light   float64 // 1 = as painted
	rng     *rand.Rand
}

// emptyRoom has a wall, a floor, a door and a table, and a sensor's noise.
func emptyRoom(size image.Point) *stillRoom {
	m := image.NewRGBA(image.Rectangle{Max: size})
	fill := func(x0, y0, x1, y1 float64, c color.RGBA) {
		w, h := float64(size.X), float64(size.Y)
		draw.Draw(m, image.Rect(int(x0*w), int(y0*h), int(x1*w), int(y1*h)), image.NewUniform(c), image.Point{}, draw.Src)
	}
	fill(0, 0, 1, .62, color.RGBA{205, 200, 190, 255})
	fill(0, .62, 1, 1, color.RGBA{160, 140, 110, 255})
	fill(.7, .2, .82, .64, color.RGBA{150, 110, 75, 255})
	fill(.1, .5, .35, .54, color.RGBA{110, 72, 44, 255})
	fill(.12, .54, .14, .75, color.RGBA{90, 60, 40, 255})
	fill(.31, .54, .33, .75, color.RGBA{90, 60, 40, 255})
	return &stillRoom{picture: m, noise: 3, light: 1, rng: rand.New(rand.NewPCG(1, 1))}
}

// copied is the room's picture, to draw on.
func (r *stillRoom) copied() *image.RGBA {
	m := image.NewRGBA(r.picture.Rect)
	copy(m.Pix, r.picture.Pix)
	return m
}

// seen is a picture as the sensor gives it, which the caller closes.
func (r *stillRoom) seen(m *image.RGBA) gocv.Mat {
	b := m.Bounds()
	noisy := image.NewRGBA(b)
	// from a table: drawing each anew would take longer than all else
	at := r.rng.Uint32()
	for i, v := range m.Pix {
		if i%4 == 3 {
			noisy.Pix[i] = 255
			continue
		}
		at = at*1664525 + 1013904223
		noisy.Pix[i] = uint8(min(max(float64(v)*r.light+r.noise*gaussian[at>>20]+.5, 0), 255))
	}
	p, err := fromImage(noisy)
	if err != nil {
		panic(err)
	}
	return p
}

// gaussian is a table of standard normal numbers.
var gaussian = func() (g [4096]float64) {
	rng := rand.New(rand.NewPCG(2, 2))
	for i := range g {
		g[i] = rng.NormFloat64()
	}
	return g
}()

// film is n pictures of the empty room.
func (r *stillRoom) film(t testing.TB, n int) []gocv.Mat { return r.noisy(t, r.picture, n) }

// noisy is n pictures of the same, each with a noise of its own.
func (r *stillRoom) noisy(t testing.TB, m *image.RGBA, n int) (pictures []gocv.Mat) {
	for range n {
		p := r.seen(m)
		t.Cleanup(func() { p.Close() })
		pictures = append(pictures, p)
	}
	return pictures
}

func sentryFor(t testing.TB, s GateSettings) *sentry {
	t.Helper()
	w, err := post(&Gate{Settings: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	return w
}
