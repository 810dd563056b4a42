package motion

// Staged are motions for scenes of several people: what they do is known beforehand. No plan
// draws them.
var Staged = []Activity{
	{Name: "stay", perform: func(a *actor) { a.startStanding(1) }},
	{Name: "pass", perform: func(a *actor) { a.pass(0.9, 8) }},
	{Name: "pass-slowly", perform: func(a *actor) { a.pass(0.5, 12) }},
	{Name: "fall-and-rise", Fall: true, perform: fallAndRise},
}

// pass walks straight on at a speed (m/s) for some seconds.
func (a *actor) pass(speed, seconds float64) {
	a.startStanding(0.1)
	g := a.gait()
	g.speed = speed
	a.as(Upright, "walking")
	a.walk(g, speed*seconds, 0)
}

// fallAndRise falls backward and gets up at once.
func fallAndRise(a *actor) {
	a.startStanding(between(a.rng, 1, 2))
	a.topple("weight shift", "backward", 180+between(a.rng, -15, 15), a.varied(catchBackward, 8), a.gives(0, 8), between(a.rng, 0.25, 0.5))
	a.riseAfterFall()
}
