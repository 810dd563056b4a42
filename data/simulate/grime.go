package simulate

import (
	"image"
	"math"
	"math/rand/v2"
)

// grime is what a cheap camera adds to a picture: exposure, a tint, noise.
type grime struct {
	gain, gamma float64
	tint        [3]float64
	curve       [3][256]uint8 // of red, green, blue
	exposed     float64       // what the curves are for
	noise       [4096]int8
	seed        uint32
	grey        bool
}

// colourless makes the camera one that looks with infrared light.
func (g *grime) colourless(yes bool) {
	if yes {
		g.grey, g.tint, g.exposed = true, [3]float64{1, 1, 1}, 0
	}
}

func newGrime(rng *rand.Rand) grime {
	g := grime{seed: rng.Uint32(), gain: between(rng, 0.75, 1.15), gamma: between(rng, 0.85, 1.15)}
	for c := range g.tint {
		g.tint[c] = between(rng, 0.95, 1.05)
	}
	strength := between(rng, 1, 3.5)
	for i := range g.noise {
		g.noise[i] = int8(min(max(strength*rng.NormFloat64(), -20), 20))
	}
	g.expose(1)
	return g
}

// expose sets the curves for a brightness of the picture, 1 = as drawn.
func (g *grime) expose(bright float64) {
	if bright == g.exposed {
		return
	}
	g.exposed = bright
	for c := range g.curve {
		k := 255 * g.gain * g.tint[c] * bright
		for v := range g.curve[c] {
			g.curve[c][v] = clamp8(k * math.Pow(float64(v)/255, g.gamma))
		}
	}
}

func clamp8(v float64) uint8 { return uint8(min(max(v+0.5, 0), 255)) }

// develop shrinks a canvas to a picture and adds the camera's grime to it, with so many
// times the noise. The noise of a frame depends on its number alone.
func (g *grime) develop(c *canvas, frame int, noisy float64) *image.RGBA {
	w, h := c.camera.width/fine, c.camera.height/fine
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	state := g.seed ^ uint32(frame+1)*0x9e3779b9
	loud := int(noisy * 16)
	for y := range h {
		upper := c.pixels[2*y*2*w : (2*y+1)*2*w]
		lower := c.pixels[(2*y+1)*2*w : (2*y+2)*2*w]
		row := img.Pix[y*img.Stride : y*img.Stride+4*w]
		for x := range w {
			a, b, d, e := upper[2*x], upper[2*x+1], lower[2*x], lower[2*x+1]
			// red and blue are summed in one word: 10 bits each, 16 apart
			rb := a&0xff00ff + b&0xff00ff + d&0xff00ff + e&0xff00ff
			red, green, blue := rb>>18&255, (a>>8&255+b>>8&255+d>>8&255+e>>8&255)>>2&255, rb>>2&255
			if g.grey {
				red = (77*red + 150*green + 29*blue) >> 8
				green, blue = red, red
			}
			state = state*1664525 + 1013904223
			n := int(g.noise[state>>20]) * loud >> 4
			tone := int(g.noise[state>>8&4095]) * loud / 48
			if g.grey {
				tone = 0
			}
			row[4*x] = clamp(int(g.curve[0][red]) + n + tone)
			row[4*x+1] = clamp(int(g.curve[1][green]) + n)
			row[4*x+2] = clamp(int(g.curve[2][blue]) + n - tone)
			row[4*x+3] = 255
		}
	}
	return img
}

func clamp(v int) uint8 { return uint8(min(max(v, 0), 255)) }
