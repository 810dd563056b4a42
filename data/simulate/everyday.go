package simulate

// activity is a kind of motion: a name, and how it is performed.
type activity struct {
	name    string
	perform func(*take)
}

// everydayActivities are the motions that are not falls.
var everydayActivities = []activity{
	{"walk", walkAbout},
	{"stand", stand},
	{"sit-down", sitDown},
	{"get-up", getUp},
	{"pick-up", pickUp},
	{"squat", squat},
	{"sit-on-floor", sitOnFloor},
	{"lie-down-floor", lieDownOnFloor},
	{"lie-down-bed", lieDownOnBed},
	{"rise-from-floor", riseFromFloor},
}

// activityByName finds a motion of either kind.
func activityByName(name string) (activity, bool) {
	for _, list := range [...][]activity{fallActivities, everydayActivities} {
		for _, a := range list {
			if a.name == name {
				return a, true
			}
		}
	}
	return activity{}, false
}

func (t *take) upright(state string) { t.as(Upright, state) }

// standFor holds the standing posture with a little looking around.
func (t *take) standFor(seconds float64) {
	t.upright("standing")
	t.hold(seconds)
}

// to is a varied form of a posture in the present heading.
func (t *take) to(p posture) posture {
	p = t.varied(p, 3)
	p[yaw] += t.now[yaw]
	return p
}

// stood is the subject's own way of standing in the present heading.
func (t *take) stood() posture { return t.to(t.stooped(standing)) }

func walkAbout(t *take) {
	t.standFor(between(t.rng, 0.3, 0.8))
	t.upright("walking")
	turning := either(t.rng, -1.0, 1) * between(t.rng, 35, 60)
	t.walk(between(t.rng, 4, 6), between(t.rng, 0.6, 1.1), turning, false)
	t.standFor(between(t.rng, 0.3, 0.8))
}

func stand(t *take) {
	t.sway = between(t.rng, 0.8, 2)
	t.standFor(between(t.rng, 1.5, 2.5))
	gesture := t.stood()
	arm := either(t.rng, 0, other)
	gesture[armFlex+arm] = between(t.rng, 30, 80)
	gesture[elbow+arm] = between(t.rng, 40, 100)
	gesture[spineTurn] += between(t.rng, -18, 18)
	gesture[headTurn] += between(t.rng, -30, 30)
	t.move(gesture, between(t.rng, 0.7, 1.2))
	t.hold(between(t.rng, 0.5, 1.2))
	t.move(t.stood(), between(t.rng, 0.7, 1.2))
	t.standFor(between(t.rng, 0.8, 1.5))
}

// sit goes from standing onto a seat of the height that suits the legs.
func (t *take) sit(seconds float64) {
	t.upright("sit_down")
	t.through(seconds, t.to(crouching), t.to(sitting))
	t.upright("sitting")
}

func (t *take) standUp(seconds float64) {
	t.upright("stand_up")
	t.through(seconds, t.to(crouching), t.stood())
}

func sitDown(t *take) {
	t.standFor(between(t.rng, 0.8, 1.8))
	t.sit(between(t.rng, 0.9, 1.9))
	t.putChair()
	t.sway = 0.8
	t.hold(between(t.rng, 2, 3))
	if t.rng.Float64() < 0.4 {
		t.standUp(between(t.rng, 1.2, 2))
		t.standFor(between(t.rng, 0.5, 1))
	}
}

func getUp(t *take) {
	t.now = t.to(sitting)
	t.sway = 0.8
	t.upright("sitting")
	t.hold(between(t.rng, 1.2, 2.2))
	t.putChair()
	t.standUp(between(t.rng, 1.2, 2.2))
	t.standFor(between(t.rng, 0.4, 1))
	t.upright("walking")
	t.walk(between(t.rng, 1.5, 2.3), between(t.rng, 0.7, 1), between(t.rng, -30, 30), false)
	t.standFor(0.3)
}

func pickUp(t *take) {
	t.standFor(between(t.rng, 0.8, 1.8))
	t.upright("bending")
	for range 1 + t.rng.IntN(2) {
		low := t.to(bending)
		if t.rng.Float64() < 0.4 {
			low = mix(low, t.to(squatting), 0.5)
		}
		t.move(low, between(t.rng, 0.8, 1.5))
		t.hold(between(t.rng, 0.2, 0.7))
		t.move(t.stood(), between(t.rng, 0.8, 1.5))
	}
	t.standFor(between(t.rng, 0.8, 1.8))
}

