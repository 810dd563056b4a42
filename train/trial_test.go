package train

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// withoutHours leaves a note's fraction out: hours summed in another order may round to
// another one.
func withoutHours(note string) string {
	return regexp.MustCompile(`\d+\.\d+`).ReplaceAllString(note, "")
}

// Two cameras that agree are one trial: every number is that of a data set with one of them.
// Counts tell the clips, and are left out.
func TestTwoCamerasThatAgreeCountOnce(t *testing.T) {
	m := Measuring{Alarm: quick, MinEvidence: DefaultMinEvidence, Resamples: 40, Seed: 3}
	rapid.Check(t, func(t *rapid.T) {
		once := anyClips(t)
		var twice []Judged
		for i := range once {
			once[i].Trial = fmt.Sprintf("set/%d", i)
			once[i].Group = once[i].Trial
			for camera := range rapid.IntRange(1, 3).Draw(t, "cameras") {
				other := once[i]
				other.Clip = fmt.Sprintf("%s-camera-%d", once[i].Clip, camera)
				twice = append(twice, other)
			}
		}
		a, b := m.Measure(once), m.Measure(twice)
		if b.Counts.Trials != len(once) || b.Counts.Clips != len(twice) {
			t.Fatalf("%d trials of %d clips, want %d", b.Counts.Trials, b.Counts.Clips, len(once))
		}
		a.Counts, b.Counts, a.Interval, b.Interval = Counts{}, Counts{}, Interval{}, Interval{}
		a.Event.Counts, b.Event.Counts, a.EventConfirmed.Counts, b.EventConfirmed.Counts = EventCounts{}, EventCounts{}, EventCounts{}, EventCounts{}
		a.Fallen.Seconds, b.Fallen.Seconds = FallenSeconds{}, FallenSeconds{}
		for _, p := range pairsOf(&a, &b) {
			if p.a.Defined() != p.b.Defined() || p.a.Defined() && !close9(p.a.Value, p.b.Value) {
				t.Fatalf("%s is %+v, and with more cameras %+v", p.name, p.a, p.b)
			}
			if ruled := p.a.Value == 0 || p.a.Value == 1; ruled && withoutHours(p.a.Note) != withoutHours(p.b.Note) {
				t.Fatalf("%s: %q, and with more cameras %q", p.name, p.a.Note, p.b.Note)
			}
		}
		if x, y := m.Risk(once), m.Risk(twice); !close9(x.Area, y.Area) {
			t.Fatalf("risk %g, and with more cameras %g", x.Area, y.Area)
		}
	})
}

type pair struct {
	name string
	a, b Metric
}

func pairsOf(a, b *Measures) []pair {
	return []pair{
		{"clip balanced accuracy", a.Clip.BalancedAccuracy, b.Clip.BalancedAccuracy},
		{"clip recall", a.Clip.Recall, b.Clip.Recall},
		{"clip specificity", a.Clip.Specificity, b.Clip.Specificity},
		{"clip F1", a.Clip.F1, b.Clip.F1},
		{"clip AUC", a.Clip.AUC, b.Clip.AUC},
		{"clip coverage", a.Clip.Coverage, b.Clip.Coverage},
		{"window AP", a.Window.AP, b.Window.AP},
		{"calibration error", a.Window.CalibrationError, b.Window.CalibrationError},
		{"event recall", a.Event.Recall, b.Event.Recall},
		{"event precision", a.Event.Precision, b.Event.Precision},
		{"event F1", a.Event.F1, b.Event.F1},
		{"false alarms an hour", a.Event.FalseAlarmsPerHour, b.Event.FalseAlarmsPerHour},
		{"false alarms a day", a.Event.FalseAlarmsPerDay, b.Event.FalseAlarmsPerDay},
		{"median time to alarm", a.Event.TimeToAlarm.Median, b.Event.TimeToAlarm.Median},
		{"p90 time to alarm", a.Event.TimeToAlarm.P90, b.Event.TimeToAlarm.P90},
		{"confirmed recall", a.EventConfirmed.Recall, b.EventConfirmed.Recall},
		{"confirmed false alarms an hour", a.EventConfirmed.FalseAlarmsPerHour, b.EventConfirmed.FalseAlarmsPerHour},
		{"fallen recall", a.Fallen.Recall, b.Fallen.Recall},
		{"fallen precision", a.Fallen.Precision, b.Fallen.Precision},
		{"best balanced accuracy", a.Transfer.BalancedAccuracy.Best, b.Transfer.BalancedAccuracy.Best},
		{"best event F1", a.Transfer.EventF1.Best, b.Transfer.EventF1.Best},
	}
}

// naiveJoined merges any two units that share a trial, until there are none.
func naiveJoined(units [][]int, clips []Judged) [][]int {
	units = slices.Clone(units)
	for a := 0; a < len(units); a++ {
		for b := a + 1; b < len(units); b++ {
			shared := slices.ContainsFunc(units[a], func(i int) bool {
				return slices.ContainsFunc(units[b], func(k int) bool { return clips[i].trialOf() == clips[k].trialOf() })
			})
			if shared {
				merged := slices.Concat(units[a], units[b])
				rest := slices.Delete(slices.Clone(units), b, b+1)
				rest[a] = merged
				return naiveJoined(rest, clips)
			}
		}
	}
	return units
}

func TestJoinedAgainstANaiveClosure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "clips")
		clips, units := make([]Judged, n), make([][]int, rapid.IntRange(1, n).Draw(t, "units"))
		for i := range clips {
			clips[i] = Judged{Clip: fmt.Sprint(i), Trial: rapid.SampledFrom([]string{"", "", "1", "2", "3", "4"}).Draw(t, "trial")}
			u := i % len(units)
			units[u] = append(units[u], i)
		}
		got, want := joined(units, clips), naiveJoined(units, clips)
		tidy := func(all [][]int) string {
			for _, unit := range all {
				slices.Sort(unit)
			}
			slices.SortFunc(all, slices.Compare)
			return fmt.Sprint(all)
		}
		if a, b := tidy(got), tidy(want); a != b {
			t.Fatalf("joined %s, want %s", a, b)
		}
	})
}

func TestNoDrawPartsATrial(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clips := anyClips(t)
		for i := range clips {
			clips[i].Trial = rapid.SampledFrom([]string{"", "1", "2", "3"}).Draw(t, "trial")
		}
		b := newBootstrap(clips, 20, rapid.Uint64().Draw(t, "seed"))
		b.measure([]statistic{func(weight []float64) float64 {
			drawn := map[string]float64{}
			for i := range clips {
				times := weight[i] / b.alone[i] // how often the clip was drawn
				if was, ok := drawn[clips[i].trialOf()]; ok && !close9(was, times) {
					t.Fatalf("trial %s: one clip %g times, another %g", clips[i].Trial, was, times)
				}
				drawn[clips[i].trialOf()] = times
			}
			return 0
		}})
		total := 0.0
		for _, w := range b.alone {
			total += w
		}
		if !close9(total, float64(trials(clips))) {
			t.Fatalf("the clips weigh %g, and there are %d trials", total, trials(clips))
		}
	})
}
