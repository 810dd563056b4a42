package train

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/model"
)

// windowsClip is a clip of labelled windows with these logits.
func windowsClip(name string, fall bool, logits ...float64) Judged {
	j := Judged{Clip: name, Fall: fall}
	for _, x := range logits {
		j.Windows = append(j.Windows, JudgedWindow{sigmoid(x), fall})
	}
	return j
}

// anyWindows draws clips of windows with and without falls, some logits drawn twice.
func anyWindows(t *rapid.T) []Judged {
	logit := rapid.OneOf(rapid.Float64Range(-9, 9), rapid.SampledFrom([]float64{-2, 0, 1, 3}))
	clips := []Judged{windowsClip("fall", true, logit.Draw(t, "a fall")), windowsClip("adl", false, logit.Draw(t, "an adl"))}
	for range rapid.IntRange(0, 8).Draw(t, "clips") {
		clips = append(clips, windowsClip("more", rapid.Bool().Draw(t, "fall"), rapid.SliceOfN(logit, 1, 9).Draw(t, "logits")...))
	}
	return clips
}

func samplesOf(t interface{ Fatal(...any) }, clips []Judged) []sample {
	s, err := calibrationSamples(clips)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCalibrationCountsClipsAndKeepsClasses(t *testing.T) {
	clips := []Judged{windowsClip("short", true, 1), windowsClip("long", true, 2, 2.5, 3), windowsClip("calm", false, -1, -2, -3, -4)}
	clips[1].Windows[2].Fall = false                                             // three of the eight windows show a fall
	clips[2].Windows = append(clips[2].Windows, JudgedWindow{Score: math.NaN()}) // unknown: no ninth
	weights := map[float64]float64{}
	targets := map[float64]float64{}
	for _, s := range samplesOf(t, clips) {
		x := math.Round(s.logit*10) / 10
		weights[x], targets[x] = s.weight, s.target
	}
	for x, want := range map[float64]float64{
		1: 3. / 8 / 2, 2: 3. / 8 / 2 / 2, 2.5: 3. / 8 / 2 / 2, // falls, of two clips
		3: 5. / 8 / 2, -1: 5. / 8 / 2 / 4, -4: 5. / 8 / 2 / 4, // the rest, also of two clips
	} {
		if math.Abs(weights[x]-want) > 1e-12 {
			t.Errorf("the window of %g weighs %g, want %g", x, weights[x], want)
		}
	}
	if targets[1] != 1-1./5 || targets[-1] != 1./7 { // three windows and five
		t.Errorf("targets %g and %g", targets[1], targets[-1])
	}
}

// The second implementation tries slopes and offsets one after the other.
func TestTemperatureIsTheBestOfAGrid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		samples := samplesOf(t, anyWindows(t))
		slope := fitTemperature(samples).Slope
		if slope < 2e-3 || slope > 900 {
			return // at an end of what is looked through
		}
		got := plainLoss(samples, slope, 0)
		for x := -6.9; x < 6.9; x += 0.02 {
			if l := plainLoss(samples, math.Exp(x), 0); l < got-1e-9 {
				t.Fatalf("slope %g has loss %.12f, and %g has %.12f", slope, got, math.Exp(x), l)
			}
		}
	})
}

func TestPlattIsTheBestOfAGrid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		samples := samplesOf(t, anyWindows(t))
		c := fitPlatt(samples)
		got := plainLoss(samples, c.Slope, c.Offset)
		for s := -3.0; s <= 3; s += 0.1 {
			for o := -5.0; o <= 5; o += 0.2 {
				if l := plainLoss(samples, s, o); l < got-1e-9 {
					t.Fatalf("slope %g, offset %g has loss %.12f, and %g, %g has %.12f", c.Slope, c.Offset, got, s, o, l)
				}
			}
		}
	})
}

// plainLoss is the log loss as it is defined.
func plainLoss(samples []sample, slope, offset float64) (loss float64) {
	for _, s := range samples {
		p := 1 / (1 + math.Exp(-slope*s.logit-offset))
		loss -= s.weight * (s.target*math.Log(max(p, 1e-300)) + (1-s.target)*math.Log(max(1-p, 1e-300)))
	}
	return loss
}

// The second implementation is the formula: at i, the greatest over a ≤ i of the least over
// b ≥ i of the mean of a to b (Robertson, Wright & Dykstra 1988).
func TestIsotonicIsMaxMin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		samples := samplesOf(t, anyWindows(t))
		blocks := pool(samples)
		for i, s := range samples {
			want := maxMin(samples, i)
			if got := targetAt(blocks, samples, i); math.Abs(got-want) > 1e-9 {
				t.Fatalf("at logit %g: %g, want %g", s.logit, got, want)
			}
		}
	})
}

