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
		stride := length
		if k == 0 || k == n {
			stride = length / 2
		}
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
		_ = stride
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

// sole is how a foot is pitched at a time (degrees, heel up), and whether it stands.
func (w *walking) sole(i int, t float64) (ankle r3.Vec, foot body.Rotation, stands bool) {
	big := min(w.size/0.75, 1.1) // shuffling feet stay flat
	falls := w.falls[i]
	k := len(falls) - 1
	for k > 0 && falls[k].from > t {
		k--
	}
	f := falls[k]
	if k == 0 && w.air[i] {
		return w.comeDown(i, t, falls[1])
	}
	if t <= f.to {
		pitch := 0.0
		if k > 0 {
			pitch = -18 * big * (1 - smooth((t-f.from)/(0.18*w.period)))
		}
		if !math.IsInf(f.to, 1) {
			pitch += 42 * big * math.Pow(min(max((t-(f.to-0.55*w.period))/(0.55*w.period), 0), 1), 1.6)
		}
		ankle, foot = w.pivot(f, pitch)
		return ankle, foot, true
	}
	next := falls[k+1]
	u := (t - f.to) / (next.from - f.to)
	a, ra := w.pivot(f, 42*big)
	b, rb := w.pivot(next, -18*big)
	s := u * u * (3 - 2*u)
	ankle = body.Lerp(a, b, s)
	lift := 0.05 + 0.06*big
	ankle.Y += lift * 16 * u * u * (1 - u) * (1 - u) * (0.4 + 0.6*btof(w.size > 0.02)) * 0.6
	foot = body.Slerp(ra, rb, smooth(min(u*1.15, 1)))
	return ankle, foot, false
}

// comeDown brings a foot that is in the air when the walk begins to its first footfall.
func (w *walking) comeDown(i int, t float64, to footfall) (ankle r3.Vec, foot body.Rotation, stands bool) {
	u := min(t/max(to.from, 0.05), 1)
	at, turned := w.pivot(to, 0)
	ankle = body.Lerp(w.begins.Ankle[i], at, u*u*(3-2*u))
	ankle.Y += 0.05 * 4 * u * (1 - u)
	return ankle, body.Slerp(w.first.pose.Turn[body.LeftFoot+body.Part(i)], turned, smooth(u)), false
}

// pivot is the ankle of a foot on its footfall: pitched up it turns about the ball, pitched
// down about the heel.
func (w *walking) pivot(f footfall, pitch float64) (r3.Vec, body.Rotation) {
	level := body.Turn(body.AxisY, f.yaw)
	foot := body.Mul(level, body.Turn(body.AxisX, pitch))
	reach, over := w.who.Ball, w.who.AnkleOver
	if pitch < 0 {
		reach, over = -w.who.Heel, w.who.AnkleOverHeel
	}
	spot := r3.Add(f.at, r3.Scale(reach, body.Heading(f.yaw)))
	spot.Y = w.who.Flesh.Sole
	return over(spot, foot), foot
}

// at is the body at a time of the walk.
func (w *walking) at(t float64) rig {
	t = min(t, w.seconds)
	heading := w.h.Predict(t)
	big := min(w.size/0.75, 1.1) * smooth(t/0.5)
	if !w.gait.abrupt {
		big *= smooth((w.seconds - t + 0.15) / 0.5)
	}
	r := rig{foot: both}
	var ankle [2]r3.Vec
	var foot [2]body.Rotation
	var stands [2]bool
	for i := range 2 {
		ankle[i], foot[i], stands[i] = w.sole(i, t)
	}
	p := w.upper(t, big)
	p[yaw] += heading
	r.pose = p.pose()
	r.pose.Root = r3.Vec{X: w.x.Predict(t), Z: w.z.Predict(t)}
	w.shift(&r, ankle, stands, t, big)
	w.height(&r, ankle, stands)
	for i := range 2 {
		r.foot[i] = stands[i]
		part := body.Part(i)
		front := r3.Add(body.Heading(heading), r3.Scale(0.12*body.Side(i), r3.Vec{X: math.Cos(heading * body.Degree), Z: -math.Sin(heading * body.Degree)}))
		r.pose.Turn[body.LeftFoot+part] = foot[i]
		w.who.Leg(&r.pose, i, ankle[i], front)
	}
	w.blendIn(&r, t)
	w.hold(&r, heading, t)
	return r
}

