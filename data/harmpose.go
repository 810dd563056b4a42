package data

import (
	"math"
	"math/rand/v2"
	"slices"

	"fallkit/pose"
)

// believed is the score from which a joint says something about the body's size.
const believed = 0.15

// changed gives the tracks with every pose changed by a function.
func changed(tracks []pose.Track, change func(t *pose.Track, i int, p *pose.Pose)) []pose.Track {
	out := make([]pose.Track, len(tracks))
	for k := range tracks {
		t := &tracks[k]
		out[k] = pose.Track{ID: t.ID, Times: t.Times, Poses: slices.Clone(t.Poses)}
		for i := range out[k].Poses {
			change(t, i, &out[k].Poses[i])
		}
	}
	return out
}

func jitterJoints(percent float64, r *pose.Recording, rng *rand.Rand) []pose.Track {
	return changed(r.Tracks, func(_ *pose.Track, _ int, p *pose.Pose) {
		pixels := percent / 100 * p.BodySize(believed)
		for j := range p.Keypoints {
			k := &p.Keypoints[j]
			dx, dy := rng.NormFloat64(), rng.NormFloat64()
			if k.Score > 0 {
				k.X, k.Y = k.X+float32(pixels*dx), k.Y+float32(pixels*dy)
			}
		}
	})
}

// spell is a thing that comes and goes: for each stretch of Seconds it is drawn anew
// whether it is there.
type spell struct {
	Seconds float64
	phase   float64
	index   int
	draw    float64
}

func newSpell(seconds float64, rng *rand.Rand) spell {
	return spell{Seconds: seconds, phase: seconds * rng.Float64(), index: math.MinInt}
}

// on tells whether it is there at a time; times must ascend.
func (s *spell) on(time, share float64, rng *rand.Rand) bool {
	if i := int(math.Floor((time + s.phase) / s.Seconds)); i != s.index {
		s.index, s.draw = i, rng.Float64()
	}
	return s.draw < share
}

func missJoints(percent float64, r *pose.Recording, rng *rand.Rand) []pose.Track {
	const length = 0.5 // seconds
	var away [pose.Joints]spell
	return changed(r.Tracks, func(t *pose.Track, i int, p *pose.Pose) {
		for j := range p.Keypoints {
			if i == 0 {
				away[j] = newSpell(length, rng)
			}
			if away[j].on(t.Times[i], percent/100, rng) {
				p.Keypoints[j] = pose.Keypoint{}
			}
		}
	})
}

// limbs are the joints whose sides are mistaken together, by the left ones.
var limbs = [...][]pose.Joint{
	{pose.LeftEye, pose.LeftEar},
	{pose.LeftShoulder, pose.LeftElbow, pose.LeftWrist},
	{pose.LeftHip, pose.LeftKnee, pose.LeftAnkle},
}

func swapSides(percent float64, r *pose.Recording, rng *rand.Rand) []pose.Track {
	return changed(r.Tracks, func(_ *pose.Track, _ int, p *pose.Pose) {
		for _, limb := range limbs {
			if rng.Float64() >= percent/100 {
				continue
			}
			for _, j := range limb {
				m := j.Mirror()
				p.Keypoints[j], p.Keypoints[m] = p.Keypoints[m], p.Keypoints[j]
			}
		}
	})
}

func rollPoses(degrees float64, r *pose.Recording, rng *rand.Rand) []pose.Track {
	if rng.IntN(2) == 1 {
		degrees = -degrees
	}
	return warped(r.Tracks, pose.Roll(degrees, r.Width, r.Height))
}

func tiltPoses(degrees float64, r *pose.Recording, _ *rand.Rand) []pose.Track {
	return warped(r.Tracks, pose.Tilt(degrees, r.Width, r.Height))
}

func warped(tracks []pose.Track, h pose.Homography) []pose.Track {
	return moved(tracks, func(x, y float32) (float32, float32) {
		u, v := h.At(float64(x), float64(y))
		return float32(u), float32(v)
	})
}

// shrinkPoses shrinks all about the picture's middle. The network sees the picture's longer
// side in 256 pixels, and finds a joint to about one of them.
func shrinkPoses(percent float64, r *pose.Recording, _ *rand.Rand) []pose.Track {
	const side = 256
	cx, cy := float64(r.Width)/2, float64(r.Height)/2
	pixel := float64(max(r.Width, r.Height)) / side
	shrink := func(v, c float64) float32 {
		return float32(math.Round((c+percent/100*(v-c))/pixel) * pixel)
	}
	return moved(r.Tracks, func(x, y float32) (float32, float32) {
		return shrink(float64(x), cx), shrink(float64(y), cy)
	})
}

// moved puts every joint to another place, and the box around where its corners go.
func moved(tracks []pose.Track, to func(x, y float32) (float32, float32)) []pose.Track {
	return changed(tracks, func(_ *pose.Track, _ int, p *pose.Pose) {
		for j := range p.Keypoints {
			if k := &p.Keypoints[j]; k.Score > 0 {
				k.X, k.Y = to(k.X, k.Y)
			}
		}
		var corners pose.Pose
		for i, c := range [4][2]float32{{p.Box.X0, p.Box.Y0}, {p.Box.X1, p.Box.Y0}, {p.Box.X0, p.Box.Y1}, {p.Box.X1, p.Box.Y1}} {
			x, y := to(c[0], c[1])
			corners.Keypoints[i] = pose.Keypoint{X: x, Y: y, Score: 1}
		}
		p.Box, _ = corners.Extent(1)
	})
}
