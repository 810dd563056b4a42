package simulate_test

import (
	"math/rand/v2"
	"testing"

	"fallkit/data/simulate"
	"fallkit/pose"
)

// Of generated people whose true joints are noisy (2 pixels) and, one in fifty, more than a
// torso away for one frame, the filter of jumps finds nine in ten and takes next to nothing
// of what is right, in falls as in everyday life. It prints what it found with -v.
func TestJumpsAreFoundInGeneratedMotion(t *testing.T) {
	s := simulate.DefaultSettings
	s.Clips, s.FPS = 8, 12.5
	rng := rand.New(rand.NewPCG(1, 1))
	for _, label := range []string{"fall", "adl"} {
		var n jumpCounts
		for _, c := range simulate.Plan(s) {
			if c.Label == label {
				n.count(c, rng)
			}
		}
		t.Logf("%s: %d joints, %d jump, %d of them found; %d right ones taken away", label, n.joints, n.jumped, n.found, n.taken)
		if n.jumped < 50 || n.found < n.jumped*85/100 || n.taken > n.joints/200 {
			t.Errorf("%s: %+v", label, n)
		}
	}
}

type jumpCounts struct{ joints, jumped, found, taken int }

func (n *jumpCounts) count(c simulate.Clip, rng *rand.Rand) {
	var f pose.Jumps
	for _, t := range c.Frames() {
		p, jumps := noisy(t, rng)
		people := []pose.Tracked{{Track: 1, Pose: p}}
		f.Update(t.Time, people)
		for j, k := range people[0].Pose.Keypoints {
			gone := k.Score == 0
			switch {
			case p.Keypoints[j].Score == 0:
				continue
			case jumps[j]:
				n.jumped++
			}
			n.joints++
			if gone && jumps[j] {
				n.found++
			} else if gone {
				n.taken++
			}
		}
	}
}

func noisy(t simulate.Truth, rng *rand.Rand) (p pose.Pose, jumps [pose.Joints]bool) {
	for j, k := range t.Keypoints {
		if k.Visibility != simulate.Outside {
			p.Keypoints[j] = pose.Keypoint{X: float32(k.X + 2*rng.NormFloat64()), Y: float32(k.Y + 2*rng.NormFloat64()), Score: 0.5}
		}
	}
	size := p.BodySize(0.1)
	for j := range p.Keypoints {
		if p.Keypoints[j].Score > 0 && rng.Float64() < 0.02 {
			jumps[j] = true
			p.Keypoints[j].X += float32(size * (1.2 + rng.Float64()) * float64(1-2*rng.IntN(2)))
		}
	}
	return p, jumps
}
