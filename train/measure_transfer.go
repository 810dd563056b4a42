package train

import (
	"math"
	"slices"

	"fallkit/internal/alarm"
)

// transferColumns compare the thresholds that clips were judged with (brought from the
// training side) with those that would have been best for them, fold by fold.
type transferColumns struct {
	clip      clipColumns // as judged
	event     eventColumns
	bestClip  clipColumns // with the best thresholds for balanced accuracy
	bestEvent eventColumns
	foreign   bool
}

// transferOf looks for the best thresholds, one for each fold, among those of the operating
// curve and the one that was brought. Best is what all clips together gain: it starts from
// the thresholds that were brought and changes one fold's after the other as long as the
// whole gets better, so the best is never worse.
func (m Measuring) transferOf(clips []Judged, judged *columns) transferColumns {
	out := transferColumns{clip: judged.clip, event: judged.suspected}
	out.foreign = slices.ContainsFunc(clips, func(j Judged) bool { return j.Foreign })
	if out.foreign {
		return out
	}
	weights := trialWeights(clips)
	var accuracy, f1 foldSearch
	folds := groupsBy(clips, func(j *Judged) string { return j.Fold })
	for _, fold := range folds {
		byClip, byEvent := m.sumsOf(clips, fold, weights)
		accuracy, f1 = append(accuracy, byClip), append(f1, byEvent)
	}
	for i, j := range withThresholds(clips, folds, accuracy.best()) {
		out.bestClip.add(i, &j, m.MinEvidence)
	}
	for i, j := range withThresholds(clips, folds, f1.best()) {
		suspected, _ := eventTallies(&j, m.alarmOf(&j))
		out.bestEvent.add(i, suspected)
	}
	return out
}

// withThresholds are the clips with the threshold of each fold that was chosen.
func withThresholds(clips []Judged, folds [][]int, chosen []int) []Judged {
	out := slices.Clone(clips)
	for k, fold := range folds {
		threshold := thresholdsFor(clips[fold[0]].Threshold)[chosen[k]]
		for _, i := range fold {
			out[i].Threshold = threshold
		}
	}
	return out
}

// thresholdsFor are those that are tried; the first is the one that was brought.
func thresholdsFor(brought float64) []float64 { return append([]float64{brought}, thresholdGrid()...) }

// shares are two ratios' sums: above and below of each.
type shares [4]float64

// value is the mean of the ratios; the second one may be left out by sums of -1.
func (s shares) value() float64 {
	if s[3] < 0 {
		return s[0] / s[1]
	}
	return (s[0]/s[1] + s[2]/s[3]) / 2
}

// foldSearch has the sums of every fold for every threshold that is tried.
type foldSearch [][]shares

// best gives the index of each fold's threshold.
func (f foldSearch) best() []int {
	const better = 1e-12 // a sum in another order is not
	chosen := make([]int, len(f))
	best := f.value(chosen)
	for changed := true; changed; {
		changed = false
		for k := range f {
			was := chosen[k]
			for try := range f[k] {
				before := chosen[k]
				chosen[k] = try
				if v := f.value(chosen); v > best+better || math.IsNaN(best) && !math.IsNaN(v) {
					best = v
				} else {
					chosen[k] = before
				}
			}
			changed = changed || chosen[k] != was
		}
	}
	return chosen
}

// value is what all folds together get.
func (f foldSearch) value(chosen []int) float64 {
	var all shares
	for k, try := range chosen {
		for i, v := range f[k][try] {
			all[i] += v
		}
	}
	return all.value()
}

// sumsOf gives the sums of some clips, for each threshold: for the balanced accuracy of clips
// and for the F1 of suspected events.
func (m Measuring) sumsOf(clips []Judged, some []int, weights []float64) (byClip, byEvent []shares) {
	weight := make([]float64, len(some))
	for n, i := range some {
		weight[n] = weights[i]
	}
	tries := m.triesOf(clips, some)
	for _, threshold := range thresholdsFor(clips[some[0]].Threshold) {
		var clip clipColumns
		var event eventColumns
		for n := range tries {
			t := &tries[n]
			clip.judge(t.clip, t.clip.verdictOn(t.highest, t.known, threshold, m.MinEvidence))
			event.add(n, t.at(threshold, m.Alarm))
		}
		byClip = append(byClip, shares{sumOf(clip.caught, weight), sumOf(clip.falls, weight), sumOf(clip.quiet, weight), sumOf(clip.adls, weight)})
		byEvent = append(byEvent, shares{sumOf(event.twice, weight), sumOf(event.both, weight), 0, -1})
	}
	return byClip, byEvent
}

// try is a clip that is judged with many thresholds.
type try struct {
	clip    *Judged
	highest float64
	known   bool
	silent  eventTally // with no event
}

func (m Measuring) triesOf(clips []Judged, some []int) []try {
	tries := make([]try, len(some))
	for n, i := range some {
		t := try{clip: &clips[i]}
		t.highest, t.known = t.clip.Highest()
		if t.clip.timed() {
			t.silent = tallyEvents(t.clip, nil, math.Inf(-1))
		}
		tries[n] = t
	}
	return tries
}

// at tallies suspected events at a threshold; above the highest score there are none.
func (t *try) at(threshold float64, a alarm.Settings) eventTally {
	if !t.known || threshold > t.highest {
		return t.silent
	}
	a.Threshold = threshold
	suspected, _ := eventTallies(t.clip, a)
	return suspected
}

func (c *transferColumns) ask(q *questions, m *TransferMeasures) {
	if c.foreign {
		return
	}
	q.ask(&m.BalancedAccuracy.Best, c.bestClip.balancedAccuracy())
	q.ask(&m.BalancedAccuracy.Loss, difference(c.bestClip.balancedAccuracy(), c.clip.balancedAccuracy()))
	q.ask(&m.EventF1.Best, c.bestEvent.f1())
	q.ask(&m.EventF1.Loss, difference(c.bestEvent.f1(), c.event.f1()))
}

func (c *transferColumns) bound(m *TransferMeasures) {
	for _, t := range []*Transfer{&m.BalancedAccuracy, &m.EventF1} {
		why := "clips of both kinds and falls with times are needed"
		if c.foreign {
			t.Best, t.Loss, why = undefined(""), undefined(""), "events have no threshold to change"
		}
		t.Best, t.Loss = t.Best.or(why), t.Loss.or(why)
		t.Best = withoutInterval(t.Best, t.Best.bounded(), "all or nothing")
		t.Loss = withoutInterval(t.Loss, t.Loss.Value == 0, "the best threshold was brought")
	}
}
