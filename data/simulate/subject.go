package simulate

import (
	"image/color"
	"math/rand/v2"

	"gonum.org/v1/gonum/spatial/r3"
)

// Segment lengths are fractions of body height after Drillis & Contini (1966), "Body
// segment parameters", as drawn in Winter (2009), "Biomechanics and Motor Control of
// Human Movement", figure 4.1. Shoulder and hip there are the body's outline
// (0.259/2 and 0.191/2 from the middle); joint centres lie inside it by the flesh.
const (
	hipHeight      = 0.530
	shoulderHeight = 0.818
	eyeHeight      = 0.936
	chinHeight     = 0.870
	thighLength    = 0.245
	shankLength    = 0.246
	ankleHeight    = 0.039
	footLength     = 0.152
	upperArmLength = 0.186
	forearmLength  = 0.146
	handLength     = 0.108

	shoulderHalf = 0.259/2 - 0.022
	hipHalf      = 0.191/2 - 0.045
	lumbarLength = 0.100 // hips to the bend of the spine
	neckHeight   = 0.845 // where the head nods
)

// subject is a person: size, way of holding the body, and looks.
type subject struct {
	height float64 // metres
	girth  float64 // 1 = of medium build
	stoop  float64 // degrees that the spine is always bent
	pace   float64 // 1 = walks at the usual speed

	skin, hair, shirt, trousers, shoes color.RGBA
	stripe                             color.RGBA // second colour of the shirt
	striped, shortSleeves, shorts      bool
	longHair, bald                     bool
}

var (
	skins    = []color.RGBA{rgb(241, 205, 180), rgb(226, 180, 150), rgb(205, 155, 120), rgb(170, 120, 85), rgb(125, 85, 60), rgb(90, 62, 48)}
	hairs    = []color.RGBA{rgb(30, 24, 22), rgb(60, 40, 28), rgb(105, 75, 45), rgb(170, 135, 85), rgb(190, 190, 190), rgb(225, 225, 220)}
	fabrics  = []color.RGBA{rgb(40, 70, 150), rgb(165, 45, 45), rgb(50, 110, 70), rgb(215, 205, 190), rgb(60, 60, 70), rgb(200, 150, 60), rgb(120, 80, 140), rgb(90, 150, 185), rgb(230, 230, 230), rgb(190, 110, 120)}
	trousers = []color.RGBA{rgb(45, 50, 70), rgb(35, 35, 40), rgb(95, 85, 70), rgb(60, 80, 120), rgb(130, 120, 105), rgb(75, 60, 50)}
	leathers = []color.RGBA{rgb(35, 30, 28), rgb(90, 60, 40), rgb(200, 200, 200), rgb(60, 60, 80)}
)

func rgb(r, g, b uint8) color.RGBA { return color.RGBA{r, g, b, 255} }

func newSubject(rng *rand.Rand) *subject {
	old := rng.Float64() < 0.4
	s := &subject{
		height: between(rng, 1.52, 1.90),
		girth:  between(rng, 0.9, 1.2),
		stoop:  between(rng, 0, 6),
		pace:   between(rng, 0.85, 1.1),

		skin:         either(rng, skins...),
		hair:         either(rng, hairs[:4]...),
		shirt:        either(rng, fabrics...),
		stripe:       either(rng, fabrics...),
		trousers:     either(rng, trousers...),
		shoes:        either(rng, leathers...),
		striped:      rng.Float64() < 0.25,
		shortSleeves: rng.Float64() < 0.4,
		shorts:       rng.Float64() < 0.12,
		longHair:     rng.Float64() < 0.35,
		bald:         rng.Float64() < 0.06,
	}
	if old {
		s.hair = either(rng, hairs[4:]...)
		s.stoop += between(rng, 4, 16)
		s.pace *= between(rng, 0.7, 0.9)
		s.height -= 0.04
	}
	return s
}

// m turns a fraction of body height into metres.
func (s *subject) m(fraction float64) float64 { return fraction * s.height }

// vec is a vector in metres whose parts are fractions of body height.
func (s *subject) vec(x, y, z float64) r3.Vec {
	return r3.Vec{X: x * s.height, Y: y * s.height, Z: z * s.height}
}
