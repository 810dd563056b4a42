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

// transferOf looks for the best thresholds among those of the operating curve and the one
// that was brought, so the best is never worse.
func (m Measuring) transferOf(clips []Judged, judged *columns) transferColumns {
	out := transferColumns{clip: judged.clip, event: judged.suspected}
	out.foreign = slices.ContainsFunc(clips, func(j Judged) bool { return j.Foreign })
	if out.foreign {
		return out
	}
	byAccuracy, byF1 := make([]float64, len(clips)), make([]float64, len(clips))
	for _, fold := range groupsBy(clips, func(j *Judged) string { return j.Fold }) {
		accuracy, f1 := m.bestFor(clips, fold)
		for _, i := range fold {
			byAccuracy[i], byF1[i] = accuracy, f1
		}
	}
	for i := range clips {
		j := clips[i]
		j.Threshold = byAccuracy[i]
		out.bestClip.add(i, &j, m.MinEvidence)
		j.Threshold = byF1[i]
		suspected, _ := eventTallies(&j, m.alarmOf(&j))
		out.bestEvent.add(i, suspected)
	}
	return out
}

// bestFor gives the thresholds that are best for some of the clips: for the balanced
// accuracy of clips and for the F1 of suspected events.
func (m Measuring) bestFor(clips []Judged, some []int) (byAccuracy, byF1 float64) {
	brought := clips[some[0]].Threshold
	byAccuracy, byF1 = brought, brought
	bestAccuracy, bestF1 := -1.0, -1.0
	weight := make([]float64, len(some))
	for i := range weight {
		weight[i] = 1
	}
	tries := m.triesOf(clips, some)
	for _, threshold := range append([]float64{brought}, thresholdGrid()...) {
		var clip clipColumns
		var event eventColumns
		for n := range tries {
			t := &tries[n]
			clip.judge(t.clip, t.clip.verdictOn(t.highest, t.known, threshold, m.MinEvidence))
			event.add(n, t.at(threshold, m.Alarm))
		}
		if v := clip.balancedAccuracy()(weight); v > bestAccuracy {
			bestAccuracy, byAccuracy = v, threshold
		}
		if v := event.f1()(weight); v > bestF1 {
			bestF1, byF1 = v, threshold
		}
	}
	return byAccuracy, byF1
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
