package motion

import (
	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

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
