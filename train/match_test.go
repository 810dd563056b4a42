package train

import (
	"math"
	"math/rand/v2"
	"sort"
	"testing"

	"pgregory.net/rapid"

	"fallkit/data"
	"fallkit/internal/alarm"
)

// raisedAt is an event that started and was raised at these seconds.
func raisedAt(start, raised float64) Detection {
	return Detection{Clip: "c", Event: alarm.Suspected, Start: start, Confirmed: raised, Score: 0.9}
}

func TestMatchEdges(t *testing.T) {
	one := []data.Span{{Start: 10, End: 11}}
	two := []data.Span{{Start: 10, End: 11}, {Start: 14, End: 15}}
	for _, c := range []struct {
		name    string
		falls   []data.Span
		seconds float64
		events  []Detection
		enough  float64
		want    eventTally // delays are told by their number
	}{
		{"nothing raised", one, 20, nil, 0, eventTally{falls: 1, seconds: 15}},
		{"in the fall", one, 20, []Detection{raisedAt(10.2, 10.5)}, 0, eventTally{falls: 1, found: 1, seconds: 15}},
		{"two alarms for one fall", one, 20, []Detection{raisedAt(10.2, 10.5), raisedAt(11.5, 11.7)}, 0, eventTally{falls: 1, found: 1, seconds: 15}},
		{"one alarm over two falls", two, 20, []Detection{raisedAt(10.5, 13.5)}, 0, eventTally{falls: 2, found: 2, seconds: 11}},
		{"one alarm between two falls touches neither", two, 20, []Detection{raisedAt(12.2, 12.8)}, 0, eventTally{falls: 2, seconds: 11}},
		{"0.9 s early", one, 20, []Detection{raisedAt(8.9, 9.1)}, 0, eventTally{falls: 1, found: 1, seconds: 15}},
		{"1.1 s early", one, 20, []Detection{raisedAt(8.7, 8.9)}, 0, eventTally{falls: 1, falseAlarms: 1, seconds: 15}},
		{"exactly 1 s early", one, 20, []Detection{raisedAt(8.5, 9)}, 0, eventTally{falls: 1, found: 1, seconds: 15}},
		{"1 s late", one, 20, []Detection{raisedAt(12, 12.3)}, 0, eventTally{falls: 1, found: 1, seconds: 15}},
		{"in the aftermath", one, 20, []Detection{raisedAt(12.1, 14)}, 0, eventTally{falls: 1, seconds: 15}},
		{"out of the aftermath", one, 20, []Detection{raisedAt(12.1, 14.1)}, 0, eventTally{falls: 1, falseAlarms: 1, seconds: 15}},
		{"several within 5 s are one", nil, 20, []Detection{raisedAt(1, 1), raisedAt(3, 3), raisedAt(6, 6), raisedAt(6.1, 6.1)}, 0, eventTally{falseAlarms: 2, seconds: 20}},
		{"5 s later still belongs to it", nil, 20, []Detection{raisedAt(1, 1), raisedAt(6, 6)}, 0, eventTally{falseAlarms: 1, seconds: 20}},
		{"a nuisance that does not end counts again", nil, 20, []Detection{raisedAt(0, 0), raisedAt(4, 4), raisedAt(8, 8), raisedAt(12, 12)}, 0, eventTally{falseAlarms: 2, seconds: 20}},
		{"found and false", one, 20, []Detection{raisedAt(2, 2), raisedAt(10, 10), raisedAt(17, 17)}, 0, eventTally{falls: 1, found: 1, falseAlarms: 2, seconds: 15}},
		{"a fall at the clip's start", []data.Span{{Start: 0, End: 0.5}}, 5, []Detection{raisedAt(0.2, 0.4)}, 0, eventTally{falls: 1, found: 1, seconds: 1.5}},
		{"a fall at the clip's end", []data.Span{{Start: 4.5, End: 5}}, 5, []Detection{raisedAt(4.6, 4.8)}, 0, eventTally{falls: 1, found: 1, seconds: 3.5}},
		{"too near to the end to be confirmed", []data.Span{{Start: 4, End: 4.5}}, 5, []Detection{raisedAt(4.6, 4.8)}, 1.2, eventTally{leftOut: 1, seconds: 3}},
		{"a long fall too near to the end", []data.Span{{Start: 2, End: 4.5}}, 5, nil, 1.2, eventTally{leftOut: 1, seconds: 1}},
		{"just far enough from the end", []data.Span{{Start: 3, End: 3.75}}, 5, nil, 1.25, eventTally{falls: 1, seconds: 2}},
		{"falls whose surroundings overlap", []data.Span{{Start: 5, End: 6}, {Start: 7, End: 8}}, 20, nil, 0, eventTally{falls: 2, seconds: 13}},
	} {
		j := &Judged{Clip: "c", Seconds: c.seconds, Fall: len(c.falls) > 0, Falls: c.falls}
		got := tallyEvents(j, c.events, c.enough)
		if len(got.delays) != c.want.found {
			t.Errorf("%s: %d delays for %d found falls", c.name, len(got.delays), c.want.found)
		}
		if got.delays = nil; !sameTally(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

func sameTally(a, b eventTally) bool {
	return a.falls == b.falls && a.found == b.found && a.leftOut == b.leftOut && a.falseAlarms == b.falseAlarms && math.Abs(a.seconds-b.seconds) < 1e-9
}

func TestTimeToAlarmRunsFromTheFallsEndToTheFirstAlarm(t *testing.T) {
	j := &Judged{Seconds: 20, Fall: true, Falls: []data.Span{{Start: 10, End: 11}}}
	got := tallyEvents(j, []Detection{raisedAt(11.2, 11.9), raisedAt(10.5, 10.75)}, 0)
	if len(got.delays) != 1 || got.delays[0] != -0.25 {
		t.Errorf("delays %v, want [-0.25]", got.delays)
	}
}

// naiveTally counts on a grid of eighths of a second: all times are quarters, so that
// every case is hit exactly and no interval arithmetic is shared with the real one.
func naiveTally(j *Judged, events []Detection) (out eventTally) {
	const cell = 0.125
	on := func(from, to, at float64) bool { return at >= from && at <= to }
	touches := func(e Detection, f data.Span) bool {
		for at := e.Start; at <= e.Confirmed; at += cell {
			if on(f.Start-1, f.End+1, at) {
				return true
			}
		}
		return false
	}
	for _, f := range j.Falls {
		out.falls++
		var raised []float64
		for _, e := range events {
			if touches(e, f) {
				raised = append(raised, e.Confirmed)
			}
		}
		if len(raised) > 0 {
			sort.Float64s(raised)
			out.found++
			out.delays = append(out.delays, raised[0]-f.End)
		}
	}
	for at := cell / 2; at < j.Seconds; at += cell {
		free := true
		for _, f := range j.Falls {
			free = free && !on(f.Start-1, f.End+3, at)
		}
		if free {
			out.seconds += cell
		}
	}
	out.falseAlarms = naiveFalse(j, events, touches)
	return out
}

func naiveFalse(j *Judged, events []Detection, touches func(Detection, data.Span) bool) (n int) {
	var left []float64
	for _, e := range events {
		wrong := true
		for _, f := range j.Falls {
			inside := e.Start-(f.Start-1) >= 0 && (f.End+3)-e.Confirmed >= 0
			wrong = wrong && !touches(e, f) && !inside
		}
		if wrong {
			left = append(left, e.Confirmed)
		}
	}
	for len(left) > 0 {
		sort.Float64s(left)
		first := left[0]
		var later []float64
		for _, at := range left {
			if at > first+5 {
				later = append(later, at)
			}
		}
		left, n = later, n+1
	}
	return n
}

func TestMatchAgainstANaiveCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		quarter := func(name string, most int) float64 { return float64(rapid.IntRange(0, most).Draw(t, name)) / 4 }
		j := &Judged{Seconds: 5 + quarter("seconds", 160)}
		for range rapid.IntRange(0, 3).Draw(t, "falls") {
			start := math.Min(quarter("start", 160), j.Seconds)
			j.Falls = append(j.Falls, data.Span{Start: start, End: math.Min(start+quarter("length", 8), j.Seconds)})
		}
		var events []Detection
		for range rapid.IntRange(0, 6).Draw(t, "events") {
			start := quarter("event", 160)
			events = append(events, raisedAt(start, start+quarter("until", 8)))
		}
		got, want := tallyEvents(j, events, math.Inf(-1)), naiveTally(j, events)
		if !sameTally(got, want) {
			t.Fatalf("falls %v, events %v, %g s: got %+v, want %+v", j.Falls, events, j.Seconds, got, want)
		}
		for i := range got.delays {
			if got.delays[i] != want.delays[i] {
				t.Fatalf("delays %v, want %v", got.delays, want.delays)
			}
		}
		rand.New(rand.NewPCG(1, 1)).Shuffle(len(events), func(a, b int) { events[a], events[b] = events[b], events[a] })
		if again := tallyEvents(j, events, math.Inf(-1)); !sameTally(got, again) {
			t.Fatalf("in another order %+v instead of %+v", again, got)
		}
	})
}
