package pose

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// fallInput sees with all priors.
func fallInput(p Priors) Input {
	in := DefaultInput
	in.Features, in.Priors = Fall, p
	return in
}

// lying is standing, turned about the feet by an angle clockwise, in radians.
func lying(x, y, torso float32, angle float64) Pose {
	p := standing(x, y, torso)
	sin, cos := math.Sincos(angle)
	fx, fy := float64(x), float64(y)+1.7*float64(torso)
	for j := range p.Keypoints {
		k := &p.Keypoints[j]
		dx, dy := float64(k.X)-fx, float64(k.Y)-fy
		k.X, k.Y = float32(fx+dx*cos-dy*sin), float32(fy+dx*sin+dy*cos)
	}
	p.Box, _ = p.Extent(0)
	return p
}

// toppling stands for two seconds, falls within a second, and lies.
func toppling(seconds float64) Track {
	t := Track{ID: 1}
	for i := range int(seconds * 12.5) {
		time := float64(i) / 12.5
		part := math.Max(0, math.Min(1, time-2))
		t.Times = append(t.Times, time)
		t.Poses = append(t.Poses, lying(200, 120, 40, part*part*math.Pi/2))
	}
	return t
}

// featuresOf are the steps of a track, [steps, FallChannels].
func featuresOf(in Input, t *Track) (all []float32) {
	s := in.NewStream()
	row := make([]float32, FallChannels)
	for i, time := range t.Times {
		s.Add(time, &t.Poses[i])
		for s.Next(row) {
			all = append(all, row...)
		}
	}
	return all
}

func same(t interface{ Fatalf(string, ...any) }, name string, a, b []float32, within float64) {
	if len(a) != len(b) {
		t.Fatalf("%s: %d numbers and %d", name, len(a), len(b))
	}
	for i := range a {
		if !(math.Abs(float64(a[i]-b[i])) <= within) {
			t.Fatalf("%s: feature %d of step %d: %g and %g", name, i%FallChannels, i/FallChannels, a[i], b[i])
		}
	}
}

func moveTrack(t Track, scale, dx, dy float32) Track {
	t.Poses = slices.Clone(t.Poses)
	for i := range t.Poses {
		for j := range t.Poses[i].Keypoints {
			k := &t.Poses[i].Keypoints[j]
			k.X, k.Y = k.X*scale+dx, k.Y*scale+dy
		}
	}
	return t
}

func TestFallFeaturesIgnorePlaceAndDistance(t *testing.T) {
	in, near := fallInput(AllPriors), toppling(5)
	rapid.Check(t, func(t *rapid.T) {
		far := moveTrack(near, rapid.Float32Range(0.5, 4).Draw(t, "scale"), rapid.Float32Range(-300, 300).Draw(t, "dx"), rapid.Float32Range(-300, 300).Draw(t, "dy"))
		same(t, "moved", featuresOf(in, &near), featuresOf(in, &far), 0.05) // a pixel matters a little to a small person
	})
}

func TestFallFeaturesOfTheMirrorImage(t *testing.T) {
	in, track := fallInput(AllPriors), toppling(5)
	image := Track{ID: 1, Times: track.Times}
	for i := range track.Poses {
		p := track.Poses[i]
		for j := range Joint(Joints) {
			k := track.Poses[i].Keypoints[j.Mirror()]
			k.X = 500 - k.X
			p.Keypoints[j] = k
		}
		image.Poses = append(image.Poses, p)
	}
	a, b := featuresOf(in, &track), featuresOf(in, &image)
	for i := 0; i < len(a); i += FallChannels {
		mirrored := make([]float32, FallChannels)
		MirrorFall(mirrored, a[i:i+FallChannels])
		same(t, "mirrored", mirrored, b[i:i+FallChannels], 1e-3)
	}
}

func TestFallFeaturesSeeAFall(t *testing.T) {
	track := toppling(5)
	x := featuresOf(fallInput(AllPriors), &track)
	at := func(seconds float64, feature int) float32 { return x[int(seconds*12.5)*FallChannels+feature] }
	for _, c := range []struct {
		what    string
		feature int
		less    float64 // the moment of the smaller value
		more    float64
	}{
		{"the rule rises", descent, 1.5, 3.2},
		{"the head comes down", headDrop, 1.5, 2.9},
		{"and so the hips", hipDropFast, 1.5, 2.9},
		{"the trunk turns", turned, 1.5, 3.5},
		{"and upright is the past", leanCosine, 3.5, 1.5},
		{"the head has sunk", sunk, 1.5, 3.5},
		{"it was higher", headHeight, 3.5, 1.5},
		{"wider than high", aspect, 1.5, 3.5},
		{"time has gone by since", dropSince, 3, 4},
	} {
		if less, more := at(c.less, c.feature), at(c.more, c.feature); !(less < more) {
			t.Errorf("%s: %g at %g s, %g at %g s", c.what, less, c.less, more, c.more)
		}
	}
	if v := at(1.5, descent); v > -2 {
		t.Errorf("somebody who stands has the rule's log-odds %g", v)
	}
	if v := at(3.2, descent); v < 0 {
		t.Errorf("somebody who has toppled has the rule's log-odds %g", v)
	}
}

