package simulate

import (
	"image/color"
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// drawing is a figure on its way to a canvas.
type drawing struct {
	*canvas
	who   *subject
	fig   *figure
	light light
}

// cross is the cross-section of a part at a point of it, half-axes in fractions of body
// height along the part's x and z.
func (d *drawing) cross(at r3.Vec, r rotation, wide, deep float64, paint color.RGBA) ring {
	return ring{at: at, u: r.Rotate(d.who.vec(wide, 0, 0)), v: r.Rotate(d.who.vec(0, 0, deep)), paint: paint}
}

// profile is the thickness of a limb at a part of the way from a to b.
type profile struct{ part, wide, deep float64 }

// limbPart paints one segment of a limb with rounded ends.
func (d *drawing) limbPart(a, b r3.Vec, r rotation, paint color.RGBA, folds float64, shape ...profile) {
	rings := make([]ring, 0, len(shape)+4)
	axis := unitOr(r3.Sub(b, a), axisY)
	first, last := shape[0], shape[len(shape)-1]
	round := func(at r3.Vec, p profile, out, thin float64) {
		at = r3.Add(at, r3.Scale(out*d.who.m(min(p.wide, p.deep)), axis))
		rings = append(rings, d.patterned(d.cross(at, r, p.wide*thin, p.deep*thin, paint)))
	}
	round(a, first, -0.95, 0.3)
	round(a, first, -0.6, 0.8)
	for _, p := range shape {
		at := r3.Add(a, r3.Scale(p.part, r3.Sub(b, a)))
		rings = append(rings, d.patterned(d.cross(at, r, p.wide, p.deep, paint)))
	}
	round(b, last, 0.6, 0.8)
	round(b, last, 0.95, 0.3)
	d.loft(d.light, folds, rings...)
}

// patterned gives a ring of the shirt the shirt's pattern.
func (d *drawing) patterned(r ring) ring {
	if r.paint == d.who.shirt && d.who.shirt != d.who.skin {
		r.second, r.pattern = d.who.second, d.who.pattern
	}
	return r
}

// dressed paints all but the head.
func (d *drawing) dressed() {
	for i := range 2 {
		d.leg(i)
		d.arm(i)
	}
	d.trunk()
	if d.who.skirt > 0 {
		d.skirtAround()
	}
}

// covered is what a limb's upper and lower part look like in clothes of a cut, and how much
// wider they are there.
func (l *looks) covered(c cut, cloth color.RGBA) (upper, lower color.RGBA, wide, narrow float64) {
	upper, lower, wide, narrow = cloth, cloth, 1+l.loose, 1+l.loose
	if c >= short {
		lower, narrow = l.skin, 1
	}
	if c == none {
		upper, wide = l.skin, 1
	}
	return upper, lower, wide, narrow
}

func (d *drawing) leg(i int) {
	w, l := d.who, &d.fig.legs[i]
	g := w.girth
	upper, lower, wide, narrow := w.covered(w.legs, w.trousers)
	u, n := g*wide, g*narrow
	d.limbPart(l.root, l.middle, l.upper, upper, 0.06,
		profile{0, 0.048 * u, 0.054 * u}, profile{0.4, 0.045 * u, 0.052 * u}, profile{0.8, 0.035 * u, 0.039 * u}, profile{1, 0.033 * wide, 0.035 * wide})
	d.limbPart(l.middle, l.end, l.lower, lower, 0.05,
		profile{0, 0.032 * narrow, 0.034 * narrow}, profile{0.28, 0.031 * n, 0.036 * n}, profile{0.7, 0.025 * narrow, 0.027 * narrow}, profile{1, 0.023 * narrow, 0.025 * narrow})
	heel, toe := d.fig.heels[i], l.tip
	raise := l.last.Rotate(w.vec(0, 0.014, 0))
	sole := func(part, wide, high float64) ring {
		at := r3.Add(r3.Add(heel, r3.Scale(part, r3.Sub(toe, heel))), raise)
		return ring{at: at, u: l.last.Rotate(w.vec(wide, 0, 0)), v: l.last.Rotate(w.vec(0, high, 0)), paint: w.shoes}
	}
	d.loft(d.light, 0, sole(-0.05, 0.008, 0.012), sole(0.05, 0.022, 0.026), sole(0.35, 0.024, 0.027), sole(0.75, 0.029, 0.020), sole(1, 0.022, 0.014), sole(1.06, 0.008, 0.008))
}

func (d *drawing) arm(i int) {
	w, l := d.who, &d.fig.arms[i]
	g := w.girth
	upper, lower, wide, narrow := w.covered(w.sleeves, w.shirt)
	d.limbPart(l.root, l.middle, l.upper, upper, 0.06,
		profile{0, 0.027 * g * wide, 0.035 * g * wide}, profile{0.3, 0.028 * g * wide, 0.033 * g * wide}, profile{1, 0.024 * wide, 0.026 * wide})
	d.limbPart(l.middle, l.end, l.lower, lower, 0.05,
		profile{0, 0.024 * narrow, 0.026 * narrow}, profile{0.3, 0.025 * g * narrow, 0.027 * g * narrow}, profile{1, 0.018 * narrow, 0.019 * narrow})
	d.hand(i)
}

// hand paints a palm, fingers and a thumb.
func (d *drawing) hand(i int) {
	w, l := d.who, &d.fig.arms[i]
	d.limbPart(l.end, l.tip, l.last, w.skin, 0,
		profile{0, 0.013, 0.017}, profile{0.35, 0.012, 0.024}, profile{0.6, 0.011, 0.023}, profile{0.95, 0.007, 0.015})
	thumb := w.from(l.end, l.last, 0, -0.045, 0.034)
	d.limbPart(w.from(l.end, l.last, 0, -0.015, 0.016), thumb, l.last, w.skin, 0, profile{0, 0.009, 0.009}, profile{1, 0.007, 0.007})
}

// trunk is one skin from the crotch to the neck: trousers below, shirt above.
func (d *drawing) trunk() {
	w, f := d.who, d.fig
	g, k := w.girth, 1+0.5*w.loose
	at := func(origin r3.Vec, r rotation, y, wide, deep float64, paint color.RGBA) ring {
		return d.patterned(d.cross(w.from(origin, r, 0, y, 0.004), r, wide*k, deep*k, paint))
	}
	below := w.trousers
	if w.legs == none && w.skirt == 0 {
		below = w.shirt
	}
	p, c := f.pelvisTurn, f.chestTurn
	d.loft(d.light, 0.05,
		at(f.pelvis, p, -0.070, 0.030, 0.030, below),
		at(f.pelvis, p, -0.045, 0.077*g, 0.057*g, below),
		at(f.pelvis, p, -0.005, 0.094*g, 0.068*g, w.shirt),
		at(f.pelvis, p, 0.030, 0.090*g, 0.064*g, w.shirt),
		at(f.pelvis, p, 0.065, 0.081*g, 0.059*g, w.shirt),
		at(f.lumbar, c, 0.000, 0.078*g, 0.058*g, w.shirt),
		at(f.lumbar, c, 0.045, 0.083*g, 0.061*g, w.shirt),
		at(f.lumbar, c, 0.090, 0.091*g, 0.066*g, w.shirt),
		at(f.lumbar, c, 0.135, 0.098*g, 0.065*g, w.shirt),
		at(f.lumbar, c, 0.165, 0.103*g, 0.056*g, w.shirt),
		at(f.lumbar, c, 0.188, 0.097*g, 0.046*g, w.shirt),
		at(f.lumbar, c, 0.206, 0.074, 0.039, w.shirt),
		at(f.lumbar, c, 0.218, 0.044, 0.036, w.skin),
		at(f.neck, c, 0.004, 0.034, 0.035, w.skin))
	d.limbPart(w.from(f.neck, c, 0, -0.01, 0), w.from(f.neck, f.headTurn, 0, 0.045, 0.004), f.headTurn, w.skin, 0,
		profile{0, 0.031, 0.033}, profile{1, 0.029, 0.032})
}

// skirtAround is one skin around both legs.
func (d *drawing) skirtAround() {
	w, f := d.who, d.fig
	x := f.pelvisTurn.Rotate(axisX)
	around := func(a, b r3.Vec, thick float64) ring {
		middle, apart := r3.Scale(0.5, r3.Add(a, b)), r3.Scale(0.5, r3.Sub(a, b))
		down := unitOr(r3.Sub(middle, f.pelvis), axisY)
		side := unitOr(r3.Sub(x, r3.Scale(r3.Dot(x, down), down)), axisX)
		front := r3.Cross(side, down)
		thick *= w.girth * (1 + w.loose)
		wide, deep := w.m(thick)+math.Abs(r3.Dot(apart, side)), w.m(thick)+math.Abs(r3.Dot(apart, front))
		return ring{at: middle, u: r3.Scale(wide, side), v: r3.Scale(deep, front), paint: w.trousers}
	}
	on := func(part float64) ring {
		var p [2]r3.Vec
		for i := range p {
			l := &f.legs[i]
			if part <= 1 {
				p[i] = r3.Add(l.root, r3.Scale(part, r3.Sub(l.middle, l.root)))
			} else {
				p[i] = r3.Add(l.middle, r3.Scale(part-1, r3.Sub(l.end, l.middle)))
			}
		}
		return around(p[0], p[1], 0.054+0.006*part)
	}
	rings := []ring{d.cross(w.from(f.pelvis, f.pelvisTurn, 0, 0.05, 0), f.pelvisTurn, 0.088*w.girth, 0.064*w.girth, w.trousers)}
	end := w.skirt
	for i := range f.legs { // over bent knees it ends there
		l := &f.legs[i]
		if r3.Dot(unitOr(r3.Sub(l.middle, l.root), axisY), unitOr(r3.Sub(l.end, l.middle), axisY)) < 0.5 {
			end = min(end, 1)
		}
	}
	for _, part := range [...]float64{0.02, 0.3, 0.6, 1, 1.4} {
		if part < end-0.05 {
			rings = append(rings, on(part))
		}
	}
	d.loft(d.light, 0.1, append(rings, on(end))...)
}

// egg paints an ellipsoid with half-axes in fractions of body height.
func (d *drawing) egg(at r3.Vec, r rotation, wide, high, deep float64, paint color.RGBA) {
	var rings [9]ring
	for i := range rings {
		y := cosines[i]
		k := sines[i]
		rings[i] = d.cross(r3.Add(at, r.Rotate(d.who.vec(0, y*high, 0))), r, wide*k, deep*k, paint)
	}
	d.loft(d.light, 0, rings[:]...)
}

// heights and widths of the rings of a ball, top to bottom
var (
	cosines = [9]float64{1, 0.924, 0.707, 0.383, 0, -0.383, -0.707, -0.924, -1}
	sines   = [9]float64{0.05, 0.383, 0.707, 0.924, 1, 0.924, 0.707, 0.383, 0.05}
)

func (d *drawing) skull() {
	w, f := d.who, d.fig
	r := f.headTurn
	d.egg(f.head, r, 0.044*1.02, 0.066, 0.054, w.skin)
	d.egg(w.from(f.head, r, 0, -0.034, 0.014), r, 0.032, 0.032, 0.036, w.skin) // jaw
	for i := range 2 {
		d.egg(f.ears[i], r, 0.007, 0.016, 0.010, w.skin)
	}
	if w.bald {
		return
	}
	d.egg(w.from(f.head, r, 0, 0.016, -0.010), r, 0.0485, 0.058, 0.053, w.hair)
	d.egg(w.from(f.head, r, 0, 0.046, 0.012), r, 0.038, 0.024, 0.040, w.hair)
	if w.longHair {
		d.egg(w.from(f.head, r, 0, -0.035, -0.030), r, 0.046, 0.060, 0.028, w.hair)
	}
}

// face marks eyes, brows, nose and mouth: they tell a pose network which way a head looks.
func (d *drawing) face() {
	w, f := d.who, d.fig
	r := f.headTurn
	dark := rgb(28, 22, 20)
	at := func(x, height, z float64) r3.Vec { return w.from(f.neck, r, x, height-neckHeight, z) }
	for i := range 2 {
		side := 1 - 2*float64(i)
		d.egg(at(side*0.019, eyeHeight, 0.054), r, 0.0085, 0.0055, 0.005, rgb(225, 222, 215))
		d.egg(at(side*0.019, eyeHeight, 0.057), r, 0.0050, 0.0050, 0.004, dark)
		d.egg(at(side*0.019, eyeHeight+0.011, 0.054), r, 0.012, 0.003, 0.005, mixed(w.hair, dark, 0.4))
	}
	d.egg(at(0, eyeHeight-0.018, 0.060), r, 0.0075, 0.015, 0.011, mixed(w.skin, rgb(255, 235, 215), 0.15))
	d.egg(at(0, eyeHeight-0.028, 0.060), r, 0.0085, 0.004, 0.008, mixed(w.skin, dark, 0.35)) // under the nose
	d.egg(at(0, eyeHeight-0.043, 0.051), r, 0.016, 0.0045, 0.007, mixed(w.skin, rgb(130, 30, 35), 0.6))
}

// mixed is a where part is 0 and b where it is 1.
func mixed(a, b color.RGBA, part float64) color.RGBA {
	m := func(x, y uint8) uint8 { return uint8(float64(x) + part*(float64(y)-float64(x)) + 0.5) }
	return rgb(m(a.R, b.R), m(a.G, b.G), m(a.B, b.B))
}

// shadow darkens the surfaces under what of the body can touch them.
func (d *drawing) shadow(touches []body.Touch, under func(t body.Touch) float64) {
	for _, s := range touches {
		ground := under(s)
		above := max(s.At.Y-s.Radius-ground, 0)
		strength := 0.25 / (1 + 2.5*above)
		wide := s.Radius*1.6 + 0.05 + 0.18*above
		lean := r3.Scale(-0.35*above, d.light.from)
		d.spot(r3.Vec{X: s.At.X + lean.X, Y: ground + 0.008, Z: s.At.Z + lean.Z}, wide, strength)
	}
}

// spot is a round shadow that fades towards its edge.
func (d *drawing) spot(at r3.Vec, wide, strength float64) {
	middle := d.vertex(at, 1-strength)
	var edge [around]vertex
	for k, cs := range corners {
		edge[k] = d.vertex(r3.Add(at, r3.Vec{X: wide * cs[0], Z: wide * cs[1]}), 1)
	}
	for k := range around {
		d.shade(middle, edge[k], edge[(k+1)%around])
	}
}
