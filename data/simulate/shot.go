package simulate

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
	"fallkit/data/simulate/motion"
	"fallkit/pose"
)

// shot is people who do something in a room, as a camera sees them.
type shot struct {
	people  []*player // the first is whom the clip is about
	camera  camera
	room    *room
	clutter []box // that nobody uses
	pet     *pet  // nil = none
	seconds float64
}

// lens is what belongs to a camera wherever it looks: 1 to 3 m up, a field of view of 45 to
// 95° across, a little askew. Half of the lenses bend the picture.
type lens struct{ high, view, roll, bend float64 }

func newLens(rng *rand.Rand) lens {
	l := lens{high: between(rng, 1, 3), view: between(rng, 45, 95) * degree, roll: 4 * rng.NormFloat64() * degree}
	if rng.Float64() < 0.5 {
		l.bend = -between(rng, 0.03, 0.3)
	}
	return l
}

// focal is the focal length, in pixels, with which a picture so wide holds the field of view.
func (l lens) focal(width int) float64 {
	edge := math.Tan(l.view / 2)
	return float64(width) / 2 / (edge * bent(l.bend, edge))
}

// distance is how far away a camera hangs, in metres, and which share of the joints it has
// to hold.
type distance struct{ nearest, furthest, enough float64 }

var nearby = distance{1, 8, 0.88}

// newShot hangs the lens where it sees most of the take. Of some places drawn by chance the
// first that shows nearly all of it wins, else the best.
func newShot(rng *rand.Rand, take *motion.Take, l lens, width, height int, d distance) *shot {
	const tries = 12
	s := &shot{people: []*player{{take: take}}}
	middle, size := extent(take)
	best := -1.0
	for range tries {
		c := l.hang(rng, take, middle, size, width, height, d)
		if in := s.inPicture(&c); in > best {
			best, s.camera = in, c
		}
		if best >= d.enough {
			break
		}
	}
	return s
}

// extent is the middle of a take, and how far it reaches from there, in metres.
func extent(take *motion.Take) (middle r3.Vec, size float64) {
	low, high := r3.Vec{X: math.Inf(1), Z: math.Inf(1)}, r3.Vec{X: math.Inf(-1), Z: math.Inf(-1)}
	for t := 0.0; t < take.Seconds(); t += max(take.Seconds()/40, 0.2) {
		s := take.At(t)
		p := s.Points.Hips
		low = r3.Vec{X: min(low.X, p.X), Z: min(low.Z, p.Z)}
		high = r3.Vec{X: max(high.X, p.X), Z: max(high.Z, p.Z)}
	}
	return r3.Scale(0.5, r3.Add(low, high)), 0.5*math.Hypot(high.X-low.X, high.Z-low.Z) + 0.5*take.Body.Stature
}

// hang draws a place for the camera.
func (l lens) hang(rng *rand.Rand, take *motion.Take, middle r3.Vec, size float64, width, height int, d distance) camera {
	fits := size / math.Tan(l.view/2) // so far away everything fits between left and right
	away := min(max(fits*between(rng, 0.55, 1.4), d.nearest, 1+size, 2), d.furthest)
	yaw := between(rng, -180, 180)
	if o := take.Open; o != (r3.Vec{}) {
		yaw = math.Atan2(o.X, o.Z)/degree + between(rng, -25, 25)
	}
	at := r3.Add(middle, r3.Scale(away, body.Heading(yaw)))
	at.Y = l.high
	aim := r3.Add(middle, r3.Vec{X: between(rng, -0.2, 0.2) * size, Y: between(rng, 0.5, 1), Z: between(rng, -0.2, 0.2) * size})
	c := camera{at: at, width: width, height: height, focal: l.focal(width), bend: l.bend}
	c.look(aim, l.roll)
	return c
}

// inPicture is the share of the first person's joints, over time, that the camera holds.
func (s *shot) inPicture(c *camera) float64 {
	in, all := 0, 0
	take := s.people[0].take
	for t := 0.0; t < take.Seconds(); t += max(take.Seconds()/30, 0.3) {
		state := take.At(t)
		for _, p := range state.Joints {
			all++
			if c.holds(p, 0.01) {
				in++
			}
		}
	}
	return float64(in) / float64(max(all, 1))
}

// seen is what is so in the picture of each person, who are as in states, at a time.
func (s *shot) seen(states []motion.State, time float64) []Seen {
	var pet []box
	if s.pet != nil {
		pet = append(pet, s.pet.block(time))
	}
	all := make([]Seen, len(states))
	for i := range states {
		state, v := &states[i], &all[i]
		v.Width, v.Height = s.camera.width, s.camera.height
		hides := newHider(s.people[i].take.Body, state, s.camera.at)
		for j, p := range state.Joints {
			k := &v.Keypoints[j]
			k.X, k.Y, v.Metres[j] = s.camera.project(p)
			switch {
			case !s.camera.holds(p, 0):
				k.Visibility = Outside
			case hides.joint(pose.Joint(j), p) || s.behindThings(p) || blocked(pet, s.camera.at, p) || s.behindOthers(i, states, p):
				k.Visibility = Hidden
			default:
				k.Visibility = Visible
			}
		}
	}
	return all
}

