package simulate

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/spatial/r3"
)

// clutter fills a room with things along its walls, where nobody of a shot goes, nobody's
// furniture stands, and which hide next to nothing of whom the clip is about.
func (r *room) clutter(rng *rand.Rand, s *shot) (all []box) {
	var known []box
	for _, p := range s.people {
		known = append(known, p.used...)
	}
	known = append(known, s.clutter...)
	paths, first := s.paths()
	for range rng.IntN(9) {
		thing := things[rng.IntN(len(things))](rng)
		if thing.spot(rng, r); !thing.disturbs(known, paths, first, s) {
			all, known = append(all, thing.parts...), append(known, thing.parts...)
		}
	}
	if rng.Float64() < 0.35 {
		all = append(all, r.rug(rng))
	}
	return all
}

// paths are the places where joints are over a shot, and those of the first person.
func (s *shot) paths() (all, first []r3.Vec) {
	for _, t := range s.sampled() {
		for i, p := range s.people {
			g := p.guest(t)
			all = append(all, g.points[:]...)
			all = append(all, g.joints[7:11]...) // elbows and wrists
			if i == 0 {
				first = append(first, g.points[:]...)
			}
		}
	}
	return all, first
}

// thing is a piece of furniture that nobody uses: blocks around a place.
type thing struct {
	wide, deep float64
	parts      []box // about 0, 0, the back at a wall behind
}

// spot puts the thing before a wall.
func (t *thing) spot(rng *rand.Rand, r *room) {
	var x, z, turned float64
	gap := t.deep/2 + between(rng, 0.01, 0.06)
	switch rng.IntN(4) {
	case 0:
		x, z, turned = r.left+gap, between(rng, r.back, r.front), 90
	case 1:
		x, z, turned = r.right-gap, between(rng, r.back, r.front), -90
	case 2:
		x, z, turned = between(rng, r.left, r.right), r.front-gap, 180
	default:
		x, z = between(rng, r.left, r.right), r.back+gap
	}
	turned += r.yaw
	to := r.world(r3.Vec{X: x, Z: z})
	spin := turn{axisY, turned}.rotation()
	for i := range t.parts {
		b := &t.parts[i]
		b.base, b.yaw = r3.Add(to, spin.Rotate(b.base)), b.yaw+turned
	}
}

// disturbs tells whether the thing stands in something's or somebody's way, or in the
// camera's.
func (t *thing) disturbs(known []box, paths, first []r3.Vec, s *shot) bool {
	outline := box{base: t.parts[0].base, yaw: t.parts[0].yaw, wide: t.wide, deep: t.deep}
	for _, p := range paths {
		if outline.inside(p) > -0.25 {
			return true
		}
	}
	if outline.inside(s.camera.at) > -0.4 {
		return true
	}
	for i := range known {
		for _, n := range [...]int{0, 1, 4, 5} {
			if outline.inside(known[i].corner(n)) > 0 || known[i].inside(outline.corner(n)) > 0 {
				return true
			}
		}
		if outline.inside(known[i].base) > 0 || known[i].inside(outline.base) > 0 {
			return true
		}
	}
	hidden := 0
	for _, p := range first {
		if blocked(t.parts, s.camera.at, p) {
			hidden++
		}
	}
	return hidden*25 > len(first)
}

// inside is how far a place lies within the box's outline on the floor, in metres.
func (b *box) inside(p r3.Vec) float64 {
	s, c := math.Sincos(b.yaw * degree)
	d := r3.Sub(p, b.base)
	return min(b.wide/2-math.Abs(d.X*c-d.Z*s), b.deep/2-math.Abs(d.X*s+d.Z*c))
}

// rug lies somewhere on the floor; it is so thin that it hides nothing.
func (r *room) rug(rng *rand.Rand) box {
	at := r3.Vec{X: between(rng, r.left+0.8, max(r.right-0.8, r.left+0.9)), Y: 0.001, Z: between(rng, r.back+0.8, max(r.front-0.8, r.back+0.9))}
	return box{base: r.world(at), yaw: r.yaw + between(rng, -8, 8), wide: between(rng, 1, 2), deep: between(rng, 0.8, 1.6), high: 0.006, paint: mixed(either(rng, fabrics...), rgb(120, 110, 100), 0.4)}
}

// things are the kinds of clutter. The first part of each stands on the floor in the middle.
var things = [...]func(rng *rand.Rand) thing{cupboard, shelf, sideTable, armchair, plant, standardLamp, parcels, television}

func cupboard(rng *rand.Rand) thing {
	t := thing{wide: between(rng, 0.5, 1.4), deep: between(rng, 0.35, 0.55)}
	high := between(rng, 0.6, 2)
	t.parts = []box{{wide: t.wide, high: high, deep: t.deep, paint: woodwork}}
	for i := range 2 { // doors
		x := (float64(i) - 0.5) * t.wide / 2
		t.parts = append(t.parts, t.parts[0].part(x, 0.06, t.deep/2, 0.94*t.wide/2, high-0.12, 0.02, woodwork))
	}
	return t
}

