package motion

import (
	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// stand starts a take on the feet.
func (a *actor) startStanding(seconds float64) {
	a.begin(onFeet(a.varied(a.stooped(standing), 2)))
	a.as(Upright, "standing")
	a.hold(seconds)
}

func (a *actor) standFor(lo, hi float64) {
	a.as(Upright, "standing")
	a.hold(between(a.rng, lo, hi))
}

// pace scales the time that things take: old people need more.
func (a *actor) pace(lo, hi float64) float64 {
	return between(a.rng, lo, hi) * (1 + 0.7*a.who.Frailty)
}

func walk(a *actor) {
	a.startStanding(between(a.rng, 0.4, 1))
	a.as(Upright, "walking")
	a.walk(a.gait(), between(a.rng, 3, 5), either(a.rng, -1.0, 1)*between(a.rng, 0, 70))
	a.standFor(0.5, 1)
}

func walkSlowly(a *actor) {
	a.startStanding(between(a.rng, 0.4, 1))
	g := a.gait()
	g.speed, g.short, g.wide, g.arms, g.low = between(a.rng, 0.25, 0.5), 0.75, 0.13, 0.35, 0.015
	a.as(Upright, "walking")
	a.walk(g, between(a.rng, 1.2, 2), either(a.rng, -1.0, 1)*between(a.rng, 0, 40))
	a.standFor(0.5, 1)
}

func walkStooped(a *actor) {
	a.startStanding(between(a.rng, 0.4, 0.8))
	g := a.gait()
	g.speed, g.stoop, g.arms, g.low, g.wide = between(a.rng, 0.4, 0.7), between(a.rng, 28, 42), 0.3, 0.04, 0.12
	a.as(Upright, "walking")
	a.walk(g, between(a.rng, 2, 3), either(a.rng, -1.0, 1)*between(a.rng, 0, 40))
	a.standFor(0.5, 1)
}

func limp(a *actor) {
	a.startStanding(between(a.rng, 0.4, 0.8))
	g := a.gait()
	g.speed, g.limp, g.sway, g.short = between(a.rng, 0.45, 0.75), between(a.rng, 0.2, 0.3), 2.6, 0.8
	a.as(Upright, "walking")
	a.walk(g, between(a.rng, 2, 3), 0)
	a.standFor(0.5, 1)
}

func walkWithCane(a *actor) {
	a.startStanding(between(a.rng, 0.3, 0.6))
	g := a.gait()
	g.speed, g.arms, g.stoop = between(a.rng, 0.4, 0.75), 0.5, between(a.rng, 4, 14)
	side := a.rng.IntN(2)
	a.walkHolding(g, between(a.rng, 2, 3), a.cane(side), func(q *body.Points, _ float64) []Stick {
		down := r3.Vec{X: q.Wrist[side].X, Z: q.Wrist[side].Z}
		return []Stick{{q.Wrist[side], r3.Add(down, r3.Scale(0.12, body.Heading(a.heading)))}}
	})
	a.standFor(0.5, 1)
}

func walkWithFrame(a *actor) {
	a.startStanding(between(a.rng, 0.2, 0.4))
	g := a.gait()
	g.speed, g.stoop, g.arms = between(a.rng, 0.3, 0.6), between(a.rng, 8, 20), 0
	a.walkHolding(g, between(a.rng, 1.5, 2.5), a.frame(), frameSticks)
	a.standFor(0.3, 0.6)
}

func turnAround(a *actor) {
	a.startStanding(between(a.rng, 0.6, 1.2))
	a.as(Upright, "turning")
	a.turn(either(a.rng, -1.0, 1) * between(a.rng, 90, 180))
	a.standFor(0.5, 1)
	if a.rng.Float64() < 0.5 {
		a.as(Upright, "turning")
		a.turn(either(a.rng, -1.0, 1) * between(a.rng, 60, 120))
		a.standFor(0.5, 1)
	}
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

// seatHeight suits the legs, as far as furniture comes in sizes.
func (a *actor) seatHeight() float64 {
	knee := a.who.Shank + a.who.Ankle
	return min(max(knee*between(a.rng, 0.9, 1.02), 0.26), 0.48)
}

// seatedKey is the person's way of sitting, hands on the thighs.
func (a *actor) seatedKey(p posture, high float64) key {
	k := seated(p, high)
	for i := range 2 {
		far := between(a.rng, 0.55, 0.85)
		k.reach[i] = func(q *body.Points) r3.Vec {
			return r3.Add(body.Lerp(q.Hip[i], q.Knee[i], far), r3.Vec{Y: a.who.Flesh.Thigh + 0.02})
		}
	}
	return k
}

// sit goes from standing onto a seat, with the chair put behind before.
func (a *actor) sit(high, seconds float64, ease func(float64) float64) {
	over, down := seated(a.stooped(crouching), high), a.seatedKey(a.varied(a.stooped(sitting), 3), high)
	over.sit, over.seat, over.balanced = false, 0, true
	end := a.rig(down, false)
	a.course(ease, seconds, a.rig(over, false), end)
}

// putChair puts a chair where the hips are.
func (a *actor) putChair(high float64, back bool) {
	a.box(0, 0, 0.02, Box{Wide: 0.46, High: high, Deep: 0.44, Carries: true, Kind: "chair"})
	if back {
		a.box(0, high+0.1, -0.24, Box{Wide: 0.44, High: 0.38, Deep: 0.04, Kind: "back"})
	}
}

// chairBehind puts the chair where the hips will be once the body sits.
func (a *actor) chairBehind(high float64, put func()) {
	before := a.now
	a.now = a.rig(seated(a.stooped(sitting), high), false)
	put()
	a.now = before
}

func (a *actor) standUp(seconds float64) {
	over := onFeet(a.stooped(crouching))
	over.balanced = true
	a.as(Upright, "stand_up")
	a.via(over, onFeet(a.stooped(standing)), seconds)
}

func sitDown(a *actor) {
	a.startStanding(between(a.rng, 0.6, 1.2))
	high := a.seatHeight()
	a.chairBehind(high, func() { a.putChair(high, a.rng.Float64() < 0.8) })
	a.as(Upright, "sit_down")
	a.sit(high, a.pace(1.0, 2.2), smooth)
	a.as(Upright, "sitting")
	a.hold(between(a.rng, 1.5, 3))
	a.standUp(a.pace(1.2, 2))
	a.standFor(0.5, 1)
}

// dropping starts slowly, then nearly falls, and ends at once.
func dropping(u float64) float64 {
	if u >= 1 {
		return 1
	}
	u = max(u, 0)
	return u * u * (0.35 + 0.65*u*(1.9-0.9*u))
}

func dropIntoChair(a *actor) {
	a.startStanding(between(a.rng, 0.6, 1.2))
	high := a.seatHeight() * between(a.rng, 0.86, 1)
	a.chairBehind(high, func() { a.putChair(high, true) })
	a.as(Upright, "sit_down")
	a.sit(high, between(a.rng, 0.62, 0.85), dropping)
	a.as(Upright, "sitting")
	slump := sitting
	slump[pitch], slump[hipFlex], slump[hipFlex+other], slump[spineFlex] = -20, 66, 66, 14
	a.move(a.seatedKey(a.varied(slump, 3), high), 0.45)
	a.hold(between(a.rng, 1.5, 2.5))
}

func getUp(a *actor) {
	high := a.seatHeight()
	a.begin(a.seatedKey(a.varied(a.stooped(sitting), 3), high))
	a.putChair(high, a.rng.Float64() < 0.8)
	a.as(Upright, "sitting")
	a.hold(between(a.rng, 1, 2))
	a.standUp(a.pace(1.2, 2.2))
	a.standFor(0.4, 0.8)
	a.as(Upright, "walking")
	a.walk(a.gait(), between(a.rng, 1, 2), 0)
	a.standFor(0.3, 0.6)
}

// fidget is what people do who sit for long.
func sitAndFidget(a *actor) {
	high := a.seatHeight()
	a.begin(a.seatedKey(a.varied(a.stooped(sitting), 3), high))
	a.putChair(high, true)
	a.as(Upright, "sitting")
	for range 3 {
		p := a.varied(a.stooped(sitting), 5)
		p[pitch] += between(a.rng, -10, 22)
		p[hipFlex] += p[pitch] + 6
		p[hipFlex+other] += p[pitch] + 6
		arm := a.rng.IntN(2)
		p[armFlex+arm*other], p[elbow+arm*other] = between(a.rng, 20, 60), between(a.rng, 60, 120)
		k := a.seatedKey(p, high)
		k.reach[arm] = nil
		a.move(k, a.pace(0.7, 1.3))
		a.hold(between(a.rng, 0.8, 2))
	}
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
		return func(q *body.Points) r3.Vec { return r3.Add(q.Ankle[0], r3.Vec{X: dx, Y: 0.05, Z: 0.05}) }
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

// plank is the upper end of a press-up.
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

// sitOnFloorFrom comes to sit on the floor by way of a squat or a knee.
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
		p := bending.plus(standing, 0)
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
	a.heading += 0
	a.turn(90)
	a.walk(a.gait(), 1.3, 0)
	a.standFor(0.3, 0.6)
}
