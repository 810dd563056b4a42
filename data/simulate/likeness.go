package simulate

import (
	"math"

	"fallkit/pose"
)

// look is how a person is seen at a moment, as far as a pose network's errors depend on it.
type look struct {
	joints [pose.Joints][2]float32 // from the anchor, in body sizes, y downwards
	seen   [pose.Joints]Visibility
	size   float32             // body size in a picture whose longer side is 256, as the network sees it
	speed  [motions][2]float32 // of motionParts, body sizes a second
	parts  [motions][2]float32 // where those are
	class  class               // what is like it is looked for in the same one
	pace   float32             // logarithm (2) of how fast they move at all
	anchor [2]float64          // pixels
	scale  float64             // body size, pixels
}

// class is how the torso is turned, and from which side it is seen.
type class struct{ turn, facing uint8 }

// motions is how many parts of the body are looked at for how they move.
const motions = 4

// motionParts are those: head, wrists, hips, ankles.
var motionParts = [motions][]pose.Joint{
	{pose.Nose, pose.LeftEar, pose.RightEar}, {pose.LeftWrist, pose.RightWrist}, {pose.LeftHip, pose.RightHip}, {pose.LeftAnkle, pose.RightAnkle},
}

// lookOf tells how a person is seen; ok is false for whom too little is in the picture.
// before is how they were seen dt seconds before, nil = not known.
func lookOf(s *Seen, before *look, dt float64) (l look, ok bool) {
	c, ok := conditionOf(s)
	if !ok {
		return l, false
	}
	l.scale, l.size = c.scale, float32(c.scale*256/float64(max(s.Width, s.Height)))
	l.anchor = anchorOf(s)
	for j, k := range s.Keypoints {
		if l.seen[j] = k.Visibility; k.Visibility != Outside {
			l.joints[j] = [2]float32{float32((k.X - l.anchor[0]) / c.scale), float32((k.Y - l.anchor[1]) / c.scale)}
		}
	}
	l.partsOf()
	l.classify()
	l.paced()
	if before != nil {
		l.moved(before, dt)
	}
	return l, true
}

// anchorOf is the middle of the torso, or of what is in the picture where less than half of
// the torso is.
func anchorOf(s *Seen) [2]float64 {
	var torso, all [2]float64
	nTorso, n := 0.0, 0.0
	for j, k := range s.Keypoints {
		if k.Visibility == Outside {
			continue
		}
		all[0], all[1], n = all[0]+k.X, all[1]+k.Y, n+1
		switch pose.Joint(j) {
		case pose.LeftShoulder, pose.RightShoulder, pose.LeftHip, pose.RightHip:
			torso[0], torso[1], nTorso = torso[0]+k.X, torso[1]+k.Y, nTorso+1
		}
	}
	if nTorso >= 2 {
		return [2]float64{torso[0] / nTorso, torso[1] / nTorso}
	}
	return [2]float64{all[0] / n, all[1] / n}
}

// partsOf finds the middles of motionParts; NaN where none is in the picture.
func (l *look) partsOf() {
	for i, joints := range motionParts {
		var at [2]float32
		n := float32(0)
		for _, j := range joints {
			if l.seen[j] != Outside {
				at[0], at[1], n = at[0]+l.joints[j][0], at[1]+l.joints[j][1], n+1
			}
		}
		l.parts[i] = [2]float32{at[0] / n, at[1] / n}
	}
}

// moved finds the speeds since a moment before; 0 where they are not known.
func (l *look) moved(before *look, dt float64) {
	for i := range l.parts {
		for a := range 2 {
			was := float64(before.parts[i][a])*before.scale + before.anchor[a]
			now := float64(l.parts[i][a])*l.scale + l.anchor[a]
			if v := (now - was) / l.scale / dt; !math.IsNaN(v) {
				l.speed[i][a] = float32(v)
			}
		}
	}
	l.paced()
}

// paced finds the pace. Below a fiftieth of a body size a second everybody keeps still.
func (l *look) paced() {
	sum := 0.0
	for _, v := range l.speed {
		sum += math.Hypot(float64(v[0]), float64(v[1]))
	}
	l.pace = float32(math.Log2(sum/motions + 0.02))
}

// classify finds the class, from the joints: the same for a look and for what is read of it.
func (l *look) classify() {
	var p pose.Pose
	for j, at := range l.joints {
		if l.seen[j] != Outside {
			p.Keypoints[j] = pose.Keypoint{X: at[0], Y: at[1], Score: 1}
		}
	}
	c := condition{scale: 1}
	c.axes(&p)
	c.sides(&p)
	l.class = class{uint8(c.turn), uint8(c.facing)}
}

// mirrored is the same seen in a mirror.
func (l *look) mirrored() look {
	m := *l
	for j := range pose.Joint(pose.Joints) {
		m.joints[j], m.seen[j] = l.joints[j.Mirror()], l.seen[j.Mirror()]
		m.joints[j][0] = -m.joints[j][0]
	}
	m.classify()
	for i := range m.speed {
		m.speed[i][0], m.parts[i][0] = -m.speed[i][0], -m.parts[i][0]
	}
	return m
}

// What counts how much when looks are compared.
const (
	otherSight = 0.10  // joints whose visibility differs, each by its weight
	otherSpeed = 0.03  // squares of body sizes a second
	otherPace  = 0.006 // squares of doublings of how much they move at all
	otherSize  = 0.06  // squares of doublings
)

// jointWeight is what joints count for; together 1.
var jointWeight = func() (w [pose.Joints]float32) {
	sum := float32(0)
	for j := range pose.Joint(pose.Joints) {
		switch {
		case j == pose.LeftEye || j == pose.RightEye:
			w[j] = 0.2
		case j <= pose.RightEar:
			w[j] = 0.6
		default:
			w[j] = 1
		}
		sum += w[j]
	}
	for j := range w {
		w[j] /= sum
	}
	return w
}()

// lookOrder is the order in which joints are compared: what tells the most first.
var lookOrder = [pose.Joints]pose.Joint{
	pose.LeftAnkle, pose.RightWrist, pose.Nose, pose.RightAnkle, pose.LeftWrist, pose.LeftHip, pose.LeftKnee, pose.RightShoulder, pose.RightKnee,
	pose.LeftElbow, pose.RightElbow, pose.RightHip, pose.LeftShoulder, pose.LeftEar, pose.RightEar, pose.LeftEye, pose.RightEye,
}

// difference is how different two looks are, in squares of body sizes: 0 = alike. Where it is more
// than most, it is only known to be.
func difference(a, b *look, most float32) float32 {
	d := a.size - b.size
	ratio := d / min(a.size, b.size) // near the logarithm where it matters
	sum := otherSize * min(ratio*ratio*2, 4)
	for i := range a.speed {
		x, y := a.speed[i][0]-b.speed[i][0], a.speed[i][1]-b.speed[i][1]
		sum += otherSpeed / motions * min(x*x+y*y, 16)
	}
	pace := a.pace - b.pace
	sum += otherPace * min(pace*pace, 16)
	for _, j := range lookOrder {
		if sum > most {
			return sum
		}
		w := jointWeight[j]
		if a.seen[j] != b.seen[j] {
			sum += otherSight * w
		}
		if a.seen[j] != Outside && b.seen[j] != Outside {
			x, y := a.joints[j][0]-b.joints[j][0], a.joints[j][1]-b.joints[j][1]
			sum += w * min(x*x+y*y, 1)
		}
	}
	return sum
}
