package simulate_test

import (
	"fmt"
	"math"
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
				n.count(t, c, rng)
			}
		}
		t.Logf("%s: %d joints, %d jump, %d of them found; %d right ones taken away", label, n.joints, n.jumped, n.found, n.taken)
		if n.jumped < 50 || n.found < n.jumped*85/100 || n.taken > n.joints/200 {
			t.Errorf("%s: %+v", label, n)
		}
	}
}

// Poses of generated falls that are as above lose false speed to the filter and no true one:
// the hips' peak speed comes nearer to the true one, and joints nearer to where they are.
func TestJumpsKeepTheSpeedOfFalls(t *testing.T) {
	s := simulate.DefaultSettings
	s.Clips, s.FPS = 16, 12.5
	rng := rand.New(rand.NewPCG(2, 1))
	var before, after, calmBefore, calmAfter fallErrors
	for _, c := range simulate.Plan(s) {
		if c.Label != "fall" {
			continue
		}
		var times []float64
		var truth, seen, left, calm, calmLeft []pose.Pose // calm: noise and no jumps
		var f, g pose.Jumps
		o, frames := filmed(t, c)
		for _, now := range frames {
			p, jumps := noisy(now, rng)
			still := p
			for j := range still.Keypoints {
				if jumps[j] {
					still.Keypoints[j].X = float32(now.People[0].Keypoints[j].X)
				}
			}
			times, truth, seen = append(times, now.Time), append(truth, truePose(now)), append(seen, p)
			left = append(left, through(&f, now.Time, p))
			calm, calmLeft = append(calm, still), append(calmLeft, through(&g, now.Time, still))
		}
		from, to := max(o.FallStart-1, 0), min(o.FallEnd+2, len(times))
		before.add(times[from:to], truth[from:to], seen[from:to])
		after.add(times[from:to], truth[from:to], left[from:to])
		calmBefore.add(times[from:to], truth[from:to], calm[from:to])
		calmAfter.add(times[from:to], truth[from:to], calmLeft[from:to])
	}
	t.Logf("%d falls, without the filter: %v; with it: %v", before.falls, &before, &after)
	t.Logf("where nothing jumps, without the filter: %v; with it: %v", &calmBefore, &calmAfter)
	if before.falls < 5 || !(after.place() < 0.8*before.place()) || !(after.speed() < 0.5*before.speed()) {
		t.Error("the filter does not help in falls")
	}
	if calmAfter.place() > 1.05*calmBefore.place() || calmAfter.speed() > calmBefore.speed()+0.02 {
		t.Error("the filter harms falls in which nothing jumps")
	}
}

// watcher notes what it is shown.
type watcher struct {
	simulate.Exact
	people *[][]simulate.Seen
}

func (w watcher) Watch(*rand.Rand) simulate.Watcher { return w }

func (w watcher) Observe(_ float64, people []simulate.Seen) []pose.Pose {
	*w.people = append(*w.people, people)
	return nil
}

// filmed is the truth of a clip without drawing it.
func filmed(tb testing.TB, c simulate.Clip) (simulate.Outline, []simulate.Truth) {
	tb.Helper()
	var people [][]simulate.Seen
	f, err := c.Film(watcher{people: &people})
	if err != nil {
		tb.Fatal(err)
	}
	truth := make([]simulate.Truth, len(people))
	for i := range truth {
		truth[i] = simulate.Truth{Frame: i, Time: f.Recording.FrameTimes[i], People: people[i]}
	}
	return f.Outline, truth
}

// fallErrors are how far joints and the hips' peak speeds are from the true ones.
type fallErrors struct {
	falls, joints     int
	apart, speedApart float64 // sums, in body sizes and as a share of the true peak
}

func (e *fallErrors) place() float64 { return e.apart / float64(e.joints) }
func (e *fallErrors) speed() float64 { return e.speedApart / float64(e.falls) }
func (e *fallErrors) String() string {
	return fmt.Sprintf("joints %.3f body sizes off, the hips' peak speed %.1f %%", e.place(), 100*e.speed())
}

func (e *fallErrors) add(times []float64, truth, seen []pose.Pose) {
	for i := range seen {
		size := truth[i].BodySize(0.1)
		for j, k := range seen[i].Keypoints {
			if k.Score > 0 && size > 0 {
				at := truth[i].Keypoints[j]
				e.apart, e.joints = e.apart+math.Hypot(float64(k.X-at.X), float64(k.Y-at.Y))/size, e.joints+1
			}
		}
	}
	if real := hipSpeed(times, truth); real > 0 {
		e.falls++
		e.speedApart += math.Abs(hipSpeed(times, seen)-real) / real
	}
}

// hipSpeed is the hips' greatest speed over two steps, in pixels a second.
func hipSpeed(times []float64, poses []pose.Pose) (most float64) {
	for i := 2; i < len(poses); i++ {
		ax, ay, a := poses[i-2].Midpoint(0.1, pose.LeftHip, pose.RightHip)
		bx, by, b := poses[i].Midpoint(0.1, pose.LeftHip, pose.RightHip)
		if a && b {
			most = math.Max(most, math.Hypot(bx-ax, by-ay)/(times[i]-times[i-2]))
		}
	}
	return most
}

func through(f *pose.Jumps, time float64, p pose.Pose) pose.Pose {
	people := []pose.Tracked{{Track: 1, Pose: p}}
	f.Update(time, people)
	return people[0].Pose
}

func truePose(t simulate.Truth) (p pose.Pose) {
	for j, k := range t.People[0].Keypoints {
		if k.Visibility != simulate.Outside {
			p.Keypoints[j] = pose.Keypoint{X: float32(k.X), Y: float32(k.Y), Score: 0.5}
		}
	}
	return p
}

type jumpCounts struct{ joints, jumped, found, taken int }

func (n *jumpCounts) count(tb testing.TB, c simulate.Clip, rng *rand.Rand) {
	var f pose.Jumps
	_, frames := filmed(tb, c)
	for _, t := range frames {
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
	for j, k := range t.People[0].Keypoints {
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
