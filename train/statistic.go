package train

import (
	"math"
	"sort"
)

// statistic is a number computed from clips, each counted as often as its weight says. It
// is NaN where the weighted clips do not define it.
type statistic func(weight []float64) float64

// ratio is the weighted sum of one column over that of another.
func ratio(above, below []float64) statistic {
	return func(weight []float64) float64 {
		a, b := 0.0, 0.0
		for i, w := range weight {
			a += w * above[i]
			b += w * below[i]
		}
		if b == 0 {
			return math.NaN()
		}
		return a / b
	}
}

// mean is the plain mean of statistics, NaN where one of them is.
func mean(parts ...statistic) statistic {
	return func(weight []float64) float64 {
		sum := 0.0
		for _, p := range parts {
			sum += p(weight)
		}
		return sum / float64(len(parts))
	}
}

// sumOf is the weighted sum of a column.
func sumOf(column, weight []float64) (sum float64) {
	for i, w := range weight {
		sum += w * column[i]
	}
	return sum
}

// weighed is how many independent things a column counts: those that several cameras saw
// are one.
func weighed(column, weight []float64) int { return int(math.Round(sumOf(column, weight))) }

// difference is a − b.
func difference(a, b statistic) statistic {
	return func(weight []float64) float64 { return a(weight) - b(weight) }
}

// scored is something with a score and a truth, out of a clip.
type scored struct {
	clip  int
	score float64
	truth bool
}

// ranking is scored things from the highest score to the lowest. Those with the same score
// are taken together, so that their order says nothing.
type ranking []scored

func rank(things []scored) ranking {
	sort.SliceStable(things, func(i, j int) bool { return things[i].score > things[j].score })
	return things
}

// walk calls step after each group of equal scores with the weights of the true and the
// other things so far.
func (r ranking) walk(weight []float64, step func(score, hits, others float64)) {
	hits, others := 0.0, 0.0
	for i, s := range r {
		if s.truth {
			hits += weight[s.clip]
		} else {
			others += weight[s.clip]
		}
		if i+1 == len(r) || r[i+1].score != s.score {
			step(s.score, hits, others)
		}
	}
}

// auc is the area under the ROC curve: the chance that a true thing scores higher than
// another, equal scores counting half.
func (r ranking) auc(weight []float64) float64 {
	area, hits, others := 0.0, 0.0, 0.0
	r.walk(weight, func(_, h, o float64) {
		area += (o - others) * (h + hits) / 2
		hits, others = h, o
	})
	if hits == 0 || others == 0 {
		return math.NaN()
	}
	return area / (hits * others)
}

// ap is the average precision: the sum over score levels of the recall gained there times
// the precision there (no interpolation).
func (r ranking) ap(weight []float64) float64 {
	sum, hits := 0.0, 0.0
	r.walk(weight, func(_, h, o float64) {
		if h > hits {
			sum += (h - hits) * h / (h + o)
			hits = h
		}
	})
	if hits == 0 {
		return math.NaN()
	}
	return sum / hits
}

// AveragePrecision is the area under precision over recall, NaN where nothing is true. A
// score that is not a number counts as the lowest.
func AveragePrecision(scores []float64, truth []bool) float64 {
	things := make([]scored, len(scores))
	for i, s := range scores {
		if math.IsNaN(s) {
			s = math.Inf(-1)
		}
		things[i] = scored{0, s, truth[i]}
	}
	return rank(things).ap([]float64{1})
}

// delay is one found fall's time to alarm.
type delay struct {
	clip    int
	seconds float64
}

// quantileAt is the q-quantile of weighted delays that are sorted: between the nearest two
// as if each stood there as often as its weight says.
func quantileAt(sorted []delay, q float64) statistic {
	return func(weight []float64) float64 {
		total := 0.0
		for _, d := range sorted {
			total += weight[d.clip]
		}
		if total == 0 {
			return math.NaN()
		}
		at := max(q*(total-1), 0)
		low, high := nth(sorted, weight, math.Floor(at)), nth(sorted, weight, math.Ceil(at))
		return low + (at-math.Floor(at))*(high-low)
	}
}

// nth is the entry at place n, from 0, where each stands as often as its weight says.
func nth(sorted []delay, weight []float64, n float64) float64 {
	for _, d := range sorted {
		n -= weight[d.clip]
		if n < -1e-9 { // thirds do not add up to one exactly
			return d.seconds
		}
	}
	return sorted[len(sorted)-1].seconds
}