func maxMin(samples []sample, i int) float64 {
	most := math.Inf(-1)
	for a := 0; a <= i || a < len(samples) && samples[a].logit == samples[i].logit; a++ {
		if a > 0 && samples[a-1].logit == samples[a].logit {
			continue // equal logits stay together
		}
		least := math.Inf(1)
		sum, weight := 0.0, 0.0
		for b := a; b < len(samples); b++ {
			sum, weight = sum+samples[b].weight*samples[b].target, weight+samples[b].weight
			if last := b+1 == len(samples) || samples[b+1].logit > samples[b].logit; last && samples[b].logit >= samples[i].logit {
				least = min(least, sum/weight)
			}
		}
		most = max(most, least)
	}
	return most
}

// targetAt finds the block of sample i by weight: blocks take the samples in order.
func targetAt(blocks []block, samples []sample, i int) float64 {
	before := 0.0
	for _, s := range samples[:i] {
		before += s.weight
	}
	before += samples[i].weight / 2
	for _, b := range blocks {
		if before -= b.weight; before < 0 {
			return b.target
		}
	}
	return math.NaN()
}

func TestCalibrationIsFitForUse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clips := anyWindows(t)
		kind := rapid.SampledFrom(Calibrations).Draw(t, "kind")
		c, err := FitCalibration(kind, clips)
		if errors.Is(err, ErrNoRise) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Check(); err != nil || (c == nil) != (kind == NoCalibration) {
			t.Fatalf("%s: %+v (%v)", kind, c, err)
		}
		after := Calibrated(clips, c)
		for i := range clips {
			for k, w := range clips[i].Windows {
				for n, v := range clips[i].Windows {
					if w.Score < v.Score && after[i].Windows[k].Score > after[i].Windows[n].Score {
						t.Fatalf("%s: scores %g and %g changed their order", kind, w.Score, v.Score)
					}
				}
			}
		}
	})
}

// Scores that are too sure by a known amount come back to what is true.
func TestCalibrationUndoesOverconfidence(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var clips []Judged
	for range 4000 {
		honest := rng.NormFloat64() * 2
		clips = append(clips, windowsClip("c", rng.Float64() < sigmoid(honest), 3*honest+1))
	}
	for _, kind := range []string{Temperature, Platt, Isotonic} {
		c, err := FitCalibration(kind, clips)
		if err != nil {
			t.Fatal(err)
		}
		for _, honest := range []float64{-2, -1, 0, 1, 2} {
			got, want := c.Probability(3*honest+1), sigmoid(honest)
			if within := map[string]float64{Temperature: 0.09, Platt: 0.02, Isotonic: 0.06}[kind]; math.Abs(got-want) > within {
				t.Errorf("%s: probability %.3f, want %.3f", kind, got, want)
			}
		}
	}
}

func TestCalibratedLeavesTheGivenClipsAlone(t *testing.T) {
	clips := []Judged{levelClip("a", 0.9, true)}
	clips[0].Scores[0].Scores[0] = math.NaN()
	clips[0].Windows = []JudgedWindow{{0.5, true}, {0, false}, {1, true}}
	c := &model.Calibration{Slope: 2}
	after := Calibrated(clips, c)
	if got := after[0].Scores[0].Scores; !math.IsNaN(got[0]) || math.Abs(got[13]-c.Probability(logit(0.9))) > 1e-12 {
		t.Errorf("scores %v", got[:14])
	}
	if w := after[0].Windows; w[0].Score != 0.5 || w[1].Score != 0 && w[1].Score > 1e-300 || w[2].Score != 1 {
		t.Errorf("windows %v", w)
	}
	if clips[0].Scores[0].Scores[13] != 0.9 || clips[0].Windows[1].Score != 0 {
		t.Error("the given clips changed")
	}
	if same := Calibrated(clips, nil); &same[0] != &clips[0] {
		t.Error("without a calibration nothing is to be done")
	}
}

func TestCalibrationNeedsBothKinds(t *testing.T) {
	falls := []Judged{windowsClip("a", true, 1, 2)}
	if _, err := FitCalibration(Platt, falls); !errors.Is(err, ErrOneKind) || !strings.Contains(err.Error(), "2 labelled windows show a fall, 0 none") {
		t.Errorf("falls alone: %v", err)
	}
	backwards := []Judged{windowsClip("a", true, -3, -4), windowsClip("b", false, 3, 4)}
	if _, err := FitCalibration(Platt, backwards); !errors.Is(err, ErrNoRise) {
		t.Errorf("scores the wrong way round: %v", err)
	}
	if _, err := FitCalibration("magic", append(falls, windowsClip("b", false, 0))); err == nil || !strings.Contains(err.Error(), "one of [none temperature platt isotonic]") {
		t.Errorf("an unknown kind: %v", err)
	}
}