// A camera that leans sees what one that does not lean sees, once it has seen somebody stand.
func TestGravityIsWhereUprightPeopleSay(t *testing.T) {
	const roll = 15 * math.Pi / 180
	track := Track{ID: 1}
	for i := range 100 {
		track.Times, track.Poses = append(track.Times, float64(i)/12.5), append(track.Poses, lying(200, 120, 40, roll))
	}
	with, without := featuresOf(fallInput(AllPriors), &track), featuresOf(fallInput(AllPriors&^GravityPrior), &track)
	last := len(with) - FallChannels
	if got, leaning := math.Abs(float64(with[last+leanSine])), math.Abs(float64(without[last+leanSine])); got > leaning/3 {
		t.Errorf("the trunk still leans by a sine of %g, where %g was seen", got, leaning)
	}
}

func TestPriorsThatAreLeftOutAreZero(t *testing.T) {
	track := toppling(4)
	for _, c := range []struct {
		prior    Priors
		features []int
	}{
		{BonePrior, []int{3 * Joints, Channels - 1}},
		{KinematicPrior, []int{hipDrop, headHeight, turned}},
		{ScalePrior, []int{hipDropFast, headDropSlow}},
		{MissingPrior, []int{2, seenShare}},
		{DescentPrior, []int{descent}},
	} {
		with, without := featuresOf(fallInput(AllPriors), &track), featuresOf(fallInput(AllPriors&^c.prior), &track)
		for _, f := range c.features {
			some := false
			for i := f; i < len(with); i += FallChannels {
				some = some || with[i] != 0
				if without[i] != 0 {
					t.Fatalf("without %v feature %d is %g", c.prior.Names(), f, without[i])
				}
			}
			if !some {
				t.Errorf("feature %d is never anything", f)
			}
		}
	}
}

func TestPriorNamesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Priors(rapid.IntRange(0, int(AllPriors)).Draw(t, "priors"))
		text, err := p.MarshalJSON()
		var back Priors
		if err != nil || back.UnmarshalJSON(text) != nil || back != p {
			t.Fatalf("%v became %v by %s", p, back, text)
		}
	})
	if _, err := PriorsNamed([]string{"bones", "luck"}); err == nil || len(PriorNames()) != len(AllPriors.Names()) {
		t.Errorf("any name is a prior: %v", err)
	}
}

// No step knows a later pose, and a gap makes it a stream of its own.
func TestStreamIsCausalAndForgets(t *testing.T) {
	in, track := fallInput(AllPriors), toppling(5)
	all := featuresOf(in, &track)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, len(track.Times)-1).Draw(t, "poses")
		early := Track{Times: track.Times[:n], Poses: track.Poses[:n]}
		some := featuresOf(in, &early)
		same(t, "cut", some, all[:len(some)], 0)
		late := Track{Times: slices.Clone(track.Times[n:]), Poses: track.Poses[n:]}
		alone := featuresOf(in, &late)
		gap := Track{Times: slices.Clone(early.Times), Poses: slices.Clone(early.Poses)}
		for i, time := range late.Times {
			gap.Times, gap.Poses = append(gap.Times, time+1), append(gap.Poses, late.Poses[i])
		}
		both := featuresOf(in, &gap)
		same(t, "after a gap", both[len(both)-len(alone):], alone, 1e-6)
	})
}

// Whatever the times of the poses, steps lie on the grid and between the poses.
func TestStreamStepsLieOnTheGrid(t *testing.T) {
	in := fallInput(AllPriors)
	rapid.Check(t, func(t *rapid.T) {
		s, row := in.NewStream(), make([]float32, FallChannels)
		time, start, steps := 0.0, 0.0, 0
		for range rapid.IntRange(1, 60).Draw(t, "poses") {
			d := rapid.Float64Range(0.005, 0.5).Draw(t, "seconds")
			if time += d; d > in.MaxGap+1e-9 || steps == 0 {
				start, steps = time, 0
			}
			p := standing(float32(100+10*time), 100, 40)
			s.Add(time, &p)
			for s.Next(row) {
				steps++
				if at := s.StepTime(s.Steps() - 1); math.Abs(at-start-float64(steps-1)/in.RateHz) > 1e-9 || at > time+1e-6 {
					t.Fatalf("step %d lies at %g: the grid begins at %g, and it is %g", steps, at, start, time)
				}
			}
			if want := int((time-start)*in.RateHz+1e-6) + 1; steps != want {
				t.Fatalf("%d steps by %g s, want %d", steps, time-start, want)
			}
		}
	})
}

func TestRunningQuantileIsTheQuantile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		length := rapid.IntRange(1, 9).Draw(t, "length")
		r := newRunning(length)
		values := rapid.SliceOfN(rapid.Float64Range(0, 5), 1, 40).Draw(t, "values")
		q := rapid.Float64Range(0, 1).Draw(t, "q")
		for i, v := range values {
			r.add(v)
			last := slices.Clone(values[max(0, i+1-length) : i+1])
			if got, want := r.quantile(q), quantile(last, q); got != want {
				t.Fatalf("after %d values: %g, want %g", i+1, got, want)
			}
		}
	})
}
