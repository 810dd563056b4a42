package motion

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// holding tells where hands hold on during a walk.
type holding func(q *body.Points, root r3.Vec, heading, t float64) [2]*r3.Vec

// walkHolding walks with a cane or a frame.
func (a *actor) walkHolding(g gait, distance float64, hands holding, tools func(*body.Points, float64) []Stick) {
	a.as(Upright, "walking")
	a.tools = tools
	defer func() { a.tools = nil }()
	length := g.stepLength(a.who.LegLength()) * (1 - 0.3*a.who.Frailty)
	w := &walking{who: a.who, gait: g, first: a.now, period: length / g.speed, trunk: a.stooped(posture{}), hands: hands}
	w.period = min(max(w.period, 0.45), 1.4)
	w.size = length / a.who.LegLength()
	w.plan(max(int(distance/length), 2), length, 0, a.heading, a.rng.IntN(2))
	first := w.at(0)
	way := []rig{a.now, first}
	a.add(0.6, first, false, func(t float64) rig { return curve(a.who, way, smooth(t/0.6)) }) // the hands take hold
	a.finishWalk(w, a.standAt(w.falls))
}

// cane is held at the side and set down with every other step.
func (a *actor) cane(side int) holding {
	high := 0.53 * a.who.Stature
	return func(q *body.Points, root r3.Vec, heading, t float64) (to [2]*r3.Vec) {
		h := body.Heading(heading)
		s := body.Side(side)
		swing := 0.12 * math.Sin(2*math.Pi*t/1.4)
		at := r3.Vec{X: root.X + s*0.24*h.Z + (0.14+swing)*h.X, Y: high, Z: root.Z - s*0.24*h.X + (0.14+swing)*h.Z}
		to[side] = &at
		return to
	}
}

// frame is pushed before the body.
func (a *actor) frame() holding {
	high := 0.50 * a.who.Stature
	return func(q *body.Points, root r3.Vec, heading, t float64) (to [2]*r3.Vec) {
		h := body.Heading(heading)
		for i := range 2 {
			s := body.Side(i)
			at := r3.Vec{X: root.X + s*0.25*h.Z + 0.36*h.X, Y: high, Z: root.Z - s*0.25*h.X + 0.36*h.Z}
			to[i] = &at
		}
		return to
	}
}

// frameSticks are the bars of a walking frame under the hands.
func frameSticks(q *body.Points, _ float64) (s []Stick) {
	across := r3.Sub(q.Wrist[0], q.Wrist[1])
	across.Y = 0
	front := r3.Cross(body.Unit(across, body.AxisX), body.AxisY)
	var foot [2]r3.Vec
	for i := range 2 {
		w := q.Wrist[i]
		fore := r3.Add(r3.Vec{X: w.X, Z: w.Z}, r3.Scale(0.34, front))
		rear := r3.Add(r3.Vec{X: w.X, Z: w.Z}, r3.Scale(-0.10, front))
		knee := r3.Add(w, r3.Scale(0.22, front))
		s = append(s, Stick{r3.Add(w, r3.Scale(-0.06, front)), knee}, Stick{knee, fore}, Stick{w, rear})
		foot[i] = body.Lerp(fore, knee, 0.5)
	}
	return append(s, Stick{foot[0], foot[1]})
}
