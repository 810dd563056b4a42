package motion

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// rig is a body at one moment, and what keeps its place while it moves.
type rig struct {
	pose  body.Pose
	foot  [2]bool // stands there
	hand  [2]bool // leans there
	kneel [2]bool // a knee is on the ground
	seat  bool    // the hips rest on something
	lying bool    // the height follows from what touches the ground
	loose bool    // integrated from forces: nothing may be corrected
}

// mix is a where part is 0 and b where it is 1. Feet and hands that keep their place in
// both stay there exactly; feet that stand elsewhere in b step over.
func mix(who *body.Body, a, b *rig, part float64) rig {
	r := *b
	p, q := &a.pose, &b.pose
	r.pose.Root = body.Lerp(p.Root, q.Root, part)
	r.pose.Turn[body.Pelvis] = body.Slerp(p.Turn[body.Pelvis], q.Turn[body.Pelvis], part)
	for c := body.Chest; int(c) < body.Parts; c++ {
		parent := c.Parent()
		x, y := body.Between(p.Turn[parent], p.Turn[c]), body.Between(q.Turn[parent], q.Turn[c])
		r.pose.Turn[c] = body.Mul(r.pose.Turn[parent], body.Slerp(x, y, part))
	}
	r.lying, r.seat, r.loose = a.lying && b.lying, a.seat && b.seat, a.loose || b.loose
	var places *[2]body.Points
	for i := range 2 {
		r.foot[i], r.hand[i] = a.foot[i] && b.foot[i], a.hand[i] && b.hand[i]
		r.kneel[i] = a.kneel[i] && b.kneel[i]
		if !r.foot[i] && !r.hand[i] {
			continue
		}
		if places == nil {
			places = &[2]body.Points{who.Place(p), who.Place(q)}
		}
		if r.foot[i] {
			step(who, &r.pose, i, p, q, places, part)
		}
		if r.hand[i] {
			to := body.Lerp(places[0].Wrist[i], places[1].Wrist[i], part)
			hand := body.Slerp(p.Turn[body.LeftHand+body.Part(i)], q.Turn[body.LeftHand+body.Part(i)], part)
			upper := body.LeftUpperArm + body.Part(i)
			who.Arm(&r.pose, i, to, body.Lerp(p.Turn[upper].Rotate(body.AxisZ), q.Turn[upper].Rotate(body.AxisZ), part))
			r.pose.Turn[body.LeftHand+body.Part(i)] = hand
		}
	}
	return r
}

// step puts foot i where it is on its way from p to q.
func step(who *body.Body, r *body.Pose, i int, p, q *body.Pose, places *[2]body.Points, part float64) {
	foot := body.LeftFoot + body.Part(i)
	ball := body.Lerp(places[0].Ball[i], places[1].Ball[i], part)
	far := r3.Norm(r3.Sub(places[1].Ball[i], places[0].Ball[i]))
	if far > 0.01 {
		ball.Y += min(0.2*far, 0.09) * 4 * part * (1 - part)
	}
	r.Turn[foot] = body.Slerp(p.Turn[foot], q.Turn[foot], part)
	thigh := body.LeftThigh + body.Part(i)
	front := body.Lerp(p.Turn[thigh].Rotate(body.AxisZ), q.Turn[thigh].Rotate(body.AxisZ), part)
	stand(who, r, i, ball, front)
}

// stand bends leg i so that the foot, turned as it is, has its ball at a place. A leg that
// is too short for it lifts its heel.
func stand(who *body.Body, r *body.Pose, i int, ball, front r3.Vec) {
	foot := body.LeftFoot + body.Part(i)
	hip := r3.Add(r.Root, r.Turn[body.Pelvis].Rotate(r3.Vec{X: body.Side(i) * who.HipHalf}))
	longest := 0.9995 * (who.Thigh + who.Shank)
	ankle := who.AnkleOver(ball, r.Turn[foot])
	for range 12 {
		if r3.Norm(r3.Sub(ankle, hip)) <= longest {
			break
		}
		r.Turn[foot] = body.Mul(r.Turn[foot], body.Turn(body.AxisX, 4))
		ankle = who.AnkleOver(ball, r.Turn[foot])
	}
	who.Leg(r, i, ankle, front)
}

