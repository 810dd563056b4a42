package motion

import (
	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// startStanding starts a take on the feet. Who is busy does not stand about.
func (a *actor) startStanding(seconds float64) {
	if a.busy {
		seconds *= 0.3
	}
	a.begin(onFeet(a.varied(a.stooped(standing), 2)))
	a.as(Upright, "standing")
	a.hold(seconds)
}

func (a *actor) standFor(lo, hi float64) {
	a.as(Upright, "standing")
	a.hold(between(a.rng, lo, hi))
}

// pace scales the time that things take: old people need more, and who is in haste less.
func (a *actor) pace(lo, hi float64) float64 {
	return between(a.rng, lo, hi) * (1 + 0.7*a.who.Frailty) * a.haste
}

func standAbout(a *actor) {
	a.startStanding(between(a.rng, 1.5, 2.5))
	for range 2 {
		p := a.stooped(standing)
		arm := either(a.rng, 0, other)
		p[armFlex+arm] = between(a.rng, 25, 80)
		p[elbow+arm] = between(a.rng, 40, 110)
		p[spineTurn] += between(a.rng, -18, 18)
		p[headTurn] += between(a.rng, -35, 35)
		a.move(onFeet(p), a.pace(0.7, 1.2))
		a.hold(between(a.rng, 0.6, 1.5))
	}
	a.move(onFeet(a.stooped(standing)), a.pace(0.7, 1.2))
	a.hold(1)
}

func pickUp(a *actor) {
	a.startStanding(between(a.rng, 0.5, 1))
	a.as(Upright, "pick_up")
	down := bending
	arm := a.rng.IntN(2)
	k := onFeet(down)
	k.reach[arm] = a.floorBefore(0.12*body.Side(arm), 0.38*a.who.LegLength()/0.9)
	a.move(k, a.pace(0.9, 1.5))
	a.hold(between(a.rng, 0.2, 0.5))
	a.move(onFeet(a.stooped(standing)), a.pace(0.9, 1.5))
	a.standFor(0.5, 1)
}

// floorBefore is a place on the floor before the feet: metres to the left and forward.
func (a *actor) floorBefore(left, forward float64) func(q *body.Points) r3.Vec {
	return func(q *body.Points) r3.Vec {
		h := body.Heading(a.heading)
		m := body.Lerp(q.Ankle[0], q.Ankle[1], 0.5)
		return r3.Vec{X: m.X + forward*h.X + left*h.Z, Y: 0.10, Z: m.Z + forward*h.Z - left*h.X}
	}
}

func bendDown(a *actor) {
	a.startStanding(between(a.rng, 0.5, 1))
	a.as(Upright, "bending")
	k := onFeet(bending.with(knee, 20).with(knee+other, 20))
	a.move(k, a.pace(0.9, 1.4))
	a.hold(between(a.rng, 0.5, 1.5))
	a.move(onFeet(a.stooped(standing)), a.pace(0.9, 1.4))
	a.standFor(0.5, 1)
}

func squat(a *actor) {
	a.startStanding(between(a.rng, 0.5, 1))
	a.as(Upright, "squatting")
	a.move(onFeet(a.varied(squatting, 2)), a.pace(0.9, 1.5))
	a.hold(between(a.rng, 1, 2.5))
	a.move(onFeet(a.stooped(standing)), a.pace(0.9, 1.6))
	a.standFor(0.5, 1)
}

// tieShoes squats on one side after the other, or goes down on a knee.
func tieShoes(a *actor) {
	a.startStanding(between(a.rng, 0.5, 1))
	a.as(Upright, "tying_shoes")
	a.kneelOnOne(a.pace(1, 1.6))
	work := halfKneeling
	work[pitch], work[spineFlex], work[headNod] = 34, 44, 12
	work[hipFlex], work[hipFlex+other] = 122, 30
	k := a.onOneKnee(work)
	shoe := func(dx float64) func(q *body.Points) r3.Vec {
		h := body.Heading(a.heading)
		return func(q *body.Points) r3.Vec {
			return r3.Add(q.Ankle[0], r3.Vec{X: dx*h.Z + 0.05*h.X, Y: 0.05, Z: 0.05*h.Z - dx*h.X})
		}
	}
	k.reach = [2]func(q *body.Points) r3.Vec{shoe(0.05), shoe(-0.05)}
	a.move(k, a.pace(0.8, 1.2))
	for i := range 4 { // the hands work
		k.reach = [2]func(q *body.Points) r3.Vec{shoe(0.04 + 0.07*float64(i%2)), shoe(-0.04 - 0.07*float64(i%2))}
		a.move(k, between(a.rng, 0.35, 0.6))
	}
	a.move(a.onOneKnee(halfKneeling), a.pace(0.7, 1))
	a.fromOneKnee(a.pace(1, 1.6))
	a.standFor(0.4, 0.8)
}

func reachUp(a *actor) {
	a.startStanding(between(a.rng, 0.5, 1))
	a.as(Upright, "reaching")
	p := standing
	arm := either(a.rng, 0, other)
	p[armFlex+arm], p[armAbd+arm], p[elbow+arm] = between(a.rng, 145, 172), 8, between(a.rng, 4, 20)
	p[headNod], p[spineFlex] = -24, -8
	if a.who.Frailty < 0.5 {
		p[heelUp], p[heelUp+other] = 26, 26
	}
	a.move(onFeet(p), a.pace(0.9, 1.4))
	a.hold(between(a.rng, 0.6, 1.5))
	a.move(onFeet(a.stooped(standing)), a.pace(0.9, 1.4))
	a.standFor(0.5, 1)
}

func putOnTrousers(a *actor) {
	a.startStanding(between(a.rng, 0.3, 0.7))
	a.as(Upright, "putting_on_trousers")
	for i := range 2 {
		p := bending
		p[pitch], p[spineFlex], p[headNod] = 48, 44, 0
		for l := range 2 {
			p[hipFlex+l*other], p[knee+l*other] = 58, 20
		}
		p[hipFlex+i*other], p[knee+i*other] = 128, 92
		k := onFeet(p)
		k.foot[i] = false
		at := func(dy float64) func(q *body.Points) r3.Vec {
			return func(q *body.Points) r3.Vec { return r3.Add(q.Ankle[i], r3.Vec{Y: dy}) }
		}
		k.reach = [2]func(q *body.Points) r3.Vec{at(0.1), at(0.1)}
		a.move(k, a.pace(0.8, 1.2))
		a.hold(between(a.rng, 0.2, 0.6))
		low := onFeet(p.with(hipFlex+i*other, 96).with(knee+i*other, 62))
		low.foot[i] = false
		low.reach = [2]func(q *body.Points) r3.Vec{at(0.16), at(0.16)}
		a.move(low, a.pace(0.6, 1))
		mid := p
		for l := range 2 {
			mid[hipFlex+l*other], mid[knee+l*other] = 62, 26
		}
		a.move(onFeet(mid), a.pace(0.5, 0.8))
	}
	pull := a.stooped(standing)
	pull = pull.plus(sides(posture{armFlex: -8, armAbd: 14, elbow: 78}), 1)
	a.move(onFeet(pull), a.pace(0.7, 1.1))
	a.hold(0.4)
	a.move(onFeet(a.stooped(standing)), a.pace(0.6, 1))
	a.standFor(0.3, 0.6)
}

// hide goes down behind furniture, or past it, and comes up again.
func hide(a *actor) {
	a.startStanding(between(a.rng, 0.3, 0.6))
	h := body.Heading(a.heading)
	high := a.who.Stature * between(a.rng, 0.5, 0.62)
	a.box(0, 0, 0.75, Box{Wide: 1.7, High: high, Deep: 0.5, Kind: "cupboard"})
	a.take.Open = h
	a.as(Upright, "behind_furniture")
	a.move(onFeet(squatting), a.pace(1, 1.5))
	a.hold(between(a.rng, 1.5, 3))
	a.move(onFeet(a.stooped(standing)), a.pace(1, 1.5))
	a.as(Upright, "walking")
	a.turn(90)
	a.walk(a.gait(), 1.3, 0)
	a.standFor(0.3, 0.6)
}
