package alarm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// scoreOf reads a drawn score: '#' is a fall, '+' between release and threshold, '.' none,
// '?' too little seen.
func scoreOf(r rune) float64 {
	switch r {
	case '#':
		return 0.9
	case '+':
		return 0.45
	case '?':
		return math.NaN()
	}
	return 0.1
}

// play runs a drawing, one rune for each step, and tells the events with the step at which
// they were raised, and the step of their start where it is an opening event.
func play(s Settings, step float64, drawing string) string {
	m := New(s)
	var told []string
	for i, r := range drawing {
		if r == ' ' { // no update at all
			continue
		}
		for _, e := range m.Update(float64(i)*step, scoreOf(r)) {
			text := fmt.Sprintf("%s@%.0f", e.Kind, e.Time/step)
			if e.Kind == Suspected {
				text += fmt.Sprintf("(%.0f)", e.Start/step)
			}
			told = append(told, text)
		}
	}
	return strings.Join(told, " ")
}

func TestMachineDrawn(t *testing.T) {
	// one rune is 0.1 s
	quick := Settings{Threshold: 0.5, Release: 0.7, SuspectSeconds: 0.2, ConfirmSeconds: 0.5, HoldSeconds: 0.3, CoolDown: 0.6}
	for _, c := range []struct{ name, drawing, want string }{
		{"calm", "..........", ""},
		{"below the threshold for ever", "++++++++++", ""},
		{"a stumble", ".##...", ""},
		{"a fall", "..########", "suspected@4(2) confirmed@9"},
		{"a fall that is over at once", "..####....", "suspected@4(2) cleared@6"},
		{"fall and recovery", "##########..", "suspected@2(0) confirmed@7 recovered@10"},
		{"a dip before it is suspected starts anew", "#+####", "suspected@4(2)"},
		{"trembling afterwards is one event", "###+#+#+#+#.", "suspected@2(0) confirmed@7 recovered@11"},
		{"two falls", "###......###", "suspected@2(0) cleared@3 suspected@11(9)"},
		{"cool-down keeps quiet", "########.###.....", "suspected@2(0) confirmed@7 recovered@8"},
		{"and speaks when it is over", "########.########", "suspected@2(0) confirmed@7 recovered@8 suspected@14(9)"},
		{"unseen for a moment", "###??###", "suspected@2(0) confirmed@7"},
		{"nothing is raised on no evidence", "##???...", ""},
		{"unseen for long", "###???????", "suspected@2(0) cleared@6"},
		{"unseen for long when confirmed", "########????", "suspected@2(0) confirmed@7 recovered@11"},
		{"unseen and back, above", "###?????##", "suspected@2(0) cleared@6"},
		{"never seen", "??????????", ""},
		{"no updates for long", "###      ###", "suspected@2(0) cleared@9 suspected@11(9)"},
		{"no updates for a moment", "##  #", "suspected@4(0)"},
	} {
		if got := play(quick, 0.1, c.drawing); got != c.want {
			t.Errorf("%s: %s\n got %q\nwant %q", c.name, c.drawing, got, c.want)
		}
	}
}

