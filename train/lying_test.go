package train

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"fallkit/data"
	"fallkit/internal/alarm"
)

func span(start, end float64) data.Span { return data.Span{Start: start, End: end} }

func state(name string, start, end float64) data.StateSpan {
	return data.StateSpan{Span: span(start, end), State: name}
}

func TestLyingByHand(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*data.Example)
		want  Lying
	}{
		{"everyday life", func(e *data.Example) { e.Clip.Label, e.Falls = data.LabelADL, nil }, Lying{Known: []data.Span{span(0, 10)}}},
		{"who lies down on purpose is not fallen", func(e *data.Example) {
			e.Clip.Label, e.Falls, e.States = data.LabelADL, nil, []data.StateSpan{state("lying", 2, 9)}
		}, Lying{Known: []data.Span{span(0, 10)}}},
		{"nobody said when", func(e *data.Example) { e.Falls, e.Untimed = nil, true }, Lying{}},
		{"without states, a second is sure", func(*data.Example) {}, Lying{[]data.Span{span(5, 6)}, []data.Span{span(0, 4), span(5, 6)}}},
		{"at the clip's end", func(e *data.Example) { e.Falls = []data.Span{span(9, 9.5)} }, Lying{[]data.Span{span(9.5, 10)}, []data.Span{span(0, 9), span(9.5, 10)}}},
		{"two falls", func(e *data.Example) { e.Falls = []data.Span{span(2, 3), span(7, 8)} }, Lying{[]data.Span{span(3, 4), span(8, 9)}, []data.Span{span(0, 2), span(3, 4), span(8, 9)}}},
		{"states", func(e *data.Example) {
			e.States = []data.StateSpan{state("walking", 0, 3.9), state("falling", 4, 4.9), state("lying", 5, 7.9), state("rising", 8, 9.9)}
		}, Lying{[]data.Span{span(5, 8)}, []data.Span{span(0, 9.9)}}},
		{"states with a gap that nobody knows about", func(e *data.Example) {
			e.States = []data.StateSpan{state("walking", 0, 3.9), state("falling", 4, 4.9), state("fallen", 6, 7)}
		}, Lying{[]data.Span{span(6, 7)}, []data.Span{span(0, 4.9), span(6, 7)}}},
		{"who lay in bed before the fall had not fallen", func(e *data.Example) {
			e.States = []data.StateSpan{state("lying", 0, 4.4), state("falling", 4.5, 4.9), state("down", 5, 9.9)}
		}, Lying{[]data.Span{span(4, 4.5), span(5, 9.9)}, []data.Span{span(0, 9.9)}}},
	} {
		e := tenSeconds("a", "fall", true)
		c.spoil(&e)
		if got := lyingOf(&e); !sameSpans(got.Fallen, c.want.Fallen) || !sameSpans(got.Known, c.want.Known) {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

func sameSpans(a, b []data.Span) bool {
	return slices.EqualFunc(a, b, func(a, b data.Span) bool { return close9(a.Start, b.Start) && close9(a.End, b.End) })
}

// quarters draws spans whose ends are quarters of a second.
func quarters(t *rapid.T, name string) (spans []data.Span) {
	for range rapid.IntRange(0, 6).Draw(t, name) {
		start := rapid.IntRange(0, 40).Draw(t, "start")
		spans = append(spans, span(float64(start)/4, float64(start+rapid.IntRange(0, 12).Draw(t, "length"))/4))
	}
	return spans
}

func inside(spans []data.Span, at float64) bool {
	return slices.ContainsFunc(spans, func(s data.Span) bool { return at > s.Start && at < s.End })
}

func TestUnitedAndCommonAgainstACountOnAGrid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := quarters(t, "a"), quarters(t, "b")
		whole, both := 0.0, 0.0
		for at := 0.125; at < 20; at += 0.25 { // the middle of every quarter
			whole += 0.25 * count(inside(a, at))
			both += 0.25 * count(inside(a, at) && inside(b, at))
		}
		ua, ub := united(a), united(b)
		if got := common(ua, ub); got != both || common(ub, ua) != both {
			t.Fatalf("%v and %v share %g s, not %g", a, b, both, got)
		}
		if got := common(ua, ua); got != whole {
			t.Fatalf("%v is %g s, not %g", a, whole, got)
		}
		for i, s := range ua {
			if !(s.End > s.Start) || i > 0 && !(s.Start > ua[i-1].End) {
				t.Fatalf("united %v", ua)
			}
		}
		if again := united(ua); !reflect.DeepEqual(again, ua) {
			t.Fatalf("united once %v, twice %v", ua, again)
		}
	})
}

// naiveClaim asks an alarm anew for one moment, and looks back for the last score.
func naiveClaim(t TrackScores, a alarm.Settings, at float64) bool {
	m, scored := alarm.New(a), math.Inf(-1)
	for i, time := range t.Times {
		if time >= at {
			break
		}
		m.Update(time, t.Scores[i])
		if !math.IsNaN(t.Scores[i]) {
			scored = time
		}
	}
	return m.State() == alarm.Certain && at < scored+a.HoldSeconds
}

func TestClaimsAgainstANaiveCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := Judged{Seconds: 20}
		for k := range rapid.IntRange(1, 2).Draw(t, "tracks") {
			track, at := TrackScores{Track: k}, 0.0
			for _, r := range rapid.StringOfN(rapid.RuneFrom([]rune("####+.?")), 4, 60, -1).Draw(t, "scores") {
				at += float64(rapid.SampledFrom([]int{1, 1, 1, 1, 2, 6, 12}).Draw(t, "pause")) / 4
				if at < j.Seconds {
					track.Times = append(track.Times, at)
					track.Scores = append(track.Scores, map[rune]float64{'#': 0.9, '+': 0.45, '.': 0.1, '?': math.NaN()}[r])
				}
			}
			j.Scores = append(j.Scores, track)
		}
		held := claims(&j, quick)
		for at := 0.125; at < j.Seconds; at += 0.25 {
			want := slices.ContainsFunc(j.Scores, func(s TrackScores) bool { return naiveClaim(s, quick, at) })
			if got := inside(held, at); got != want {
				t.Fatalf("%+v\nheld %v, at %g %v is wanted", j.Scores, held, at, want)
			}
		}
	})
}

func TestFallenSecondsByHand(t *testing.T) {
	// raised at 3.25, confirmed at 4.25, held until 7; the body lies from 4 to 6, known until 8
	j := drawnClip("lies", "............################............", span(3, 4))
	j.Lying = Lying{[]data.Span{span(4, 6)}, []data.Span{span(0, 8)}}
	if got, want := tallyLying(&j, quick), (lyingTally{fallen: 2, claimed: 2.75, right: 1.75}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	m := Measuring{Alarm: quick, Resamples: 20}.Measure([]Judged{j}).Fallen
	if m.Recall.Value != 1.75/2 || m.Precision.Value != 1.75/2.75 || !close9(m.F1.Value, 2*1.75/4.75) {
		t.Errorf("recall %g, precision %g, F1 %g", m.Recall.Value, m.Precision.Value, m.F1.Value)
	}
	// who is lost from sight is held to lie for a second more, however late somebody comes back
	gone := drawnClip("gone", "############", span(0, 1))
	gone.Seconds = 60
	gone.Scores[0].Times, gone.Scores[0].Scores = append(gone.Scores[0].Times, 50), append(gone.Scores[0].Scores, 0.1)
	if got := claims(&gone, quick); !sameSpans(got, []data.Span{span(1.25, 3.75)}) {
		t.Errorf("held %v", got)
	}
}
