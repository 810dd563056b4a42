package data

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"fallkit/pose"
)

// person is somebody seen at 12.5 poses a second: upright with the hips at x and a height
// that down gives for each moment (0 standing, 1 lying).
func person(id int, x float32, seconds float64, down func(t float64) float64) pose.Track {
	t := pose.Track{ID: id}
	for i := range int(seconds * 12.5) {
		time := float64(i) / 12.5
		t.Times = append(t.Times, time)
		t.Poses = append(t.Poses, leaning(x, 200, 40, down(time)*math.Pi/2))
	}
	return t
}

// leaning is a figure turned about its feet.
func leaning(x, floor, torso float32, angle float64) pose.Pose {
	shape := [pose.Joints][2]float64{
		{0, 3.2},
		{.05, 3.25},
		{-.05, 3.25},
		{.12, 3.2},
		{-.12, 3.2},
		{.35, 2.7},
		{-.35, 2.7},
		{.45, 2.2},
		{-.45, 2.2},
		{.45, 1.7},
		{-.45, 1.7},
		{.2, 1.7},
		{-.2, 1.7},
		{.2, .8},
		{-.2, .8},
		{.2, 0},
		{-.2, 0},
	}
	sin, cos := math.Sincos(angle)
	var p pose.Pose
	for j, at := range shape {
		p.Keypoints[j] = pose.Keypoint{
			X: x + torso*float32(cos*at[0]+sin*at[1]), Y: floor - torso*float32(cos*at[1]-sin*at[0]), Score: 0.8,
		}
	}
	p.Score = 0.7
	p.Box, _ = p.Extent(0)
	return p
}

func fallAt(start, end float64) func(float64) float64 {
	return func(t float64) float64 { return math.Pow(min(1, max(0, (t-start)/(end-start))), 2) }
}

func upright(float64) float64 { return 0 }

func example(falls []Span, tracks ...pose.Track) Example {
	r := &pose.Recording{Width: 320, Height: 240, Tracks: tracks}
	for i := range 125 {
		r.FrameTimes = append(r.FrameTimes, float64(i)/12.5)
	}
	r.PoseTimes = r.FrameTimes
	label := "adl"
	if len(falls) > 0 {
		label = "fall"
	}
	return Example{Clip: &Clip{ID: "clip", Label: label}, Recording: r, Falls: falls}
}

func TestLabelWindow(t *testing.T) {
	falls := []Span{{Start: 4, End: 5}}
	for _, c := range []struct {
		end  float64
		want Answer
	}{
		{1, NoFall},
		{3.69, NoFall},
		{3.71, Unclear},
		{4.49, Unclear},
		{4.5, Fall},
		{5, Fall},
		{6, Fall},
		{6.01, Unclear},
		{7.39, Unclear},
		{7.41, NoFall},
		{20, NoFall},
	} {
		if got := LabelWindow(falls, c.end, 2.4); got != c.want {
			t.Errorf("a window that ends at %g: %v, want %v", c.end, got, c.want)
		}
	}
	if got := LabelWindow(nil, 4.5, 2.4); got != NoFall {
		t.Errorf("no fall is labelled, and a window shows %v", got)
	}
}

func TestWindowsOfABystanderAreNoFalls(t *testing.T) {
	e := example([]Span{{4, 4.9}}, person(1, 60, 10, upright), person(2, 220, 10, fallAt(4, 4.9)))
	for _, w := range CutWindows([]Example{e}, pose.DefaultInput, 0.08) {
		if w.Target == 1 && w.Track != 1 {
			t.Fatalf("the bystander's window that ends at %g s is labelled a fall", w.End)
		}
		if w.Track == 0 && LabelWindow(e.Falls, w.End, pose.DefaultInput.Seconds) == Fall {
			t.Fatalf("the bystander's window that ends at %g s, during the fall, is taken for everyday life", w.End)
		}
	}
}

func TestAnUntimedFallIsFoundByItsDescent(t *testing.T) {
	e := example(nil, person(1, 60, 10, upright), person(2, 220, 10, fallAt(4, 4.9)))
	e.Clip.Label, e.Untimed = "fall", true
	falls := 0
	for _, w := range CutWindows([]Example{e}, pose.DefaultInput, 0.08) {
		if w.Target == 1 {
			falls++
			if w.Track != 1 || w.End < 4 || w.End > 6.5 {
				t.Errorf("track %d at %g s is taken for the fall", w.Track, w.End)
			}
		}
	}
	if falls < 10 {
		t.Errorf("%d windows of the fall", falls)
	}
}