func TestMachineWithoutWaiting(t *testing.T) {
	at := Settings{Threshold: 0.5, Release: 1, HoldSeconds: 1}
	if got, want := play(at, 0.1, ".#."), "suspected@1(1) confirmed@1 recovered@2"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEventCarriesTheHighestScore(t *testing.T) {
	m := New(Settings{Threshold: 0.5, Release: 0.5, SuspectSeconds: 0.2, ConfirmSeconds: 0.2, HoldSeconds: 1})
	var got []Event
	for i, score := range []float64{0.6, 0.95, 0.7, 0.3, 0.97} {
		got = append(got, m.Update(float64(i)*0.1, score)...)
	}
	want := []Event{{Suspected, 0, 0.2, 0.95}, {Confirmed, 0, 0.4, 0.97}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestTimeThatStandsStillOrGoesBackIsIgnored(t *testing.T) {
	m := New(Settings{Threshold: 0.5, Release: 1, HoldSeconds: 1})
	m.Update(1, 0.1)
	for _, time := range []float64{1, 0.5, math.NaN()} {
		if got := m.Update(time, 0.9); got != nil || m.State() != Calm {
			t.Errorf("time %g raised %v", time, got)
		}
	}
}

func TestCheckNamesTheSetting(t *testing.T) {
	if err := Default.Check(); err != nil {
		t.Fatalf("the default fails: %v", err)
	}
	for name, change := range map[string]func(*Settings){
		"alarm.threshold":       func(s *Settings) { s.Threshold = 0 },
		"alarm.release":         func(s *Settings) { s.Release = 1.2 },
		"alarm.suspect_seconds": func(s *Settings) { s.SuspectSeconds = -1 },
		"alarm.confirm_seconds": func(s *Settings) { s.ConfirmSeconds = math.NaN() },
		"alarm.hold_seconds":    func(s *Settings) { s.HoldSeconds = 0 },
		"alarm.cool_down":       func(s *Settings) { s.CoolDown = math.Inf(1) },
	} {
		s := Default
		change(&s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), name+" ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// anyRun draws settings and a run of scores at irregular times. The settings' seconds are
// whole 1024ths: a difference of less than a nanosecond is none to the alarm (see instantly),
// and whether a sum of times has it is a matter of rounding.
func anyRun(t *rapid.T) (Settings, []float64, []float64) {
	seconds := func(name string, least, most int) float64 {
		return float64(rapid.IntRange(least, most).Draw(t, name)) / 1024
	}
	s := Settings{
		Threshold: rapid.Float64Range(0.05, 1).Draw(t, "threshold"), Release: rapid.Float64Range(0.05, 1).Draw(t, "release"),
		SuspectSeconds: seconds("suspect", 0, 1024), ConfirmSeconds: seconds("confirm", 0, 2048),
		HoldSeconds: seconds("hold", 50, 2048), CoolDown: seconds("cool down", 0, 3072),
	}
	seed := rapid.Uint64().Draw(t, "seed")
	rng := rand.New(rand.NewPCG(seed, 1))
	var times, scores []float64
	time, score := 0.0, 0.0
	for range 300 {
		time += 0.001 + 0.3*rng.Float64()*rng.Float64()
		if rng.IntN(8) == 0 {
			score = rng.Float64()
		}
		times, scores = append(times, time), append(scores, score)
		if rng.IntN(10) == 0 {
			scores[len(scores)-1] = math.NaN()
		}
	}
	return s, times, scores
}

func runAll(s Settings, times, scores []float64) (events []Event) {
	m := New(s)
	for i, time := range times {
		events = append(events, m.Update(time, scores[i])...)
	}
	return events
}

func TestEventsKeepTheirOrder(t *testing.T) {
	next := map[string]string{Suspected: " calm", Confirmed: Suspected, Cleared: Suspected, Recovered: Confirmed}
	rapid.Check(t, func(t *rapid.T) {
		s, times, scores := anyRun(t)
		before := Event{Kind: " calm", Time: math.Inf(-1)}
		recovered := math.Inf(-1)
		for _, e := range runAll(s, times, scores) {
			if before.Kind == Cleared || before.Kind == Recovered {
				before.Kind = " calm"
			}
			if next[e.Kind] != before.Kind {
				t.Fatalf("%s after %s", e.Kind, before.Kind)
			}
			if e.Time < before.Time || e.Start > e.Time {
				t.Fatalf("%+v after %+v", e, before)
			}
			if e.Score < s.Threshold {
				t.Fatalf("%+v is below the threshold %g", e, s.Threshold)
			}
			switch e.Kind {
			case Suspected:
				if e.Time < recovered+s.CoolDown || e.Time-e.Start < s.SuspectSeconds-1e-6 {
					t.Fatalf("%+v came too soon: recovered at %g, %+v", e, recovered, s)
				}
			case Confirmed:
				if e.Start != before.Start || e.Time-before.Time < s.ConfirmSeconds-1e-6 {
					t.Fatalf("%+v does not follow %+v", e, before)
				}
			case Recovered:
				recovered = e.Time
			}
			before = e
		}
	})
}

func TestTheSameScoresGiveTheSameEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, times, scores := anyRun(t)
		a, b := runAll(s, times, scores), runAll(s, times, scores)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("%v and %v", a, b)
		}
	})
}

func TestWhenItStartedDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, times, scores := anyRun(t)
		const later = 4096 // exact in binary, so that no rounding is added
		moved := make([]float64, len(times))
		for i := range times {
			times[i] = math.Round(times[i]*1024) / 1024
			moved[i] = times[i] + later
		}
		a, b := runAll(s, times, scores), runAll(s, moved, scores)
		if len(a) != len(b) {
			t.Fatalf("%d events, and %d later", len(a), len(b))
		}
		for i := range a {
			if a[i].Kind != b[i].Kind || a[i].Time != b[i].Time-later {
				t.Fatalf("%+v, and later %+v", a[i], b[i])
			}
		}
	})
}

func BenchmarkUpdate(b *testing.B) {
	m := New(Default)
	for i := range b.N {
		m.Update(float64(i)*0.08, float64(i%100)/100)
	}
}
