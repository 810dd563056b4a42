package pose

import "math"

// Keypoint is a joint's position in one picture, in pixels (y downwards), and the
// pose network's confidence in it, 0 to 1. Score 0 means that the joint is missing.
type Keypoint struct{ X, Y, Score float32 }

// Box is an upright rectangle in pixels.
type Box struct{ X0, Y0, X1, Y1 float32 }

// Width is in pixels, not below 0.
func (b Box) Width() float32 { return max(b.X1-b.X0, 0) }

// Height is in pixels, not below 0.
func (b Box) Height() float32 { return max(b.Y1-b.Y0, 0) }

// Pose is all keypoints of one person in one frame.
type Pose struct {
	Keypoints [Joints]Keypoint
	Box       Box
	Score     float32 // how sure the pose network is that this is a person, 0 to 1
}

// Seen tells whether a joint's confidence reaches least.
func (p *Pose) Seen(j Joint, least float32) bool {
	s := p.Keypoints[j].Score
	return s > 0 && s >= least
}

// Midpoint is the mean of the seen ones among joints; ok is false where none is seen.
func (p *Pose) Midpoint(least float32, joints ...Joint) (x, y float64, ok bool) {
	n := 0
	for _, j := range joints {
		if p.Seen(j, least) {
			x += float64(p.Keypoints[j].X)
			y += float64(p.Keypoints[j].Y)
			n++
		}
	}
	if n == 0 {
		return 0, 0, false
	}
	return x / float64(n), y / float64(n), true
}

// Extent is the box around the seen joints; ok is false where none is seen.
func (p *Pose) Extent(least float32) (b Box, ok bool) {
	for j := range Joint(Joints) {
		if !p.Seen(j, least) {
			continue
		}
		k := p.Keypoints[j]
		if !ok {
			b, ok = Box{k.X, k.Y, k.X, k.Y}, true
			continue
		}
		b.X0, b.Y0 = min(b.X0, k.X), min(b.Y0, k.Y)
		b.X1, b.Y1 = max(b.X1, k.X), max(b.Y1, k.Y)
	}
	return b, ok
}

// BodySize is a length in pixels that changes little with posture: the greater of the
// torso's length and 0.3 of the diagonal of the seen joints' box. It is 0 where
// nothing is seen.
func (p *Pose) BodySize(least float32) float64 {
	size := 0.0
	if b, ok := p.Extent(least); ok {
		size = 0.3 * math.Hypot(float64(b.Width()), float64(b.Height()))
	}
	sx, sy, shoulders := p.Midpoint(least, LeftShoulder, RightShoulder)
	hx, hy, hips := p.Midpoint(least, LeftHip, RightHip)
	if shoulders && hips {
		size = math.Max(size, math.Hypot(sx-hx, sy-hy))
	}
	return size
}

// TorsoAngle is how far the line from hips to shoulders is turned from upright, in
// degrees from 0 to 180; ok is false where the torso is not seen.
func (p *Pose) TorsoAngle(least float32) (degrees float64, ok bool) {
	sx, sy, shoulders := p.Midpoint(least, LeftShoulder, RightShoulder)
	hx, hy, hips := p.Midpoint(least, LeftHip, RightHip)
	if !shoulders || !hips || (sx == hx && sy == hy) {
		return 0, false
	}
	return math.Abs(math.Atan2(sx-hx, hy-sy)) * 180 / math.Pi, true
}
