package simulate

import (
	"math"

	"fallkit/pose"
)

// condition is how a person is held, how large they are in the picture, and from which side
// they are seen.
type condition struct {
	turn, facing int // classes: below turns, facings

	scale  float64    // body size, pixels
	along  [2]float64 // from the hips to the shoulders in the picture, of length 1
	across [2]float64 // at a right angle to it; an upright body's is to the right
}

// Numbers of classes.
const (
	turns   = 4 // of the torso: upright, leaning, lying, head down
	facings = 3 // to the camera, in profile, away
)

// What parts the classes.
var (
	turnEdges = [turns - 1]float64{35, 65, 110} // degrees from upright
	sideEdges = [facings - 1]float64{-0.2, 0.2} // left side minus right side across, in body sizes
)

// classOf is the number of edges that a value reaches.
func classOf(v float64, edges []float64) (n int) {
	for _, e := range edges {
		if v >= e {
			n++
		}
	}
	return n
}

// conditionOf tells how a person is seen; ok is false for whom too little is in the picture.
func conditionOf(s *Seen) (c condition, ok bool) {
	p, n := s.labelled()
	if n < leastJoints {
		return c, false
	}
	const smallest = 3 // pixels
	c.scale = max(p.BodySize(0), smallest)
	c.axes(&p)
	c.sides(&p)
	return c, true
}

// axes finds the torso's directions. A torso that the camera looks along has those of the
// picture.
func (c *condition) axes(p *pose.Pose) {
	sx, sy, shoulders := p.Midpoint(0, pose.LeftShoulder, pose.RightShoulder)
	hx, hy, hips := p.Midpoint(0, pose.LeftHip, pose.RightHip)
	length := math.Hypot(sx-hx, sy-hy)
	c.along, c.across = [2]float64{0, -1}, [2]float64{1, 0}
	if !shoulders || !hips || length < 0.15*c.scale {
		c.turn = 1
		return
	}
	c.along = [2]float64{(sx - hx) / length, (sy - hy) / length}
	c.across = [2]float64{-c.along[1], c.along[0]}
	c.turn = classOf(math.Abs(math.Atan2(c.along[0], -c.along[1]))*180/math.Pi, turnEdges[:])
}

// sides finds where the left side is.
func (c *condition) sides(p *pose.Pose) {
	sum, n := 0.0, 0.0
	for _, j := range []pose.Joint{pose.LeftShoulder, pose.LeftHip} {
		l, r := p.Keypoints[j], p.Keypoints[j.Mirror()]
		if l.Score > 0 && r.Score > 0 {
			sum += float64(l.X-r.X)*c.across[0] + float64(l.Y-r.Y)*c.across[1]
			n++
		}
	}
	c.facing = 1
	if n == 0 {
		return
	}
	side := sum / n / c.scale
	c.facing = facings - 1 - classOf(side, sideEdges[:]) // the left side is across in a front view
}

// kinds are joints without their side.
const kinds = 9

var kindNames = [kinds]string{"nose", "eyes", "ears", "shoulders", "elbows", "wrists", "hips", "knees", "ankles"}

func kindOf(j pose.Joint) int { return int(j+1) / 2 }
