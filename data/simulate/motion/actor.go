package motion

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// actor performs a take, part after part.
type actor struct {
	who     *body.Body
	rng     *rand.Rand
	take    *Take
	now     rig     // as the last part ends
	heading float64 // degrees
	phase   Phase
	doing   string
	sway    float64
	bare    bool    // furniture is out of the way
	lost    float64 // when balance was lost, 0 = it was not
	busy    bool    // does one thing after the other
	haste   float64 // how long things take, 1 = as usual, 0.5 = half as long
	tools   func(q *body.Points, t float64) []Stick
}

func newActor(who *body.Body, rng *rand.Rand, name string) *actor {
	a := &actor{who: who, rng: rng, take: &Take{Body: who, Activity: name, waves: newWaves(rng)}, phase: Upright, doing: "standing", haste: 1}
	a.sway = 0.8 + 0.8*who.Frailty
	return a
}

// key is a position to come to: a posture, what carries it, and where the hands reach.
type key struct {
	p        posture
	foot     [2]bool
	hand     [2]bool
	kneel    [2]bool
	lying    bool
	seat     float64 // height of what the hips rest on; 0 = they do not, or on the floor
	sit      bool    // the hips rest
	balanced bool    // the centre of mass is over the feet
	forward  float64 // how far it is before the middle of the feet, with balanced
	reach    [2]func(q *body.Points) r3.Vec
}

var both = [2]bool{true, true}

// onFeet is a position that stands still on both feet.
func onFeet(p posture) key { return key{p: p, foot: both, balanced: true} }

// seated is a position on a seat of a height, with both feet on the floor.
func seated(p posture, high float64) key { return key{p: p, foot: both, sit: true, seat: high} }

// lyingAs is a position that lies on what is below.
func lyingAs(p posture) key { return key{p: p, lying: true, sit: true} }

// boxes are the furniture that counts.
func (a *actor) boxes() []Box {
	if a.bare {
		return nil
	}
	return a.take.Boxes
}

// begin takes up the first position: at once where a take begins, and else by going there.
func (a *actor) begin(k key) {
	if len(a.take.parts) == 0 {
		a.now = a.rig(k, true)
		return
	}
	a.goOver(k)
}

// rig places a key where the body is now.
func (a *actor) rig(k key, first bool) rig {
	p := k.p
	p[yaw] += a.heading
	r := rig{pose: p.pose(), foot: k.foot, hand: k.hand, kneel: k.kneel, lying: k.lying, seat: k.sit}
	a.setHeight(&r, k)
	if !first {
		a.anchor(&r, k)
		a.setHeight(&r, k)
		a.keepFeet(&r)
	}
	for range 4 {
		a.balance(&r, k)
	}
	a.plantHands(&r)
	a.reach(&r, k)
	r.rest(a.who, a.boxes())
	return r
}

// setHeight puts the lowest point on the ground, or the hips on their seat.
func (a *actor) setHeight(r *rig, k key) {
	if k.sit && k.seat > 0 && !k.lying {
		r.pose.Root.Y = k.seat + 0.9*a.who.Flesh.Hip
		return
	}
	q := a.who.Place(&r.pose)
	if k.seat > 0 || k.lying { // start above what will carry it
		top := k.seat
		for i := range a.boxes() {
			if b := &a.boxes()[i]; b.Carries && b.over(q.Hips) {
				top = max(top, b.Top())
			}
		}
		r.pose.Root.Y = top + 0.5
		q = a.who.Place(&r.pose)
	}
	drop := math.Inf(1)
	for _, t := range a.who.Touches(&q) {
		if k.sit && !k.lying && t.Spot != body.OnHip || t.Spot == body.OnHand || t.Spot == body.OnElbow {
			continue
		}
		drop = min(drop, t.At.Y-t.Radius-ground(a.boxes(), t.At, t.Radius))
	}
	r.pose.Root.Y -= drop
}

