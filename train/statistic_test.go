package train

import (
	"math"
	"math/rand/v2"
	"sort"
	"testing"

	"gonum.org/v1/gonum/integrate"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"
)

func close9(a, b float64) bool {
	return math.Abs(a-b) < 1e-9 || (math.IsNaN(a) && math.IsNaN(b))
}

// things draws scored things of a few clips; scores are coarse, so that many are equal.
func things(t *rapid.T) (list []scored, weight []float64) {
	clips := rapid.IntRange(1, 6).Draw(t, "clips")
	for range clips {
		weight = append(weight, float64(rapid.IntRange(0, 3).Draw(t, "weight")))
	}
	for range rapid.IntRange(1, 40).Draw(t, "things") {
		list = append(list, scored{
			clip: rapid.IntRange(0, clips-1).Draw(t, "clip"), score: float64(rapid.IntRange(0, 9).Draw(t, "score")) / 10,
			truth: rapid.Bool().Draw(t, "truth"),
		})
	}
	return list, weight
}

// repeated lists things as often as their weights say.
func repeated(list []scored, weight []float64) (out []scored) {
	for _, s := range list {
		for range int(weight[s.clip]) {
			out = append(out, s)
		}
	}
	return out
}

func TestAUCIsTheShareOfRightlyOrderedPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, weight := things(t)
		right, pairs := 0.0, 0.0
		all := repeated(list, weight)
		for _, a := range all {
			for _, b := range all {
				if !a.truth || b.truth {
					continue
				}
				pairs++
				switch {
				case a.score > b.score:
					right++
				case a.score == b.score:
					right += 0.5
				}
			}
		}
		if got := rank(list).auc(weight); !close9(got, right/pairs) {
			t.Fatalf("got %g, want %g", got, right/pairs)
		}
	})
}

func TestAUCAgreesWithGonum(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var list []scored
	for range 500 {
		truth := rng.IntN(3) == 0
		list = append(list, scored{0, math.Round(100*(rng.NormFloat64()+count(truth))) / 100, truth})
	}
	up := append([]scored(nil), list...)
	sort.Slice(up, func(i, j int) bool { return up[i].score < up[j].score })
	y, classes := make([]float64, len(up)), make([]bool, len(up))
	for i, s := range up {
		y[i], classes[i] = s.score, s.truth
	}
	tpr, fpr, _ := stat.ROC(nil, y, classes, nil)
	if got, want := rank(list).auc([]float64{1}), integrate.Trapezoidal(fpr, tpr); !close9(got, want) {
		t.Errorf("got %g, gonum says %g", got, want)
	}
}

func TestAveragePrecisionIsTheSumOverScoreLevels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, weight := things(t)
		all := repeated(list, weight)
		want, before := 0.0, 0.0
		positives := 0.0
		for _, s := range all {
			positives += count(s.truth)
		}
		for level := 9; level >= 0; level-- {
			hits, taken := 0.0, 0.0
			for _, s := range all {
				if s.score >= float64(level)/10 {
					taken++
					hits += count(s.truth)
				}
			}
			if taken > 0 && positives > 0 {
				want += (hits/positives - before) * hits / taken
				before = hits / positives
			}
		}
		if positives == 0 {
			want = math.NaN()
		}
		if got := rank(list).ap(weight); !close9(got, want) {
			t.Fatalf("got %g, want %g", got, want)
		}
	})
}

func TestAveragePrecisionByHand(t *testing.T) {
	for _, c := range []struct {
		name   string
		scores []float64
		truth  []bool
		want   float64
	}{
		{"perfect", []float64{.9, .8, .2}, []bool{true, true, false}, 1},
		{"worst", []float64{.9, .8, .2}, []bool{false, false, true}, 1.0 / 3},
		{"mixed", []float64{.9, .8, .7, .6}, []bool{true, false, true, false}, (1 + 2.0/3) / 2},
		{"all the same", []float64{.5, .5, .5, .5}, []bool{true, false, true, false}, 0.5},
		{"unknown is lowest", []float64{math.NaN(), .1}, []bool{true, false}, 0.5},
		{"nothing true", []float64{.9}, []bool{false}, math.NaN()},
	} {
		if got := AveragePrecision(c.scores, c.truth); !close9(got, c.want) {
			t.Errorf("%s: got %g, want %g", c.name, got, c.want)
		}
	}
}

func TestQuantileOfWeightedDelays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, weight := things(t)
		sort.Slice(list, func(i, j int) bool { return list[i].score < list[j].score })
		var delays []delay
		for _, s := range list {
			delays = append(delays, delay{s.clip, s.score})
		}
		var all []float64
		for _, s := range repeated(list, weight) {
			all = append(all, s.score)
		}
		for _, q := range []float64{0, 0.5, 0.9, 1} {
			if got, want := quantileAt(delays, q)(weight), quantileOf(all, q); !close9(got, want) {
				t.Fatalf("quantile %g of %v: got %g, want %g", q, all, got, want)
			}
		}
	})
}

func TestRatio(t *testing.T) {
	r := ratio([]float64{1, 0, 1}, []float64{1, 1, 2})
	for _, c := range []struct {
		weight []float64
		want   float64
	}{{[]float64{1, 1, 1}, 0.5}, {[]float64{2, 0, 0}, 1}, {[]float64{0, 0, 0}, math.NaN()}} {
		if got := r(c.weight); !close9(got, c.want) {
			t.Errorf("weights %v: got %g, want %g", c.weight, got, c.want)
		}
	}
}
