package simulate

import (
	"image/color"

	"gonum.org/v1/gonum/spatial/r3"
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
	return ring{at, r.Rotate(d.who.vec(wide, 0, 0)), r.Rotate(d.who.vec(0, 0, deep)), paint}
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
		rings = append(rings, d.cross(at, r, p.wide*thin, p.deep*thin, paint))
	}
	round(a, first, -0.95, 0.3)
	round(a, first, -0.6, 0.8)
	for _, p := range shape {
		at := r3.Add(a, r3.Scale(p.part, r3.Sub(b, a)))
		rings = append(rings, d.cross(at, r, p.wide, p.deep, paint))
	}
	round(b, last, 0.6, 0.8)
	round(b, last, 0.95, 0.3)
	d.loft(d.light, folds, rings...)
}

// person paints the whole figure.
func (d *drawing) person() {
	for i := range 2 {
		d.leg(i)
		d.arm(i)
	}
	d.trunk()
	d.skull()
	d.face()
}

func (d *drawing) leg(i int) {
	w, l := d.who, &d.fig.legs[i]
	g := w.girth
	lower, folds := w.trousers, 0.06
	if w.shorts {
		lower, folds = w.skin, 0
	}
	d.limbPart(l.root, l.middle, l.upper, w.trousers, 0.06,
		profile{0, 0.046 * g, 0.052 * g}, profile{0.4, 0.044 * g, 0.050 * g}, profile{0.8, 0.034 * g, 0.037 * g}, profile{1, 0.032, 0.034})
	d.limbPart(l.middle, l.end, l.lower, lower, folds,
		profile{0, 0.031, 0.033}, profile{0.28, 0.031 * g, 0.035 * g}, profile{0.7, 0.025, 0.026}, profile{1, 0.023, 0.024})
	heel, toe := d.fig.heels[i], l.tip
	raise := l.last.Rotate(w.vec(0, 0.014, 0))
	sole := func(part, wide, high float64) ring {
		at := r3.Add(r3.Add(heel, r3.Scale(part, r3.Sub(toe, heel))), raise)
		return ring{at, l.last.Rotate(w.vec(wide, 0, 0)), l.last.Rotate(w.vec(0, high, 0)), w.shoes}
	}
	d.loft(d.light, 0, sole(-0.05, 0.008, 0.012), sole(0.05, 0.022, 0.026), sole(0.35, 0.024, 0.027), sole(0.75, 0.029, 0.020), sole(1, 0.022, 0.014), sole(1.06, 0.008, 0.008))
}

func (d *drawing) arm(i int) {
	w, l := d.who, &d.fig.arms[i]
	g := w.girth
	lower, folds := w.shirt, 0.06
	if w.shortSleeves {
		lower, folds = w.skin, 0
	}
	d.limbPart(l.root, l.middle, l.upper, w.shirt, 0.06,
		profile{0, 0.033 * g, 0.035 * g}, profile{0.3, 0.030 * g, 0.033 * g}, profile{1, 0.024, 0.025})
	d.limbPart(l.middle, l.end, l.lower, lower, folds,
		profile{0, 0.024, 0.025}, profile{0.3, 0.025 * g, 0.026 * g}, profile{1, 0.017, 0.018})
	d.limbPart(l.end, l.tip, l.last, w.skin, 0,
		profile{0, 0.016, 0.016}, profile{0.5, 0.014, 0.023}, profile{0.9, 0.010, 0.018})
}

// trunk is one skin from the crotch to the neck: trousers below, shirt above.
func (d *drawing) trunk() {
	w, f := d.who, d.fig
	g := w.girth
	at := func(origin r3.Vec, r rotation, y, wide, deep float64, paint color.RGBA) ring {
		return d.cross(w.from(origin, r, 0, y, 0.004), r, wide, deep, paint)
	}
	band := func(i int) color.RGBA {
		if w.striped && i%2 == 1 {
			return w.stripe
		}
		return w.shirt
	}
	p, c := f.pelvisTurn, f.chestTurn
	d.loft(d.light, 0.05,
		at(f.pelvis, p, -0.070, 0.030, 0.030, w.trousers),
		at(f.pelvis, p, -0.045, 0.075*g, 0.055*g, w.trousers),
		at(f.pelvis, p, -0.005, 0.092*g, 0.066*g, w.trousers),
		at(f.pelvis, p, 0.030, 0.089*g, 0.063*g, band(0)),
		at(f.pelvis, p, 0.065, 0.080*g, 0.058*g, band(1)),
		at(f.lumbar, c, 0.000, 0.077*g, 0.057*g, band(2)),
		at(f.lumbar, c, 0.045, 0.082*g, 0.060*g, band(3)),
		at(f.lumbar, c, 0.090, 0.090*g, 0.065*g, band(4)),
		at(f.lumbar, c, 0.135, 0.096*g, 0.064*g, band(5)),
		at(f.lumbar, c, 0.170, 0.103*g, 0.054*g, band(6)),
		at(f.lumbar, c, 0.195, 0.098*g, 0.042*g, band(7)),
		at(f.lumbar, c, 0.215, 0.060, 0.036, band(8)),
		at(f.neck, c, 0.004, 0.036, 0.036, w.skin))
	d.limbPart(w.from(f.neck, c, 0, -0.01, 0), w.from(f.neck, f.headTurn, 0, 0.045, 0.004), f.headTurn, w.skin, 0,
		profile{0, 0.033, 0.034}, profile{1, 0.030, 0.032})
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

// shadow darkens the surface under the body.
func (d *drawing) shadow(under func(s support) float64) {
	for _, s := range d.who.supports(d.fig) {
		ground := under(s)
		above := max(s.at.Y-s.radius-ground, 0)
		strength := 0.30 / (1 + 2.5*above)
		wide := s.radius*1.6 + 0.05 + 0.18*above
		lean := r3.Scale(-0.35*above, d.light.from)
		d.spot(r3.Vec{X: s.at.X + lean.X, Y: ground + 0.004, Z: s.at.Z + lean.Z}, wide, strength)
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
