package motion

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// loss is how a fall comes about: what acts on the ragdoll from one instant to the next.
type loss struct {
	mechanism, direction string
	act                  func(d *ragdoll) // called before every step
	seconds              float64          // it lasts at most
}

// fall hands the body over to gravity and records how it comes to rest.
func (a *actor) fall(l loss) {
	begin := a.take.Seconds()
	const dt = 0.02
	now, before := a.take.At(begin).Pose, a.take.At(begin-dt).Pose
	d := newRagdoll(a.who, a.take.Boxes, &now, &before, dt)
	d.uneven = [2]float64{between(a.rng, 0.7, 1), between(a.rng, 0.7, 1)}
	d.strength[gAnkles] = 0.1 // balance is lost: ankles no longer hold it
	d.lean(body.Heading(a.heading+90), 0.08*a.rng.NormFloat64())
	track := a.record(d, l)
	f := track.moments(begin)
	if a.lost > 0 {
		f.Onset = a.lost
	}
	f.Mechanism, f.Direction = l.mechanism, l.direction
	a.take.Falls = append(a.take.Falls, f)
	sway := a.sway
	a.sway = 0
	tools := a.tools
	a.tools = nil
	a.as(Falling, "falling")
	end := rig{pose: track.poses[len(track.poses)-1], lying: true, loose: true}
	until := f.Rest - begin
	a.add(until, end, false, track.at)
	a.as(Down, "lying")
	a.add(track.seconds()-until+0.01, end, false, func(t float64) rig { return track.at(t + until) })
	a.sway, a.tools = sway, tools
}

// landed tells whether the hips touch something, or rest low on the legs.
func (d *ragdoll) landed() bool {
	hips := body.Lerp(d.m[dHip].at, d.m[dHip+1].at, 0.5)
	falls := -0.5 * (d.m[dHip].v.Y + d.m[dHip+1].v.Y)
	return d.m[dHip].touches || d.m[dHip+1].touches || d.m[dWaist].touches || hips.Y < 0.24*d.who.Stature && falls < 0.4
}

// ramp goes from 1 to to between two times.
func ramp(t, from, until, to float64) float64 {
	return 1 + (to-1)*smooth((t-from)/(until-from))
}

// reflex is what arms, neck and trunk do to break a fall: they take up a posture after a
// reaction time.
func (a *actor) reflex(p posture) func(d *ragdoll) {
	delay := between(a.rng, 0.16, 0.3) + 0.15*a.who.Frailty
	power := between(a.rng, 1.8, 3.4) * (1 - 0.5*a.who.Frailty)
	neck := between(a.rng, 2.5, 5) * (1 - 0.5*a.who.Frailty)
	done := false
	return func(d *ragdoll) {
		if done || d.time < delay {
			return
		}
		done = true
		// the posture is meant against the trunk: turn it as the chest is turned
		q := p.pose()
		chest := d.last.Turn[body.Chest]
		turn := body.Mul(chest, body.Inverse(q.Turn[body.Chest]))
		for i := range q.Turn {
			q.Turn[i] = body.Mul(turn, q.Turn[i])
		}
		q.Root = d.last.Root
		d.aim(&q, gArms, gNeck)
		d.strength[gArms], d.strength[gNeck] = power, neck
	}
}

// Postures of arms and neck that break falls.
var (
	catchForward  = sides(posture{armFlex: 82, armAbd: 18, elbow: 30, headNod: -32})
	catchBackward = sides(posture{armFlex: -42, armAbd: 38, elbow: 22, headNod: 30})
	catchRight    = posture{
		armFlex: 30, armAbd: 30, elbow: 50, headTilt: -26, headNod: 8,
		armFlex + other: 18, armAbd + other: 52, elbow + other: 26,
	}
)

// lean gives all masses the velocities of a body that tips over its feet towards a
// direction, v m/s at the height of the hips.
func (d *ragdoll) lean(way r3.Vec, v float64) {
	high := body.Lerp(d.m[dHip].at, d.m[dHip+1].at, 0.5).Y
	for i := range d.m {
		m := &d.m[i]
		m.v = r3.Add(m.v, r3.Scale(v*max(m.at.Y, 0)/high, way))
	}
}

