package motion

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// A ragdoll is a body that forces move: masses at its joints, held together by its bones,
// pulled by gravity, stopped by the ground, and braked by what its muscles still do.
//
// It is integrated in small steps: velocities from forces, places from velocities, then
// bones, joint limits and contacts as constraints on places, then velocities from places
// (position based dynamics: Müller et al. 2007; small steps instead of many iterations:
// Macklin et al. 2019). Constraints take energy out and never put any in.

const (
	gravity  = 9.81
	instant  = 1.0 / 1000 // s, one step
	recorded = 10         // steps between two kept poses
)

type mass struct {
	at, was, v r3.Vec
	force      r3.Vec
	w          float64 // 1/kg
	radius     float64 // of the flesh around it
	touches    bool
}

// rod keeps two masses at a distance, or within bounds of it.
type rod struct {
	a, b     int
	from, to float64
}

type ragdoll struct {
	who      *body.Body
	boxes    []Box
	m        [nMasses]mass
	rods     []rod
	muscles  []muscle
	strength [groups]float64 // 1 = as a healthy adult's
	friction float64
	uneven   [2]float64 // strength of each leg, as a share of the legs'
	slip     [2]float64 // friction of each foot, as a share of friction
	pinned   [2]bool    // a foot that is caught
	pin      [2]r3.Vec
	push     r3.Vec // N on the chest
	walls    []wall
	held     float64 // J: what the body may have at most
	time     float64
	last     body.Pose // the last pose that was read off
	read     bool      // there is one
}

// newRagdoll takes a body over as it is now, with what each joint's velocity is.
func newRagdoll(who *body.Body, boxes []Box, now, before *body.Pose, dt float64) *ragdoll {
	d := &ragdoll{who: who, boxes: boxes, friction: 0.75, last: *now}
	for i := range d.strength {
		d.strength[i] = 1
	}
	d.slip, d.uneven = [2]float64{1, 1}, [2]float64{1, 1}
	d.weigh()
	for i, p := range d.places(now) {
		d.m[i].at = p
	}
	for i, p := range d.places(before) {
		d.m[i].v = r3.Scale(1/dt, r3.Sub(d.m[i].at, p))
	}
	d.join()
	return d
}

// places are where the masses of a pose are.
func (d *ragdoll) places(p *body.Pose) (at [nMasses]r3.Vec) {
	q := d.who.Place(p)
	pelvis, chest, head := p.Turn[body.Pelvis], p.Turn[body.Chest], p.Turn[body.Head]
	at[dWaist], at[dNeck], at[dHead] = q.Waist, q.Neck, q.Head
	at[dBelly] = r3.Add(q.Hips, pelvis.Rotate(r3.Vec{Y: 0.2 * d.who.Lumbar, Z: d.who.Lumbar}))
	at[dBreast] = r3.Add(q.Waist, chest.Rotate(r3.Vec{Y: 0.6 * d.who.Back, Z: 0.5 * d.who.Back}))
	at[dNose] = r3.Add(q.Head, head.Rotate(r3.Vec{Z: 0.5 * d.who.Skull}))
	for i := range 2 {
		at[dHip+i], at[dKnee+i], at[dAnkle+i], at[dToe+i], at[dHeel+i] = q.Hip[i], q.Knee[i], q.Ankle[i], q.Ball[i], q.Heel[i]
		at[dShoulder+i], at[dElbow+i], at[dWrist+i] = q.Shoulder[i], q.Elbow[i], q.Wrist[i]
	}
	return at
}

func (d *ragdoll) distance(a, b int) float64 { return body.Length(r3.Sub(d.m[a].at, d.m[b].at)) }

// step goes on by one instant.
func (d *ragdoll) step() {
	d.pull()
	for i := range d.m {
		m := &d.m[i]
		m.was = m.at
		m.force.Y -= gravity / m.w
		m.v = r3.Add(m.v, r3.Scale(instant*m.w, m.force))
		m.at = r3.Add(m.at, r3.Scale(instant, m.v))
		m.force = r3.Vec{}
		m.touches = false
	}
	for range 3 {
		for i := range d.rods {
			d.hold(&d.rods[i])
		}
		for i := range 2 {
			d.hinge(i)
		}
		d.land()
	}
	for i := range d.m {
		m := &d.m[i]
		m.v = r3.Scale(1/instant, r3.Sub(m.at, m.was))
	}
	d.conserve()
	d.time += instant
}