// behindThings tells whether furniture stands before a point.
func (s *shot) behindThings(p r3.Vec) bool {
	for _, who := range s.people {
		if blocked(who.used, s.camera.at, p) {
			return true
		}
	}
	return blocked(s.clutter, s.camera.at, p)
}

// behindOthers tells whether another person than number i is before a point.
func (s *shot) behindOthers(i int, states []motion.State, p r3.Vec) bool {
	for k := range states {
		if k != i && covers(s.people[k].take.Body, &states[k].Points, p, s.camera.at) {
			return true
		}
	}
	return false
}

// covers tells whether a body is between a point and the eye.
func covers(b *body.Body, q *body.Points, p, eye r3.Vec) bool {
	f := &b.Flesh
	if behind(p, eye, q.Hips, q.Shoulders, 1.3*f.Chest) || behind(p, eye, q.Neck, q.Head, f.Head) {
		return true
	}
	for i := range 2 {
		if behind(p, eye, q.Hip[i], q.Knee[i], f.Thigh) || behind(p, eye, q.Knee[i], q.Ankle[i], f.Knee) ||
			behind(p, eye, q.Shoulder[i], q.Elbow[i], f.Elbow) || behind(p, eye, q.Elbow[i], q.Wrist[i], f.Elbow) {
			return true
		}
	}
	return false
}

// hider tells which joints are behind the body itself: behind the trunk or the head, or on
// the side of the head that looks away.
type hider struct {
	eye          r3.Vec
	state        *motion.State
	trunk, skull float64 // radii of the flesh that hides
}

func newHider(who *body.Body, s *motion.State, eye r3.Vec) hider {
	return hider{eye, s, 1.05 * who.Flesh.Chest, 0.9 * who.Flesh.Head}
}

func (h *hider) joint(j pose.Joint, p r3.Vec) bool {
	q := &h.state.Points
	look := r3.Unit(r3.Sub(h.eye, p))
	turn := h.state.Pose.Turn[body.Head]
	switch {
	case j <= pose.RightEye:
		return r3.Dot(turn.Rotate(axisZ), look) < -0.15
	case j <= pose.RightEar:
		return body.Side(int(j-pose.LeftEar))*r3.Dot(turn.Rotate(axisX), look) < -0.35
	case j == pose.LeftShoulder || j == pose.RightShoulder:
		side := h.state.Pose.Turn[body.Chest].Rotate(axisX)
		return body.Side(int(j-pose.LeftShoulder))*r3.Dot(side, look) < -0.8
	case j == pose.LeftHip || j == pose.RightHip:
		side := h.state.Pose.Turn[body.Pelvis].Rotate(axisX)
		return body.Side(int(j-pose.LeftHip))*r3.Dot(side, look) < -0.8
	}
	return behind(p, h.eye, q.Hips, q.Shoulders, h.trunk) || behind(p, h.eye, q.Head, q.Head, h.skull)
}

// behind tells whether a capsule from a to b of a radius stands between a point and the eye.
func behind(p, eye, a, b r3.Vec, radius float64) bool {
	from, to := r3.Sub(eye, p), r3.Sub(b, a)
	s, t := nearestOf(p, from, a, to)
	x := r3.Add(p, r3.Scale(s, from))
	gap := r3.Norm(r3.Sub(x, r3.Add(a, r3.Scale(t, to))))
	return gap < radius && r3.Norm(r3.Sub(x, p)) > 0.04
}

// nearestOf are the parts, 0 to 1, of two stretches p+s·d and q+t·e at which they are
// nearest to each other (Ericson 2005, "Real-Time Collision Detection", 5.1.9).
func nearestOf(p, d, q, e r3.Vec) (s, t float64) {
	r := r3.Sub(p, q)
	a, f, ee := r3.Dot(d, d), r3.Dot(e, r), r3.Dot(e, e)
	c := r3.Dot(d, r)
	if ee < 1e-9 {
		return min(max(-c/a, 0), 1), 0
	}
	b := r3.Dot(d, e)
	if den := a*ee - b*b; den > 1e-12 {
		s = min(max((b*f-c*ee)/den, 0), 1)
	}
	t = (b*s + f) / ee
	if t < 0 {
		return min(max(-c/a, 0), 1), 0
	}
	if t > 1 {
		return min(max((b-c)/a, 0), 1), 1
	}
	return s, t
}

// blocked tells whether a box stands between the eye and a point. What is within a hand's
// breadth of the point does not count: a body sinks into what it lies on.
func blocked(boxes []box, eye, p r3.Vec) bool {
	way := r3.Sub(p, eye)
	far := r3.Norm(way)
	ray := r3.Scale(1/far, way)
	for i := range boxes {
		if boxes[i].beside(eye, ray) {
			continue
		}
		if enter, leave := boxes[i].crossed(eye, ray); enter < leave && enter > 0 && enter < far-0.15 {
			return true
		}
	}
	return false
}
