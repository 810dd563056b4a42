package train

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestReliabilityByHand(t *testing.T) {
	near := cmpopts.EquateApprox(0, 1e-12)
	for _, c := range []struct {
		name   string
		scores []float64
		truth  string // # is true
		bins   int
		want   Reliability
	}{
		{"two bins", []float64{0.8, 0.1, 0.6, 0.3}, "#..#", 2, Reliability{[]ReliabilityBin{{2, 0.2, 0.5}, {2, 0.7, 0.5}}, 0.25}},
		{"bins of unequal size", []float64{0.1, 0.2, 0.3}, "..#", 2, Reliability{[]ReliabilityBin{{1, 0.1, 0}, {2, 0.25, 0.5}}, 0.1/3 + 0.25*2/3}},
		{"equal scores stay together", []float64{0.5, 0.5, 0.5, 0.9}, "#..#", 4, Reliability{[]ReliabilityBin{{3, 0.5, 1. / 3}, {1, 0.9, 1}}, 0.75/6 + 0.1/4}},
		{"more bins than scores", []float64{0, 1}, ".#", 9, Reliability{[]ReliabilityBin{{1, 0, 0}, {1, 1, 1}}, 0}},
		{"unknown is left out", []float64{math.NaN(), 1}, "..", 1, Reliability{[]ReliabilityBin{{1, 1, 0}}, 1}},
		{"nothing", nil, "", 3, Reliability{nil, math.NaN()}},
	} {
		truth := make([]bool, len(c.truth))
		for i := range truth {
			truth[i] = c.truth[i] == '#'
		}
		if diff := cmp.Diff(c.want, ReliabilityOf(c.scores, truth, c.bins), near, cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestReliabilityOfAnyScores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores := rapid.SliceOf(rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0, 0.5, 1}))).Draw(t, "scores")
		truth := rapid.SliceOfN(rapid.Bool(), len(scores), len(scores)).Draw(t, "truth")
		bins := rapid.IntRange(1, 20).Draw(t, "bins")
		r := ReliabilityOf(scores, truth, bins)
		n, last := 0, math.Inf(-1)
		for _, b := range r.Bins {
			if n += b.Count; b.Score <= last {
				t.Fatalf("bins do not rise: %+v", r.Bins)
			}
			last = b.Score
		}
		if n != len(scores) || len(r.Bins) > bins && len(r.Bins) > 1 {
			t.Fatalf("%d bins of %d scores hold %d", len(r.Bins), len(scores), n)
		}
		if len(scores) > 0 && !(r.ECE >= 0 && r.ECE <= 1) {
			t.Fatalf("calibration error %g", r.ECE)
		}
		rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)).Shuffle(n, func(i, j int) {
			scores[i], scores[j], truth[i], truth[j] = scores[j], scores[i], truth[j], truth[i]
		})
		if diff := cmp.Diff(r, ReliabilityOf(scores, truth, bins), cmpopts.EquateApprox(0, 1e-9), cmpopts.EquateNaNs()); diff != "" {
			t.Fatalf("another order gave another result:\n%s", diff)
		}
	})
}

// Scores that are probabilities have next to no calibration error, those that are too sure
// have the one that can be worked out.
func TestReliabilityOfKnownScores(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var honest, sure []float64
	var truth []bool
	for range 40_000 {
		p := rng.Float64()
		honest, sure = append(honest, p), append(sure, math.Round(p))
		truth = append(truth, rng.Float64() < p)
	}
	if e := ReliabilityOf(honest, truth, ReliabilityBins).ECE; e > 0.01 {
		t.Errorf("honest scores have the calibration error %.3f", e)
	}
	if e := ReliabilityOf(sure, truth, ReliabilityBins).ECE; math.Abs(e-0.25) > 0.01 { // 0 is right in 3 of 4, and so is 1
		t.Errorf("scores of 0 and 1 have the calibration error %.3f, want 0.25", e)
	}
}

func TestReliabilityPlot(t *testing.T) {
	clips := []Judged{windowsClip("a", true, 2, 1), windowsClip("b", false, -2, 0)}
	p, err := reliabilityPlot(clips)
	if err != nil {
		t.Fatal(err)
	}
	svg, err := svgOf(figureWidth, figureHeight, p)
	if err != nil {
		t.Fatal(err)
	}
	if want := "calibration error 0.252"; !strings.Contains(svg, want) {
		t.Errorf("the plot does not say %q", want)
	}
	if p, err := reliabilityPlot(clips[:1]); p != nil || err != nil {
		t.Errorf("falls alone: %v, %v", p, err)
	}
}
