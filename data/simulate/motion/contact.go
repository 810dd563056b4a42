package motion

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// wall is an upright plane, up to a height, that a body leans on.
type wall struct {
	at, normal r3.Vec
	top        float64
}

// land keeps masses above the ground and before the wall. Impacts do not bounce: a mass
// that is too deep comes out slowly.
func (d *ragdoll) land() {
	const out = 0.15 * instant // m/s, within one instant
	for i := range d.m {
		m := &d.m[i]
		d.beside(m)
		if deep := hardGround(d.boxes, m.at) + m.radius - m.at.Y; deep > 0 {
			m.touches = true
			up := min(deep, max(out, m.was.Y-m.at.Y))
			m.at.Y += up
			d.rub(i, body.AxisY, up)
		}
		for k := range d.walls {
			w := &d.walls[k]
			deep := m.radius - r3.Dot(r3.Sub(m.at, w.at), w.normal)
			if deep > 0 && deep < 0.3 && m.at.Y < w.top {
				inward := -r3.Dot(r3.Sub(m.at, m.was), w.normal)
				back := min(deep, max(out, inward))
				m.at = r3.Add(m.at, r3.Scale(back, w.normal))
				d.rub(i, w.normal, back)
			}
		}
	}
	for i := range 2 {
		if d.pinned[i] {
			d.m[dToe+i].at = d.pin[i]
		}
	}
}

// beside pushes a mass that is inside a box, and not near its top, out to the nearest side.
func (d *ragdoll) beside(m *mass) {
	const out = 0.6 * instant
	for i := range d.boxes {
		b := &d.boxes[i]
		if !b.Carries || m.at.Y > b.Top()-sideBelow || m.at.Y < b.Base.Y || !b.over(m.at) {
			continue
		}
		x, z := body.Heading(b.Yaw+90), body.Heading(b.Yaw)
		off := r3.Sub(m.at, b.Base)
		dx, dz := r3.Dot(off, x), r3.Dot(off, z)
		gapX, gapZ := b.Wide/2-math.Abs(dx), b.Deep/2-math.Abs(dz)
		way, gap := r3.Scale(math.Copysign(1, dz), z), gapZ
		if gapX < gapZ {
			way, gap = r3.Scale(math.Copysign(1, dx), x), gapX
		}
		inward := -r3.Dot(r3.Sub(m.at, m.was), way)
		m.at = r3.Add(m.at, r3.Scale(min(gap+1e-4, max(out, inward)), way))
	}
}

// rub brakes a mass along the surface that pushed it so far in this instant (Coulomb, on
// places).
func (d *ragdoll) rub(i int, normal r3.Vec, pushed float64) {
	m := &d.m[i]
	move := r3.Sub(m.at, m.was)
	move = r3.Sub(move, r3.Scale(r3.Dot(move, normal), normal))
	far := body.Length(move)
	if far < 1e-12 {
		return
	}
	hold := d.friction * pushed
	switch i {
	case dToe, dHeel:
		hold *= d.slip[0]
	case dToe + 1, dHeel + 1:
		hold *= d.slip[1]
	}
	m.at = r3.Sub(m.at, r3.Scale(min(hold/far, 1), move))
}
