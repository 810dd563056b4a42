package simulate

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"
)

const gravity = 9.81 // m/s²

// fallActivities are the motions that are falls.
var fallActivities = []activity{
	{"fall-forward", fallForward},
	{"fall-backward", fallBackward},
	{"fall-sideways", fallSideways},
}

// topple is the course of a fall: how far the body is down (0 = upright, 1 = on the
// ground) at every tick. It is the angle of an inverted pendulum,
//
//	θ″ = 3/2 · g/L · sin θ,
//
// which is a rod of length L that turns about its foot, beginning at a lean of start
// degrees with spin rad/s. Knees that give way make the rod shorter than the body. Falls
// of old people on video took 583 ± 255 ms from the start of descent to the impact of the
// pelvis, which hit the floor with 2.14 ± 0.63 m/s, 38 % slower than a pendulum would
// (Choi, Wakeling & Robinovitch 2015, "Kinematic analysis of video-captured falls").
func topple(length, start, spin float64) (course []float64) {
	angle := start * degree
	from, to := angle, math.Pi/2
	for angle < to {
		course = append(course, (angle-from)/(to-from))
		spin += 1.5 * gravity / length * math.Sin(angle) * tick
		angle += spin * tick
	}
	return append(course, 1)
}

// fall loses balance now, passes postures on the way down, and comes to rest.
// places tell at which part of the course each posture is reached; the last one is the
// impact.
func (t *take) fall(speed float64, places []float64, way ...posture) {
	length := t.who.height * between(t.rng, 0.6, 0.85)
	spin := between(t.rng, 0.2, 0.6) + 0.7*speed/length
	course := topple(length, between(t.rng, 4, 8), spin)
	t.as(Falling, "falling")
	t.fallAt = len(t.moments)
	t.drop(newPath(t.now, places, way...), course)
	t.settle()
	t.rest = len(t.moments) - 1
	t.as(Down, "down")
	t.afterwards()
}

// drop goes down a path as the course has it, or slower: no part of the trunk falls
// faster than freely, and no limb is thrown faster than a muscle can.
func (t *take) drop(path *path, course []float64) {
	sway := t.sway
	top := t.trunk(t.now)
	before, u, was := top, 0.0, t.now
	for i := 1; u < 1; i++ {
		i = min(i, len(course)-1)
		step := max(course[i]-course[i-1], 0.004)
		next, now := min(u+step, 1), top
		for range 16 {
			p := path.at(next)
			now = t.trunk(p)
			if fallsFreely(top, before, now) && possibleTurn(was, p) {
				break
			}
			next = u + 0.75*(next-u)
		}
		before, u = now, next
		t.sway = sway * (1 - u)
		t.drift = r3.Scale(math.Exp(-3*tick/0.4), t.drift)
		was = path.at(u)
		t.show(was)
	}
	t.drift = r3.Vec{}
}

// possibleTurn tells whether the body can turn so far within a tick: a pendulum's trunk
// reaches 320° a second, and thrown limbs about twice that.
func possibleTurn(before, now posture) bool {
	for c := range now {
		most := 400.0
		switch {
		case c == seat || c == legSeat:
			continue
		case c >= hipFlex:
			most = 750
		}
		if math.Abs(now[c]-before[c]) > most*tick {
			return false
		}
	}
	return true
}

// trunk gives the heights of hips, shoulders and head in a posture.
func (t *take) trunk(p posture) [3]float64 {
	f := t.who.pose(p, r3.Vec{})
	points := t.who.supports(f)
	up := lift(points[:], p)
	return [3]float64{up, up + f.chest.Y, up + f.head.Y}
}

// fallsFreely tells whether parts that were at rest at top can go from before to now
// within a tick under gravity; some muscle is left, so a fall is never quite free.
func fallsFreely(top, before, now [3]float64) bool {
	const free, push = 0.75, 0.3 // part of gravity; m/s that a push can add
	for i := range top {
		fastest := push + math.Sqrt(2*free*gravity*max(top[i]-before[i], 0))
		if before[i]-now[i] > fastest*tick {
			return false
		}
	}
	return true
}

