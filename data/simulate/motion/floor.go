package motion

import (
	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

func (a *actor) onOneKnee(p posture) key {
	return key{p: p, foot: [2]bool{true, false}, kneel: [2]bool{false, true}}
}

// kneelOnOne goes down on the right knee: a step back, then down.
func (a *actor) kneelOnOne(seconds float64) {
	a.move(a.onOneKnee(halfKneeling), seconds)
}

func (a *actor) fromOneKnee(seconds float64) {
	up := halfKneeling
	up[pitch], up[spineFlex] = 26, 18
	a.via(a.onOneKnee(up), onFeet(a.stooped(standing)), seconds)
}

// kneelDown comes to both knees.
func (a *actor) kneelDown() {
	a.kneelOnOne(a.pace(0.9, 1.4))
	a.move(key{p: kneeling, kneel: both}, a.pace(0.6, 1))
}

func (a *actor) fromKnees() {
	a.move(a.onOneKnee(halfKneeling), a.pace(0.7, 1.1))
	a.fromOneKnee(a.pace(1, 1.7))
}

func kneel(a *actor) {
	a.startStanding(between(a.rng, 0.5, 1))
	a.as(Upright, "kneeling")
	a.kneelDown()
	a.hold(between(a.rng, 1, 2))
	if a.rng.Float64() < 0.5 {
		a.move(key{p: heelSit, kneel: both}, a.pace(0.9, 1.3))
		a.hold(between(a.rng, 0.8, 1.5))
		a.move(key{p: kneeling, kneel: both}, a.pace(0.9, 1.3))
	}
	a.fromKnees()
	a.standFor(0.4, 0.8)
}

func (a *actor) fourKey(p posture) key { return key{p: p, kneel: both, hand: both} }

// toFours goes from the knees onto the hands.
func (a *actor) toFours() { a.move(a.fourKey(allFours), a.pace(0.9, 1.4)) }

func cleanFloor(a *actor) {
	a.startStanding(between(a.rng, 0.3, 0.8))
	a.as(Upright, "cleaning_floor")
	a.kneelDown()
	a.toFours()
	hand := a.rng.IntN(2)
	a.box(0.62*body.Side(1-hand), 0, 0.35, Box{Wide: 0.26, High: 0.28, Deep: 0.26, Kind: "bucket"})
	k := a.fourKey(allFours.with(headNod, -20))
	k.hand[hand] = false
	for i := range 6 {
		x := 0.16 * float64(1-2*(i%2))
		k.reach[hand] = func(q *body.Points) r3.Vec {
			h := body.Heading(a.heading)
			s := q.Shoulder[hand]
			return r3.Vec{X: s.X + 0.24*h.X + x*h.Z, Y: 0.05, Z: s.Z + 0.24*h.Z - x*h.X}
		}
		a.move(k, between(a.rng, 0.4, 0.6))
	}
	a.move(a.fourKey(allFours), 0.6)
	a.move(key{p: kneeling, kneel: both}, a.pace(0.9, 1.4))
	a.fromKnees()
	a.standFor(0.3, 0.6)
}

// plankKey is a press-up: 0 = up, 1 = down.
func (a *actor) plankKey(down float64) key {
	p := sides(posture{pitch: 74, headNod: -18, hipFlex: 0, hipAbd: 3, knee: 4, heelUp: 60, armFlex: 72, armAbd: 14, elbow: 6, wrist: 70})
	p[pitch] += 9 * down
	for i := range 2 {
		p[armFlex+i*other] -= 42 * down
		p[armAbd+i*other] += 22 * down
		p[elbow+i*other] += 84 * down
	}
	return key{p: p, foot: both, hand: both}
}

func pressUps(a *actor) {
	a.startStanding(between(a.rng, 0.3, 0.8))
	a.as(Upright, "press_ups")
	a.kneelDown()
	a.toFours()
	a.move(a.plankKey(0), a.pace(1, 1.4))
	for range 3 + a.rng.IntN(3) {
		a.move(a.plankKey(1), between(a.rng, 0.6, 0.9))
		a.move(a.plankKey(0), between(a.rng, 0.6, 0.9))
	}
	a.toFours()
	a.move(key{p: kneeling, kneel: both}, a.pace(0.9, 1.4))
	a.fromKnees()
	a.standFor(0.3, 0.6)
}

// yoga goes through the tree, the warrior, the dog and the child.
func yoga(a *actor) {
	a.startStanding(between(a.rng, 0.3, 0.6))
	a.as(Upright, "yoga")
	tree := standing
	tree[hipFlex+other], tree[hipAbd+other], tree[hipTurn+other], tree[knee+other] = 38, 44, 35, 118
	for i := range 2 {
		tree[armFlex+i*other], tree[armAbd+i*other], tree[elbow+i*other] = 0, 158, 22
	}
	k := onFeet(tree)
	k.foot[1] = false
	a.move(k, a.pace(1.4, 2))
	a.hold(between(a.rng, 1, 2))
	a.move(onFeet(standing), a.pace(1, 1.6))
	dog := sides(posture{pitch: 128, spineFlex: -6, headNod: 0, hipFlex: 92, hipAbd: 3, knee: 10, heelUp: 8, armFlex: 172, armAbd: 4, elbow: 4, wrist: 50})
	a.move(onFeet(bending.with(knee, 14).with(knee+other, 14)), a.pace(1.2, 1.8))
	a.move(key{p: dog, foot: both, hand: both}, a.pace(1.2, 1.8))
	a.hold(between(a.rng, 1.5, 3))
	a.toFours()
	a.move(key{p: childPose, kneel: both}, a.pace(1.2, 1.8))
	a.hold(between(a.rng, 1.5, 3))
	a.move(key{p: kneeling, kneel: both}, a.pace(1.2, 1.8))
	a.fromKnees()
	a.standFor(0.3, 0.6)
}

// sitToFloor comes to sit on the floor by way of a squat or a knee.
func (a *actor) sitToFloor() {
	if a.who.Age < 50 && a.rng.Float64() < 0.5 {
		a.move(onFeet(squatting), a.pace(0.8, 1.2))
		k := key{p: sittingOnFloor, foot: both, sit: true}
		a.move(k, a.pace(0.7, 1.1))
		return
	}
	a.kneelOnOne(a.pace(0.9, 1.4))
	a.move(key{p: kneeling, kneel: both}, a.pace(0.6, 1))
	a.move(key{p: sideSitting, sit: true, hand: [2]bool{false, true}}, a.pace(1, 1.5))
	a.move(key{p: a.varied(sittingOnFloor, 3), sit: true}, a.pace(0.8, 1.3))
}

// riseFromFloor gets up from sitting on the floor: over the side onto the knees, one foot,
// and up.
func (a *actor) riseFromFloor() {
	a.move(key{p: sideSitting, sit: true, hand: [2]bool{false, true}}, a.pace(0.9, 1.4))
	a.move(a.fourKey(allFours), a.pace(1.1, 1.7))
	if a.who.Frailty > 0.3 {
		a.hold(a.pace(0.5, 1.5))
	}
	low := halfKneeling
	low[pitch], low[spineFlex], low[hipFlex], low[hipFlex+other] = 38, 26, 120, 38
	a.move(a.onOneKnee(low), a.pace(0.9, 1.4))
	a.fromOneKnee(a.pace(1.1, 1.8))
}

func sitOnFloor(a *actor) {
	a.startStanding(between(a.rng, 0.5, 1))
	a.as(Upright, "sit_down_on_floor")
	a.sitToFloor()
	a.as(Upright, "sitting_on_floor")
	a.hold(between(a.rng, 1, 2.5))
	if a.rng.Float64() < 0.4 {
		a.move(key{p: a.varied(either(a.rng, tailorSeat, longSitting), 3), sit: true}, a.pace(0.9, 1.4))
		a.hold(between(a.rng, 1, 2))
	}
	a.as(Upright, "stand_up")
	a.riseFromFloor()
	a.standFor(0.4, 0.8)
}

// playOnFloor sits and crawls, with a toy, a child or a pet.
func playOnFloor(a *actor) {
	a.startStanding(between(a.rng, 0.3, 0.6))
	a.as(Upright, "playing_on_floor")
	a.sitToFloor()
	for _, left := range [...]float64{0.42, -0.42} { // two toys, beside the way ahead
		a.box(left, 0, between(a.rng, 0.55, 0.8), Box{Wide: 0.17, High: 0.17, Deep: 0.17, Kind: either(a.rng, "ball", "brick")})
	}
	for range 3 {
		p := either(a.rng, tailorSeat, sittingOnFloor)
		p[pitch] += between(a.rng, 2, 14)
		p[spineFlex] += between(a.rng, 4, 18)
		p[spineTurn] += between(a.rng, -25, 25)
		p[headTurn] += between(a.rng, -30, 30)
		k := key{p: a.varied(p, 4), sit: true}
		arm, left := a.rng.IntN(2), between(a.rng, -0.3, 0.3)
		k.reach[arm] = func(q *body.Points) r3.Vec {
			h := body.Heading(a.heading)
			return r3.Vec{X: q.Hips.X + 0.6*h.X + left*h.Z, Y: 0.12, Z: q.Hips.Z + 0.6*h.Z - left*h.X}
		}
		a.move(k, between(a.rng, 0.6, 1.1))
		a.hold(between(a.rng, 0.3, 0.8))
	}
	a.move(key{p: sideSitting, sit: true, hand: [2]bool{false, true}}, a.pace(0.9, 1.3))
	a.move(a.fourKey(allFours), a.pace(1, 1.5))
	a.crawl(3 + a.rng.IntN(3))
	a.move(key{p: kneeling, kneel: both}, a.pace(0.9, 1.4))
	a.as(Upright, "stand_up")
	a.fromKnees()
	a.standFor(0.3, 0.5)
}

// crawl goes forward on hands and knees.
func (a *actor) crawl(steps int) {
	for i := range steps {
		lead := i % 2
		p := allFours
		p[armFlex+lead*other] += 14
		p[armFlex+(1-lead)*other] -= 10
		p[hipFlex+(1-lead)*other] += 16
		p[hipFlex+lead*other] -= 10
		k := a.fourKey(p)
		k.hand[lead] = false
		k.kneel[1-lead] = false
		a.move(k, between(a.rng, 0.35, 0.5))
		k.hand[lead], k.kneel[1-lead] = true, true
		a.now.hand[1-lead], a.now.kneel[lead] = false, false
		a.now.hand[lead], a.now.kneel[1-lead] = true, true
	}
}
