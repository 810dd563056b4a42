package data

import (
	"slices"
	"strings"
	"testing"

	"fallkit/pose"
)

// named is a clip of six seconds with states of segments.csv, "0-2 walking, 2-4 falling".
func named(label, activity, states string) Example {
	e := Example{Clip: &Clip{Label: label, Activity: activity}, Recording: &pose.Recording{}}
	for i := range 60 {
		e.Recording.PoseTimes = append(e.Recording.PoseTimes, float64(i)/10)
	}
	for s := range strings.SplitSeq(states, ", ") {
		span, state, ok := strings.Cut(s, " ")
		if ok {
			e.States = append(e.States, StateSpan{Span{float64(span[0] - '0'), float64(span[2]-'0') - 0.05}, state})
		}
	}
	return e
}

func TestActivitiesAreWhatTheLabelsName(t *testing.T) {
	for _, c := range []struct {
		name     string
		examples []Example
		everyday string
		falls    string
	}{
		{"states before the clip's activity", []Example{named("adl", "bend", "0-3 standing, 3-6 bending")}, "bending standing", ""},
		{"the clip's activity where no state is", []Example{named("adl", "bend", "0-3 standing")}, "bend standing", ""},
		{"vague states name nothing", []Example{named("adl", "lie_on_bed", "0-2 not_lying, 2-3 falling, 3-6 lying")}, "lie_on_bed lying", ""},
		{"no activity", []Example{named("adl", "", "")}, "everyday life", ""},
		{"falls by kind", []Example{named("fall", "trip", "0-2 walking, 2-4 falling, 4-6 lying"), named("fall", "slip", ""), named("fall", "", "")}, "lying walking", "fall slip trip"},
		{"each once", []Example{named("adl", "walk", ""), named("adl", "walk", "")}, "walk", ""},
	} {
		a := ActivitiesOf(c.examples)
		if day, fall := strings.Join(a.Everyday, " "), strings.Join(a.Falls, " "); day != c.everyday || fall != c.falls {
			t.Errorf("%s: %q and %q, want %q and %q", c.name, day, fall, c.everyday, c.falls)
		}
		if got := a.Names(); len(got) != a.Len() || !slices.Equal(got[len(a.Everyday):], a.Falls) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// Each step's answers as the labels have it: one rune a step, "1" may be true.
func TestStepsAreLabelledWithActivities(t *testing.T) {
	trip := named("fall", "trip", "0-2 walking, 2-4 falling, 4-6 lying")
	slip := named("fall", "slip", "")
	bend := named("adl", "bend", "0-3 standing")
	a := ActivitiesOf([]Example{trip, slip, bend}) // bend lying standing walking | slip trip
	for _, c := range []struct {
		name    string
		example *Example
		set     PhaseSet
		time    float64
		want    string
	}{
		{"before a fall, named", &trip, noFall, 1, "000100"},
		{"perhaps falling", &trip, Among(pose.Upright, pose.Lowering, pose.Falling), 2.2, "111101"},
		{"falling", &trip, Among(pose.Falling), 3, "000001"},
		{"lying afterwards", &trip, Among(pose.Down), 5, "010000"},
		{"falling or down", &trip, Among(pose.Falling, pose.Down), 5, "010001"},
		{"before a fall, nothing named", &slip, noFall, 1, "111100"},
		{"another kind of fall", &slip, Among(pose.Falling), 1, "000010"},
		{"a state", &bend, noFall, 1, "001000"},
		{"the clip's activity", &bend, noFall, 5, "100000"},
		{"nothing known", &bend, 0, 5, "000000"},
	} {
		k := known{sets: []PhaseSet{c.set}, times: []float64{c.time}, example: c.example}
		y := make([]float32, a.Len())
		y[0] = 7 // of a batch before
		a.label(&k, y)
		var got strings.Builder
		for _, v := range y {
			got.WriteByte("01"[int(v)])
		}
		if got.String() != c.want {
			t.Errorf("%s: %s, want %s", c.name, got.String(), c.want)
		}
	}
}

// A generalist sees the very steps that a specialist sees, with the same weights, and both
// agree on which of them show a fall.
func TestGeneralistsSeeTheSameSequences(t *testing.T) {
	s := drawnSequences(t)
	var phases, activities Batch
	s.Draw(3, &phases)
	s.Activities = ActivitiesOf(s.Examples)
	before := s.Answers
	s.Answers = s.Activities.Len()
	s.Draw(3, &activities)
	if !slices.Equal(phases.X, activities.X) || !slices.Equal(phases.Weight, activities.Weight) {
		t.Fatal("another network sees other steps")
	}
	surely := 0
	for r, w := range phases.Weight {
		if w == 0 {
			continue
		}
		fall, calm := phases.Y[r*before+int(pose.Falling)] == 1, false
		for k := range before {
			calm = calm || k != int(pose.Falling) && phases.Y[r*before+k] == 1
		}
		row := activities.Y[r*s.Answers : (r+1)*s.Answers]
		n := len(s.Activities.Everyday)
		if got := slices.Contains(row[n:], 1); got != fall {
			t.Fatalf("step %d may show a fall: %v, and for the generalist %v", r, fall, got)
		}
		if got := slices.Contains(row[:n], 1); got != calm {
			t.Fatalf("step %d may show none: %v, and for the generalist %v", r, calm, got)
		}
		if fall && !calm {
			surely++
		}
	}
	if surely == 0 {
		t.Error("no step surely shows a fall")
	}
}
