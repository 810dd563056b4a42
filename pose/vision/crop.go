package vision

import (
	"image"
	"math"

	"fallkit/pose"
)

// crop is the part of a picture that the single-pose network looks at: its middle and
// half its side in the picture's pixels, the first of which reaches from 0 to 1, and by
// how many radians it is turned clockwise. A body that leans clockwise by turn stands
// upright in it.
type crop struct{ x, y, half, turn float64 }

// toPicture takes a point of the crop, side pixels wide, to the picture.
func (c crop) toPicture(u, v float64, side int) (x, y float64) {
	step := 2 * c.half / float64(side)
	sine, cosine := math.Sincos(c.turn)
	u, v = (u-float64(side)/2)*step, (v-float64(side)/2)*step
	return c.x + cosine*u - sine*v, c.y + sine*u + cosine*v
}

// quarter is the square turned to so many quarters from upright, clockwise.
func (c crop) quarter(n int) crop {
	c.turn = float64(n) * math.Pi / 2
	return c
}

// MoveNet's own way to choose the next crop (TensorFlow Hub, "MoveNet: Ultra fast and
// accurate pose detection model", tutorial movenet.ipynb, determine_crop_region).
const (
	torsoReach = 1.9 // of the farthest torso joint's distance from the hips
	bodyReach  = 1.2 // of the farthest joint's
	boxReach   = 1.25
)

// around is the square in which the single-pose network sees a person best: about the
// hips and as large as the body, or about the box where the torso is not seen. Joints
// below least do not count.
func around(p *pose.Pose, picture image.Point, least float32) crop {
	x, y, ok := hips(p, least)
	if !ok || !torsoSeen(p, least) {
		b := p.Box
		c := crop{x: float64(b.X0+b.X1) / 2, y: float64(b.Y0+b.Y1) / 2}
		c.half = boxReach / 2 * float64(max(b.Width(), b.Height()))
		return c.bounded(picture)
	}
	c := crop{x: x, y: y}
	for j := range pose.Joint(pose.Joints) {
		if !p.Seen(j, least) {
			continue
		}
		k := p.Keypoints[j]
		far := math.Max(math.Abs(float64(k.X)-x), math.Abs(float64(k.Y)-y))
		c.half = math.Max(c.half, far*bodyReach)
		if isTorso(j) {
			c.half = math.Max(c.half, far*torsoReach)
		}
	}
	return c.bounded(picture)
}

// bounded keeps the square from being larger than the picture around its middle, or too
// small to hold anything.
func (c crop) bounded(picture image.Point) crop {
	width, height := float64(picture.X), float64(picture.Y)
	c.x, c.y = math.Min(math.Max(c.x, 0), width), math.Min(math.Max(c.y, 0), height)
	most := max(c.x, width-c.x, c.y, height-c.y)
	c.half = math.Max(math.Min(c.half, most), 4)
	return c.rounded()
}

// rounded is one of few crops of about this place and size. A crop follows from the last
// pose and the next pose from the crop: what poses differ by from one runtime to another,
// or from one picture of somebody who lies still to the next, would grow from look to
// look; so it ends here.
func (c crop) rounded() crop {
	c.half = math.Exp2(math.Round(8*math.Log2(c.half)) / 8)
	grid := c.half / 16
	c.x, c.y = math.Round(c.x/grid)*grid, math.Round(c.y/grid)*grid
	return c
}

// hips is their middle, or the middle of the one that is seen.
func hips(p *pose.Pose, least float32) (x, y float64, ok bool) {
	return p.Midpoint(least, pose.LeftHip, pose.RightHip)
}

// torsoSeen tells whether a shoulder and a hip are seen.
func torsoSeen(p *pose.Pose, least float32) bool {
	return (p.Seen(pose.LeftShoulder, least) || p.Seen(pose.RightShoulder, least)) &&
		(p.Seen(pose.LeftHip, least) || p.Seen(pose.RightHip, least))
}

func isTorso(j pose.Joint) bool {
	return j == pose.LeftShoulder || j == pose.RightShoulder || j == pose.LeftHip || j == pose.RightHip
}

// meanScore is over all joints: how sure a network is of a pose.
func meanScore(p *pose.Pose) float32 {
	sum := float32(0)
	for _, k := range p.Keypoints {
		sum += k.Score
	}
	return sum / pose.Joints
}
