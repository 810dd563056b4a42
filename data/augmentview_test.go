package data

import (
	"math"
	"math/rand/v2"
	"testing"

	"fallkit/pose"
)

// applied is what an augmentation makes of three seconds of a standing person, by seed.
func applied(a Augment, seed uint64) pose.Track {
	tr := person(1, 150, 10, upright)
	out, _ := a.Apply(rand.New(rand.NewPCG(seed, 3)), &tr, 8, 2.7)
	return out
}

// TestSomethingHidesAPartOfThePerson: the same joints throughout, for a third of the window
// at least, and never all of them.
func TestSomethingHidesAPartOfThePerson(t *testing.T) {
	longest, all := 0.0, map[int]bool{}
	for seed := range uint64(40) {
		out := applied(Augment{Occlude: 1}, seed)
		first, last, hidden := math.NaN(), math.NaN(), 0
		for i := range out.Poses {
			n := 0
			for j := range pose.Joint(pose.Joints) {
				if !out.Poses[i].Seen(j, 0.1) {
					n++
				}
			}
			if n == 0 {
				continue
			}
			if hidden != 0 && n != hidden {
				t.Errorf("seed %d: %d joints are hidden, and before it were %d", seed, n, hidden)
			}
			if hidden = n; math.IsNaN(first) {
				first = out.Times[i]
			}
			last = out.Times[i]
		}
		if hidden < 4 || hidden > 8 || last-first < 2.7/3-0.2 {
			t.Errorf("seed %d: %d joints are hidden for %.2f s", seed, hidden, last-first)
		}
		longest, all[hidden] = max(longest, last-first), true
	}
	if longest < 1.8 || len(all) != 3 {
		t.Errorf("at most %.2f s are hidden, and %v joints: everything should come up", longest, all)
	}
}

// TestPosesComeSlowly: 5 to 10 a second, whatever the frames a second were.
func TestPosesComeSlowly(t *testing.T) {
	most, least := 0.0, math.Inf(1)
	for seed := range uint64(40) {
		out := applied(Augment{SlowPoses: 1}, seed)
		last := len(out.Times) - 1
		every := (out.Times[last] - out.Times[0]) / float64(last)
		if every < 0.1-0.01 || every > 0.2+0.02 {
			t.Errorf("seed %d: a pose every %.3f s", seed, every)
		}
		most, least = max(most, every), min(least, every)
	}
	if most < 0.18 || least > 0.12 {
		t.Errorf("from %.3f to %.3f s between poses: 0.1 to 0.2 should come up", least, most)
	}
}

// TestACameraThatLooksDownMakesTheHeadLarge: what is above grows as what is below shrinks, the
// person stays about where and as large as before, and both ways come up.
func TestACameraThatLooksDownMakesTheHeadLarge(t *testing.T) {
	before := applied(Augment{}, 1).Poses[5]
	width := func(p pose.Pose, left, right pose.Joint) float64 {
		return math.Abs(float64(p.Keypoints[left].X - p.Keypoints[right].X))
	}
	ratio := func(p pose.Pose) float64 {
		return width(p, pose.LeftShoulder, pose.RightShoulder) / width(p, pose.LeftAnkle, pose.RightAnkle)
	}
	down, up := 0, 0
	for seed := range uint64(40) {
		p := applied(Augment{TiltDegrees: 10}, seed).Poses[5]
		if r := ratio(p) / ratio(before); r > 1.001 {
			down++
		} else if r < 0.999 {
			up++
		}
		if size := p.BodySize(0) / before.BodySize(0); size < 0.7 || size > 1.4 {
			t.Errorf("seed %d: the person is %.2f times as large", seed, size)
		}
	}
	if down < 10 || up < 10 {
		t.Errorf("%d cameras look down more steeply and %d less", down, up)
	}
}

// TestEveryDatasetCountsTheSame with ByDataset; without it every clip does.
func TestEveryDatasetCountsTheSame(t *testing.T) {
	var examples []Example
	for i := range 20 {
		e := example(nil, person(1, float32(100+i), 10, upright))
		if i%2 == 0 {
			e = example([]Span{{4, 4.9}}, person(1, float32(100+i), 10, fallAt(4, 4.9)))
		}
		e.Clip = &Clip{Dataset: "many", ID: string(rune('a' + i))}
		if i < 4 {
			e.Clip.Dataset = "few"
		}
		examples = append(examples, e)
	}
	for _, by := range []bool{false, true} {
		b := &Batches{Examples: examples, Input: pose.DefaultInput, Size: 32, Seed: 7, ByDataset: by}
		if err := b.Prepare(CutWindows(examples, b.Input, 0.16)); err != nil {
			t.Fatal(err)
		}
		few, falls, rng := 0, 0, rand.New(rand.NewPCG(1, 1))
		for i := range 4000 {
			w := b.pick(rng, i%2)
			if examples[w.Example].Clip.Dataset == "few" {
				few++
			}
			falls += int(w.Target)
		}
		want := 0.2
		if by {
			want = 0.5
		}
		if share := float64(few) / 4000; math.Abs(share-want) > 0.03 || falls != 2000 {
			t.Errorf("by data set %v: a share of %.3f is of the small one, want %g; %d falls", by, share, want, falls)
		}
	}
}
