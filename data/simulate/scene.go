package simulate

import (
	"image"
	"iter"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/pose"
)

// scene is a take that happens at a place in a room, before its camera.
type scene struct {
	take   *take
	room   *room
	turn   float64 // degrees that the take is turned
	middle r3.Vec  // of the take, in its own coordinates
	to     r3.Vec  // where the middle lies in the room
	grime  grime
}

// stage builds the clip's scene: the motion in a heading and place, drawn by chance,
// where the camera sees it.
func (c Clip) stage() *scene {
	rng := c.settings.chance("scene/" + c.Name)
	s := &scene{
		take: c.perform(),
		room: newRoom(c.settings.chance("room/"+c.Camera), c.settings.Width, c.settings.Height),
	}
	s.middle = s.take.middle()
	s.choosePlace(rng)
	s.grime = newGrime(rng)
	return s
}

// middle is the centre of the floor that the take needs.
func (t *take) middle() r3.Vec {
	low, high := t.moments[0].root, t.moments[0].root
	for i := 0; i < len(t.moments); i += 20 {
		f := t.who.pose(t.moments[i].posture, t.moments[i].root)
		for _, p := range f.joints() {
			low = r3.Vec{X: min(low.X, p.X), Z: min(low.Z, p.Z)}
			high = r3.Vec{X: max(high.X, p.X), Z: max(high.Z, p.Z)}
		}
	}
	return r3.Scale(0.5, r3.Add(low, high))
}

// choosePlace draws headings and places and keeps the one with the most of the body in
// the picture; the first that shows all of it wins.
func (s *scene) choosePlace(rng *rand.Rand) {
	const tries = 20
	best := -1.0
	var turn float64
	var to r3.Vec
	for try := range tries {
		loose := 0.5 * (1 - float64(try)/tries)
		s.turn = between(rng, -180, 180)
		s.to = r3.Vec{X: between(rng, -loose, loose), Z: between(rng, -loose, loose)}
		if in := s.inPicture(); in > best {
			best, turn, to = in, s.turn, s.to
		}
		if best == 1 {
			break
		}
	}
	s.turn, s.to = turn, to
}

// inPicture is the part of all joints, over time, that the camera holds, that are not
// inside a wall and not behind the take's own furniture (a bed's headboard, say).
func (s *scene) inPicture() float64 {
	in, all := 0, 0
	boxes := s.furniture()
	for i := 0; i < len(s.take.moments); i += 40 {
		for _, p := range s.figureAt(s.take.moments[i]).joints() {
			all++
			if s.room.camera.holds(p, 0.03) && s.room.contains(p) && !blocked(boxes, s.room.camera.at, p) {
				in++
			}
		}
	}
	return float64(in) / float64(all)
}

func (r *room) contains(p r3.Vec) bool {
	const clear = 0.1
	return p.X > r.left+clear && p.X < r.right-clear && p.Z > r.back+clear && p.Z < r.front-clear
}

// blocked tells whether a box stands between the eye and a point. What is within a hand's
// breadth of the point does not count: a body sinks into what it lies on.
func blocked(boxes []box, eye, p r3.Vec) bool {
	way := r3.Sub(p, eye)
	far := r3.Norm(way)
	for i := range boxes {
		if enter, leave := boxes[i].crossed(eye, r3.Scale(1/far, way)); enter < leave && enter > 0 && enter < far-0.15 {
			return true
		}
	}
	return false
}

// world is a point of the take in the room.
func (s *scene) world(p r3.Vec) r3.Vec {
	sn, cs := math.Sincos(s.turn * degree)
	d := r3.Sub(p, s.middle)
	return r3.Vec{X: s.to.X + d.X*cs + d.Z*sn, Y: p.Y, Z: s.to.Z + d.Z*cs - d.X*sn}
}

// figureAt is the body in the room at a moment.
func (s *scene) figureAt(m moment) *figure {
	m.posture[yaw] += s.turn
	f := s.take.who.pose(m.posture, s.world(m.root))
	if m.posture[seat] == 0 {
		s.take.who.restArms(f)
	}
	return f
}

// Frames draws the clip, frame by frame. Every picture is an *image.RGBA of its own.
func (c Clip) Frames() iter.Seq2[image.Image, Truth] {
	return func(yield func(image.Image, Truth) bool) {
		s := c.stage()
		empty := newCanvas(s.room.camera)
		s.room.paintEmpty(empty, s.furniture())
		work := newCanvas(s.room.camera)
		for i := range s.take.frames(c.settings.FPS) {
			time := float64(i) / c.settings.FPS
			m := s.take.at(time)
			f := s.figureAt(m)
			work.copyFrom(empty)
			s.paint(work, f, m.posture)
			truth := Truth{Frame: i, Time: time, Phase: m.phase, State: m.state, Keypoints: s.keypoints(work, f)}
			if !yield(s.grime.develop(work, i, 1), truth) {
				return
			}
		}
	}
}

// Empty draws frames of the clip's room with nobody in it, as its camera sees them: the
// frames before the clip's first. Every picture is an *image.RGBA of its own.
func (c Clip) Empty(frames int) iter.Seq[image.Image] {
	return func(yield func(image.Image) bool) {
		s := c.stage()
		empty := newCanvas(s.room.camera)
		s.room.paintEmpty(empty, s.furniture())
		for i := range frames {
			if !yield(s.grime.develop(empty, i-frames, 1)) {
				return
			}
		}
	}
}

// furniture is what the take brings along, at its place in the room.
func (s *scene) furniture() []box {
	boxes := make([]box, len(s.take.boxes))
	for i, b := range s.take.boxes {
		b = s.room.painted(b)
		b.base = s.world(b.base)
		b.yaw += s.turn
		boxes[i] = b
	}
	return boxes
}

func (s *scene) paint(c *canvas, f *figure, p posture) {
	d := drawing{canvas: c, who: s.take.who, fig: f, light: s.room.light}
	d.shadow(func(at support) float64 { return at.surface(p) })
	d.person()
}

// keypoints are the true places of the joints in the picture. A joint counts as visible
// if what is drawn at its place is no further before it than its own flesh.
func (s *scene) keypoints(c *canvas, f *figure) (k [pose.Joints]Keypoint) {
	for j, p := range f.joints() {
		x, y, depth := s.room.camera.project(p)
		k[j] = Keypoint{X: x, Y: y, Visibility: Outside}
		if !s.room.camera.holds(p, 0) {
			continue
		}
		k[j].Visibility = Hidden
		at := int(y*fine)*c.camera.width + int(x*fine)
		if depth-1/float64(c.near[at]) < s.take.who.m(fleshOver(pose.Joint(j))) {
			k[j].Visibility = Visible
		}
	}
	return k
}

// fleshOver is how deep under the surface a joint may lie and still be seen, as a
// fraction of body height.
func fleshOver(j pose.Joint) float64 {
	switch {
	case j <= pose.RightEye:
		return 0.02
	case j <= pose.RightEar:
		return 0.03
	case j == pose.LeftHip || j == pose.RightHip:
		return 0.085
	case j == pose.LeftWrist || j == pose.RightWrist:
		return 0.03
	}
	return 0.06
}
