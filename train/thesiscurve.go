package train

import (
	"math"
	"slices"
	"sort"

	"fallkit/internal/alarm"
)

// operating is what one run does at many thresholds, clip by clip: what its operating curve
// is made of, with whatever weights the clips have.
type operating struct {
	falls, hours []float64   // by clip
	found, false [][]float64 // by threshold, by clip
}

// operatingOf judges the clips of one fold of a run at each threshold that may change what
// comes out: those at which a track's peak, or one of a hundred shares of all scores, is
// reached. The alarm's other settings stay.
func operatingOf(clips []Judged, a alarm.Settings) *operating {
	o := &operating{falls: make([]float64, len(clips)), hours: make([]float64, len(clips))}
	for i := range clips {
		silent := tallyOf(&clips[i], a, 1.5)
		o.falls[i], o.hours[i] = float64(silent.falls), silent.seconds/3600
	}
	for _, threshold := range thresholdsOf(clips) {
		found, wrong := make([]float64, len(clips)), make([]float64, len(clips))
		for i := range clips {
			t := tallyOf(&clips[i], a, threshold)
			found[i], wrong[i] = float64(t.found), float64(t.falseAlarms)
		}
		o.found, o.false = append(o.found, found), append(o.false, wrong)
	}
	return o
}

// tallyOf counts suspected events at a threshold; above the highest score there are none.
func tallyOf(j *Judged, a alarm.Settings, threshold float64) eventTally {
	if !j.timed() {
		return eventTally{}
	}
	if highest, known := j.Highest(); !known || threshold > highest {
		return tallyEvents(j, nil, math.Inf(-1))
	}
	a.Threshold = threshold
	suspected, _ := eventTallies(j, a)
	return suspected
}

// thresholdsOf are those that are tried, ascending.
func thresholdsOf(clips []Judged) []float64 {
	const shares = 100
	var peaks, all []float64
	for i := range clips {
		for _, t := range clips[i].Scores {
			peak := math.Inf(-1)
			for _, s := range t.Scores {
				if !math.IsNaN(s) {
					all, peak = append(all, s), math.Max(peak, s)
				}
			}
			if !math.IsInf(peak, -1) {
				peaks = append(peaks, peak)
			}
		}
	}
	for k := range shares {
		if len(all) > 0 {
			peaks = append(peaks, quantileOf(all, (float64(k)+0.5)/shares))
		}
	}
	sort.Float64s(peaks)
	peaks = slices.Compact(peaks)
	return slices.DeleteFunc(peaks, func(t float64) bool { return t <= 0 })
}

// froc is recall over false alarms an hour, as the points of a line that never goes down:
// what a threshold can reach at most, and between two thresholds what drawing lots between
// them does on average (Bunch et al. 1977, "A free response approach to the measurement and
// characterization of radiographic observer performance").
type froc []ThesisPoint

// curve weighs the clips; it is nil where no fall is among them.
func (o *operating) curve(weight []float64) froc {
	falls, hours := sumOf(o.falls, weight), sumOf(o.hours, weight)
	if falls == 0 {
		return nil
	}
	points := make(froc, 0, len(o.found)+1)
	points = append(points, ThesisPoint{})
	for k := range o.found {
		wrong := sumOf(o.false[k], weight)
		if wrong > 0 {
			wrong /= hours // +Inf where there are no calm hours
		}
		points = append(points, ThesisPoint{wrong, sumOf(o.found[k], weight) / falls})
	}
	return points.envelope()
}

// envelope keeps the points that no other one beats, by ascending false alarms.
func (f froc) envelope() froc {
	sort.Slice(f, func(i, j int) bool {
		if f[i].FalseAlarmsPerHour != f[j].FalseAlarmsPerHour {
			return f[i].FalseAlarmsPerHour < f[j].FalseAlarmsPerHour
		}
		return f[i].Recall > f[j].Recall
	})
	kept := f[:1]
	for _, p := range f[1:] {
		if p.Recall > kept[len(kept)-1].Recall && !math.IsInf(p.FalseAlarmsPerHour, 1) {
			kept = append(kept, p)
		}
	}
	return kept
}

// at is the recall at a rate of false alarms an hour.
func (f froc) at(rate float64) float64 {
	i := sort.Search(len(f), func(i int) bool { return f[i].FalseAlarmsPerHour > rate })
	switch {
	case i == 0:
		return math.NaN()
	case i == len(f):
		return f[i-1].Recall
	}
	a, b := f[i-1], f[i]
	return a.Recall + (b.Recall-a.Recall)*(rate-a.FalseAlarmsPerHour)/(b.FalseAlarmsPerHour-a.FalseAlarmsPerHour)
}

// mean is the mean recall from 0 to a rate.
func (f froc) mean(rate float64) float64 {
	if len(f) == 0 {
		return math.NaN()
	}
	area, from, recall := 0.0, 0.0, f.at(0)
	for _, p := range f[1:] {
		if p.FalseAlarmsPerHour <= from {
			continue
		}
		if p.FalseAlarmsPerHour >= rate {
			break
		}
		area += (p.FalseAlarmsPerHour - from) * (recall + p.Recall) / 2
		from, recall = p.FalseAlarmsPerHour, p.Recall
	}
	return (area + (rate-from)*(recall+f.at(rate))/2) / rate
}
