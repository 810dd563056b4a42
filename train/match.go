package train

import (
	"math"
	"sort"

	"fallkit/data"
	"fallkit/internal/alarm"
)

// Around a labelled fall, seconds. docs/metrics.md draws them.
const (
	findSlack   = 1.0 // an event that comes this close to a fall finds it
	aftermath   = 3.0 // after a fall an alarm is no false one, and the footage does not count as calm
	oneNuisance = 5.0 // false alarms this close to the first of them are one
)

// eventTally is what events of one kind did in one clip.
type eventTally struct {
	falls       int       // that could be found
	found       int       // that were
	leftOut     int       // falls too near to the clip's end to be confirmed
	falseAlarms int       // after several close ones were made one
	seconds     float64   // of footage away from falls
	delays      []float64 // of each found fall, from its end to the first alarm, seconds
}

// tallyEvents matches a clip's events of one kind with its falls. enough is how long a fall's
// clip has to go on after it for the fall to count.
func tallyEvents(j *Judged, events []Detection, enough float64) eventTally {
	out := eventTally{seconds: calmSeconds(j.Falls, j.Seconds)}
	for _, f := range j.Falls {
		if j.Seconds-f.End < enough {
			out.leftOut++
			continue
		}
		out.falls++
		if raised, ok := firstAlarm(f, events); ok {
			out.found++
			out.delays = append(out.delays, raised-f.End)
		}
	}
	out.falseAlarms = countFalse(j.Falls, events)
	return out
}

// eventTallies gives a clip's tallies for suspected and for confirmed events.
func eventTallies(j *Judged, a alarm.Settings) (suspected, confirmed eventTally) {
	if !j.timed() {
		return eventTally{}, eventTally{}
	}
	var kinds [2][]Detection
	for _, d := range j.events(a) {
		if d.Event == alarm.Confirmed {
			kinds[1] = append(kinds[1], d)
		} else {
			kinds[0] = append(kinds[0], d)
		}
	}
	return tallyEvents(j, kinds[0], math.Inf(-1)), tallyEvents(j, kinds[1], a.Delay())
}

// events are what an alarm raises in the clip: ours with these settings, or the one of
// another program that was heard.
func (j *Judged) events(a alarm.Settings) []Detection {
	if j.Foreign {
		return j.Heard
	}
	return Detect(j.Clip, j.Scores, a)
}

// finds tells whether the span from an event's start to the moment it was raised touches
// the fall, with a second to spare on either side.
func finds(e Detection, f data.Span) bool {
	return e.Start <= f.End+findSlack && e.Confirmed >= f.Start-findSlack
}

// firstAlarm is the earliest moment at which an event that finds the fall was raised.
func firstAlarm(f data.Span, events []Detection) (raised float64, ok bool) {
	raised = math.Inf(1)
	for _, e := range events {
		if finds(e, f) {
			raised, ok = min(raised, e.Confirmed), true
		}
	}
	return raised, ok
}

// isFalse tells whether an event touches no fall and does not lie in the aftermath of one.
func isFalse(e Detection, falls []data.Span) bool {
	for _, f := range falls {
		if finds(e, f) || (e.Start >= f.Start-findSlack && e.Confirmed <= f.End+aftermath) {
			return false
		}
	}
	return true
}

// countFalse counts false alarms; those raised within five seconds of one that was counted
// belong to it.
func countFalse(falls []data.Span, events []Detection) int {
	var raised []float64
	for _, e := range events {
		if isFalse(e, falls) {
			raised = append(raised, e.Confirmed)
		}
	}
	sort.Float64s(raised)
	count, counted := 0, math.Inf(-1)
	for _, time := range raised {
		if time-counted > oneNuisance {
			count, counted = count+1, time
		}
	}
	return count
}

// calmSeconds is how much of the footage is neither fall nor aftermath.
func calmSeconds(falls []data.Span, seconds float64) float64 {
	spans := append([]data.Span(nil), falls...)
	sort.Slice(spans, func(i, j int) bool { return spans[i].Start < spans[j].Start })
	calm, covered := 0.0, 0.0
	for _, f := range spans {
		calm += max(0, min(f.Start-findSlack, seconds)-covered)
		covered = max(covered, min(f.End+aftermath, seconds))
	}
	return calm + max(0, seconds-covered)
}