// giving are legs that give way, down to a rest of their strength: once the body leans too
// far, or after a while.
type giving struct {
	lean       float64 // degrees
	latest     float64 // s
	within     float64 // s that it takes
	legs, hips float64 // what is left of the strength
	from       float64 // s, once it has begun
	landed     float64 // s, once the hips are down
	arms, neck float64 // their strength then
}

func (g *giving) act(d *ragdoll) {
	if g.from == 0 && (d.tilt() > g.lean || d.time > g.latest) {
		g.from = max(d.time, instant)
	}
	if g.from == 0 {
		return
	}
	t := d.time - g.from
	d.strength[gLegs] = ramp(t, 0, g.within, g.legs)
	d.strength[gHips] = ramp(t, 0, g.within, g.hips)
	d.strength[gTrunk] = ramp(t, 0, g.within+0.4, 0.4)
	if g.landed == 0 && d.landed() {
		g.landed, g.arms, g.neck = d.time, d.strength[gArms], d.strength[gNeck]
	}
	const braced, relaxing = 0.7, 1.2                                                     // s
	if over := d.time - g.landed - braced; g.landed > 0 && over > 0 && t > g.within+0.5 { // it is over
		d.strength[gArms] = g.arms * ramp(over, 0, relaxing, 0.06/g.arms)
		d.strength[gNeck] = g.neck * ramp(over, 0, relaxing, 0.2/g.neck)
		d.strength[gLegs], d.strength[gHips], d.strength[gTrunk] = 0.01, 0.01, 0.06
		d.friction = 0.5
	}
}

// tilt is how far the line from the feet to the shoulders is from upright, in degrees.
func (d *ragdoll) tilt() float64 {
	feet := body.Lerp(body.Lerp(d.m[dToe].at, d.m[dHeel].at, 0.5), body.Lerp(d.m[dToe+1].at, d.m[dHeel+1].at, 0.5), 0.5)
	up := r3.Sub(body.Lerp(d.m[dShoulder].at, d.m[dShoulder+1].at, 0.5), feet)
	return math.Atan2(math.Hypot(up.X, up.Z), up.Y) / body.Degree
}

// gives draws how legs give way: at a lean, and how much they still brake.
func (a *actor) gives(least, most float64) giving {
	return giving{
		lean: between(a.rng, least, most), latest: between(a.rng, 0.5, 1.4), within: between(a.rng, 0.5, 1.5),
		legs: between(a.rng, 0.02, 0.5), hips: between(a.rng, 0.4, 1),
	}
}

// tip falls from standing or walking towards a direction in the body's own frame: degrees
// to the left of ahead.
func (a *actor) tip(mechanism, direction string, degrees float64, reflex posture, g giving, speed float64) {
	a.topple(mechanism, direction, degrees, reflex, g, speed)
	a.afterwards()
}

// topple is tip with nothing afterwards.
func (a *actor) topple(mechanism, direction string, degrees float64, reflex posture, g giving, speed float64) {
	way := body.Heading(a.heading + degrees)
	arms := a.reflex(reflex)
	first := true
	a.fall(loss{mechanism, direction, func(d *ragdoll) {
		if first {
			first = false
			d.lean(way, speed)
		}
		g.act(d)
		arms(d)
	}, 4.5})
}

// catches is the posture that breaks a fall in a direction: degrees to the left of ahead.
func catches(angle float64) posture {
	switch directionOf(angle) {
	case "forward":
		return catchForward
	case "backward":
		return catchBackward
	}
	if angle > 0 {
		return catchRight.swapped()
	}
	return catchRight
}

func directionOf(angle float64) string {
	switch {
	case math.Abs(angle) < 45:
		return "forward"
	case math.Abs(angle) > 135:
		return "backward"
	}
	return "sideways"
}
