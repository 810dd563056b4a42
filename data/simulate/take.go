package simulate

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/interp"
	"gonum.org/v1/gonum/spatial/r3"
)

// Phase is the state that a frame is in.
type Phase string

// The phases. Sitting, also on the floor, is upright; lying, also on a bed, is down.
const (
	Upright Phase = "upright"
	Falling Phase = "falling"
	Down    Phase = "down"
	Rising  Phase = "rising"
)

// moment is the figure at one time of a take.
type moment struct {
	posture posture
	root    r3.Vec // middle of the hips
	phase   Phase
	state   string // what is being done: a word for segments.csv
}

// tick is the time between two moments of a take, in seconds. Frames are cut out of it.
const tick = 1.0 / 200

// take is one performance: the subject's motion from the first to the last moment, and
// the furniture that it uses. The subject starts at the origin, facing z.
type take struct {
	who     *subject
	rng     *rand.Rand
	moments []moment
	boxes   []box

	now          posture // without sway
	phase        Phase
	state        string
	sway         float64 // how much a held posture moves, 1 = as in quiet standing
	waves        [5]wave
	drift        r3.Vec // velocity of a body that its feet do not hold, m/s
	last         [supports]support
	lastPelvis   r3.Vec
	fallAt, rest int // moments of the onset of a fall and of the body at rest; -1 = no fall
}

// wave is one slow movement of a body that is never quite still.
type wave struct {
	posture        posture // size in every channel, degrees
	hertz1, hertz2 float64
	phase1, phase2 float64 // in turns
}

func newTake(who *subject, rng *rand.Rand, start posture, phase Phase, state string) *take {
	t := &take{who: who, rng: rng, now: start, phase: phase, state: state, sway: 1, fallAt: -1, rest: -1}
	for i := range t.waves {
		w := &t.waves[i]
		w.hertz1, w.hertz2 = between(rng, 0.15, 0.4), between(rng, 0.4, 0.9)
		w.phase1, w.phase2 = rng.Float64(), rng.Float64()
	}
	t.waves[0].posture = posture{pitch: 0.5, hipFlex: 0.2, hipFlex + other: 0.2}
	t.waves[1].posture = posture{roll: 0.4, spineSide: 0.7, headTilt: 0.6}
	t.waves[2].posture = posture{spineFlex: 0.9, headNod: 1.4}
	t.waves[3].posture = posture{headTurn: 4, spineTurn: 1.2}
	t.waves[4].posture = posture{armFlex: 1.6, elbow: 2, armFlex + other: -1.3, elbow + other: 1.5, armAbd: 0.5, armAbd + other: 0.6}
	return t
}

// seconds is the length of the take so far.
func (t *take) seconds() float64 { return float64(len(t.moments)) * tick }

// show adds a moment. The body is put on what carries it: no part below its support,
// and the parts that rest there stay where they are (that is how it walks, sits down
// and topples over its feet).
func (t *take) show(p posture) {
	t.now = p
	for i := range t.waves {
		w := &t.waves[i]
		s := math.Sin(2*math.Pi*(w.hertz1*t.seconds()+w.phase1)) + 0.6*math.Sin(2*math.Pi*(w.hertz2*t.seconds()+w.phase2))
		p = p.plus(w.posture, s*t.sway)
	}
	for _, c := range [...]int{knee, knee + other, elbow, elbow + other} {
		p[c] = max(p[c], 0) // straight is as far as they go
	}
	p = t.reached(p)
	f := t.who.pose(p, r3.Vec{})
	points := t.who.supports(f)
	root := r3.Vec{Y: lift(points[:], p)}
	if len(t.moments) > 0 {
		root = r3.Add(root, t.held(points, p, root.Y))
		root = r3.Add(root, r3.Scale(tick, t.drift))
	}
	t.last, t.lastPelvis = points, root
	t.moments = append(t.moments, moment{p, root, t.phase, t.state})
}

// How fast muscles turn a joint, in degrees a second: a startled limb, not a thrown ball.
// Joints that are asked for more come later.
const (
	limbSpeed = 450
	neckSpeed = 300 // and back
	bodySpeed = 360 // of the trunk as a whole: a trunk that falls freely about the hips reaches 330
)

// reached is the posture as far as limbs, neck, back and the body have come by now.
func (t *take) reached(p posture) posture {
	if len(t.moments) == 0 {
		return p
	}
	before := t.moments[len(t.moments)-1].posture
	toward := func(c int, speed float64) {
		p[c] = min(max(p[c], before[c]-speed*tick), before[c]+speed*tick)
	}
	for _, c := range [...]int{armFlex, armAbd, armTurn, elbow, hipFlex, hipAbd, hipTurn, knee} {
		toward(c, limbSpeed)
		toward(c+other, limbSpeed)
	}
	for _, c := range [...]int{spineFlex, spineSide, spineTurn, headNod, headTilt, headTurn} {
		toward(c, neckSpeed)
	}
	for _, c := range [...]int{yaw, pitch, roll, twist} {
		toward(c, bodySpeed)
	}
	return p
}

