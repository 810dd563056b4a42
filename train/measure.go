package train

import (
	"math"

	"fallkit/internal/alarm"
)

// Measuring makes numbers of judged clips. docs/metrics.md defines each of them.
type Measuring struct {
	Alarm       alarm.Settings // but for the threshold: each clip brings its own
	MinEvidence float64        // a clip of which less than this share could be scored is unknown, 0 to 1
	Resamples   int            // for the intervals
	Seed        uint64         // of the resampling
}

// DefaultResamples gives intervals whose ends are good to about a hundredth of their width.
const DefaultResamples = 2000

// DefaultMinEvidence calls a clip unknown in which nobody could be judged for nine tenths of
// the time. It was set before any clip was looked at.
const DefaultMinEvidence = 0.1

func (m Measuring) alarmOf(j *Judged) alarm.Settings {
	a := m.Alarm
	a.Threshold = j.Threshold
	return a
}

// Measure judges the clips, each with its own threshold.
func (m Measuring) Measure(clips []Judged) Measures {
	t := m.tally(clips)
	t.transfer = m.transferOf(clips, t)
	b := newBootstrap(clips, m.Resamples, m.Seed)
	out := Measures{Counts: m.count(clips), Interval: b.made, Threshold: math.NaN()}
	if len(clips) > 0 {
		thresholds := make([]float64, len(clips))
		for i := range clips {
			thresholds[i] = clips[i].Threshold
		}
		out.Threshold = quantileOf(thresholds, 0.5)
	}
	var q questions
	t.clip.ask(&q, &out.Clip)
	t.window.ask(&q, &out.Window)
	t.suspected.ask(&q, &out.Event)
	t.confirmed.ask(&q, &out.EventConfirmed)
	t.lying.ask(&q, &out.Fallen)
	t.transfer.ask(&q, &out.Transfer)
	q.answer(b)
	t.clip.bound(&out.Clip, b.alone)
	t.window.bound(&out.Window)
	t.suspected.bound(&out.Event, b.alone)
	t.confirmed.bound(&out.EventConfirmed, b.alone)
	t.lying.bound(&out.Fallen)
	t.transfer.bound(&out.Transfer)
	return out
}

// questions are statistics that one bootstrap answers together.
type questions struct {
	statistics []statistic
	answers    []*Metric
}

func (q *questions) ask(into *Metric, s statistic) {
	q.statistics, q.answers = append(q.statistics, s), append(q.answers, into)
}

func (q *questions) answer(b *bootstrap) {
	for i, m := range b.measure(q.statistics) {
		*q.answers[i] = m
	}
}

// columns hold what the statistics are made of, one entry for each clip.
type columns struct {
	clip                 clipColumns
	window               windowColumns
	suspected, confirmed eventColumns
	lying                lyingColumns
	transfer             transferColumns // only where it was asked for: it tries every threshold
}

func (m Measuring) tally(clips []Judged) *columns {
	t := &columns{}
	for i := range clips {
		j := &clips[i]
		t.clip.add(i, j, m.MinEvidence)
		t.window.add(i, j)
		suspected, confirmed := eventTallies(j, m.alarmOf(j))
		t.suspected.add(i, suspected)
		t.confirmed.add(i, confirmed)
		t.lying.add(j, m.alarmOf(j))
	}
	t.clip.close()
	t.window.close()
	t.suspected.close()
	t.confirmed.close()
	return t
}

func count(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// or says why a metric is undefined, where it is.
func (m Metric) or(why string) Metric {
	if !m.Defined() {
		return undefined(why)
	}
	return m
}

func (m Measuring) count(clips []Judged) Counts {
	c := Counts{Clips: len(clips), Trials: trials(clips)}
	for i := range clips {
		j := &clips[i]
		c.Hours += j.Seconds / 3600
		c.ScoredHours += j.Evidence * j.Seconds / 3600
		c.Falls += len(j.Falls)
		c.Windows += len(j.Windows)
		for _, w := range j.Windows {
			c.FallWindows += int(count(w.Fall))
			c.UnknownWindows += int(count(math.IsNaN(w.Score)))
		}
		c.FallClips += int(count(j.Fall))
		c.Untimed += int(count(!j.timed()))
		if j.verdict(m.MinEvidence) == SaysUnknown {
			c.Unknown++
			c.UnknownFall += int(count(j.Fall))
		}
	}
	return c
}
