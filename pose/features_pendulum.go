package pose

import "math"

// PendulumChannels is how many Pendulum features a time step has. They see the body as a
// double inverted pendulum with the hips as its pivot: the trunk from the hips to the
// middle of the shoulders, and on top of it the neck up to the head.
//
//	0  width ÷ height of the box of the visible joints
//	1  log(1 + the trunk's angle from upright in radians)
//	2  rotational energy about the hips for its moment of inertia, ½ Σ m d² ω² / Σ m d²,
//	   over head and trunk, in rad²/s², ÷ 10
//	3  how fast feature 0 changes, 1/s
//	4  the generalised forces of trunk and neck added up, in weights of the pendulum
//
// The five features are those of Taufeeque et al. 2021, "Multi-camera, multi-person, and
// real-time fall detection using long short term memory"; energy and force are
// from Zhang, Wu and Wang 2020, "Human Fall Detection Based on Body Posture Spatio-Temporal
// Evolution" (Sensors 20, 946). The force is derived anew from the pendulum's Lagrangian.
// Speeds are differences to the step before; where there is no pose, or hips, shoulders or
// head are not seen, features 0 and 1 stay as they were and the others are 0.
// The scales, and bounds that noise must not pass, are ours: see the constants.
const PendulumChannels = 5

// The masses are those of Taufeeque et al. (only their proportion counts).
const (
	headMass       = 1.0
	trunkMass      = 5.0  // in the energy
	trunkMassForce = 15.0 // in the force
	gravity        = 10.0 // in trunk lengths / s², as there
)

// A rod that topples freely reaches about 4 rad/s (√(3g/L), L a person's height), which is
// 0.8 in feature 2; the bounds are several times what a body can do.
const (
	energyScale = 10.0 // rad²/s²
	mostEnergy  = 5.0
	mostRatio   = 10.0
	mostRate    = 10.0
	mostForce   = 10.0
)

var pendulumFeatures = featureSet{PendulumChannels, func(in Input, _ *Track) stepWriter {
	return &pendulumWriter{least: in.MinScore, gap: in.MaxGap}
}}

// pendulum is the body at one moment. Vectors are in pixels, y downwards.
type pendulum struct {
	time        float64 // seconds
	ratio       float64 // width ÷ height of the box
	trunk, head vector  // from the hips to the shoulders and to the head
	neck        vector  // from the shoulders to the head
}

// pendulumWriter remembers the last two steps that showed a pendulum.
type pendulumWriter struct {
	least  float32
	gap    float64
	before []pendulum // at most 2, oldest first
	last   [2]float32 // features 0 and 1 of the newest
}

func (w *pendulumWriter) write(p *Pose, ok bool, time float64, dst []float32) bool {
	var now pendulum
	if ok {
		now, ok = pendulumOf(p, w.least)
	}
	if !ok {
		copy(dst, w.last[:])
		return false
	}
	now.time = time
	if n := len(w.before); n > 0 && time-w.before[n-1].time > w.gap+1e-9 {
		w.before = w.before[:0] // nobody knows how it moved in between
	}
	dst[0] = float32(now.ratio)
	dst[1] = float32(math.Log1p(math.Abs(now.trunk.angle())))
	copy(w.last[:], dst)
	if n := len(w.before); n > 0 {
		last := w.before[n-1]
		dst[2] = float32(math.Min(rotationalEnergy(last, now)/energyScale, mostEnergy))
		dst[3] = float32(bound((now.ratio-last.ratio)/(now.time-last.time), mostRate))
	}
	if len(w.before) == 2 {
		dst[4] = float32(bound(generalisedForce(w.before[0], w.before[1], now), mostForce))
		w.before[0], w.before = w.before[1], w.before[:1]
	}
	w.before = append(w.before, now)
	return true
}