// lift is the height of the hips at which the lowest point touches what carries it.
func lift(points []support, p posture) float64 {
	height := math.Inf(-1)
	for _, s := range points {
		height = max(height, s.surface(p)+s.radius-s.at.Y)
	}
	return height
}

func (s support) surface(p posture) float64 {
	if s.leg {
		return p[legSeat]
	}
	return p[seat]
}

// held is where the hips are (height left out) when points that rest keep their place.
// Points count by how near they are to their support now and before. What would throw
// the body about makes them slide instead.
func (t *take) held(points [supports]support, p posture, height float64) r3.Vec {
	const softness, fastest = 0.008, 2.0 // metres, m/s
	before := t.moments[len(t.moments)-1].posture
	var sum r3.Vec
	var weights float64
	for i, s := range points {
		gap := height + s.at.Y - s.radius - s.surface(p)
		gapBefore := t.lastPelvis.Y + t.last[i].at.Y - s.radius - s.surface(before)
		w := math.Exp(-(gap + gapBefore) / softness)
		sum = r3.Add(sum, r3.Scale(w, r3.Sub(t.last[i].at, s.at)))
		weights += w
	}
	move := r3.Scale(1/weights, sum)
	move.Y = 0
	if far := r3.Norm(move); far > fastest*tick {
		move = r3.Scale(fastest*tick/far, move)
	}
	return r3.Vec{X: t.lastPelvis.X + move.X, Z: t.lastPelvis.Z + move.Z}
}

// hold keeps the posture.
func (t *take) hold(seconds float64) {
	for range ticks(seconds) {
		t.show(t.now)
	}
}

func ticks(seconds float64) int { return int(math.Round(seconds / tick)) }

// move goes to a posture, from rest to rest, as people move a limb on purpose.
func (t *take) move(to posture, seconds float64) {
	from, n := t.now, ticks(seconds)
	for i := range n {
		t.show(mix(from, to, smooth(float64(i+1)/float64(n))))
	}
}

// through passes postures at equal distances without stopping, from rest to rest.
func (t *take) through(seconds float64, way ...posture) {
	path := newPath(t.now, nil, way...)
	n := ticks(seconds)
	for i := range n {
		u := float64(i+1) / float64(n)
		t.show(path.at(u * u * (3 - 2*u)))
	}
}

// path runs through postures; every channel is a monotone cubic, so no angle overshoots
// (Fritsch & Butland 1984).
type path [channels]interp.FritschButland

// newPath goes from a posture through others at the given places, 0 < place <= 1, or at
// equal distances.
func newPath(from posture, places []float64, way ...posture) *path {
	xs := make([]float64, len(way)+1)
	ys := make([]float64, len(way)+1)
	for i := range way {
		xs[i+1] = float64(i+1) / float64(len(way))
		if places != nil {
			xs[i+1] = places[i]
		}
	}
	p := new(path)
	for c := range p {
		ys[0] = from[c]
		for i, w := range way {
			ys[i+1] = w[c]
		}
		if err := p[c].Fit(xs, ys); err != nil {
			panic("places of a path do not increase: " + err.Error()) // a mistake in this package
		}
	}
	return p
}

func (p *path) at(u float64) (q posture) {
	for c := range q {
		q[c] = p[c].Predict(u)
	}
	return q
}

// varied is a posture with trunk and arms a little different, as nobody holds one twice
// alike. Legs stay: feet do not move because a hand does.
func (t *take) varied(p posture, degrees float64) posture {
	for _, c := range [...]int{spineFlex, spineSide, headNod, headTurn, armFlex, armAbd, elbow} {
		p[c] += degrees * t.rng.NormFloat64()
	}
	for _, c := range [...]int{armFlex, armAbd, elbow} {
		p[c+other] += degrees * t.rng.NormFloat64()
	}
	p[elbow], p[elbow+other] = max(p[elbow], 0), max(p[elbow+other], 0)
	return p
}

// stooped gives a posture of the upright body the subject's own bearing.
func (t *take) stooped(p posture) posture {
	p[spineFlex] += t.who.stoop
	p[headNod] -= 0.6 * t.who.stoop
	return p
}

// as names what is done from now on.
func (t *take) as(phase Phase, state string) { t.phase, t.state = phase, state }

// at is the moment at a time in seconds, between two ticks by interpolation.
func (t *take) at(seconds float64) moment {
	x := min(max(seconds/tick, 0), float64(len(t.moments)-1))
	i := int(x + 1e-6)
	if i+1 >= len(t.moments) || x-float64(i) < 1e-6 {
		return t.moments[i]
	}
	a, b := t.moments[i], t.moments[i+1]
	part := x - float64(i)
	a.posture = mix(a.posture, b.posture, part)
	a.root = r3.Add(a.root, r3.Scale(part, r3.Sub(b.root, a.root)))
	return a
}
