package motion

// putBed puts a bed (or a sofa) under the hips, which sit on its edge; side is +1 if the
// feet will lie to the left when the body lies down, and -1 if to the right.
func (a *actor) putBed(high, side float64, kind string) {
	long := max(1.2*a.who.Stature, 1.9)
	wide := 0.95
	if kind == "sofa" {
		wide = 0.8
	}
	left, forward := side*0.04*long, 0.30-wide/2
	a.box(left, 0, forward, Box{Wide: long, High: high, Deep: wide, Carries: true, Kind: kind})
	if kind == "sofa" {
		a.box(left, high, forward-wide/2+0.06, Box{Wide: long, High: 0.42, Deep: 0.16, Kind: "back"})
		return
	}
	a.box(left-side*(long/2-0.25), high, forward, Box{Wide: 0.36, High: 0.06, Deep: 0.55, Kind: "pillow"})
	a.box(left-side*(long/2+0.02), 0.05, forward, Box{Wide: 0.05, High: high + 0.25, Deep: wide, Kind: "headboard"})
}

// lieDownFromEdge lies down from sitting on the edge, onto the back: the trunk goes over to
// one side while the legs swing up.
func (a *actor) lieDownFromEdge(side float64) {
	tilt := propped
	tilt[yaw] = 40 * side
	flat := a.varied(supine, 3).with(yaw, 90*side)
	if side < 0 {
		tilt = propped.swapped()
		tilt[yaw] = 40 * side
	}
	tilt = tilt.with(roll, tilt[roll]*0.8)
	a.via(lyingAs(tilt), lyingAs(flat), a.pace(1.8, 3))
	a.heading += 90 * side
}

// riseToEdge sits up to the edge of a bed again.
func (a *actor) riseToEdge(high, side float64) {
	a.heading -= 90 * side
	tilt := propped
	if side < 0 {
		tilt = propped.swapped()
	}
	tilt[yaw] = 40 * side
	a.via(lyingAs(tilt.with(roll, tilt[roll]*0.8)), seated(a.varied(a.stooped(sitting), 2), high), a.pace(1.8, 3))
}

func (a *actor) onBed(kind string, night func(side float64)) {
	high, side := a.goToBed(kind)
	if night != nil {
		night(side)
	}
	a.as(Rising, "sit_up")
	a.riseToEdge(high, side)
	a.as(Upright, "sitting")
	a.hold(between(a.rng, 0.4, 1))
	a.standUp(a.pace(1.2, 1.8))
	a.standFor(0.3, 0.6)
}

// goToBed sits down on a bed or a sofa and lies down. The open edge is on the right of who
// lies there, or with side -1 on the left.
func (a *actor) goToBed(kind string) (high, side float64) {
	a.startStanding(between(a.rng, 0.3, 0.7))
	high = min(max(0.95*(a.who.Shank+a.who.Ankle), 0.36), 0.5)
	if kind == "sofa" {
		high = min(high, 0.43)
	}
	side = either(a.rng, -1.0, 1)
	a.chairBehind(high, func() { a.putBed(high, side, kind) })
	a.as(Upright, "sit_down")
	a.sit(high, a.pace(1.1, 1.8), smooth)
	a.as(Upright, "sitting")
	a.hold(between(a.rng, 0.4, 1))
	a.as(Down, "lie_down")
	a.lieDownFromEdge(side)
	a.as(Down, "lying")
	a.hold(between(a.rng, 1, 2))
	return high, side
}

func lieOnBed(a *actor)  { a.onBed("bed", nil) }
func lieOnSofa(a *actor) { a.onBed("sofa", nil) }

// sleep turns over in bed a few times.
func sleep(a *actor) {
	a.onBed("bed", func(float64) {
		a.as(Down, "sleeping")
		for range 2 + a.rng.IntN(2) {
			a.turnOver()
			a.hold(between(a.rng, 1, 2))
		}
	})
}

// turnOver turns from the back onto a side, and back again.
func (a *actor) turnOver() {
	side := onSide.with(yaw, -90) // the head stays where it is
	if a.rng.Float64() < 0.5 {
		side = side.swapped()
	}
	a.move(lyingAs(a.varied(side, 3)), a.pace(1.5, 2.6))
	a.hold(between(a.rng, 1.5, 3))
	a.move(lyingAs(a.varied(supine, 3)), a.pace(1.5, 2.6))
}

// lieOnFloor lies down on the floor on purpose, and gets up.
func lieOnFloor(a *actor) {
	a.startStanding(between(a.rng, 0.3, 0.7))
	a.as(Upright, "sit_down_on_floor")
	a.sitToFloor()
	a.as(Upright, "sitting_on_floor")
	a.hold(between(a.rng, 0.3, 0.8))
	a.as(Down, "lie_down")
	a.via(key{p: longSitting, sit: true}, lyingAs(a.varied(either(a.rng, supine, supine, crookLying), 3)), a.pace(1.6, 2.6))
	a.as(Down, "lying")
	a.hold(between(a.rng, 1.5, 3))
	a.as(Rising, "sit_up")
	a.via(lyingAs(propped), key{p: sittingOnFloor, sit: true}, a.pace(1.5, 2.4))
	a.as(Rising, "stand_up")
	a.riseFromFloor()
	a.standFor(0.3, 0.6)
}
