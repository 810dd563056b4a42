package motion

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

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
	w.shift(&r, t)
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
func (w *walking) shift(r *rig, t float64) {
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
	w.stand(r, &keep)
}

// stand puts legs back under hips that are not where they were.
func (w *walking) stand(r *rig, was *body.Pose) {
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
