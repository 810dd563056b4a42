package tracktest

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"fallkit/pose"
)

// find is what a pose network makes of people: joints are off, missing or on the wrong
// side; hidden joints are guessed or missing; people are missed, the more the less of
// them is seen, or score low, above all those who lie; and some are nobody.
func find(people []Person, rng *rand.Rand) (found []pose.Pose) {
	for i := range people {
		if p, ok := sight(&people[i].Pose, rng); ok {
			found = append(found, p)
		}
	}
	if rng.Float64() < 0.02 && len(people) > 0 {
		found = append(found, nobody(&people[rng.IntN(len(people))].Pose, rng))
	}
	found = apart(found)
	slices.SortStableFunc(found, func(a, b pose.Pose) int { return cmp.Compare(b.Score, a.Score) })
	return found
}

func sight(truth *pose.Pose, rng *rand.Rand) (p pose.Pose, ok bool) {
	size := truth.BodySize(0)
	seen := 0
	for j, k := range truth.Keypoints {
		if k.Score == 0 || rng.Float64() < 0.05 || (k.Score < 1 && rng.Float64() < 0.5) {
			continue
		}
		off := 0.06 * size
		if k.Score < 1 {
			off *= 3
		} else {
			seen++
		}
		k.X += float32(off * rng.NormFloat64())
		k.Y += float32(off * rng.NormFloat64())
		k.Score *= 0.3 + 0.5*rng.Float32()
		p.Keypoints[j] = k
	}
	if seen < 5 || rng.Float64() < 0.03 || (seen < 9 && rng.Float64() < 0.3) {
		return p, false
	}
	if rng.Float64() < 0.03 {
		swap(&p)
	}
	p.Score = 0.2 + 0.4*rng.Float32()*float32(seen)/pose.Joints
	if angle, ok := truth.TorsoAngle(0); (ok && angle > 55 && rng.Float64() < 0.4) || rng.Float64() < 0.05 {
		p.Score = 0.05 + 0.12*rng.Float32()
	}
	p.Box = boxOf(&p)
	return p, p.Score >= 0.07
}

// swap takes left for right.
func swap(p *pose.Pose) {
	for j := pose.Joint(1); j < pose.Joints; j += 2 {
		p.Keypoints[j], p.Keypoints[j.Mirror()] = p.Keypoints[j.Mirror()], p.Keypoints[j]
	}
}

// nobody is a pose like somebody's, at another place.
func nobody(like *pose.Pose, rng *rand.Rand) pose.Pose {
	p := *like
	dx, dy := float32(rng.Float64()-0.5)*160, float32(rng.Float64()-0.5)*60
	for j := range p.Keypoints {
		p.Keypoints[j].X += dx
		p.Keypoints[j].Y += dy
		p.Keypoints[j].Score *= 0.4
	}
	p.Score = 0.08 + 0.15*rng.Float32()
	p.Box = boxOf(&p)
	return p
}

// boxOf is a little larger than the joints need, as networks draw it.
func boxOf(p *pose.Pose) pose.Box {
	b, _ := p.Extent(0)
	x, y := 0.1*b.Width(), 0.1*b.Height()
	return pose.Box{X0: b.X0 - x, Y0: b.Y0 - y, X1: b.X1 + x, Y1: b.Y1 + y}
}

// apart leaves out each pose that lies on a better one.
func apart(found []pose.Pose) (kept []pose.Pose) {
	for i := range found {
		double := false
		for j := range found {
			better := found[j].Score > found[i].Score
			double = double || (better && likeness(&found[j], &found[i]) > 0.75)
		}
		if !double {
			kept = append(kept, found[i])
		}
	}
	return kept
}