// settle is what follows an impact: limbs drop and swing out within half a second.
func (t *take) settle() {
	landed := t.now
	resting := t.relaxed(landed)
	ring, damping := between(t.rng, 2.2, 3.2), between(t.rng, 0.10, 0.15)
	n := ticks(between(t.rng, 0.35, 0.55))
	for i := range n {
		now := float64(i+1) * tick
		left := math.Exp(-now/damping) * math.Cos(2*math.Pi*ring*now)
		fade := 1 - smooth(float64(i+1)/float64(n))
		t.show(mix(resting, landed, left*fade))
	}
}

// relaxed is a posture after its muscles let go.
func (t *take) relaxed(p posture) posture {
	q := t.varied(p, 5)
	for i := range 2 {
		leg := i * other
		q[knee+leg] = max(q[knee+leg]+between(t.rng, -8, 8), 0)
		q[hipTurn+leg] += between(t.rng, 0, 8)
		q[hipAbd+leg] += 4 * t.rng.NormFloat64()
		q[elbow+leg] = max(q[elbow+leg]+between(t.rng, -20, 12), 4)
	}
	q[headNod] *= 0.4
	return t.who.settled(q)
}

// afterwards lies still, or moves a little, for the rest of the clip.
func (t *take) afterwards() {
	t.sway = 0.12
	t.hold(between(t.rng, 0.5, 1.2))
	if t.rng.Float64() < 0.5 {
		t.hold(between(t.rng, 1.2, 2.2))
		return
	}
	home := t.now
	for range 1 + t.rng.IntN(2) {
		t.move(t.stirred(home), between(t.rng, 0.6, 1.1))
		t.hold(between(t.rng, 0.2, 0.6))
	}
}

// stirred is a lying posture in which one arm, one leg and the head have moved.
func (t *take) stirred(p posture) posture {
	arm, leg := either(t.rng, 0, other), either(t.rng, 0, other)
	p[armAbd+arm] += between(t.rng, -15, 25)
	p[armFlex+arm] += between(t.rng, -10, 30)
	p[elbow+arm] = max(p[elbow+arm]+between(t.rng, -15, 40), 0)
	p[knee+leg] += between(t.rng, 5, 40)
	p[hipFlex+leg] += between(t.rng, 3, 22)
	p[headTurn] += between(t.rng, -25, 25)
	p[spineSide] += between(t.rng, -6, 6)
	return t.who.settled(p)
}

// leadIn is what happens before a fall: standing or walking. It gives the speed that the
// fall begins with, in m/s.
func (t *take) leadIn() (speed float64) {
	if t.rng.Float64() < 0.5 {
		t.as(Upright, "standing")
		t.hold(between(t.rng, 1.4, 3))
		return 0
	}
	t.as(Upright, "standing")
	t.hold(between(t.rng, 0.3, 0.8))
	t.as(Upright, "walking")
	pace := between(t.rng, 0.7, 1.05)
	t.walk(between(t.rng, 1.5, 2.4), pace, between(t.rng, -25, 25), true)
	return pace * t.who.pace
}

// facing keeps the heading of the figure in postures that are written for heading 0.
func (t *take) facing(way ...posture) []posture {
	for i := range way {
		way[i][yaw] += t.now[yaw]
	}
	return way
}

// fallForward trips or topples: onto the knees first, or all of a piece; arms go
// forward to catch the body.
func fallForward(t *take) {
	speed := t.leadIn()
	step := either(t.rng, 0, other) // the leg that tries to catch the body
	reaching := sides(posture{pitch: 16, spineFlex: 10, headNod: -14, hipFlex: 24, knee: 34, armFlex: 50, armAbd: 22, elbow: 38})
	reaching[hipFlex+step] += 20
	reaching[knee+step] += 12
	knees := sides(posture{pitch: 46, spineFlex: 10, headNod: -30, hipFlex: 42, hipAbd: 5, knee: 78, armFlex: 128, armAbd: 26, elbow: 28})
	if t.rng.Float64() < 0.45 { // stiff
		knees = sides(posture{pitch: 50, spineFlex: 5, headNod: -28, hipFlex: 16, hipAbd: 6, knee: 26, armFlex: 118, armAbd: 26, elbow: 28})
	}
	knees[hipFlex+step] += 8
	catching := sides(posture{pitch: 78, spineFlex: -4, headNod: -30, headTurn: 20, hipFlex: 8, hipAbd: 7, knee: 34, armFlex: 120, armAbd: 50, elbow: 70})
	flat := t.varied(prone, 6)
	if t.rng.Float64() < 0.5 {
		catching, flat = catching.swapped(), flat.swapped()
	}
	bent := either(t.rng, 0, other)
	flat[knee+bent] += between(t.rng, 0, 25)
	flat[hipAbd+bent] += between(t.rng, 0, 14)
	flat[roll] += between(t.rng, -8, 8)
	flat = t.who.settled(flat)
	t.drift = heading(t.now[yaw], 0.5*speed)
	t.fall(speed, []float64{0.2, 0.52, 0.82, 1}, t.facing(reaching, t.varied(knees, 4), catching, flat)...)
}

