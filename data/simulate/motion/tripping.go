package motion

import (
	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// walkIn walks and ends in the middle of a step.
func (a *actor) walkIn() {
	a.startStanding(between(a.rng, 0.3, 0.8))
	g := a.gait()
	g.abrupt = true
	a.as(Upright, "walking")
	a.walk(g, between(a.rng, 1.6, 2.8), between(a.rng, -25, 25))
}

// standOrWalk is what people do who then fall.
func (a *actor) standOrWalk(walks float64) {
	if a.rng.Float64() < walks {
		a.walkIn()
		return
	}
	a.startStanding(between(a.rng, 1, 2.5))
}

// swingFoot is the foot that is in the air, or the one further back.
func swingFoot(r *rig, q *body.Points, heading float64) int {
	for i := range 2 {
		if !r.foot[i] {
			return i
		}
	}
	h := body.Heading(heading)
	if r3.Dot(r3.Sub(q.Ankle[0], q.Ankle[1]), h) < 0 {
		return 0
	}
	return 1
}

func (a *actor) trip(reflex posture, g giving, caught float64) {
	a.walkIn()
	a.mayStagger(0.45, 0.35, between(a.rng, 12, 24))
	q := a.who.Place(&a.now.pose)
	foot := swingFoot(&a.now, &q, a.heading)
	h := body.Heading(a.heading)
	arms := a.reflex(reflex)
	first := true
	a.fall(loss{"trip", "forward", func(d *ragdoll) {
		if first {
			first = false
			d.lean(h, between(a.rng, 0.15, 0.5))
			d.pinned[foot], d.pin[foot] = true, r3.Add(d.m[dToe+foot].at, r3.Scale(0.05, h))
		}
		if d.time > caught {
			d.pinned[foot] = false
		}
		g.act(d)
		arms(d)
	}, 4})
	a.afterwards()
}

func fallTripping(a *actor) {
	g := a.gives(3, 16)
	g.legs, g.latest = between(a.rng, 0.02, 0.4), between(a.rng, 0.3, 0.8)
	a.trip(a.varied(catchForward, 8), g, between(a.rng, 0.3, 0.5))
}

func fallOntoKnees(a *actor) {
	g := a.gives(6, 12)
	g.latest = 0.35
	g.legs, g.hips = between(a.rng, 0.01, 0.05), between(a.rng, 0.2, 0.5)
	a.trip(a.varied(catchForward, 8), g, between(a.rng, 0.2, 0.35))
}

// stagger makes some steps that do not bring the balance back: length is negative backward.
// What follows is one fall with it.
func (a *actor) stagger(steps int, length, stoop float64) {
	a.lost = a.take.Seconds()
	a.as(Falling, "staggering")
	g := gait{speed: between(a.rng, 0.9, 1.5), short: 1, wide: 0.18, arms: 0.6, stoop: stoop, sway: 1.6, low: 0.05, abrupt: true}
	a.steps(g, steps, length, between(a.rng, -8, 8))
}

// mayStagger does so in some falls.
func (a *actor) mayStagger(share, length, stoop float64) {
	if a.rng.Float64() < share {
		a.stagger(2+a.rng.IntN(3), length*between(a.rng, 0.7, 1.2), stoop)
	}
}

// fallLosingSupport leans on a walking frame that runs away.
func fallLosingSupport(a *actor) {
	a.startStanding(between(a.rng, 0.2, 0.5))
	g := a.gait()
	g.speed, g.stoop, g.arms, g.abrupt = between(a.rng, 0.35, 0.6), between(a.rng, 8, 18), 0, true
	a.walkHolding(g, between(a.rng, 1.2, 2), a.frame(), frameSticks)
	give := a.gives(3, 12)
	give.legs, give.latest = between(a.rng, 0.02, 0.2), between(a.rng, 0.2, 0.6)
	a.tip("loss of support", "forward", between(a.rng, -30, 30), a.varied(catchForward, 8), give, between(a.rng, 0.1, 0.35))
}

// fallSlipping loses the hold of the foot in front.
func fallSlipping(a *actor) {
	a.walkIn()
	arms, g := a.reflex(a.varied(catchBackward, 8)), a.gives(3, 12)
	h := body.Heading(a.heading)
	first := true
	a.fall(loss{"slip", "backward", func(d *ragdoll) {
		d.slip = [2]float64{0.04, 0.04}
		if d.time > 0.6 {
			d.slip = [2]float64{0.5, 0.5}
		}
		if first {
			first = false
			for _, i := range [...]int{dAnkle, dAnkle + 1, dToe, dToe + 1, dHeel, dHeel + 1} {
				d.m[i].v = r3.Add(d.m[i].v, r3.Scale(0.9, h))
			}
			d.lean(h, -0.55)
		}
		g.act(d)
		arms(d)
	}, 4.5})
	a.afterwards()
}
