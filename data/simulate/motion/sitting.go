package motion

import (
	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

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

// sitAndFidget is what people do who sit for long.
func sitAndFidget(a *actor) {
	high := a.seatHeight()
	a.begin(a.seatedKey(a.varied(a.stooped(sitting), 3), high))
	a.putChair(high, true)
	a.as(Upright, "sitting")
	for range 3 {
		a.fidget(high)
		a.hold(between(a.rng, 0.8, 2))
	}
}

// fidget comes to another way of sitting on a seat.
func (a *actor) fidget(high float64) {
	p := a.varied(a.stooped(sitting), 5)
	p[pitch] += between(a.rng, -10, 22)
	p[hipFlex] += p[pitch] + 6
	p[hipFlex+other] += p[pitch] + 6
	arm := a.rng.IntN(2)
	p[armFlex+arm*other], p[elbow+arm*other] = between(a.rng, 20, 60), between(a.rng, 60, 120)
	k := a.seatedKey(p, high)
	k.reach[arm] = nil
	a.move(k, a.pace(0.7, 1.3))
}