func shelf(rng *rand.Rand) thing {
	t := thing{wide: between(rng, 0.6, 1.1), deep: 0.3}
	b := box{wide: t.wide, high: 0.05, deep: t.deep, paint: woodwork}
	boards := 3 + rng.IntN(3)
	t.parts = []box{b}
	for i := 1; i <= boards; i++ {
		up := 0.36 * float64(i)
		t.parts = append(t.parts, b.part(0, up, 0, t.wide, 0.03, t.deep, woodwork))
		if rng.Float64() < 0.8 {
			wide := between(rng, 0.2, 0.8) * t.wide
			t.parts = append(t.parts, b.part(between(rng, -0.5, 0.5)*(t.wide-wide), up-0.33, 0, wide, between(rng, 0.18, 0.28), 0.2, either(rng, fabrics...)))
		}
	}
	for _, side := range [...]float64{-1, 1} {
		t.parts = append(t.parts, b.part(side*(t.wide-0.03)/2, 0, 0, 0.03, 0.36*float64(boards), t.deep, woodwork))
	}
	return t
}

func sideTable(rng *rand.Rand) thing {
	t := thing{wide: between(rng, 0.4, 1.2), deep: between(rng, 0.4, 0.7)}
	b := box{wide: t.wide, high: between(rng, 0.4, 0.76), deep: t.deep, paint: woodwork}
	t.parts = append([]box{b.part(0, 0, 0, 0.03, 0.01, 0.03, woodwork)}, b.legged(0.03, 0.05, woodwork)...)
	if rng.Float64() < 0.7 {
		t.parts = append(t.parts, b.part(between(rng, -0.2, 0.2)*t.wide, b.high, 0, between(rng, 0.08, 0.3), between(rng, 0.08, 0.35), between(rng, 0.08, 0.25), either(rng, fabrics...)))
	}
	return t
}

func armchair(rng *rand.Rand) thing {
	t := thing{wide: between(rng, 0.75, 0.95), deep: 0.8}
	paint := either(rng, fabrics...)
	b := box{wide: t.wide, high: 0.42, deep: t.deep, paint: paint}
	t.parts = []box{b, b.part(0, 0.42, -0.32, t.wide, 0.45, 0.16, paint)}
	for _, side := range [...]float64{-1, 1} {
		t.parts = append(t.parts, b.part(side*(t.wide-0.14)/2, 0.42, 0.06, 0.14, 0.18, 0.64, mixed(paint, rgb(0, 0, 0), 0.1)))
	}
	return t
}

func plant(rng *rand.Rand) thing {
	green := mixed(rgb(40, 90, 45), rgb(110, 140, 60), rng.Float64())
	b := box{wide: 0.3, high: 0.3, deep: 0.3, paint: either(rng, rgb(150, 85, 60), rgb(200, 195, 188), rgb(60, 60, 66))}
	t := thing{wide: 0.5, deep: 0.5, parts: []box{b}}
	for range 4 {
		leaf := b.part(between(rng, -0.12, 0.12), between(rng, 0.25, 0.6), between(rng, -0.12, 0.12), between(rng, 0.2, 0.4), between(rng, 0.3, 0.7), between(rng, 0.2, 0.4), mixed(green, rgb(20, 40, 20), 0.5*rng.Float64()))
		leaf.round = true
		t.parts = append(t.parts, leaf)
	}
	return t
}

func standardLamp(rng *rand.Rand) thing {
	high := between(rng, 1.3, 1.7)
	b := box{wide: 0.28, high: 0.03, deep: 0.28, paint: woodwork}
	shade := b.part(0, high, 0, 0.4, 0.3, 0.4, either(rng, rgb(235, 225, 200), rgb(200, 150, 90), rgb(220, 220, 220)))
	return thing{wide: 0.4, deep: 0.4, parts: []box{b, b.part(0, 0, 0, 0.03, high, 0.03, woodwork), shade}}
}

func parcels(rng *rand.Rand) thing {
	t := thing{wide: between(rng, 0.35, 0.6), deep: between(rng, 0.3, 0.45)}
	b := box{wide: t.wide, high: between(rng, 0.2, 0.45), deep: t.deep, paint: rgb(170, 130, 88)}
	t.parts = []box{b}
	if rng.Float64() < 0.5 {
		t.parts = append(t.parts, b.part(0.03, b.high, 0, 0.7*b.wide, between(rng, 0.15, 0.3), 0.7*b.deep, either(rng, fabrics...)))
	}
	return t
}

func television(rng *rand.Rand) thing {
	t := thing{wide: between(rng, 0.9, 1.3), deep: 0.42}
	b := box{wide: t.wide, high: 0.5, deep: t.deep, paint: woodwork}
	screen := b.part(0, 0.54, 0, 0.85*t.wide, 0.48*t.wide, 0.05, either(rng, rgb(22, 22, 26), rgb(22, 22, 26), rgb(90, 120, 170)))
	return thing{wide: t.wide, deep: t.deep, parts: []box{b, screen}}
}