// curve runs from the first to the last of one to three rigs, drawn to the one between
// (De Casteljau).
func curve(who *body.Body, rigs []rig, part float64) rig {
	switch len(rigs) {
	case 1:
		return rigs[0]
	case 2:
		return mix(who, &rigs[0], &rigs[1], part)
	}
	a, b := mix(who, &rigs[0], &rigs[1], part), mix(who, &rigs[1], &rigs[2], part)
	return mix(who, &a, &b, part)
}

// Box is a piece of furniture: what stands on the floor, carries a body and hides it.
type Box struct {
	Base             r3.Vec  // middle of its lower face
	Yaw              float64 // degrees
	Wide, High, Deep float64 // along its own x, y, z
	Carries          bool    // a body can rest on it
	Kind             string  // "chair", "bed", "sofa", "table", "wall", "cupboard" …
}

// over tells whether a place lies over the box.
func (b *Box) over(p r3.Vec) bool { return b.inside(p) > 0 }

// Inside is how far a place lies within the box's outline on the floor, in metres; outside
// it is negative.
func (b *Box) Inside(p r3.Vec) float64 { return b.inside(p) }

// inside is how far a place lies within the box's outline, in metres; outside it is negative.
func (b *Box) inside(p r3.Vec) float64 {
	s, c := math.Sincos(b.Yaw * body.Degree)
	d := r3.Sub(p, b.Base)
	return min(b.Wide/2-math.Abs(d.X*c-d.Z*s), b.Deep/2-math.Abs(d.X*s+d.Z*c))
}

// Top is the height of the upper face.
func (b *Box) Top() float64 { return b.Base.Y + b.High }

// Ground is the height of what would carry a point with flesh of a radius around it.
func Ground(boxes []Box, p r3.Vec, radius float64) float64 { return ground(boxes, p, radius) }

// ground is the height of what would carry a point of the body with flesh of a radius
// around it. At the edges of a box, and under its top, that fades, so that nothing is lifted
// with a jerk.
func ground(boxes []Box, p r3.Vec, radius float64) float64 {
	const (
		sure, under = 0.08, 0.16 // m below a top: what is further down is under it, or beside
		edge        = 0.05
	)
	high := 0.0
	for i := range boxes {
		b := &boxes[i]
		if !b.Carries || p.Y < b.Top()-under {
			continue
		}
		in := b.inside(p)
		if in <= 0 {
			continue
		}
		say := min((p.Y-b.Top()+under)/(under-sure), 1) * min(in/edge, 1)
		if lift := b.Top() + radius - p.Y; lift <= 0 {
			high = max(high, b.Top())
		} else {
			high = max(high, p.Y-radius+say*lift)
		}
	}
	return high
}

// hardGround is the same without fading, for what falls on it.
func hardGround(boxes []Box, p r3.Vec) float64 {
	high := 0.0
	for i := range boxes {
		if b := &boxes[i]; b.Carries && b.Top() > high && p.Y > b.Top()-sideBelow && b.over(p) {
			high = b.Top()
		}
	}
	return high
}

// sideBelow is how far below a top a mass has to be, in metres, to be pushed out at the side.
const sideBelow = 0.12

// rest brings a body that moves on purpose onto what carries it: nothing of it sinks, and
// a lying one touches.
func (r *rig) rest(who *body.Body, boxes []Box) {
	if r.loose {
		r.pose.Root.Y += sunk(who, &r.pose)
		return
	}
	q := who.Place(&r.pose)
	touches := who.Touches(&q)
	lift := math.Inf(-1)
	for _, t := range touches {
		if t.Spot == body.OnBall || t.Spot == body.OnHeel || t.Spot == body.OnHand || t.Spot == body.OnElbow || t.Spot == body.OnAnkle {
			continue
		}
		lift = max(lift, ground(boxes, t.At, t.Radius)+t.Radius-t.At.Y)
	}
	if lift > 0 || r.lying {
		r.raise(who, &q, lift)
		q = who.Place(&r.pose)
	}
	for i := range 2 {
		if !r.foot[i] {
			r.pose.LimitFoot(i)
			r.liftFoot(who, &q, boxes, i)
			if r.lying {
				r.limitLeg(i)
			}
		}
		if !r.hand[i] {
			r.liftArm(who, &q, boxes, i)
			r.pose.LimitArm(i)
		}
	}
	if r.lying {
		r.pose.Root.Y += sunk(who, &r.pose)
	}
}

