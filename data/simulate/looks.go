package simulate

import (
	"image/color"
	"math/rand/v2"

	"gonum.org/v1/gonum/spatial/r3"
)

// Heights as fractions of body height, after Drillis & Contini (1966), "Body segment
// parameters", as drawn in Winter (2009), "Biomechanics and Motor Control of Human Movement",
// figure 4.1; those of the head are ours.
const (
	eyeHeight  = 0.936
	neckHeight = 0.845 // where the head nods
)

// subject is how large a person is drawn, and what they look like.
type subject struct {
	height float64 // metres
	girth  float64 // 1 = of medium build
	looks
}

// looks are what a person wears, and the colours of skin and hair.
type looks struct {
	skin, hair, shirt, trousers, shoes color.RGBA
	second                             color.RGBA // colour of the shirt
	pattern                            pattern
	sleeves, legs                      cut
	skirt                              float64 // how far it comes down, 0 = none, 1 = to the knees, 2 = to the ankles
	loose                              float64 // how much wider the clothes are than the body, 0 to 0.3
	longHair, bald                     bool
}

// pattern is how two colours share a shirt.
type pattern int

const (
	plain pattern = iota
	hoops
	stripes
	checks
)

// second tells whether a place on a shirt has the second colour.
func (p pattern) second(ring, corner int) bool {
	switch p {
	case hoops:
		return ring%2 == 1
	case stripes:
		return corner%2 == 1
	case checks:
		return (ring+corner)%2 == 1
	}
	return false
}

// cut is how far clothes cover a limb.
type cut int

const (
	long cut = iota
	short
	none
)

var (
	// the ten tones of the Monk Skin Tone Scale (Monk 2019), from 1 to 10
	skins    = []color.RGBA{rgb(246, 237, 228), rgb(243, 231, 219), rgb(247, 234, 208), rgb(234, 218, 186), rgb(215, 189, 150), rgb(160, 126, 86), rgb(130, 92, 67), rgb(96, 65, 52), rgb(58, 49, 42), rgb(41, 36, 32)}
	hairs    = []color.RGBA{rgb(30, 24, 22), rgb(60, 40, 28), rgb(105, 75, 45), rgb(170, 135, 85), rgb(190, 190, 190), rgb(225, 225, 220)}
	fabrics  = []color.RGBA{rgb(40, 70, 150), rgb(165, 45, 45), rgb(50, 110, 70), rgb(215, 205, 190), rgb(60, 60, 70), rgb(200, 150, 60), rgb(120, 80, 140), rgb(90, 150, 185), rgb(230, 230, 230), rgb(190, 110, 120)}
	trousers = []color.RGBA{rgb(45, 50, 70), rgb(35, 35, 40), rgb(95, 85, 70), rgb(60, 80, 120), rgb(130, 120, 105), rgb(75, 60, 50), rgb(150, 150, 155), rgb(200, 190, 170), rgb(110, 45, 50)}
	leathers = []color.RGBA{rgb(35, 30, 28), rgb(90, 60, 40), rgb(200, 200, 200), rgb(60, 60, 80)}
)

func rgb(r, g, b uint8) color.RGBA { return color.RGBA{r, g, b, 255} }

// newLooks draws clothes for somebody.
func newLooks(rng *rand.Rand, woman, old bool) looks {
	l := looks{
		skin:     skinTone(rng),
		hair:     either(rng, hairs[:4]...),
		shirt:    fabric(rng),
		second:   fabric(rng),
		trousers: mixed(either(rng, trousers...), fabric(rng), 0.35*rng.Float64()),
		shoes:    either(rng, leathers...),
		pattern:  either(rng, plain, plain, plain, plain, hoops, stripes, checks),
		sleeves:  either(rng, long, long, long, short, short, none),
		legs:     either(rng, long, long, long, long, long, long, short),
		loose:    0.3 * rng.Float64() * rng.Float64(),
		longHair: rng.Float64() < 0.1,
		bald:     !woman && rng.Float64() < 0.15,
	}
	if woman {
		l.longHair = rng.Float64() < 0.6
		if rng.Float64() < 0.35 {
			l.skirt, l.legs = between(rng, 0.75, 1.75), none
			if rng.Float64() < 0.5 {
				l.trousers = l.shirt // a dress
			}
		}
	}
	if old {
		l.hair = either(rng, hairs[4:]...)
	}
	if rng.Float64() < 0.12 {
		l.shoes = l.skin // barefoot
	}
	return l
}

// skinTone is anything from the lightest to the darkest skin.
func skinTone(rng *rand.Rand) color.RGBA {
	u := rng.Float64() * float64(len(skins)-1)
	i := int(u)
	return mixed(skins[i], skins[i+1], u-float64(i))
}

// fabric is one of the colours of clothes, lighter or darker.
func fabric(rng *rand.Rand) color.RGBA {
	c := either(rng, fabrics...)
	return mixed(c, either(rng, rgb(15, 15, 18), rgb(245, 245, 242)), 0.4*rng.Float64())
}

// m turns a fraction of body height into metres.
func (s *subject) m(fraction float64) float64 { return fraction * s.height }

// vec is a vector in metres whose parts are fractions of body height.
func (s *subject) vec(x, y, z float64) r3.Vec {
	return r3.Vec{X: x * s.height, Y: y * s.height, Z: z * s.height}
}
