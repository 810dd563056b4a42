package simulate

import (
	"image/color"
	"math"

	"gonum.org/v1/gonum/spatial/r3"
)

// fine is how many canvas pixels a picture's pixel has in each direction: what is drawn
// has soft edges.
const fine = 2

// canvas is a picture being drawn, with the depth of every pixel, so that what is nearer
// hides what is further however the parts are sorted.
type canvas struct {
	camera camera    // of the canvas's own, fine pixels
	pixels []uint32  // 0x00rrggbb, row by row
	near   []float32 // 1/depth, 1/m: greater is nearer
}

func newCanvas(c camera) *canvas {
	c = c.scaled(fine)
	n := c.width * c.height
	return &canvas{camera: c, pixels: make([]uint32, n), near: make([]float32, n)}
}

// copyFrom makes the canvas equal to another of the same size.
func (c *canvas) copyFrom(o *canvas) {
	copy(c.pixels, o.pixels)
	copy(c.near, o.near)
}

// vertex is a point on the canvas with the light that falls on it (1 = the paint's own
// colour).
type vertex struct{ x, y, near, light float64 }

func (c *canvas) vertex(p r3.Vec, light float64) vertex {
	x, y, depth := c.camera.project(p)
	return vertex{x, y, 1 / depth, light}
}

// inFront tells whether the whole triangle is in front of the lens; others are left out.
func inFront(v ...vertex) bool {
	const nearest = 0.15 // metres
	for _, p := range v {
		if !(p.near > 0 && p.near < 1/nearest) {
			return false
		}
	}
	return true
}

// pack makes a pixel of a colour under a light.
func pack(paint color.RGBA, light float64) uint32 {
	l := uint32(min(max(light, 0), 4) * 256)
	r := min(uint32(paint.R)*l>>8, 255)
	g := min(uint32(paint.G)*l>>8, 255)
	b := min(uint32(paint.B)*l>>8, 255)
	return r<<16 | g<<8 | b
}

// triangle paints a triangle with light and depth interpolated between its corners.
func (c *canvas) triangle(paint color.RGBA, v0, v1, v2 vertex) {
	if !inFront(v0, v1, v2) {
		return
	}
	c.cover(v0, v1, v2, func(at int, a, b, g float64) {
		near := float32(a*v0.near + b*v1.near + g*v2.near)
		if near <= c.near[at] {
			return
		}
		c.near[at] = near
		c.pixels[at] = pack(paint, a*v0.light+b*v1.light+g*v2.light)
	})
}

// shade darkens what lies in the triangle and not in front of it: light is the part of
// the brightness that is left.
func (c *canvas) shade(v0, v1, v2 vertex) {
	if !inFront(v0, v1, v2) {
		return
	}
	c.cover(v0, v1, v2, func(at int, a, b, g float64) {
		near := float32(a*v0.near + b*v1.near + g*v2.near)
		if near*1.02 < c.near[at] {
			return
		}
		l := uint32((a*v0.light + b*v1.light + g*v2.light) * 256)
		p := c.pixels[at]
		c.pixels[at] = (p>>16*l>>8)<<16 | (p>>8&255*l>>8)<<8 | p&255*l>>8
	})
}

// cover calls each for every pixel whose centre is in the triangle, with its place and
// barycentric coordinates. Row by row: each edge gives a bound from the left or right.
func (c *canvas) cover(v0, v1, v2 vertex, each func(at int, a, b, g float64)) {
	area := (v1.x-v0.x)*(v2.y-v0.y) - (v2.x-v0.x)*(v1.y-v0.y)
	if math.Abs(area) < 1e-9 {
		return
	}
	top := max(int(math.Ceil(min(v0.y, v1.y, v2.y)-0.5)), 0)
	bottom := min(int(math.Floor(max(v0.y, v1.y, v2.y)-0.5)), c.camera.height-1)
	left := min(v0.x, v1.x, v2.x)
	right := max(v0.x, v1.x, v2.x)
	// weights of v1 and v2 are b = b0 + bx·x + by·y, likewise g
	bx, by := (v2.y-v0.y)/area, -(v2.x-v0.x)/area
	gx, gy := -(v1.y-v0.y)/area, (v1.x-v0.x)/area
	for y := top; y <= bottom; y++ {
		py := float64(y) + 0.5
		b0 := by*(py-v0.y) - bx*v0.x
		g0 := gy*(py-v0.y) - gx*v0.x
		lo, hi := left, right
		lo, hi = bound(lo, hi, b0, bx)
		lo, hi = bound(lo, hi, g0, gx)
		lo, hi = bound(lo, hi, 1-b0-g0, -bx-gx)
		x0 := max(int(math.Ceil(lo-0.5)), 0)
		x1 := min(int(math.Floor(hi-0.5)), c.camera.width-1)
		row := y * c.camera.width
		for x := x0; x <= x1; x++ {
			px := float64(x) + 0.5
			b, g := b0+bx*px, g0+gx*px
			each(row+x, 1-b-g, b, g)
		}
	}
}

