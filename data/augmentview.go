package data

import (
	"math/rand/v2"

	"fallkit/pose"
)

// tilt is a camera that looks down more or less steeply than the one that saw the poses.
type tilt struct {
	by     pose.Homography
	dx, dy float64 // puts the person into the middle of the homography's picture
}

// viewWidths is how many body sizes the picture is wide: a torso of half a metre four metres
// away, with the focal length of pose.Tilt.
const viewWidths = 8

// drawTilt gives nil where tilting is off. The camera turns about the middle of what the
// window shows, so that the person stays about as large.
func (a Augment) drawTilt(rng *rand.Rand, t *pose.Track) *tilt {
	if a.TiltDegrees == 0 {
		return nil
	}
	degrees := a.TiltDegrees * clipped(rng)
	size, x, y, n := 0.0, 0.0, 0.0, 0
	for i := range t.Poses {
		if b, ok := t.Poses[i].Extent(0); ok {
			size = max(size, t.Poses[i].BodySize(0))
			x, y, n = x+float64(b.X0+b.X1)/2, y+float64(b.Y0+b.Y1)/2, n+1
		}
	}
	if n == 0 || size < 1 {
		return nil
	}
	side := int(viewWidths * size)
	middle := float64(side) / 2
	return &tilt{pose.Tilt(degrees, side, side), middle - x/float64(n), middle - y/float64(n)}
}

// at is where a point of the picture goes; nil leaves it where it is.
func (t *tilt) at(x, y float64) (float64, float64) {
	if t == nil {
		return x, y
	}
	x, y = t.by.At(x+t.dx, y+t.dy)
	return x - t.dx, y - t.dy
}

// occluder hides joints from one moment to another, in seconds before the window's end.
type occluder struct {
	joints   []pose.Joint
	from, to float64
}

// What stands in front of people: tables and beds before their legs, doors and walls before
// one side. Shoulders are what is left of somebody behind a sofa.
var occluded = [][]pose.Joint{
	{pose.LeftKnee, pose.RightKnee, pose.LeftAnkle, pose.RightAnkle},
	{pose.LeftHip, pose.RightHip, pose.LeftKnee, pose.RightKnee, pose.LeftAnkle, pose.RightAnkle},
	{pose.LeftEye, pose.LeftEar, pose.LeftShoulder, pose.LeftElbow, pose.LeftWrist, pose.LeftHip, pose.LeftKnee, pose.LeftAnkle},
	{pose.RightEye, pose.RightEar, pose.RightShoulder, pose.RightElbow, pose.RightWrist, pose.RightHip, pose.RightKnee, pose.RightAnkle},
}

// drawOccluder gives one that hides a third of the window at least, or nothing.
func (a Augment) drawOccluder(rng *rand.Rand, seconds float64) (o occluder) {
	if a.Occlude == 0 || rng.Float64() >= a.Occlude {
		return o
	}
	o.joints = occluded[rng.IntN(len(occluded))]
	length := seconds * (1 + 2*rng.Float64()) / 3
	o.from = -seconds + (seconds-length)*rng.Float64()
	o.to = o.from + length
	return o
}

func (o *occluder) hide(p *pose.Pose, time float64) {
	if time < o.from || time > o.to {
		return
	}
	for _, j := range o.joints {
		p.Keypoints[j] = pose.Keypoint{}
	}
	p.Box, _ = p.Extent(0)
}

// slowness leaves out poses that come too soon after the one before.
type slowness struct {
	every float64 // seconds, 0 = all poses
	due   float64 // when the next one is taken
}

// drawSlow is 5 to 10 poses a second, evenly by the time between them.
func (a Augment) drawSlow(rng *rand.Rand) (s slowness) {
	const fastest, slowest = 0.1, 0.2
	if a.SlowPoses == 0 || rng.Float64() >= a.SlowPoses {
		return s
	}
	s.every = fastest + (slowest-fastest)*rng.Float64()
	s.due = -1e9
	return s
}

// skips is asked once for each pose, in their order.
func (s *slowness) skips(time float64) bool {
	if s.every == 0 {
		return false
	}
	if time < s.due {
		return true
	}
	if s.due < time-s.every {
		s.due = time
	}
	s.due += s.every
	return false
}
