package train

import (
	"math"

	"fallkit/pose"
)

// What counts as a bone whose length was kept: a hundredth of it, or a tenth of a pixel, less
// than a pose network's own trembling.
const (
	boneShare  = 0.01
	bonePixels = 0.1
	boneRounds = 40 // of moving joints to the bones' lengths and back into the ball
)

// keepBones moves a shift so that every bone between seen joints keeps the length that it has
// in the pose, and no joint leaves the ball of the given radius in x and y. It goes back and
// forth between the two (as constraints of length are solved by Müller et al. 2007, "Position
// Based Dynamics"); where that does not end at both, it starts again from half the shift,
// and in the end from none. Joints that are not seen do not move.
func keepBones(p *pose.Pose, s *pose.Shift, radius float64, least float32) {
	for range 6 {
		tried := *s
		for range boneRounds {
			relax(p, &tried, least)
			within := clampShift(&tried, radius)
			if within && bonesKept(p, &tried, least) {
				break
			}
		}
		if bonesKept(p, &tried, least) {
			*s = tried
			return
		}
		for j := range s {
			s[j][0], s[j][1] = s[j][0]/2, s[j][1]/2
		}
	}
	*s = pose.Shift{}
}

// relax moves both ends of each bone in turn by half of what its length is off.
func relax(p *pose.Pose, s *pose.Shift, least float32) {
	for _, b := range pose.Bones {
		want, x, y, ok := boneOf(p, s, b, least)
		now := math.Hypot(x, y)
		if !ok || now < 1e-9 {
			continue
		}
		off := (now - want) / now / 2
		s[b.From][0] += off * x
		s[b.From][1] += off * y
		s[b.To][0] -= off * x
		s[b.To][1] -= off * y
	}
}

// boneOf gives a bone's length in the pose and its vector in the moved pose; ok is false
// where an end is not seen.
func boneOf(p *pose.Pose, s *pose.Shift, b pose.Bone, least float32) (length, x, y float64, ok bool) {
	if !p.Seen(b.From, least) || !p.Seen(b.To, least) {
		return 0, 0, 0, false
	}
	from, to := p.Keypoints[b.From], p.Keypoints[b.To]
	x, y = float64(to.X)-float64(from.X), float64(to.Y)-float64(from.Y)
	length = math.Hypot(x, y)
	return length, x + s[b.To][0] - s[b.From][0], y + s[b.To][1] - s[b.From][1], true
}

// bonesKept tells whether every seen bone has its length.
func bonesKept(p *pose.Pose, s *pose.Shift, least float32) bool {
	for _, b := range pose.Bones {
		want, x, y, ok := boneOf(p, s, b, least)
		if ok && math.Abs(math.Hypot(x, y)-want) > max(boneShare*want, bonePixels) {
			return false
		}
	}
	return true
}

// clampShift brings every joint back into the ball and tells whether all were there.
func clampShift(s *pose.Shift, radius float64) (within bool) {
	within = true
	for j := range s {
		for k, v := range s[j] {
			if c := clamp(v, radius); c != v {
				s[j][k], within = c, false
			}
		}
	}
	return within
}
