package motion

import (
	"math"

	"gonum.org/v1/gonum/interp"
	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// gait is a way of walking.
type gait struct {
	speed  float64 // m/s
	short  float64 // step length as a share of what is usual at that speed
	wide   float64 // metres between the feet
	arms   float64 // how far arms swing, 1 = usual
	stoop  float64 // degrees added to the person's own
	sway   float64 // how far the trunk sways to the sides, 1 = usual
	limp   float64 // how much longer one leg stands than the other, as a share of a step
	abrupt bool    // ends in the middle of a step
	low    float64 // metres that the hips stay lower than usual: bent knees
}

// gait is the person's usual one: 1.43 m/s at 45 years, 0.94 m/s for women of 80 and more
// (Bohannon & Williams Andrews 2011, "Normal walking speed"), slower at home and in frailty.
func (a *actor) gait() gait {
	p := a.who.Person
	speed := 1.2
	if p.Age > 60 {
		speed = 1.2 - 0.008*(p.Age-60)
	}
	g := gait{short: 1, wide: 0.09, arms: 1, sway: 1}
	g.speed = speed * (1 - 0.55*p.Frailty) * between(a.rng, 0.75, 1.05) * math.Sqrt(a.who.LegLength()/0.9)
	g.short = 1 - 0.35*p.Frailty
	g.wide += 0.08 * p.Frailty
	g.arms -= 0.5 * p.Frailty
	g.low = 0.02 * p.Frailty
	return g
}

// footfall is a place where a foot stands, from one time to another.
type footfall struct {
	at       r3.Vec // of the ankle's foot: the point of the floor under the ankle
	yaw      float64
	from, to float64 // landing and lifting, seconds
}

// walking is a walk while it goes on.
type walking struct {
	who     *body.Body
	gait    gait
	falls   [2][]footfall
	x, z, h interp.FritschButland // of the body's middle, and its heading
	seconds float64
	period  float64 // of a step
	size    float64 // of a step, in leg lengths
	first   rig
	air     [2]bool // feet that are in the air when it begins
	begins  body.Points
	trunk   posture // how the upper body is held
	hands   func(q *body.Points, root r3.Vec, heading, t float64) [2]*r3.Vec
}

// stepLength follows from speed: step length ÷ cadence is about 0.0064 m·min in adults
// (Sekiya & Nagasaki 1998, "Reproducibility of the walking patterns of normal young adults").
func (g gait) stepLength(leg float64) float64 {
	return min(g.short*math.Sqrt(60*g.speed*0.0064)*math.Sqrt(leg/0.9), 0.9*leg)
}

// walk goes a distance while turning by so many degrees in all.
func (a *actor) walk(g gait, distance, turn float64) {
	length := g.stepLength(a.who.LegLength())
	steps := max(int(math.Round(math.Abs(distance)/length)), int(math.Ceil(math.Abs(turn)/35)), 1)
	a.steps(g, steps, distance/float64(steps), turn/float64(steps))
}

// turn turns on the spot.
func (a *actor) turn(degrees float64) {
	g := a.gait()
	g.speed *= 0.8
	if degrees != 0 {
		a.walk(g, 0, degrees)
	}
}

// steps makes a number of steps of a length (negative: backwards), each turning, and one
// more to bring the feet together.
func (a *actor) steps(g gait, n int, length, turn float64) {
	usual := g.stepLength(a.who.LegLength())
	w := &walking{who: a.who, gait: g, first: a.now, period: usual / g.speed, trunk: a.stooped(posture{})}
	w.period = min(max(w.period, 0.42), 1.3)
	w.size = math.Abs(length) / a.who.LegLength()
	left := a.rng.IntN(2)
	w.plan(n, length, turn, a.heading, left)
	a.heading += turn * float64(n)
	var end rig
	if g.abrupt {
		end = w.at(w.seconds)
	} else {
		end = a.standAt(w.falls)
	}
	a.finishWalk(w, end)
}

// standAt is the standing position over the last footfalls.
func (a *actor) standAt(falls [2][]footfall) rig {
	before := a.now
	for i := range 2 {
		f := falls[i][len(falls[i])-1]
		before.foot[i] = true
		a.placeFoot(&before, i, f)
	}
	a.now = before
	return a.rig(onFeet(a.stooped(standing)), false)
}

// placeFoot stands foot i of a rig on a footfall, flat.
func (a *actor) placeFoot(r *rig, i int, f footfall) {
	r.pose.Turn[body.LeftFoot+body.Part(i)] = body.Turn(body.AxisY, f.yaw)
	to := f.at
	to.Y = a.who.Ankle
	r.pose.Root = r3.Add(f.at, r3.Vec{Y: 0.9 * a.who.LegLength()})
	a.who.Leg(&r.pose, i, to, body.Heading(f.yaw))
	// the leg hangs on the hips, wherever these are: what counts is the ball's place, so the
	// whole body is moved there
	q := a.who.Place(&r.pose)
	r.pose.Root = r3.Add(r.pose.Root, r3.Sub(to, q.Ankle[i]))
}

func (a *actor) finishWalk(w *walking, end rig) {
	if w.gait.abrupt {
		a.add(w.seconds, end, false, w.at)
		return
	}
	who, settle := a.who, 0.45
	last := w.at(w.seconds)
	a.add(w.seconds, last, false, w.at)
	way := []rig{last, end}
	a.add(settle, end, false, func(t float64) rig { return curve(who, way, smooth(t/settle)) })
}

// plan lays out footfalls and the way of the body.
func (w *walking) plan(n int, length, turn, heading float64, leg int) {
	q := w.who.Place(&w.first.pose)
	w.begins = q
	for i := range 2 {
		if w.air[i] = w.first.lying || !w.first.foot[i] && q.Ankle[i].Y > 1.15*w.who.Ankle; w.air[i] {
			leg = i
		}
		front := w.first.pose.Turn[body.LeftFoot+body.Part(i)].Rotate(body.AxisZ)
		at := q.Ankle[i]
		at.Y = 0
		w.falls[i] = []footfall{{at: at, yaw: math.Atan2(front.X, front.Z) / body.Degree, from: -9, to: -1}}
	}
	middle := body.Lerp(w.falls[0][0].at, w.falls[1][0].at, 0.5)
	if !w.first.foot[0] || !w.first.foot[1] {
		middle = r3.Vec{X: q.Hips.X, Z: q.Hips.Z}
	}
	times, xs, zs, hs := []float64{0}, []float64{middle.X}, []float64{middle.Z}, []float64{heading}
	half, now := w.who.HipHalf+w.gait.wide/2-0.045, 0.35
	at := middle
	for k := range n + 1 {
		swing := w.period * (0.75 + 0.25*btof(w.size < 0.1))
		if k > 0 {
			now += w.period * (1 + w.gait.limp*float64(1-2*(k%2)))
		} else {
			now = swing + 0.25
			if w.air[leg] {
				now = swing
			}
		}
		if k < n {
			heading += turn
		}
		before := at
		if k < n {
			at = r3.Add(at, r3.Scale(length, body.Heading(heading-turn/2)))
		}
		land := r3.Add(at, r3.Scale(body.Side(leg)*half, r3.Vec{X: math.Cos(heading * body.Degree), Z: -math.Sin(heading * body.Degree)}))
		falls := w.falls[leg]
		falls[len(falls)-1].to = now - swing
		w.falls[leg] = append(falls, footfall{at: land, yaw: heading + 6*body.Side(leg), from: now, to: math.Inf(1)})
		mid := body.Lerp(before, at, 0.5)
		if k == n {
			mid = at
		}
		times, xs, zs, hs = append(times, now), append(xs, mid.X), append(zs, mid.Z), append(hs, heading)
		leg = 1 - leg
	}
	w.seconds = now
	if w.gait.abrupt {
		w.seconds = now - w.period*1.35
	}
	for _, c := range [...]struct {
		curve *interp.FritschButland
		ys    []float64
	}{{&w.x, xs}, {&w.z, zs}, {&w.h, hs}} {
		if err := c.curve.Fit(times, c.ys); err != nil {
			panic("the times of footfalls do not increase: " + err.Error()) // a mistake in this package
		}
	}
}

func btof(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
