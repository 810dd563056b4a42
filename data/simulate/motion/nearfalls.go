package motion

// Near-falls: balance is lost and found again, by steps or by the hands. They are no falls.

// stumble trips, catches itself with quick long steps, and goes on.
func stumble(a *actor) {
	a.walkIn()
	a.as(Upright, "stumbling")
	a.recover(between(a.rng, 20, 34))
	a.standFor(0.4, 1)
	a.as(Upright, "walking")
	a.walk(a.gait(), between(a.rng, 0.8, 1.6), 0)
	a.standFor(0.3, 0.6)
}

// recover makes quick long steps with the trunk bent forward and the arms away from it.
func (a *actor) recover(stoop float64) {
	g := gait{speed: between(a.rng, 1.3, 1.8), short: 1, wide: 0.16, arms: 1.8, stoop: stoop, sway: 1.6, low: 0.06 * a.who.LegLength()}
	a.steps(g, 2+a.rng.IntN(2), between(a.rng, 0.45, 0.62)*a.who.LegLength(), between(a.rng, -15, 15))
}

// stumbleOntoTable catches itself with both hands on a table.
func stumbleOntoTable(a *actor) {
	a.walkIn()
	a.as(Upright, "stumbling")
	g := gait{speed: between(a.rng, 1.2, 1.6), short: 1, wide: 0.15, arms: 0.4, stoop: between(a.rng, 18, 28), sway: 1.4, low: 0.05}
	a.steps(g, 2, 0.45*a.who.LegLength(), 0)
	high := min(0.74, 0.45*a.who.Stature)
	a.box(0, 0, 0.22*a.who.Stature+0.35, Box{Wide: 1.2, High: high, Deep: 0.7, Carries: true, Kind: "table"})
	p := sides(posture{pitch: 42, spineFlex: 22, headNod: -30, hipFlex: 44, hipAbd: 4, knee: 14, heelUp: 6, armFlex: 88, armAbd: 8, elbow: 16, wrist: 60})
	a.move(key{p: p, foot: both, hand: both}, 0.5)
	a.hold(between(a.rng, 0.5, 1.5))
	a.move(onFeet(a.stooped(standing)), a.pace(0.9, 1.4))
	a.standFor(0.5, 1)
}

// nearlyFallBackward takes quick steps backward with the arms forward, and stands.
func nearlyFallBackward(a *actor) {
	a.startStanding(between(a.rng, 0.8, 1.6))
	a.as(Upright, "stumbling")
	p := a.stooped(standing)
	p[pitch] -= 5
	for i := range 2 {
		p[armFlex+i*other], p[armAbd+i*other] = 55, 30
		p[hipFlex+i*other] += 4
	}
	k := onFeet(p)
	k.forward = -0.05
	a.move(k, 0.3)
	g := gait{speed: between(a.rng, 0.9, 1.3), short: 1, wide: 0.16, arms: 1, stoop: -4, sway: 1.5, low: 0.05}
	a.steps(g, 2+a.rng.IntN(2), -between(a.rng, 0.25, 0.4)*a.who.LegLength(), 0)
	a.standFor(0.6, 1.2)
}