// heading is a horizontal vector of a length in the direction that a yaw faces.
func heading(yaw, length float64) r3.Vec {
	s, c := math.Sincos(yaw * degree)
	return r3.Vec{X: s * length, Z: c * length}
}

// fallBackward slips or topples: the seat comes first, then the back, then the head.
func fallBackward(t *take) {
	speed := t.leadIn()
	alarmed := sides(posture{pitch: -14, spineFlex: 12, headNod: 8, hipFlex: 12, knee: 30, hipAbd: 5, armFlex: 52, armAbd: 35, elbow: 30})
	seated := sides(posture{pitch: -30, spineFlex: 26, headNod: 14, hipFlex: 62, hipAbd: 9, hipTurn: 10, knee: 82, armFlex: 30, armAbd: 48, elbow: 30})
	if t.rng.Float64() < 0.4 { // stiff
		seated = sides(posture{pitch: -46, spineFlex: 16, headNod: 18, hipFlex: 24, hipAbd: 8, hipTurn: 10, knee: 40, armFlex: 20, armAbd: 58, elbow: 25})
	}
	rolling := sides(posture{pitch: -68, spineFlex: 20, headNod: 24, hipFlex: 50, hipAbd: 10, hipTurn: 14, knee: 58, armFlex: 10, armAbd: 58, elbow: 32})
	flat := t.varied(supine, 6)
	flat = flat.plus(sides(posture{hipFlex: 12, knee: 22, armAbd: 28, elbow: 14}), between(t.rng, 0.2, 1))
	flat[roll] += between(t.rng, -8, 8)
	flat = t.who.settled(flat)
	t.drift = heading(t.now[yaw], 0.6*speed)
	t.fall(0.5*speed, []float64{0.2, 0.55, 0.8, 1}, t.facing(alarmed, t.varied(seated, 4), rolling, flat)...)
}

// fallSideways gives way at one hip and lands on that side, an arm stretched out.
func fallSideways(t *take) {
	speed := t.leadIn()
	tilting := posture{
		roll: 18, pitch: 6, spineSide: -8, headTilt: -14,
		hipFlex: 20, hipAbd: 14, knee: 28, armFlex: 20, armAbd: 58, elbow: 20,
		hipFlex + other: 30, hipAbd + other: -2, knee + other: 46, armFlex + other: 30, armAbd + other: 45, elbow + other: 20,
	}
	down := posture{
		roll: 52, pitch: 10, spineSide: -14, headTilt: -24, spineFlex: 10,
		hipFlex: 36, hipAbd: 14, knee: 50, armFlex: 34, armAbd: 48, elbow: 35,
		hipFlex + other: 48, hipAbd + other: 0, knee + other: 78, armFlex + other: 40, armAbd + other: 62, elbow + other: 25,
	}
	hip := posture{
		roll: 76, pitch: 4, spineSide: -24, headTilt: -28, spineFlex: 12,
		hipFlex: 42, hipAbd: 4, knee: 58, armFlex: 45, armAbd: 12, elbow: 40,
		hipFlex + other: 44, hipAbd + other: 4, knee + other: 66, armFlex + other: 62, armAbd + other: 50, elbow + other: 30,
	}
	flat := t.varied(onSide, 4)
	flat[pitch] += between(t.rng, -10, 10)
	flat[twist] += between(t.rng, -16, 8) // towards the belly or the back
	way := []posture{tilting, t.varied(down, 4), hip, t.who.settled(flat)}
	if t.rng.Float64() < 0.5 {
		for i := range way {
			way[i] = way[i].swapped()
		}
	}
	t.drift = heading(t.now[yaw], 0.4*speed)
	t.fall(0.5*speed, []float64{0.24, 0.6, 0.84, 1}, t.facing(way...)...)
}