// conserve takes away what constraints put in: a body gets no more than its muscles can
// give it, and what pushes it.
func (d *ragdoll) conserve() {
	const muscles = 0.8 // W/kg
	e := d.energy()
	d.held += instant * muscles * d.who.Mass
	if d.push != (r3.Vec{}) {
		d.held += instant * max(r3.Dot(d.push, d.m[dWaist].v), 0) * 1.5
	}
	if d.held > 0 && e > d.held {
		moving := 0.0
		for i := range d.m {
			moving += 0.5 * r3.Norm2(d.m[i].v) / d.m[i].w
		}
		if moving > 1e-9 {
			k := math.Sqrt(max(1-(e-d.held)/moving, 0))
			for i := range d.m {
				d.m[i].v = r3.Scale(k, d.m[i].v)
			}
		}
		e = d.energy()
	}
	d.held = e
}

// pull adds up the muscles' forces.
func (d *ragdoll) pull() {
	for i := range d.muscles {
		s := &d.muscles[i]
		strong := d.strength[s.group]
		if s.group <= gHips {
			strong *= d.uneven[s.side]
		}
		if strong <= 0 {
			continue
		}
		a, b := &d.m[s.a], &d.m[s.b]
		way := r3.Sub(b.at, a.at)
		l := body.Length(way)
		if l < 1e-6 {
			continue
		}
		way = r3.Scale(1/l, way)
		f := strong*s.stiff*(l-s.rest) + (0.3+0.7*strong)*s.damp*r3.Dot(r3.Sub(b.v, a.v), way)
		most := strong * s.most
		f = min(max(f, -most), most)
		a.force = r3.Add(a.force, r3.Scale(f, way))
		b.force = r3.Sub(b.force, r3.Scale(f, way))
	}
	if d.push != (r3.Vec{}) {
		for _, i := range [...]int{dShoulder, dShoulder + 1, dWaist} {
			d.m[i].force = r3.Add(d.m[i].force, r3.Scale(1.0/3, d.push))
		}
	}
}

// hold moves two masses until their distance is right.
func (d *ragdoll) hold(r *rod) {
	a, b := &d.m[r.a], &d.m[r.b]
	way := r3.Sub(b.at, a.at)
	l := body.Length(way)
	want := min(max(l, r.from), r.to)
	if want == l || l < 1e-9 {
		return
	}
	move := r3.Scale((l-want)/(l*(a.w+b.w)), way)
	a.at = r3.Add(a.at, r3.Scale(a.w, move))
	b.at = r3.Sub(b.at, r3.Scale(b.w, move))
}

// hinge keeps knee i before the line from hip to ankle, and elbow i behind the one from
// shoulder to wrist, as the pelvis and the chest look.
func (d *ragdoll) hinge(i int) {
	left, up, _ := d.axes(dHip, dHip+1, dWaist)
	front := r3.Cross(left, up)
	d.bendOneWay(dHip+i, dKnee+i, dAnkle+i, front, 0.15)
	left, up, _ = d.axes(dShoulder, dShoulder+1, dNeck)
	back := r3.Sub(r3.Scale(-0.6, r3.Cross(left, up)), r3.Scale(0.3, up))
	back = r3.Add(back, r3.Scale(0.4*body.Side(i), left))
	d.bendOneWay(dShoulder+i, dElbow+i, dWrist+i, back, 0.5)
}

// bendOneWay moves the middle of three masses to the side that front looks to. front turns
// with the upper bone: what is at right angles to it counts.
func (d *ragdoll) bendOneWay(upper, middle, lower int, front r3.Vec, least float64) {
	u, m, l := &d.m[upper], &d.m[middle], &d.m[lower]
	line := body.Unit(r3.Sub(l.at, u.at), body.AxisY)
	front = r3.Sub(front, r3.Scale(r3.Dot(front, line), line))
	n := body.Length(front)
	if n < least { // the line looks where front does: neither side is wrong
		return
	}
	front = r3.Scale(1/n, front)
	out := r3.Dot(r3.Sub(m.at, body.Lerp(u.at, l.at, 0.5)), front)
	if out >= 0.004 {
		return
	}
	move := r3.Scale(min(0.004-out, 0.0006)/(m.w+0.25*(u.w+l.w)), front)
	m.at = r3.Add(m.at, r3.Scale(m.w, move))
	u.at = r3.Sub(u.at, r3.Scale(0.5*u.w, move))
	l.at = r3.Sub(l.at, r3.Scale(0.5*l.w, move))
}

// energy is what moves and what is high, in joules.
func (d *ragdoll) energy() (e float64) {
	for i := range d.m {
		m := &d.m[i]
		e += (0.5*r3.Norm2(m.v) + gravity*m.at.Y) / m.w
	}
	return e
}

// speed is that of the fastest mass of the trunk and head.
func (d *ragdoll) speed() (v float64) {
	for i := range dNose {
		v = max(v, body.Length(d.m[i].v))
	}
	return v
}