// raise lifts the trunk; feet and hands that keep their place do so.
func (r *rig) raise(who *body.Body, q *body.Points, lift float64) {
	r.pose.Root.Y += lift
	for i := range 2 {
		if r.foot[i] {
			stand(who, &r.pose, i, q.Ball[i], r.pose.Turn[body.LeftThigh+body.Part(i)].Rotate(body.AxisZ))
		}
		if r.hand[i] {
			keep := r.pose.Turn[body.LeftHand+body.Part(i)]
			who.Arm(&r.pose, i, q.Wrist[i], r.pose.Turn[body.LeftUpperArm+body.Part(i)].Rotate(body.AxisZ))
			r.pose.Turn[body.LeftHand+body.Part(i)] = keep
		}
	}
}

// liftFoot bends a free leg that would reach into the ground, and lets a lying one down.
func (r *rig) liftFoot(who *body.Body, q *body.Points, boxes []Box, i int) {
	f := &who.Flesh
	sink := ground(boxes, q.Ankle[i], f.Ankle) + f.Ankle - q.Ankle[i].Y
	for _, p := range [...]r3.Vec{q.Ball[i], q.Heel[i]} {
		sink = max(sink, ground(boxes, p, f.Sole)+f.Sole-p.Y)
	}
	if r.lying { // a leg that is folded up cannot be lifted by its foot: the whole body is, later
		hip := r3.Norm(r3.Sub(q.Ankle[i], q.Hip[i])) / (who.Thigh + who.Shank)
		sink *= min(max((hip-0.35)/0.25, 0), 1)
	}
	if sink <= 1e-4 {
		return
	}
	thigh, foot := body.LeftThigh+body.Part(i), body.LeftFoot+body.Part(i)
	keep := r.pose.Turn[foot]
	to := q.Ankle[i]
	to.Y += sink
	who.Leg(&r.pose, i, to, r.pose.Turn[thigh].Rotate(body.AxisZ))
	r.pose.Turn[foot] = keep
	r.pose.LimitFoot(i)
}

// limitLeg brings leg i back to its limits. A thigh that is far out is left as it is, and
// between that and the others there is no jump.
func (r *rig) limitLeg(i int) {
	const near, far = 30.0, 52.0 // degrees outward
	part := min(max((far-math.Abs(r.pose.Angles().Hip[i].Out))/(far-near), 0), 1)
	if part == 0 {
		return
	}
	within := r.pose
	within.LimitLeg(i)
	was := r.pose.Turn
	for _, c := range [...]body.Part{body.LeftThigh, body.LeftShank, body.LeftFoot} {
		c += body.Part(i)
		p := c.Parent()
		r.pose.Turn[c] = body.Mul(r.pose.Turn[p], body.Slerp(body.Between(was[p], was[c]), body.Between(within.Turn[p], within.Turn[c]), part))
	}
}

// liftArm does so for an arm.
func (r *rig) liftArm(who *body.Body, q *body.Points, boxes []Box, i int) {
	f := &who.Flesh
	sink := max(ground(boxes, q.Wrist[i], f.Wrist)+f.Wrist-q.Wrist[i].Y, ground(boxes, q.Fingers[i], f.Fingers)+f.Fingers-q.Fingers[i].Y)
	elbow := ground(boxes, q.Elbow[i], f.Elbow) + f.Elbow - q.Elbow[i].Y
	if sink <= 1e-4 && elbow <= 1e-4 {
		return
	}
	to := q.Wrist[i]
	to.Y += max(sink, 0)
	front := r.pose.Turn[body.LeftUpperArm+body.Part(i)].Rotate(body.AxisZ)
	if elbow > 0 { // the elbow goes up
		front = r3.Add(front, r3.Scale(-6*elbow/who.UpperArm, body.AxisY))
	}
	hand := body.LeftHand + body.Part(i)
	who.Arm(&r.pose, i, to, front)
	p := who.Place(&r.pose)
	if low := ground(boxes, p.Fingers[i], f.Fingers) + f.Fingers - p.Fingers[i].Y; low > 0 { // the hand lies flat
		r.pose.Turn[hand] = body.Aim(r.pose.Turn[hand], r3.Add(r.pose.Turn[hand].Rotate(r3.Vec{Y: 0.85 * who.Hand}), r3.Vec{Y: -low}))
	}
}
