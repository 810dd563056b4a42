package motion

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// afterwards is what follows a fall: lying still, moving a little, getting up after seconds,
// or a long lie.
func (a *actor) afterwards() {
	switch u := a.rng.Float64(); {
	case u < 0.3:
		a.hold(between(a.rng, 3, 8))
	case u < 0.55:
		a.stir(2 + a.rng.IntN(3))
	case u < 0.65: // minutes, with a movement now and then
		for range 3 {
			a.hold(between(a.rng, 20, 60))
			a.stir(1)
		}
	default:
		a.hold(between(a.rng, 0.8, 6))
		a.stir(1)
		a.riseAfterFall()
	}
}

// stir moves an arm, a leg and the head a few times.
func (a *actor) stir(times int) {
	for range times {
		r := a.now
		r.loose, r.lying = false, true
		a.twitch(&r)
		r.rest(a.who, a.take.Boxes)
		a.course(smooth, between(a.rng, 0.6, 1.3), r)
		a.hold(between(a.rng, 0.5, 2))
	}
}

// twitch turns some joints of a lying body a little, within their limits.
func (a *actor) twitch(r *rig) {
	turn := func(p body.Part, degrees float64) {
		by := body.Turn(body.Unit(r3.Vec{X: a.rng.NormFloat64(), Y: 0.3 * a.rng.NormFloat64(), Z: a.rng.NormFloat64()}, body.AxisX), degrees*between(a.rng, 0.4, 1))
		t := &r.pose.Turn
		old := t[p]
		t[p] = body.Mul(t[p], by)
		for c := p + 2; int(c) < body.Parts && p >= body.LeftThigh; c += 2 {
			if c.Parent() == c-2 {
				t[c] = body.Mul(t[p], body.Between(old, t[c]))
			}
			if c.Parent() != c-2 || c == body.LeftFoot || c == body.RightFoot {
				break
			}
			old = body.Mul(t[c], body.Identity)
		}
	}
	side := body.Part(a.rng.IntN(2))
	turn(body.Head, 18)
	turn(body.LeftUpperArm+side, 30)
	turn(body.LeftThigh+side, 14)
	r.pose.Limit()
}

// riseAfterFall gets up from wherever the body lies.
func (a *actor) riseAfterFall() {
	a.as(Rising, "getting_up")
	a.bare = true
	defer func() { a.bare = false }()
	t := &a.now.pose.Turn[body.Pelvis]
	up, front := t.Rotate(body.AxisY), t.Rotate(body.AxisZ)
	head := func(v r3.Vec) float64 { return math.Atan2(v.X, v.Z) / body.Degree }
	switch {
	case up.Y > 0.6: // sits
		a.heading = head(front)
	case front.Y < -0.3: // on the belly
		a.heading = head(up)
		a.move(lyingAs(a.varied(prone.with(headTurn, 30), 3)), a.pace(0.9, 1.6))
		a.hold(a.pace(0.3, 1))
		a.move(a.fourKey(allFours), a.pace(1.4, 2.4))
		a.fromFours()
		return
	default: // on the back or a side
		a.heading = head(r3.Scale(-1, up))
		a.via(lyingAs(a.varied(crookLying, 3)), lyingAs(propped), a.pace(1.6, 2.6))
	}
	a.move(key{p: sideSitting, sit: true, hand: [2]bool{false, true}}, a.pace(1.2, 2))
	a.hold(a.pace(0.2, 1))
	a.move(a.fourKey(allFours), a.pace(1.2, 2))
	a.fromFours()
}

// fromFours stands up from hands and knees.
func (a *actor) fromFours() {
	a.hold(a.pace(0.3, 1.2))
	low := halfKneeling
	low[pitch], low[spineFlex], low[hipFlex], low[hipFlex+other] = 38, 26, 120, 38
	a.move(a.onOneKnee(low), a.pace(1, 1.6))
	a.fromOneKnee(a.pace(1.2, 2))
	a.standFor(0.5, 1.5)
}
