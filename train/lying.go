package train

import (
	"math"
	"slices"

	"fallkit/data"
	"fallkit/internal/alarm"
)

// Lying is what is known of a clip's *fallen* state: somebody lies after a fall. Both lists
// are sorted and have no overlaps; what lies outside Known is judged by nobody.
type Lying struct {
	Fallen []data.Span // it is so
	Known  []data.Span // it is known whether it is so, Fallen included
}

// lyingStates are the words of segments.csv for a body on the ground.
var lyingStates = []string{"fallen", "lying", "down"}

// surelyLying is how long after a fall's end the body is taken to lie there still, where
// segments.csv does not say, in seconds.
const surelyLying = 1.0

// lyingOf takes the states of segments.csv, where there are any: who lies once a fall has
// begun is fallen, until another state. Without states, nobody is fallen in a clip of
// everyday life or before the first fall, somebody is for a second after each fall, and
// the rest is not known.
func lyingOf(e *data.Example) Lying {
	seconds := e.Recording.Duration()
	switch {
	case e.Untimed:
		return Lying{}
	case e.Clip.Label != data.LabelFall:
		return Lying{Known: []data.Span{{Start: 0, End: seconds}}}
	case len(e.States) > 0:
		return lyingByStates(e)
	}
	var l Lying
	for i, f := range e.Falls {
		if i == 0 {
			l.Known = append(l.Known, data.Span{Start: 0, End: f.Start})
		}
		fallen := data.Span{Start: f.End, End: min(f.End+surelyLying, seconds)}
		l.Fallen, l.Known = append(l.Fallen, fallen), append(l.Known, fallen)
	}
	return Lying{united(l.Fallen), united(l.Known)}
}

func lyingByStates(e *data.Example) (l Lying) {
	first := math.Inf(1)
	for _, f := range e.Falls {
		first = min(first, f.Start)
	}
	for i, s := range e.States {
		span := s.Span
		if i+1 < len(e.States) { // a state lasts until the next one's first frame, if that follows at once
			const frames = 0.25
			if gap := e.States[i+1].Start - span.End; gap > 0 && gap < frames {
				span.End = e.States[i+1].Start
			}
		}
		l.Known = append(l.Known, span)
		if span.End > first && slices.Contains(lyingStates, s.State) {
			l.Fallen = append(l.Fallen, data.Span{Start: max(span.Start, first), End: span.End})
		}
	}
	return Lying{united(l.Fallen), united(l.Known)}
}

// united sorts spans and joins those that overlap or touch; empty ones are left out.
func united(spans []data.Span) (out []data.Span) {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b data.Span) int { return compare(a.Start, b.Start) })
	for _, s := range spans {
		switch last := len(out) - 1; {
		case !(s.End > s.Start):
		case last >= 0 && s.Start <= out[last].End:
			out[last].End = max(out[last].End, s.End)
		default:
			out = append(out, s)
		}
	}
	return out
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// common is how many seconds two lists of united spans share.
func common(a, b []data.Span) (seconds float64) {
	for i, k := 0, 0; i < len(a) && k < len(b); {
		seconds += max(0, min(a[i].End, b[k].End)-max(a[i].Start, b[k].Start))
		if a[i].End < b[k].End {
			i++
		} else {
			k++
		}
	}
	return seconds
}

// claims are the spans in which an alarm holds that somebody lies fallen: from a confirmed
// event to its recovery, and no longer than the alarm holds without a score.
func claims(j *Judged, a alarm.Settings) (held []data.Span) {
	for _, t := range j.Scores {
		held = append(held, claimsOf(t, a, j.Seconds)...)
	}
	return united(held)
}

func claimsOf(t TrackScores, a alarm.Settings, seconds float64) (held []data.Span) {
	m, since, scored := alarm.New(a), math.NaN(), math.NaN() // when it was confirmed; the last score that is a number
	let := func(end float64) {
		if !math.IsNaN(since) {
			held, since = append(held, data.Span{Start: since, End: min(end, scored+a.HoldSeconds, seconds)}), math.NaN()
		}
	}
	for i, time := range t.Times {
		if time > scored+a.HoldSeconds { // false while nothing was scored
			let(time)
		}
		m.Update(time, t.Scores[i])
		if !math.IsNaN(t.Scores[i]) {
			scored = time
		}
		switch certain := m.State() == alarm.Certain; {
		case !certain:
			let(time)
		case math.IsNaN(since) && scored == time:
			since = time
		}
	}
	let(seconds)
	return held
}

// lyingTally is how well an alarm tells the fallen state in one clip, in seconds.
type lyingTally struct{ fallen, claimed, right float64 }

func tallyLying(j *Judged, a alarm.Settings) (t lyingTally) {
	held := claims(j, a)
	for _, s := range j.Lying.Fallen {
		t.fallen += s.End - s.Start
	}
	t.claimed, t.right = common(held, j.Lying.Known), common(held, j.Lying.Fallen)
	return t
}