func TestAnUntimedFallThatNobodyCanFindTeachesNothing(t *testing.T) {
	e := example(nil, person(1, 220, 10, fallAt(4, 4.9)))
	e.Clip.Label, e.Untimed = "fall", true
	for i := range e.Recording.Tracks[0].Poses {
		for j := pose.Nose; j <= pose.RightEar; j++ {
			e.Recording.Tracks[0].Poses[i].Keypoints[j].Score = 0
		}
	}
	if w := CutWindows([]Example{e}, pose.DefaultInput, 0.08); len(w) > 0 {
		t.Errorf("%d windows of a clip whose fall is nowhere to be seen", len(w))
	}
}

func TestWindowsKeepTheirStride(t *testing.T) {
	e := example(nil, person(1, 100, 10, upright))
	last := math.Inf(-1)
	windows := CutWindows([]Example{e}, pose.DefaultInput, 0.4)
	for _, w := range windows {
		if w.End-last < 0.4-1e-6 {
			t.Errorf("windows end at %g and %g s", last, w.End)
		}
		last = w.End
	}
	if len(windows) < 20 {
		t.Errorf("%d windows in 10 s", len(windows))
	}
}

func batches(t *testing.T, examples []Example) *Batches {
	t.Helper()
	b := &Batches{Examples: examples, Input: pose.DefaultInput, Augment: DefaultAugment, Size: 32, Seed: 7}
	if err := b.Prepare(CutWindows(examples, b.Input, 0.16)); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestABatchDependsOnItsNumberAlone(t *testing.T) {
	examples := []Example{example([]Span{{4, 4.9}}, person(1, 200, 10, fallAt(4, 4.9))), example(nil, person(1, 100, 10, upright))}
	a, b := batches(t, examples), batches(t, examples)
	var x, y, other Batch
	a.Draw(3, &y)
	a.Draw(5, &x)
	b.Draw(5, &y)
	b.Draw(6, &other)
	same, differ := true, false
	for i := range x.X {
		same = same && x.X[i] == y.X[i]
		differ = differ || x.X[i] != other.X[i]
	}
	if !same || !differ {
		t.Errorf("batch 5 twice the same: %v; batch 6 another: %v", same, differ)
	}
	falls := 0
	for _, v := range x.Y {
		falls += int(v)
	}
	if falls != 16 {
		t.Errorf("%d of 32 windows are falls", falls)
	}
}

func TestPrepareNamesTheMissingClass(t *testing.T) {
	e := []Example{example(nil, person(1, 100, 10, upright))}
	b := &Batches{Examples: e, Input: pose.DefaultInput, Size: 8}
	if err := b.Prepare(CutWindows(e, b.Input, 0.16)); err == nil {
		t.Error("no fall among the windows, and no error")
	}
}

func TestAugmentOffChangesNothing(t *testing.T) {
	in := pose.DefaultInput
	rapid.Check(t, func(t *rapid.T) {
		end := rapid.Float64Range(2.5, 9).Draw(t, "end")
		tr := person(1, 150, 10, fallAt(4, 4.9))
		want, got := make([]float32, in.Steps()*pose.Channels), make([]float32, in.Steps()*pose.Channels)
		in.Window(&tr, end, want)
		changed, at := Augment{}.Apply(rand.New(rand.NewPCG(1, 2)), &tr, end, in.Seconds+in.MaxGap)
		in.Window(&changed, at, got)
		for i := range want {
			if math.Abs(float64(want[i]-got[i])) > 1e-3 {
				t.Fatalf("feature %d of step %d is %g, was %g", i%pose.Channels, i/pose.Channels, got[i], want[i])
			}
		}
	})
}

func TestAugmentMirrorsLeftAndRight(t *testing.T) {
	tr := person(1, 150, 4, upright)
	for seed := range uint64(20) {
		changed, _ := Augment{Mirror: true}.Apply(rand.New(rand.NewPCG(seed, 0)), &tr, 3, 2.7)
		p := changed.Poses[0]
		if left, right := p.Keypoints[pose.LeftHip].X, p.Keypoints[pose.RightHip].X; left <= right {
			t.Fatalf("seed %d: the left hip is at %g, the right at %g: a mirrored person faces the camera as before", seed, left, right)
		}
	}
}