// anchor moves a position so that what it has in common with the present one stays.
func (a *actor) anchor(r *rig, k key) {
	now, then := a.who.Place(&a.now.pose), a.who.Place(&r.pose)
	var sum r3.Vec
	n := 0.0
	keep := func(both bool, from, to r3.Vec) {
		if both {
			sum = r3.Add(sum, r3.Sub(from, to))
			n++
		}
	}
	for i := range 2 {
		keep(a.now.foot[i] && k.foot[i], now.Ball[i], then.Ball[i])
	}
	if n == 0 {
		for i := range 2 {
			keep(a.now.kneel[i] && k.kneel[i], now.Knee[i], then.Knee[i])
		}
	}
	if n == 0 {
		for i := range 2 {
			keep(a.now.hand[i] && k.hand[i], now.Wrist[i], then.Wrist[i])
		}
	}
	if n == 0 {
		keep(true, now.Hips, then.Hips)
	}
	move := r3.Scale(1/n, sum)
	move.Y = 0
	r.pose.Root = r3.Add(r.pose.Root, move)
}

// keepFeet leaves feet and hands that carry the body now where they are.
func (a *actor) keepFeet(r *rig) {
	now := a.who.Place(&a.now.pose)
	for i := range 2 {
		if r.foot[i] && a.now.foot[i] {
			foot := body.LeftFoot + body.Part(i)
			side := a.now.pose.Turn[foot].Rotate(body.AxisX)
			front := r3.Cross(side, body.AxisY)
			pitch := math.Asin(-r.pose.Turn[foot].Rotate(body.AxisZ).Y) / body.Degree
			level := body.Mul(body.Turn(body.AxisY, math.Atan2(front.X, front.Z)/body.Degree), body.Turn(body.AxisX, max(pitch, 0)))
			r.pose.Turn[foot] = level
			ball := now.Ball[i]
			ball.Y = a.who.Flesh.Sole
			stand(a.who, &r.pose, i, ball, r.pose.Turn[body.LeftThigh+body.Part(i)].Rotate(body.AxisZ))
		}
	}
}

// balance brings the centre of mass over the feet that stand, and puts down those that do
// not reach the floor yet.
func (a *actor) balance(r *rig, k key) {
	q := a.who.Place(&r.pose)
	var balls [2]r3.Vec
	for i := range 2 {
		balls[i] = q.Ball[i]
		balls[i].Y = a.who.Flesh.Sole
		if !k.sit && !k.balanced {
			balls[i].Y = max(balls[i].Y, q.Ball[i].Y)
		}
	}
	if k.balanced {
		var under r3.Vec
		n := 0.0
		for i := range 2 {
			if k.foot[i] {
				under, n = r3.Add(under, body.Lerp(q.Heel[i], q.Ball[i], 0.5)), n+1
			}
		}
		under = r3.Add(r3.Scale(1/n, under), r3.Scale(k.forward, body.Heading(a.heading)))
		off := r3.Sub(under, a.who.MassCentre(&q))
		r.pose.Root = r3.Add(r.pose.Root, r3.Vec{X: off.X, Z: off.Z})
	}
	for i := range 2 {
		if k.foot[i] {
			stand(a.who, &r.pose, i, balls[i], r.pose.Turn[body.LeftThigh+body.Part(i)].Rotate(body.AxisZ))
		}
	}
}

// plantHands puts hands that carry the body flat on the ground, or leaves them where they do.
func (a *actor) plantHands(r *rig) {
	now, q := a.who.Place(&a.now.pose), a.who.Place(&r.pose)
	for i := range 2 {
		if !r.hand[i] {
			continue
		}
		to := q.Wrist[i]
		if a.now.hand[i] {
			to = now.Wrist[i]
		} else {
			to.Y = ground(a.boxes(), r3.Add(to, r3.Vec{Y: 0.15}), a.who.Flesh.Wrist) + 1.6*a.who.Flesh.Wrist
		}
		a.who.Arm(&r.pose, i, to, r.pose.Turn[body.LeftUpperArm+body.Part(i)].Rotate(body.AxisZ))
		fingers := r.pose.Turn[body.Chest].Rotate(r3.Vec{Y: 0.6, Z: 0.8})
		fingers.Y = -0.15
		x := r.pose.Turn[body.LeftForearm+body.Part(i)].Rotate(body.AxisX)
		r.pose.Turn[body.LeftHand+body.Part(i)] = body.Basis(r3.Scale(-1, fingers), x)
	}
}

