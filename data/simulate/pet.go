package simulate

import (
	"image/color"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/spatial/r3"
)

// pet is an animal on four legs, and its way through a room.
type pet struct {
	tall      float64 // at the shoulder, metres
	fur, dark color.RGBA
	from, to  r3.Vec
	rest      float64 // seconds for which it stays at an end of its way
	walk      float64 // seconds of a way
	rests     restingPlace
	wags      bool
}

// restingPlace is what a pet does where it stays.
type restingPlace int

const (
	stands restingPlace = iota
	sits
	lies
)

// newPet draws a cat or a dog and a way for it that keeps clear of people and furniture.
func newPet(rng *rand.Rand, kind string, in *room, clear func(p r3.Vec) float64) *pet {
	p := &pet{tall: between(rng, 0.23, 0.3), walk: between(rng, 2, 4), rest: between(rng, 1, 5), rests: restingPlace(rng.IntN(3)), wags: rng.Float64() < 0.7}
	if kind == "dog" {
		p.tall = between(rng, 0.4, 0.65)
	}
	p.fur = either(rng, rgb(60, 52, 46), rgb(188, 150, 104), rgb(225, 218, 205), rgb(120, 112, 106), rgb(172, 104, 54))
	p.dark = mixed(p.fur, rgb(15, 12, 10), 0.5)
	spot := func() r3.Vec {
		return in.world(r3.Vec{X: between(rng, in.left+0.5, in.right-0.5), Z: between(rng, in.back+0.5, in.front-0.5)})
	}
	best := math.Inf(-1)
	for range 12 {
		from, to := spot(), spot()
		gap := math.Inf(1)
		for i := range 7 {
			gap = min(gap, clear(r3.Add(from, r3.Scale(float64(i)/6, r3.Sub(to, from)))))
		}
		if gap > best {
			best, p.from, p.to = gap, from, to
		}
	}
	p.walk = max(p.walk, r3.Norm(r3.Sub(p.to, p.from))/1.2)
	return p
}

// at is where the pet is, the way that it faces (degrees about the upright axis), how far
// its legs are in their stride, and how far it rests, from 0 to 1.
func (p *pet) at(time float64) (place r3.Vec, facing, stride, still float64) {
	round := p.walk + p.rest
	leg, t := math.Floor(time/round), math.Mod(time, round)
	from, to := p.from, p.to
	if int(leg)%2 == 1 {
		from, to = to, from
	}
	way := r3.Sub(to, from)
	part := min(t/p.walk, 1)
	place = r3.Add(from, r3.Scale(part, way))
	facing = math.Atan2(way.X, way.Z) / degree
	if part < 1 {
		return place, facing, 2 * math.Pi * part * r3.Norm(way) / (1.4 * p.tall), 0
	}
	since := t - p.walk
	return place, facing, 0, smooth(min(since/0.5, (p.rest-since)/0.5, 1))
}

// block is about where the pet is, for what it hides.
func (p *pet) block(time float64) box {
	place, facing, _, still := p.at(time)
	high := 1.05 * p.tall
	if p.rests == lies {
		high *= 1 - 0.5*still
	}
	return box{base: place, wide: 0.36 * p.tall, high: high, deep: 1.3 * p.tall, yaw: facing}
}

// paint draws the pet as it is at a time.
func (p *pet) paint(c *canvas, l light, time float64) {
	place, facing, stride, still := p.at(time)
	h := p.tall
	r := turn{axisY, facing}.rotation()
	low, dip := 0.0, 0.0 // of the whole trunk, of its rear
	switch p.rests {
	case lies:
		low = 0.55 * still
	case sits:
		dip = 0.5 * still
	}
	at := func(x, y, z float64) r3.Vec {
		y -= low + dip*min(max(0.5-z, 0), 1)
		return r3.Add(place, r.Rotate(r3.Vec{X: x * h, Y: max(y, 0.03) * h, Z: z * h}))
	}
	trunk := r3.Unit(r3.Sub(at(0, 0.8, 0.5), at(0, 0.8, -0.5)))
	lean := turn{axisY, facing}.rotation()
	if dip > 0 {
		lean = turned(lean, turn{axisX, -math.Asin(trunk.Y) / degree})
	}
	c.ball(l, at(0, 0.80, 0), lean, r3.Vec{X: 0.19 * h, Y: 0.22 * h, Z: 0.62 * h}, p.fur)
	c.ball(l, at(0, 1.02, 0.62), r, r3.Vec{X: 0.11 * h, Y: 0.22 * h, Z: 0.16 * h}, p.fur)
	c.ball(l, at(0, 1.22, 0.76), r, r3.Vec{X: 0.13 * h, Y: 0.14 * h, Z: 0.17 * h}, p.fur)
	c.ball(l, at(0, 1.15, 0.95), r, r3.Vec{X: 0.06 * h, Y: 0.06 * h, Z: 0.12 * h}, p.dark)
	for _, side := range [...]float64{-1, 1} {
		c.ball(l, at(side*0.09, 1.37, 0.7), r, r3.Vec{X: 0.04 * h, Y: 0.09 * h, Z: 0.03 * h}, p.dark)
		for i, z := range [...]float64{0.42, -0.42} {
			swing := 0.22 * math.Sin(stride+math.Pi*(side+1)/2+math.Pi*float64(i))
			foot := at(side*0.11, 0.03, z+swing)
			foot.Y = 0.02
			c.limb(l, at(side*0.11, 0.7, z), foot, r, 0.055*h, p.fur)
		}
	}
	wag := 0.0
	if p.wags {
		wag = 0.2 * math.Sin(9*time)
	}
	c.limb(l, at(0, 0.88, -0.58), at(wag, 1.15, -0.95), r, 0.04*h, p.fur)
}

// ball paints an ellipsoid with half-axes in metres.
func (c *canvas) ball(l light, at r3.Vec, r rotation, half r3.Vec, fur color.RGBA) {
	var rings [9]ring
	for i := range rings {
		y, k := cosines[i], sines[i]
		rings[i] = ring{at: r3.Add(at, r.Rotate(r3.Vec{Y: y * half.Y})), u: r.Rotate(r3.Vec{X: k * half.X}), v: r.Rotate(r3.Vec{Z: k * half.Z}), paint: fur}
	}
	c.loft(l, 0, rings[:]...)
}

// limb paints a round bar between two points.
func (c *canvas) limb(l light, a, b r3.Vec, r rotation, thick float64, fur color.RGBA) {
	u, v := r.Rotate(r3.Vec{X: thick}), r.Rotate(r3.Vec{Z: thick})
	part := func(at r3.Vec, k float64) ring {
		return ring{at: at, u: r3.Scale(k, u), v: r3.Scale(k, v), paint: fur}
	}
	c.loft(l, 0, part(a, 1.2), part(r3.Scale(0.5, r3.Add(a, b)), 1), part(b, 0.9))
}