func squat(t *take) {
	t.standFor(between(t.rng, 0.8, 1.5))
	t.upright("squatting")
	for range 1 + t.rng.IntN(2) {
		t.through(between(t.rng, 0.8, 1.5), t.to(crouching), t.to(squatting))
		t.hold(between(t.rng, 0.4, 1))
		t.through(between(t.rng, 0.8, 1.5), t.to(crouching), t.stood())
	}
	t.standFor(between(t.rng, 0.6, 1.2))
}

// lowerToFloor goes from standing to sitting on the floor without hurry.
func (t *take) lowerToFloor(seconds float64) {
	t.through(seconds, t.to(crouching), t.to(squatting), t.to(sittingOnFloor))
}

func sitOnFloor(t *take) {
	t.standFor(between(t.rng, 0.8, 1.5))
	t.upright("sit_down")
	t.lowerToFloor(between(t.rng, 1.8, 2.8))
	t.upright("sitting")
	t.sway = 0.8
	t.hold(between(t.rng, 1, 1.8))
	if t.rng.Float64() < 0.5 {
		t.move(t.to(longSitting), between(t.rng, 1, 1.5))
	}
	t.hold(between(t.rng, 0.6, 1.2))
}

// lying is a posture of rest on the back or on a side.
func (t *take) lying() posture {
	p := t.to(supine)
	if t.rng.Float64() < 0.35 {
		p = t.to(onSide)
		p[pitch] -= 90
		p[roll], p[twist] = 0, -p[roll]
		if t.rng.Float64() < 0.5 {
			p = p.swapped()
			p[yaw] = t.now[yaw]
		}
	}
	return t.who.settled(p)
}

func lieDownOnFloor(t *take) {
	t.standFor(between(t.rng, 0.6, 1.2))
	t.upright("lie_down")
	t.lowerToFloor(between(t.rng, 1.6, 2.4))
	t.hold(between(t.rng, 0, 0.3))
	t.through(between(t.rng, 1.3, 2.2), t.to(longSitting), t.lying())
	t.as(Down, "lying")
	t.sway = 0.15
	t.hold(between(t.rng, 1.5, 2.2))
}

func lieDownOnBed(t *take) {
	t.standFor(between(t.rng, 0.6, 1.2))
	t.sit(between(t.rng, 1.2, 1.8))
	height := t.moments[len(t.moments)-1].root.Y - t.who.m(hipRadius)
	t.now[seat] = height
	side := either(t.rng, -1.0, 1)
	t.putBed(height, side)
	t.hold(between(t.rng, 0.3, 0.8))
	t.upright("lie_down")
	leaning := t.to(sitting)
	leaning[seat] = height
	leaning[yaw] += 45 * side
	leaning[pitch] -= 30
	leaning[armFlex], leaning[armFlex+other] = -20, -20
	lifted := t.to(longSitting)
	lifted[seat], lifted[legSeat] = height, 0.7*height
	lifted[yaw] += 85 * side
	lifted[pitch] -= 26
	lifted[hipFlex], lifted[hipFlex+other] = 66, 58
	lifted[knee], lifted[knee+other] = 42, 40
	flat := t.lying()
	flat[seat], flat[legSeat] = height, height
	flat[yaw] += 90 * side
	t.through(between(t.rng, 1.8, 2.8), leaning, lifted, flat)
	t.as(Down, "lying")
	t.sway = 0.15
	t.hold(between(t.rng, 1.4, 2))
}

func riseFromFloor(t *take) {
	t.now = t.lying()
	t.as(Down, "lying")
	t.sway = 0.15
	t.hold(between(t.rng, 0.8, 1.6))
	t.as(Rising, "rising")
	t.through(between(t.rng, 1.2, 2), t.to(longSitting), t.to(sittingOnFloor))
	t.hold(between(t.rng, 0.1, 0.5))
	t.through(between(t.rng, 1.5, 2.4), t.to(squatting), t.to(crouching), t.stood())
	t.sway = 1
	t.standFor(between(t.rng, 0.8, 1.5))
}
