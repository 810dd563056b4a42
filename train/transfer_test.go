package train

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// at gives clips a threshold and a fold.
func at(threshold float64, fold string, clips ...Judged) []Judged {
	clips = slices.Clone(clips)
	for i := range clips {
		clips[i].Threshold, clips[i].Fold = threshold, fold
	}
	return clips
}

func TestWhatAThresholdLosesByHand(t *testing.T) {
	fall := drawnClip("fall", "............++++++++....................", span(3, 4)) // 0.45
	other := drawnClip("other", "........................................")
	loud := drawnClip("loud", "............++++++++....................") // 0.45, no fall
	m := Measuring{Alarm: quick, Resamples: 10}
	for _, c := range []struct {
		name                   string
		clips                  []Judged
		accuracy, accuracyLoss float64
		f1, f1Loss             float64
	}{
		{"the best was brought", at(0.3, "", fall, other), 1, 0, 1, 0},
		{"too high a threshold misses the fall", at(0.6, "", fall, other), 1, 0.5, 1, 1},
		{"too low a threshold takes everything for a fall, two seconds too early", at(0.05, "", fall, other), 1, 0.5, 1, 1},
		{"nothing tells them apart", at(0.3, "", fall, loud), 0.5, 0, 2.0 / 3, 0},
		{"each fold has a best of its own", append(at(0.6, "a", fall, other), at(0.3, "b", fall, other)...), 1, 0.25, 1, 1 - 2.0/3},
	} {
		got := m.Measure(c.clips).Transfer
		if !close9(got.BalancedAccuracy.Best.Value, c.accuracy) || !close9(got.BalancedAccuracy.Loss.Value, c.accuracyLoss) {
			t.Errorf("%s: balanced accuracy %g loses %g, want %g and %g", c.name, got.BalancedAccuracy.Best.Value, got.BalancedAccuracy.Loss.Value, c.accuracy, c.accuracyLoss)
		}
		if !close9(got.EventF1.Best.Value, c.f1) || !close9(got.EventF1.Loss.Value, c.f1Loss) {
			t.Errorf("%s: F1 %g loses %g, want %g and %g", c.name, got.EventF1.Best.Value, got.EventF1.Loss.Value, c.f1, c.f1Loss)
		}
	}
}

func TestNoThresholdIsBetterThanTheBest(t *testing.T) {
	m := Measuring{Alarm: quick, MinEvidence: DefaultMinEvidence}
	drawn := rapid.Custom(func(t *rapid.T) []Judged {
		clips := anyClips(t)
		for i := range clips {
			clips[i].Trial = rapid.SampledFrom([]string{"", "", "1", "2"}).Draw(t, "trial")
		}
		return clips
	})
	for seed := range 25 { // each is measured with 140 thresholds
		brought := []float64{0.05, 0.3, 0.5, 0.95, 1}[seed%5]
		clips := at(brought, "", drawn.Example(seed)...)
		bestAccuracy, bestF1 := math.NaN(), math.NaN()
		for _, threshold := range append(thresholdGrid(), brought) { // each measured as a whole
			other := m.tally(at(threshold, "", clips...))
			weight := trialWeights(clips)
			bestAccuracy = better(bestAccuracy, other.clip.balancedAccuracy()(weight))
			bestF1 = better(bestF1, other.suspected.f1()(weight))
		}
		got := m.Measure(clips).Transfer
		for _, c := range []struct {
			name string
			got  Metric
			want float64
		}{{"balanced accuracy", got.BalancedAccuracy.Best, bestAccuracy}, {"F1", got.EventF1.Best, bestF1}} {
			if c.got.Defined() == math.IsNaN(c.want) || c.got.Defined() && math.Abs(c.got.Value-c.want) > 1e-9 {
				t.Fatalf("%s: best is %+v, and a search finds %g", c.name, c.got, c.want)
			}
		}
	}
}

func better(a, b float64) float64 {
	if math.IsNaN(a) || b > a {
		return b
	}
	return a
}

func TestAThresholdNeverGains(t *testing.T) {
	m := Measuring{Alarm: quick, MinEvidence: DefaultMinEvidence}
	rapid.Check(t, func(t *rapid.T) {
		clips := anyClips(t)
		for i := range clips {
			fold := rapid.IntRange(0, 3).Draw(t, "fold")
			clips[i].Fold, clips[i].Threshold = fmt.Sprint(fold), []float64{0.05, 0.3, 0.5, 0.95}[fold]
			clips[i].Trial = rapid.SampledFrom([]string{"", "", "1", "2"}).Draw(t, "trial")
		}
		got := m.Measure(clips)
		for _, c := range []Transfer{got.Transfer.BalancedAccuracy, got.Transfer.EventF1} {
			if c.Loss.Value < 0 || c.Best.Value > 1+1e-12 {
				t.Fatalf("best %g, loss %g", c.Best.Value, c.Loss.Value)
			}
		}
		if ours, t0 := got.Clip.BalancedAccuracy, got.Transfer.BalancedAccuracy; ours.Defined() && !close9(t0.Best.Value-t0.Loss.Value, ours.Value) {
			t.Fatalf("best %g less %g is not %g", t0.Best.Value, t0.Loss.Value, ours.Value)
		}
		if ours, t0 := got.Event.F1, got.Transfer.EventF1; ours.Defined() && !close9(t0.Best.Value-t0.Loss.Value, ours.Value) {
			t.Fatalf("best %g less %g is not %g", t0.Best.Value, t0.Loss.Value, ours.Value)
		}
	})
}