// upper is how trunk and arms move.
func (w *walking) upper(t, big float64) posture {
	phase := w.phase(t)
	swing := math.Cos(math.Pi * phase) // +1 = left foot lands
	p := standing.plus(w.trunk, 1)
	p[pitch] += 2*big + 0.25*w.gait.stoop
	p[spineFlex] += w.gait.stoop * 0.75
	p[headNod] -= 0.6 * w.gait.stoop
	p[yaw] -= 4 * big * swing
	p[spineTurn] += 8 * big * swing
	p[roll] += 2 * big * w.gait.sway * math.Sin(math.Pi*phase)
	p[spineSide] -= 2 * big * w.gait.sway * math.Sin(math.Pi*phase)
	for i := range 2 {
		s := body.Side(i) * swing * w.gait.arms
		arm := i * other
		p[armFlex+arm] += big*(3-20*s) + 0.8*w.gait.stoop
		p[elbow+arm] += big * (8 - 12*s)
	}
	return p
}

// phase counts steps: even numbers are landings of the left foot.
func (w *walking) phase(t float64) float64 {
	last, next, side := -1e9, 1e9, 0.0
	for i := range 2 {
		for k, f := range w.falls[i] {
			from := f.from
			if k == 0 {
				continue
			}
			if from <= t && from > last {
				last, side = from, float64(i)
			}
			if from > t && from < next {
				next = from
				if last < -1e8 {
					side = float64(1 - i)
				}
			}
		}
	}
	if last < -1e8 {
		last = 0
	}
	if next > 1e8 {
		return side
	}
	return side + min(max((t-last)/(next-last), 0), 1)
}

// shift brings the hips some way over the foot that stands.
func (w *walking) shift(r *rig, ankle [2]r3.Vec, stands [2]bool, t, big float64) {
	phase := w.phase(t)
	amount := -(0.02 + 0.02*btof(w.size < 0.2)) * w.gait.sway * math.Sin(math.Pi*phase) * smooth(t/0.4)
	if !w.gait.abrupt {
		amount *= smooth((w.seconds - t + 0.1) / 0.4)
	}
	side := r.pose.Turn[body.Pelvis].Rotate(body.AxisX)
	side.Y = 0
	r.pose.Root = r3.Add(r.pose.Root, r3.Scale(-amount, body.Unit(side, body.AxisX)))
}

// height lets the hips down until standing legs reach the floor.
func (w *walking) height(r *rig, ankle [2]r3.Vec, stands [2]bool) {
	leg := w.who.Thigh + w.who.Shank
	r.pose.Root.Y = w.who.Ankle + 0.985*leg - w.gait.low
	for i := range 2 {
		hip := r3.Add(r.pose.Root, r.pose.Turn[body.Pelvis].Rotate(r3.Vec{X: body.Side(i) * w.who.HipHalf}))
		flat := math.Hypot(hip.X-ankle[i].X, hip.Z-ankle[i].Z)
		most := 0.992 * leg
		if !stands[i] {
			continue
		}
		if high := ankle[i].Y + math.Sqrt(max(most*most-flat*flat, 0.04)); hip.Y > high {
			r.pose.Root.Y -= hip.Y - high
		}
	}
}

// blendIn goes over from the position in which the walk began.
func (w *walking) blendIn(r *rig, t float64) {
	const seconds = 0.5
	if t >= seconds {
		return
	}
	u := smooth(t / seconds)
	was := &w.first.pose
	keep := r.pose
	r.pose.Root = body.Lerp(was.Root, keep.Root, u)
	r.pose.Turn[body.Pelvis] = body.Slerp(was.Turn[body.Pelvis], keep.Turn[body.Pelvis], u)
	for c := body.Chest; int(c) < body.Parts; c++ {
		if c >= body.LeftThigh && c <= body.RightFoot {
			continue
		}
		p := c.Parent()
		r.pose.Turn[c] = body.Mul(r.pose.Turn[p], body.Slerp(body.Between(was.Turn[p], was.Turn[c]), body.Between(keep.Turn[p], keep.Turn[c]), u))
	}
	w.height2(r, &keep)
}

// height2 puts legs back under hips that are not where they were.
func (w *walking) height2(r *rig, was *body.Pose) {
	q := w.who.Place(was)
	for i := range 2 {
		stand(w.who, &r.pose, i, q.Ball[i], was.Turn[body.LeftThigh+body.Part(i)].Rotate(body.AxisZ))
	}
}

// hold brings the hands to what they hold.
func (w *walking) hold(r *rig, heading, t float64) {
	if w.hands == nil {
		return
	}
	q := w.who.Place(&r.pose)
	for i, to := range w.hands(&q, r.pose.Root, heading, t) {
		if to != nil {
			w.who.Arm(&r.pose, i, *to, r.pose.Turn[body.LeftUpperArm+body.Part(i)].Rotate(body.AxisZ))
		}
	}
}
