package motion

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// axes are the directions to the left, up and of a trunk made of two sides and a top.
func (d *ragdoll) axes(left, right, top int) (x, y, middle r3.Vec) {
	middle = body.Lerp(d.m[left].at, d.m[right].at, 0.5)
	x = body.Unit(r3.Sub(d.m[left].at, d.m[right].at), body.AxisX)
	y = r3.Sub(d.m[top].at, middle)
	y = body.Unit(r3.Sub(y, r3.Scale(r3.Dot(y, x), x)), body.AxisY)
	return x, y, middle
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
		yield(&p, 600)
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
	yield(&r.pose, 1500) // legs and arms that were lifted
	r.pose.Root.Y += sunk(d.who, &r.pose)
	d.last = r.pose
	return r.pose
}

// sunk is how far a pose has to come up so that no part of it is deeper in the floor than
// flesh and floor give way.
func sunk(who *body.Body, p *body.Pose) (lift float64) {
	const soft = 0.012 // m
	q := who.Place(p)
	for _, t := range who.Touches(&q) {
		lift = max(lift, t.Radius-t.At.Y-soft)
	}
	return lift
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

// yield brings joints that are beyond their limits back, as far as a speed (degrees a
// second) goes.
func yield(p *body.Pose, speed float64) {
	most := speed * recordedEvery
	within := *p
	within.Limit()
	was := p.Turn
	for c := body.Chest; int(c) < body.Parts; c++ {
		parent := c.Parent()
		now := body.Between(was[parent], was[c])
		p.Turn[c] = body.Mul(p.Turn[parent], body.Toward(now, body.Between(within.Turn[parent], within.Turn[c]), most))
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
