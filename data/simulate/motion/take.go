package motion

import (
	"math"
	"math/rand/v2"
	"sort"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
	"fallkit/pose"
)

// Phase is the state that a moment is in.
type Phase string

// The phases. Sitting and working on the floor on purpose is upright; lying, also on a bed,
// is down.
const (
	Upright Phase = "upright"
	Falling Phase = "falling"
	Down    Phase = "down"
	Rising  Phase = "rising"
)

// Support is what carries a body: a set of spots of it that touch something.
type Support uint16

// The supports.
const (
	LeftFoot Support = 1 << iota
	RightFoot
	LeftKnee
	RightKnee
	LeftHand
	RightHand
	Seat  // the hips
	Trunk // waist, chest or shoulders
	Crown // the head
)

// State is what is so at one moment.
type State struct {
	Time     float64
	Pose     body.Pose
	Points   body.Points
	Joints   [pose.Joints]r3.Vec
	Phase    Phase
	Activity string // what is being done, such as "walking", "sit_down", "falling"
	Support  Support
	Still    bool    // stands or holds a position on purpose
	Tools    []Stick // what the hands hold: a cane, a walking frame
}

// Stick is a straight piece of something held.
type Stick struct{ From, To r3.Vec }

// Fall is one fall of a take, in seconds.
type Fall struct {
	Onset     float64 // balance is lost
	Descent   float64 // the hips begin to go down
	Impact    float64 // the hips hit what they come to rest on
	Rest      float64 // the body is still
	Mechanism string  // what took the balance
	Direction string  // where to
}

// Take is one performance: a body's motion, the furniture that it uses, and the truth.
type Take struct {
	Body     *body.Body
	Activity string // what was asked for
	Boxes    []Box  // of a day: what is there at its end
	Falls    []Fall // none in everyday life
	Open     r3.Vec // where a camera should stand to see what is meant to be hidden; zero = anywhere

	parts []part
	waves [6]wave
	rooms [][]Box // of a day: what stood there in each of its activities that is over
}

// BoxesAt is the furniture that is there at a time: over a day it comes and goes.
func (k *Take) BoxesAt(time float64) []Box { return k.boxesIn(&k.parts[k.partAt(time)]) }

func (k *Take) boxesIn(p *part) []Box {
	if p.room < len(k.rooms) {
		return k.rooms[p.room]
	}
	return k.Boxes
}

// partAt is the part that a time lies in.
func (k *Take) partAt(time float64) int {
	return max(sort.Search(len(k.parts), func(i int) bool { return k.parts[i].start > time })-1, 0)
}

// part is a stretch of a take.
type part struct {
	start, length float64
	phase         Phase
	activity      string
	sway          float64 // how much the body is never quite still, 1 = quiet standing
	still         bool
	bare          bool // furniture is out of the way
	room          int  // which of the take's rooms it is in
	at            func(t float64) rig
	tools         func(q *body.Points, t float64) []Stick
}

// Seconds is the length of the take.
func (k *Take) Seconds() float64 {
	if len(k.parts) == 0 {
		return 0
	}
	last := &k.parts[len(k.parts)-1]
	return last.start + last.length
}

// At is the state at a time, held to the take's length.
func (k *Take) At(time float64) State {
	time = min(max(time, 0), k.Seconds())
	i := k.partAt(time)
	p := &k.parts[i]
	local := time - p.start
	r := p.at(local)
	k.move(&r, k.swayAt(i, local), time)
	if p.bare {
		r.rest(k.Body, nil)
	} else {
		r.rest(k.Body, k.boxesIn(p))
	}
	s := State{Time: time, Pose: r.pose, Phase: p.phase, Activity: p.activity, Still: p.still}
	s.Points = k.Body.Place(&s.Pose)
	s.Joints = s.Points.Joints()
	s.Support = k.support(&s.Points, k.boxesIn(p))
	if p.tools != nil {
		s.Tools = p.tools(&s.Points, local)
	}
	return s
}

// swayAt goes over from what was before within half a second.
func (k *Take) swayAt(i int, local float64) float64 {
	now := k.parts[i].sway
	if i == 0 {
		return now
	}
	before := k.parts[i-1].sway
	return before + (now-before)*smooth(local/0.5)
}

// wave is one slow movement of a body that is never quite still.
type wave struct{ hertz1, hertz2, turn1, turn2 float64 }

func newWaves(rng *rand.Rand) (w [6]wave) {
	for i := range w {
		w[i] = wave{between(rng, 0.12, 0.35), between(rng, 0.4, 0.8), rng.Float64(), rng.Float64()}
	}
	return w
}

func (w wave) at(t float64) float64 {
	return math.Sin(2*math.Pi*(w.hertz1*t+w.turn1)) + 0.4*math.Sin(2*math.Pi*(w.hertz2*t+w.turn2))
}

// move adds what never stops: the sway of a standing body (some millimetres: Winter 1995,
// "Human balance and posture control"), breath, and a head and arms that are not held.
func (k *Take) move(r *rig, amount, t float64) {
	if amount == 0 || r.loose {
		return
	}
	var w [6]float64
	for i := range w {
		w[i] = amount * k.waves[i].at(t)
	}
	turn := &r.pose.Turn
	q := k.Body.Place(&r.pose)
	if r.foot[0] && r.foot[1] && !r.seat {
		r.pose.Root = r3.Add(r.pose.Root, r3.Vec{X: 0.003 * w[0], Z: 0.004 * w[1]})
		for i := range 2 {
			stand(k.Body, &r.pose, i, q.Ball[i], turn[body.LeftThigh+body.Part(i)].Rotate(body.AxisZ))
		}
	}
	if r.lying { // breath alone
		return
	}
	nod := body.Mul(body.Turn(body.AxisX, 0.5*w[2]), body.Turn(body.AxisY, 0.7*w[3]))
	spin := func(p body.Part, by body.Rotation) { turn[p] = body.Mul(turn[p], by) }
	spin(body.Chest, nod)
	spin(body.Head, body.Mul(nod, body.Turn(body.AxisY, 3*w[3]), body.Turn(body.AxisX, 0.8*w[4])))
	for i := range 2 {
		if r.hand[i] {
			who, front := k.Body, turn[body.LeftUpperArm+body.Part(i)].Rotate(body.AxisZ)
			who.Arm(&r.pose, i, q.Wrist[i], front)
			continue
		}
		arm := body.Turn(body.AxisX, 0.9*w[4+i])
		for p := body.LeftUpperArm; int(p) < body.Parts; p += 2 {
			spin(p+body.Part(i), arm)
		}
	}
}

// support tells what touches the ground, or furniture.
func (k *Take) support(q *body.Points, boxes []Box) (s Support) {
	const near = 0.025
	of := [...]Support{
		body.OnBall: LeftFoot, body.OnHeel: LeftFoot, body.OnKnee: LeftKnee, body.OnHand: LeftHand, body.OnElbow: LeftHand,
		body.OnHip: Seat, body.OnShoulder: Trunk, body.OnWaist: Trunk, body.OnChest: Trunk, body.OnHead: Crown,
	}
	touches := k.Body.Touches(q)
	for i, t := range touches[:len(of)*2] {
		if t.At.Y-t.Radius-ground(boxes, t.At, t.Radius) > near {
			continue
		}
		bit := of[t.Spot]
		if bit < Seat && i%2 == 1 {
			bit <<= 1
		}
		s |= bit
	}
	return s
}

// between draws evenly from lo to hi.
func between(rng *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }

// either draws one of the values.
func either[T any](rng *rand.Rand, values ...T) T { return values[rng.IntN(len(values))] }