// bound narrows lo..hi to where start + slope·x is not negative.
func bound(lo, hi, start, slope float64) (float64, float64) {
	switch {
	case slope > 1e-12:
		lo = max(lo, -start/slope)
	case slope < -1e-12:
		hi = min(hi, -start/slope)
	case start < 0:
		hi = lo - 1
	}
	return lo, hi
}

// ring is one cross-section of a round part: an ellipse with half-axes u and v.
type ring struct {
	at, u, v r3.Vec
	paint    color.RGBA // of the skin from this ring to the next
	second   color.RGBA
	pattern  pattern
}

const around = 12 // corners of a ring

var corners = func() (c [around][2]float64) {
	for i := range c {
		s, co := math.Sincos(2 * math.Pi * float64(i) / around)
		c[i] = [2]float64{co, s}
	}
	return c
}()

// loft paints the skin that is stretched over rings. Folds, if not 0, makes light and
// dark of cloth as a part of the light.
func (c *canvas) loft(l light, folds float64, rings ...ring) {
	var before, now [around]vertex
	for i := range rings {
		r := &rings[i]
		uu, vv := 1/max(r3.Norm2(r.u), 1e-9), 1/max(r3.Norm2(r.v), 1e-9)
		for k, cs := range corners {
			u, v := r3.Scale(cs[0], r.u), r3.Scale(cs[1], r.v)
			normal := unitOr(r3.Add(r3.Scale(uu, u), r3.Scale(vv, v)), axisY)
			if i == 0 || i == len(rings)-1 { // ends look along the part
				normal = unitOr(r3.Add(normal, r3.Scale(2, endDirection(rings, i))), axisY)
			}
			crease := 1 + folds*fold(i, k)
			now[k] = c.vertex(r3.Add(r.at, r3.Add(u, v)), l.on(normal)*crease)
		}
		if i > 0 {
			c.strip(&rings[i-1], i-1, &before, &now)
		}
		before = now
	}
}

func endDirection(rings []ring, i int) r3.Vec {
	if i == 0 {
		return unitOr(r3.Sub(rings[0].at, rings[1].at), r3.Vec{})
	}
	return unitOr(r3.Sub(rings[i].at, rings[i-1].at), r3.Vec{})
}

// fold is a fixed pattern between -1 and 1 over the corners of a part.
func fold(ring, corner int) float64 {
	h := uint32(ring*73856093) ^ uint32(corner*19349663)
	h ^= h >> 13
	h *= 0x5bd1e995
	return float64(int32(h>>8&255)-128) / 128
}

func (c *canvas) strip(r *ring, number int, a, b *[around]vertex) {
	for k := range around {
		paint := r.paint
		if r.pattern.second(number, k) {
			paint = r.second
		}
		n := (k + 1) % around
		c.triangle(paint, a[k], a[n], b[k])
		c.triangle(paint, a[n], b[n], b[k])
	}
}

// light is where brightness comes from.
type light struct {
	from    r3.Vec // direction towards the lamp, of length 1
	ambient float64
	lamp    float64
}

// on is the light that falls on a surface that looks along normal.
func (l light) on(normal r3.Vec) float64 {
	sky := 0.5 + 0.5*normal.Y
	return l.ambient*(0.75+0.25*sky) + l.lamp*max(r3.Dot(normal, l.from), 0)
}
