package motion

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// PlanBusy is PlanInHaste of somebody who is about for some seconds before: walks, turns,
// handles things, and then does what is asked for without standing about first. What they use
// then is there from then on only. Who falls out of bed lies in it from the beginning.
func PlanBusy(rng *rand.Rand, who *body.Body, name string, haste, seconds float64) (*Take, error) {
	act, ok := ByName(name)
	if !ok {
		return nil, fmt.Errorf("there is no activity %q", name)
	}
	a := newActor(who, rng, name)
	a.haste = haste
	if name != "fall-out-of-bed" {
		a.bustle(seconds)
	}
	act.perform(a)
	return a.take, nil
}

// bustle is about for some seconds.
func (a *actor) bustle(seconds float64) {
	a.startStanding(between(a.rng, 0.1, 0.5))
	a.busy = true
	for a.take.Seconds() < seconds {
		switch u := a.rng.Float64(); {
		case u < 0.65:
			a.cross()
		case u < 0.8:
			a.handle()
		case u < 0.9:
			reachUp(a)
		default:
			pickUp(a)
		}
	}
	a.take.rooms = append(a.take.rooms, a.take.Boxes)
	a.take.Boxes = nil
}

// cross walks to another place of the room, about as fast as people do outdoors at the most.
func (a *actor) cross() {
	const room = 2.0 // m
	to := r3.Scale(room*math.Sqrt(a.rng.Float64()), body.Heading(between(a.rng, -180, 180)))
	way := r3.Sub(to, a.now.pose.Root)
	way.Y = 0
	far := r3.Norm(way)
	if far < 0.8 {
		a.face(a.heading + between(a.rng, -120, 120))
		return
	}
	a.face(math.Atan2(way.X, way.Z) / body.Degree)
	g := a.gait()
	g.speed *= between(a.rng, 0.9, 1.4)
	a.as(Upright, "walking")
	a.walk(g, far, 0)
}

// handle does something with the hands, standing.
func (a *actor) handle() {
	a.as(Upright, "standing")
	for range 1 + a.rng.IntN(3) {
		p := a.stooped(standing)
		for i := range 2 {
			p[armFlex+i*other], p[elbow+i*other] = between(a.rng, 5, 75), between(a.rng, 20, 110)
		}
		p[spineTurn] += between(a.rng, -20, 20)
		p[headTurn] += between(a.rng, -35, 35)
		p[headNod] += between(a.rng, 0, 20)
		a.move(onFeet(p), a.pace(0.5, 1))
	}
}
