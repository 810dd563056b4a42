package simulate

import (
	"image"
	"math"
	"math/rand/v2"
)

// grime is what a cheap camera adds to a picture: exposure, a tint, noise.
type grime struct {
	curve [3][256]uint8 // of red, green, blue
	noise [4096]int8
	seed  uint32
}

func newGrime(rng *rand.Rand) grime {
	g := grime{seed: rng.Uint32()}
	gain, gamma := between(rng, 0.75, 1.15), between(rng, 0.85, 1.15)
	for c := range g.curve {
		tint := between(rng, 0.95, 1.05)
		for v := range g.curve[c] {
			g.curve[c][v] = clamp8(255 * gain * tint * math.Pow(float64(v)/255, gamma))
		}
	}
	strength := between(rng, 1, 3.5)
	for i := range g.noise {
		g.noise[i] = int8(min(max(strength*rng.NormFloat64(), -20), 20))
	}
	return g
}

func clamp8(v float64) uint8 { return uint8(min(max(v+0.5, 0), 255)) }

// develop shrinks a canvas to a picture and adds the camera's grime to it. The noise of
// a frame depends on its number alone.
func (g *grime) develop(c *canvas, frame int) *image.RGBA {
	w, h := c.camera.width/fine, c.camera.height/fine
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	state := g.seed ^ uint32(frame+1)*0x9e3779b9
	for y := range h {
		upper := c.pixels[2*y*2*w : (2*y+1)*2*w]
		lower := c.pixels[(2*y+1)*2*w : (2*y+2)*2*w]
		row := img.Pix[y*img.Stride : y*img.Stride+4*w]
		for x := range w {
			a, b, d, e := upper[2*x], upper[2*x+1], lower[2*x], lower[2*x+1]
			// red and blue are summed in one word: 10 bits each, 16 apart
			rb := a&0xff00ff + b&0xff00ff + d&0xff00ff + e&0xff00ff
			green := a>>8&255 + b>>8&255 + d>>8&255 + e>>8&255
			state = state*1664525 + 1013904223
			n := int(g.noise[state>>20])
			tone := int(g.noise[state>>8&4095]) / 3
			row[4*x] = clamp(int(g.curve[0][rb>>18&255]) + n + tone)
			row[4*x+1] = clamp(int(g.curve[1][green>>2&255]) + n)
			row[4*x+2] = clamp(int(g.curve[2][rb>>2&255]) + n - tone)
			row[4*x+3] = 255
		}
	}
	return img
}

func clamp(v int) uint8 { return uint8(min(max(v, 0), 255)) }
