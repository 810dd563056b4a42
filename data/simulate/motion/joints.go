package motion

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
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
		d.within(dKnee+i, dShoulder+i, 0.175*s, 9)
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
		add(gNeck, dHead, dShoulder+i, 160, 3, 6)
		add(gArms, dElbow+i, dBreast, 8, 0.4, 2)
		add(gArms, dElbow+i, dWaist, 8, 0.4, 2)
		add(gArms, dElbow+i, dShoulder+1-i, 8, 0.4, 2)
		add(gArms, dShoulder+i, dWrist+i, 80, 3.5, 11)
	}
	add(gTrunk, dBreast, dBelly, 160, 4, 14)
	add(gNeck, dHead, dBreast, 120, 2.5, 6)
	add(gNeck, dNose, dBreast, 80, 2, 5)
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
