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

// Masses of a ragdoll. Those of pairs are left; the right one follows.
const (
	dHip      = 0
	dWaist    = 2
	dBelly    = 3 // the pelvis's front
	dShoulder = 4
	dNeck     = 6
	dBreast   = 7 // the chest's front
	dHead     = 8
	dNose     = 9
	dKnee     = 10
	dAnkle    = 12
	dToe      = 14
	dHeel     = 16
	dElbow    = 18
	dWrist    = 20
	nMasses   = 22
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

// muscle pulls two masses towards a distance.
type muscle struct {
	a, b        int
	rest        float64
	stiff, damp float64 // N/m, N·s/m
	most        float64 // N
	group       int
	side        int // 0 left, 1 right
}

// Groups of muscles, whose strength changes together.
const (
	gAnkles = iota
	gLegs
	gHips
	gTrunk
	gNeck
	gArms
	groups
)

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

// wall is an upright plane, up to a height, that a body leans on.
type wall struct {
	at, normal r3.Vec
	top        float64
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

// weigh shares the parts' masses out among the joints so that each part's centre of mass
// stays where it is.
func (d *ragdoll) weigh() {
	var kg [nMasses]float64
	b, f := d.who, &d.who.Flesh
	part := func(p body.Part) float64 { return b.Weight[p] * b.Mass }
	for i := range 2 {
		n := body.Part(i)
		thigh, shank, foot := part(body.LeftThigh+n), part(body.LeftShank+n), part(body.LeftFoot+n)
		arm, forearm := part(body.LeftUpperArm+n), part(body.LeftForearm+n)
		kg[dHip+i] = 0.62*thigh + 0.28*part(body.Pelvis)
		kg[dKnee+i] = 0.38*thigh + 0.56*shank
		kg[dAnkle+i] = 0.44*shank + 0.4*foot
		kg[dToe+i], kg[dHeel+i] = 0.4*foot, 0.2*foot
		kg[dShoulder+i] = 0.26*part(body.Chest) + 0.43*arm
		kg[dElbow+i] = 0.57*arm + 0.54*forearm
		kg[dWrist+i] = 0.46*forearm + part(body.LeftHand+n)
		d.m[dHip+i].radius, d.m[dKnee+i].radius, d.m[dAnkle+i].radius = f.Hip, f.Knee, f.Ankle
		d.m[dToe+i].radius, d.m[dHeel+i].radius = f.Sole, f.Sole
		d.m[dShoulder+i].radius, d.m[dElbow+i].radius, d.m[dWrist+i].radius = f.Shoulder, f.Elbow, f.Wrist
	}
	kg[dWaist] = 0.26*part(body.Pelvis) + 0.24*part(body.Chest)
	kg[dBelly], kg[dBreast], kg[dNeck] = 0.18*part(body.Pelvis), 0.16*part(body.Chest), 0.08*part(body.Chest)
	kg[dHead], kg[dNose] = 0.75*part(body.Head), 0.25*part(body.Head)
	d.m[dWaist].radius, d.m[dBelly].radius, d.m[dBreast].radius = f.Waist, 0.2*f.Waist, 0.2*f.Chest
	d.m[dHead].radius, d.m[dNeck].radius = f.Head, 0.8*f.Shoulder
	d.m[dNose].radius = 0.01
	for i := range d.m {
		d.m[i].w = 1 / max(kg[i], 0.12)
	}
}

func (d *ragdoll) distance(a, b int) float64 { return r3.Norm(r3.Sub(d.m[a].at, d.m[b].at)) }

// bone keeps two masses as far apart as they are.
func (d *ragdoll) bone(a, b int) {
	l := d.distance(a, b)
	d.rods = append(d.rods, rod{a, b, l, l})
}

// within keeps a distance between bounds.
func (d *ragdoll) within(a, b int, from, to float64) {
	l := d.distance(a, b)
	d.rods = append(d.rods, rod{a, b, min(from, l), max(to, l)})
}

// frame makes a rigid piece of masses.
func (d *ragdoll) frame(of ...int) {
	for i, a := range of {
		for _, b := range of[:i] {
			d.bone(a, b)
		}
	}
}

// join lays out bones, joint limits and muscles.
func (d *ragdoll) join() {
	d.frame(dHip, dHip+1, dWaist, dBelly)
	d.frame(dShoulder, dShoulder+1, dWaist, dNeck, dBreast)
	d.frame(dNeck, dHead, dNose)
	b := d.who
	s := b.Stature
	for i := range 2 {
		d.frame(dAnkle+i, dToe+i, dHeel+i)
		d.bone(dHip+i, dKnee+i)
		d.bone(dKnee+i, dAnkle+i)
		d.bone(dShoulder+i, dElbow+i)
		d.bone(dElbow+i, dWrist+i)
		// how far knees and elbows bend, ankles, hips
		d.within(dHip+i, dAnkle+i, 0.28*(b.Thigh+b.Shank), 9)
		d.within(dShoulder+i, dWrist+i, 0.30*(b.UpperArm+b.Forearm), 9)
		d.within(dKnee+i, dToe+i, d.ankleAt(-35), d.ankleAt(50))
		d.within(dKnee+i, dBelly, 0, math.Hypot(b.Thigh+0.25*b.Lumbar, b.Lumbar)*0.985)
		d.within(dKnee+i, dBreast, 0.20*s, 9)
		d.within(dKnee+i, dShoulder+i, 0.16*s, 9)
		d.within(dKnee+i, dWaist, d.foldedTo(148), 9)
		d.within(dKnee+i, dNeck, 0.16*s, 9)
		const out = 60 * body.Degree
		d.within(dKnee+i, dHip+1-i, 0.9*b.Thigh, math.Hypot(2*b.HipHalf+b.Thigh*math.Sin(out), b.Thigh*math.Cos(out)))
		// the arms stay out of the trunk
		d.within(dElbow+i, dWaist, 0.09*s, 9)
		d.within(dWrist+i, dWaist, 0.09*s, 9)
		d.within(dWrist+i, dHead, 0.07*s, 9)
		d.within(dElbow+i, dShoulder+1-i, 0.8*b.UpperArm, 9)
	}
	d.within(dKnee, dKnee+1, 0.06*s, 9)
	d.within(dAnkle, dAnkle+1, 0.05*s, 9)
	spine := func(a, b int, slack float64) {
		l := d.distance(a, b)
		d.within(a, b, l*(1-slack), l*(1+0.5*slack))
	}
	spine(dBreast, dBelly, 0.45)
	for i := range 2 {
		spine(dShoulder+i, dHip+i, 0.14)
		spine(dShoulder+i, dHip+1-i, 0.13)
		spine(dHead, dShoulder+i, 0.18)
	}
	spine(dHead, dBreast, 0.28)
	spine(dNose, dBreast, 0.35)
	d.flex()
}

// foldedTo is the distance from a knee to the waist with the thigh so many degrees forward.
func (d *ragdoll) foldedTo(flex float64) float64 {
	b := d.who
	return math.Sqrt(b.Thigh*b.Thigh + b.Lumbar*b.Lumbar - 2*b.Thigh*b.Lumbar*math.Cos((180-flex)*body.Degree))
}

// ankleAt is the distance from the knee to the ball of the foot with the toes so many
// degrees down.
func (d *ragdoll) ankleAt(down float64) float64 {
	b := d.who
	foot := math.Hypot(b.Ankle, b.Ball)
	angle := 90 + math.Atan2(b.Ankle, b.Ball)/body.Degree + down
	return math.Sqrt(b.Shank*b.Shank + foot*foot - 2*b.Shank*foot*math.Cos(angle*body.Degree))
}

// flex lays out the muscles: they pull towards the posture that the body has now.
func (d *ragdoll) flex() {
	kg := d.who.Mass
	side := 0
	add := func(group, a, b int, stiff, damp, most float64) {
		d.muscles = append(d.muscles, muscle{a, b, d.distance(a, b), stiff * kg, damp * kg, most * kg, group, side})
	}
	for i := range 2 {
		side = i
		add(gLegs, dHip+i, dAnkle+i, 500, 14, 18)
		add(gAnkles, dKnee+i, dToe+i, 60, 1.5, 8)
		add(gHips, dKnee+i, dBelly, 140, 3, 14)
		add(gHips, dKnee+i, dWaist, 140, 3, 14)
		add(gHips, dKnee+i, dHip+1-i, 80, 2, 8)
		add(gTrunk, dShoulder+i, dHip+i, 160, 4, 14)
		add(gTrunk, dShoulder+i, dHip+1-i, 100, 3, 10)
		add(gNeck, dHead, dShoulder+i, 40, 1, 4)
		add(gArms, dElbow+i, dBreast, 8, 0.4, 2)
		add(gArms, dElbow+i, dWaist, 8, 0.4, 2)
		add(gArms, dElbow+i, dShoulder+1-i, 8, 0.4, 2)
		add(gArms, dShoulder+i, dWrist+i, 30, 1.2, 4)
	}
	add(gTrunk, dBreast, dBelly, 160, 4, 14)
	add(gNeck, dNose, dBreast, 16, 0.5, 3)
}

// aim gives muscles the distances of another posture.
func (d *ragdoll) aim(p *body.Pose, of ...int) {
	at := d.places(p)
	for i := range d.muscles {
		m := &d.muscles[i]
		for _, g := range of {
			if m.group == g {
				m.rest = r3.Norm(r3.Sub(at[m.a], at[m.b]))
			}
		}
	}
}

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
		l := r3.Norm(way)
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
	l := r3.Norm(way)
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

// axes are the directions to the left, up and of a trunk made of two sides and a top.
func (d *ragdoll) axes(left, right, top int) (x, y, middle r3.Vec) {
	middle = body.Lerp(d.m[left].at, d.m[right].at, 0.5)
	x = body.Unit(r3.Sub(d.m[left].at, d.m[right].at), body.AxisX)
	y = r3.Sub(d.m[top].at, middle)
	y = body.Unit(r3.Sub(y, r3.Scale(r3.Dot(y, x), x)), body.AxisY)
	return x, y, middle
}

// bendOneWay moves the middle of three masses to the side that front looks to. front turns
// with the upper bone: what is at right angles to it counts.
func (d *ragdoll) bendOneWay(upper, middle, lower int, front r3.Vec, least float64) {
	u, m, l := &d.m[upper], &d.m[middle], &d.m[lower]
	line := body.Unit(r3.Sub(l.at, u.at), body.AxisY)
	front = r3.Sub(front, r3.Scale(r3.Dot(front, line), line))
	n := r3.Norm(front)
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
	far := r3.Norm(move)
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
		v = max(v, r3.Norm(d.m[i].v))
	}
	return v
}

// pose reads the body off the masses: the directions of the bones, with the joints within
// their limits and no faster than joints are.
func (d *ragdoll) pose() body.Pose {
	p := d.last
	t := &p.Turn
	left, up, middle := d.axes(dHip, dHip+1, dWaist)
	p.Root = middle
	t[body.Pelvis] = body.Basis(up, left)
	left, _, _ = d.axes(dShoulder, dShoulder+1, dNeck)
	shoulders := body.Lerp(d.m[dShoulder].at, d.m[dShoulder+1].at, 0.5)
	t[body.Chest] = body.Basis(r3.Sub(shoulders, d.m[dWaist].at), left)
	look := r3.Sub(d.m[dNose].at, d.m[dHead].at)
	crown := r3.Sub(d.m[dHead].at, d.m[dNeck].at)
	t[body.Head] = body.Basis(crown, r3.Cross(crown, look))
	for i := range 2 {
		d.leg(&p, i)
		d.arm(&p, i)
	}
	p.Limit()
	if d.read {
		d.slow(&p)
	}
	d.read = true
	r := rig{pose: p, lying: true}
	q := d.who.Place(&r.pose)
	lift := 0.0
	for _, t := range d.who.Touches(&q) {
		if t.Spot == body.OnHead || t.Spot == body.OnChest || t.Spot == body.OnShoulder {
			lift = max(lift, t.Radius-t.At.Y)
		}
	}
	r.pose.Root.Y += lift
	q = d.who.Place(&r.pose)
	for i := range 2 {
		r.liftFoot(d.who, &q, d.boxes, i)
		r.liftArm(d.who, &q, d.boxes, i)
	}
	d.last = r.pose
	return r.pose
}

// slow lets no joint turn faster than joints do in a fall.
func (d *ragdoll) slow(p *body.Pose) {
	const limbs, neck = 900.0, 500.0 // degrees a second
	was, target := d.last.Turn, p.Turn
	for c := body.Chest; int(c) < body.Parts; c++ {
		most := limbs * recordedEvery
		if c <= body.Head {
			most = neck * recordedEvery
		}
		parent := c.Parent()
		before, now := body.Between(was[parent], was[c]), body.Between(target[parent], target[c])
		p.Turn[c] = body.Mul(p.Turn[parent], body.Toward(before, now, most))
	}
}

// leg reads a leg off: the knee is a hinge.
func (d *ragdoll) leg(p *body.Pose, i int) {
	n := body.Part(i)
	hip, knee, ankle := d.m[dHip+i].at, d.m[dKnee+i].at, d.m[dAnkle+i].at
	upper, lower := r3.Sub(hip, knee), r3.Sub(knee, ankle)
	x, bent := d.hingeOf(upper, lower, p.Turn[body.LeftThigh+n], 1)
	p.Turn[body.LeftThigh+n] = body.Basis(upper, x)
	p.Turn[body.LeftShank+n] = body.Mul(p.Turn[body.LeftThigh+n], body.Turn(body.AxisX, bent))
	z := body.Unit(r3.Sub(d.m[dToe+i].at, d.m[dHeel+i].at), body.AxisZ)
	y := body.Unit(r3.Sub(ankle, body.Lerp(d.m[dToe+i].at, d.m[dHeel+i].at, 0.3)), body.AxisY)
	y = r3.Sub(y, r3.Scale(r3.Dot(y, z), z))
	p.Turn[body.LeftFoot+n] = body.Basis(y, r3.Cross(y, z))
}

// hingeOf is the axis of a hinge between two bones, and how far it is bent about it. sign is
// +1 for knees and -1 for elbows. The axis follows the bones from where it was; a straight
// hinge keeps it.
func (d *ragdoll) hingeOf(upper, lower r3.Vec, was body.Rotation, sign float64) (x r3.Vec, bent float64) {
	const most = 9.0 // degrees between two recorded poses
	kept := body.Aim(was, upper)
	u, l := body.Unit(upper, body.AxisY), body.Unit(lower, body.AxisY)
	across := r3.Scale(sign, r3.Cross(u, l))
	n := r3.Norm(across)
	angle := math.Atan2(n, r3.Dot(u, l)) / body.Degree
	x = kept.Rotate(body.AxisX)
	if n < 1e-6 {
		return x, 0
	}
	across = r3.Scale(1/n, across)
	off := math.Atan2(r3.Dot(r3.Cross(x, across), u), r3.Dot(x, across)) / body.Degree
	turn := min(max(off, -most), most) * min(n/0.15, 1)
	x = body.Turn(u, turn).Rotate(x)
	return x, sign * angle * max(math.Cos((off-turn)*body.Degree), 0)
}

func (d *ragdoll) arm(p *body.Pose, i int) {
	n := body.Part(i)
	shoulder, elbow, wrist := d.m[dShoulder+i].at, d.m[dElbow+i].at, d.m[dWrist+i].at
	upper, lower := r3.Sub(shoulder, elbow), r3.Sub(elbow, wrist)
	hand := body.Between(p.Turn[body.LeftForearm+n], p.Turn[body.LeftHand+n])
	x, bent := d.hingeOf(upper, lower, p.Turn[body.LeftUpperArm+n], -1)
	p.Turn[body.LeftUpperArm+n] = body.Basis(upper, x)
	p.Turn[body.LeftForearm+n] = body.Mul(p.Turn[body.LeftUpperArm+n], body.Turn(body.AxisX, bent))
	p.Turn[body.LeftHand+n] = body.Mul(p.Turn[body.LeftForearm+n], body.Slerp(hand, body.Identity, 0.02))
}