// pendulumOf is the pendulum in a pose; ok is false where a part of it is not seen.
func pendulumOf(p *Pose, least float32) (b pendulum, ok bool) {
	hx, hy, hips := p.Midpoint(least, LeftHip, RightHip)
	sx, sy, shoulders := p.Midpoint(least, LeftShoulder, RightShoulder)
	tx, ty, head := p.Midpoint(least, Nose, LeftEye, RightEye, LeftEar, RightEar)
	b = pendulum{trunk: vector{sx - hx, sy - hy}, head: vector{tx - hx, ty - hy}, neck: vector{tx - sx, ty - sy}}
	if !hips || !shoulders || !head || b.trunk.length() == 0 {
		return pendulum{}, false
	}
	box, _ := p.Extent(least)
	width, height := float64(box.Width()), float64(box.Height())
	b.ratio = mostRatio
	if width < mostRatio*height {
		b.ratio = width / height
	}
	return b, true
}

// rotationalEnergy is ½ Σ m d² ω² / Σ m d² in rad²/s², where d is a mass's distance from
// the hips now and ω its angular speed since the moment before.
func rotationalEnergy(before, now pendulum) float64 {
	seconds := now.time - before.time
	energy, inertia := 0.0, 0.0
	for _, part := range []struct {
		mass     float64
		from, to vector
	}{{trunkMass, before.trunk, now.trunk}, {headMass, before.head, now.head}} {
		d, speed := part.to.length(), part.from.turn(part.to)/seconds
		energy += part.mass * d * d * speed * speed / 2
		inertia += part.mass * d * d
	}
	return energy / inertia
}

// generalisedForce is the sum of the two generalised forces of a double inverted pendulum
// at the middle one of three moments, divided by its weight times the trunk's length.
// With θ the trunk's angle from upright, φ the neck's, α = φ - θ, masses m (head) and M
// (trunk), d the neck's length and the trunk's length 1:
//
//	Qα = m d² φ″ + m d cos α θ″ + m d sin α θ′² - m g d sin φ
//	Qθ = (M + m) θ″ + m d² φ″ + m d cos α (θ″ + φ″) - m d sin α (φ′² - θ′²)
//	     - (M + m) g sin θ - m g d sin φ
//
// which is d/dt ∂L/∂q′ - ∂L/∂q for q = α, θ and the Lagrangian
//
//	L = ½ (M + m) θ′² + ½ m d² φ′² + m d cos α θ′ φ′ - (M + m) g cos θ - m g d cos φ.
func generalisedForce(a, b, c pendulum) float64 {
	const m, all = headMass, headMass + trunkMassForce
	d := b.neck.length() / b.trunk.length()
	theta, phi := b.trunk.angle(), b.neck.angle()
	t1, t2 := b.time-a.time, c.time-b.time
	dTheta, ddTheta := rates(a.trunk.turn(b.trunk), b.trunk.turn(c.trunk), t1, t2)
	dPhi, ddPhi := rates(a.neck.turn(b.neck), b.neck.turn(c.neck), t1, t2)
	sin, cos := math.Sincos(phi - theta)
	weight := m * gravity * d * math.Sin(phi)
	alphaForce := m*d*d*ddPhi + m*d*cos*ddTheta + m*d*sin*dTheta*dTheta - weight
	thetaForce := all*ddTheta + m*d*d*ddPhi + m*d*cos*(ddTheta+ddPhi) - m*d*sin*(dPhi*dPhi-dTheta*dTheta) -
		all*gravity*math.Sin(theta) - weight
	return (alphaForce + thetaForce) / (all * gravity)
}

// rates are speed and acceleration in the middle of two turns that took t1 and t2.
func rates(turn1, turn2, t1, t2 float64) (speed, acceleration float64) {
	first, second := turn1/t1, turn2/t2
	return (first + second) / 2, (second - first) / ((t1 + t2) / 2)
}

// vector is a distance in a picture, in pixels, y downwards.
type vector struct{ x, y float64 }

func (v vector) length() float64 { return math.Hypot(v.x, v.y) }

// angle is how far the vector is turned from upright, -π to π, clockwise as seen.
func (v vector) angle() float64 { return math.Atan2(v.x, -v.y) }

// turn is by how much v must be turned to point where to does, -π to π, clockwise as seen.
func (v vector) turn(to vector) float64 {
	return math.Atan2(v.x*to.y-v.y*to.x, v.x*to.x+v.y*to.y)
}

func bound(v, most float64) float64 { return max(-most, min(most, v)) }
