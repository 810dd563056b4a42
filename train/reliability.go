package train

import (
	"math"
	"slices"
	"sort"
)

// ReliabilityBins is the number of bins that a reliability diagram has.
const ReliabilityBins = 15

// Reliability says how far scores can be taken for probabilities.
type Reliability struct {
	Bins []ReliabilityBin `json:"bins"` // from the lowest scores to the highest
	ECE  float64          `json:"ece"`  // expected calibration error, 0 to 1; NaN without scores
}

// ReliabilityBin is neighbouring scores.
type ReliabilityBin struct {
	Count int     `json:"count"`
	Score float64 `json:"score"` // their mean
	Share float64 `json:"share"` // of them that are true
}

// ReliabilityOf sorts scores into bins of about equal count (equal scores stay together,
// so that their order says nothing) and compares each bin's mean score with the share
// that is true. The expected calibration error is the mean distance of the two, each bin
// weighing as much as it holds (Naeini, Cooper & Hauskrecht 2015, "Obtaining well calibrated
// probabilities using Bayesian binning"; Guo et al. 2017, who use bins of equal width).
//
// Scores that are NaN are left out. The classes count as they come: shares are those of the
// footage, not of a balanced draw from it.
func ReliabilityOf(scores []float64, truth []bool, bins int) Reliability {
	order := make([]int, 0, len(scores))
	for i, s := range scores {
		if !math.IsNaN(s) {
			order = append(order, i)
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return scores[order[a]] < scores[order[b]] })
	var r Reliability
	for from := 0; from < len(order); {
		to := max(from+1, (len(r.Bins)+1)*len(order)/bins)
		for to < len(order) && scores[order[to]] == scores[order[to-1]] {
			to++
		}
		r.Bins = append(r.Bins, binOf(scores, truth, order[from:to]))
		from = to
	}
	r.ECE = r.error(len(order))
	return r
}

func binOf(scores []float64, truth []bool, members []int) ReliabilityBin {
	b := ReliabilityBin{Count: len(members)}
	for _, i := range members {
		b.Score += scores[i] / float64(len(members))
		b.Share += count(truth[i]) / float64(len(members))
	}
	return b
}

func (r Reliability) error(n int) float64 {
	if n == 0 {
		return math.NaN()
	}
	e := 0.0
	for _, b := range r.Bins {
		e += float64(b.Count) / float64(n) * math.Abs(b.Score-b.Share)
	}
	return e
}

// WindowReliability is that of all labelled windows of the clips that could be scored.
func WindowReliability(clips []Judged, bins int) Reliability {
	var scores []float64
	var truth []bool
	for i := range clips {
		for _, w := range clips[i].Windows {
			scores, truth = append(scores, w.Score), append(truth, w.Fall)
		}
	}
	return ReliabilityOf(scores, truth, bins)
}

// defined tells whether both kinds of windows are there, so that there is something to see.
func (r Reliability) defined() bool {
	some := slices.ContainsFunc(r.Bins, func(b ReliabilityBin) bool { return b.Share > 0 })
	notAll := slices.ContainsFunc(r.Bins, func(b ReliabilityBin) bool { return b.Share < 1 })
	return some && notAll
}