// reach brings hands to where they reach.
func (a *actor) reach(r *rig, k key) {
	for i, to := range k.reach {
		if to == nil {
			continue
		}
		q := a.who.Place(&r.pose)
		front := r.pose.Turn[body.LeftUpperArm+body.Part(i)].Rotate(body.AxisZ)
		a.who.Arm(&r.pose, i, to(&q), front)
	}
}

// as names what is done from now on.
func (a *actor) as(phase Phase, doing string) { a.phase, a.doing = phase, doing }

// add appends a part that ends in a rig.
func (a *actor) add(length float64, end rig, still bool, at func(t float64) rig) {
	a.take.parts = append(a.take.parts, part{
		start: a.take.Seconds(), length: length, phase: a.phase, activity: a.doing, sway: a.sway, still: still, bare: a.bare,
		room: len(a.take.rooms), at: at, tools: a.tools,
	})
	a.now = end
}

// hold keeps the position.
func (a *actor) hold(seconds float64) {
	r := a.now
	a.add(seconds, r, !r.loose && (r.foot[0] || r.foot[1]) && !r.hand[0] && !r.hand[1] && !r.seat && !r.lying, func(float64) rig { return r })
}

// move goes to a position, from rest to rest.
func (a *actor) move(k key, seconds float64) { a.course(smooth, seconds, a.rig(k, false)) }

// via goes to a position by way of another without stopping there.
func (a *actor) via(over, k key, seconds float64) {
	a.course(smooth, seconds, a.rig(over, false), a.rig(k, false))
}

// course runs through rigs with a course of time.
func (a *actor) course(ease func(float64) float64, seconds float64, rigs ...rig) {
	way := append([]rig{a.now}, rigs...)
	end := rigs[len(rigs)-1]
	who := a.who
	a.add(seconds, end, false, func(t float64) rig {
		if u := ease(t / seconds); u < 1 {
			return curve(who, way, u)
		}
		return end
	})
}

// varied is a form of a posture: nobody holds one twice alike. Legs stay.
func (a *actor) varied(p posture, degrees float64) posture {
	for _, c := range [...]int{spineFlex, spineSide, headNod, headTurn, armFlex, armAbd, elbow} {
		p[c] += degrees * a.rng.NormFloat64()
	}
	for _, c := range [...]int{armFlex, armAbd, elbow} {
		p[c+other] += degrees * a.rng.NormFloat64()
	}
	p[elbow], p[elbow+other] = max(p[elbow], 2), max(p[elbow+other], 2)
	return p
}

// stooped gives a posture of the upright body the person's own bearing.
func (a *actor) stooped(p posture) posture {
	s := a.who.Stoop
	p[pitch] += 0.2 * s
	p[hipFlex] += 0.2*s + 0.25*s
	p[hipFlex+other] += 0.2*s + 0.25*s
	p[knee] += 0.5 * s
	p[knee+other] += 0.5 * s
	p[spineFlex] += 0.8 * s
	p[headNod] -= 0.7 * s
	p[armFlex] += 0.8 * s
	p[armFlex+other] += 0.8 * s
	return p
}

// box adds furniture at a place relative to the hips: metres to the left, up from the floor
// and forward.
func (a *actor) box(left, up, forward float64, b Box) {
	h := body.Heading(a.heading)
	root := a.now.pose.Root
	b.Base = r3.Vec{X: root.X + left*h.Z + forward*h.X, Y: up, Z: root.Z + forward*h.Z - left*h.X}
	b.Yaw += a.heading
	a.take.Boxes = append(a.take.Boxes, b)
}
