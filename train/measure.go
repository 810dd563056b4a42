package train

import (
	"math"
	"sort"

	"fallkit/internal/alarm"
)

// Measuring makes numbers of judged clips. docs/metrics.md defines each of them.
type Measuring struct {
	Alarm     alarm.Settings // but for the threshold: each clip brings its own
	Resamples int            // for the intervals
	Seed      uint64         // of the resampling
}

// DefaultResamples gives intervals whose ends are good to about a hundredth of their width.
const DefaultResamples = 2000

func (m Measuring) alarmOf(j *Judged) alarm.Settings {
	a := m.Alarm
	a.Threshold = j.Threshold
	return a
}

// Measure judges the clips, each with its own threshold.
func (m Measuring) Measure(clips []Judged) Measures {
	t := m.tally(clips)
	b := newBootstrap(clips, m.Resamples, m.Seed)
	got := b.measure(t.statistics())
	out := Measures{Counts: countClips(clips), Interval: b.made, Threshold: math.NaN()}
	if len(clips) > 0 {
		out.Threshold = clips[0].Threshold
	}
	out.Clip = t.clipMeasures(got[0:4], out.Counts)
	out.Window = WindowMeasures{AP: withoutInterval(got[4], got[4].Value == 1, "perfect order").or("no window shows a fall")}
	out.Event = t.suspected.measures(got[5:11])
	out.EventConfirmed = t.confirmed.measures(got[11:17])
	return out
}

// columns hold one entry per clip.
type columns struct {
	falls, adls    []float64 // 1 where the clip is one
	caught, quiet  []float64 // 1 where it is one and was judged so
	clips, windows ranking
	suspected      eventColumns
	confirmed      eventColumns
}

type eventColumns struct {
	falls, found, falseAlarms, hours, raised []float64
	// both is falls + found falls + false alarms and twice is 2 × found, so that F1 is twice ÷ both
	both, twice []float64
	delays      []delay
	counts      EventCounts
}

func (m Measuring) tally(clips []Judged) *columns {
	t := &columns{}
	var things, windows []scored
	for i := range clips {
		j := &clips[i]
		score, _ := j.Highest()
		things = append(things, scored{i, score, j.Fall})
		t.falls = append(t.falls, count(j.Fall))
		t.adls = append(t.adls, count(!j.Fall))
		t.caught = append(t.caught, count(j.Fall && score >= j.Threshold))
		t.quiet = append(t.quiet, count(!j.Fall && score < j.Threshold))
		for _, w := range j.Windows {
			windows = append(windows, scored{i, w.Score, w.Fall})
		}
		suspected, confirmed := eventTallies(j, m.alarmOf(j))
		t.suspected.add(i, suspected)
		t.confirmed.add(i, confirmed)
	}
	t.clips, t.windows = rank(things), rank(windows)
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

func (e *eventColumns) add(clip int, t eventTally) {
	e.falls = append(e.falls, float64(t.falls))
	e.found = append(e.found, float64(t.found))
	e.falseAlarms = append(e.falseAlarms, float64(t.falseAlarms))
	e.hours = append(e.hours, t.seconds/3600)
	e.raised = append(e.raised, float64(t.found+t.falseAlarms))
	e.both = append(e.both, float64(t.falls+t.found+t.falseAlarms))
	e.twice = append(e.twice, float64(2*t.found))
	for _, s := range t.delays {
		e.delays = append(e.delays, delay{clip, s})
	}
	e.counts.Falls += t.falls
	e.counts.Found += t.found
	e.counts.LeftOut += t.leftOut
	e.counts.FalseAlarms += t.falseAlarms
	e.counts.Hours += t.seconds / 3600
}

func (e *eventColumns) close() {
	sort.SliceStable(e.delays, func(i, j int) bool { return e.delays[i].seconds < e.delays[j].seconds })
}

// statistics are in the order in which Measure reads them.
func (t *columns) statistics() []statistic {
	recall, specificity := ratio(t.caught, t.falls), ratio(t.quiet, t.adls)
	all := []statistic{mean(recall, specificity), recall, specificity, t.clips.auc, t.windows.ap}
	return append(append(all, t.suspected.statistics()...), t.confirmed.statistics()...)
}

func (e *eventColumns) statistics() []statistic {
	return []statistic{
		ratio(e.found, e.falls), ratio(e.found, e.raised), ratio(e.twice, e.both),
		ratio(e.falseAlarms, e.hours), quantileAt(e.delays, 0.5), quantileAt(e.delays, 0.9),
	}
}

func (t *columns) clipMeasures(got []Metric, c Counts) ClipMeasures {
	const noFall, noOther, oneKind = "no clip shows a fall", "every clip shows a fall", "all clips are of one kind"
	out := ClipMeasures{
		BalancedAccuracy: got[0].or(oneKind),
		Recall:           boundShare(got[1], c.FallClips).or(noFall),
		Specificity:      boundShare(got[2], c.Clips-c.FallClips).or(noOther),
		AUC:              got[3].or(oneKind),
	}
	if out.Recall.bounded() || out.Specificity.bounded() {
		out.BalancedAccuracy = halfway(out.BalancedAccuracy, out.Recall, out.Specificity)
	}
	out.AUC = boundOrder(out.AUC, min(c.FallClips, c.Clips-c.FallClips))
	return out
}

func (e *eventColumns) measures(got []Metric) EventMeasures {
	c := e.counts
	few := len(e.delays) < fewestDelays
	out := EventMeasures{
		Recall:             boundShare(got[0], c.Falls).or("no fall that could be found"),
		Precision:          boundShare(got[1], c.Found+c.FalseAlarms).or("no alarm was raised"),
		F1:                 got[2].or("no fall and no alarm"),
		FalseAlarmsPerHour: boundRate(got[3], c.Hours).or("no footage away from falls"),
		TimeToAlarm: TimeToAlarm{
			Median: withoutInterval(got[4], few, "too few alarms").or("no fall was found"),
			P90:    withoutInterval(got[5], few, "too few alarms").or("no fall was found"),
		},
		Counts: c,
	}
	if out.F1.Value == 1 {
		out.F1.Low = 2 * out.Recall.Low * out.Precision.Low / (out.Recall.Low + out.Precision.Low)
		out.F1.Note = "of the lower ends of recall and precision"
	}
	return out
}

// fewestDelays is how many alarms it takes to say how much their times differ.
const fewestDelays = 5

// or says why a metric is undefined, where it is.
func (m Metric) or(why string) Metric {
	if !m.Defined() {
		return undefined(why)
	}
	return m
}

func countClips(clips []Judged) Counts {
	c := Counts{Clips: len(clips)}
	for i := range clips {
		j := &clips[i]
		c.Hours += j.Seconds / 3600
		c.Falls += len(j.Falls)
		c.Windows += len(j.Windows)
		for _, w := range j.Windows {
			c.FallWindows += int(count(w.Fall))
		}
		c.FallClips += int(count(j.Fall))
		c.Untimed += int(count(!j.timed()))
		if _, known := j.Highest(); !known {
			c.Unknown++
			c.UnknownFall += int(count(j.Fall))
		}
	}
	return c
}
