package train

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/data"
)

// levelClip has a score of one height for a second and a half, in its fall if it has one.
func levelClip(name string, score float64, fall bool) Judged {
	j := drawnClip(name, strings.Repeat(".", 40))
	if fall {
		j = drawnClip(name, strings.Repeat(".", 40), data.Span{Start: 3, End: 4})
	}
	for i := 12; i < 18; i++ {
		j.Scores[0].Scores[i] = score
	}
	return j
}

func TestThresholdLiesInTheMiddleOfThePlateau(t *testing.T) {
	clips := []Judged{levelClip("a", 0.9, true), levelClip("b", 0.9, true), levelClip("c", 0.2, false), levelClip("d", 0.15, false)}
	for _, o := range Objectives {
		got, err := ChooseThreshold(clips, quick, o)
		if err != nil {
			t.Fatal(err)
		}
		want := sigmoid((logit(0.2) + logit(0.9)) / 2)
		if math.Abs(got.Threshold-want) > 0.03 || got.Value != 1 {
			t.Errorf("%s: %+v, want about %.3f with value 1", o, got, want)
		}
		if got.Plateau[0] <= 0.2 || got.Plateau[1] > 0.9 {
			t.Errorf("%s: plateau %v leaves (0.2, 0.9]", o, got.Plateau)
		}
	}
}

func TestThresholdPrefersAWidePlateauToASharpPeak(t *testing.T) {
	var clips []Judged
	for i := range 101 { // one fall hides between two close ADL scores: catching it is worth less than a hundredth
		clips = append(clips, levelClip(string(rune('a'+i)), 0.9, true))
	}
	clips = append(clips, levelClip("low", 0.2, false), levelClip("hidden", 0.22, true))
	got, err := ChooseThreshold(clips, quick, ForBalancedAccuracy)
	if err != nil {
		t.Fatal(err)
	}
	if got.Threshold < 0.4 || got.Threshold > 0.8 {
		t.Errorf("%+v, want the middle of 0.2 to 0.9", got)
	}
}

func TestThresholdIsNeverWorseThanTheBestByMoreThanItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clips := append(anyClips(t), levelClip("fall", 0.8, true), levelClip("adl", 0.3, false))
		o := rapid.SampledFrom(Objectives).Draw(t, "objective")
		got, err := ChooseThreshold(clips, quick, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range Sweep(clips, quick, thresholdGrid()) {
			if p.value(o) > got.Value+asGood+1e-9 {
				t.Fatalf("threshold %g has %g, and %g has %g", got.Threshold, got.Value, p.Threshold, p.value(o))
			}
		}
	})
}

func TestClipRecallFallsAsTheThresholdRises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clips := append(anyClips(t), levelClip("fall", 0.8, true), levelClip("adl", 0.3, false))
		caught := math.Inf(1)
		for _, threshold := range thresholdGrid() {
			for i := range clips {
				clips[i].Threshold = threshold
			}
			now := sum(Measuring{Alarm: quick}.tally(clips).clip.caught)
			if now > caught {
				t.Fatalf("threshold %g catches %g clips, a lower one %g", threshold, now, caught)
			}
			caught = now
		}
	})
}

func TestThresholdNeedsBothKinds(t *testing.T) {
	falls, adls := []Judged{levelClip("a", 0.9, true)}, []Judged{levelClip("b", 0.1, false)}
	untimed := []Judged{adls[0], {Clip: "u", Fall: true, Seconds: 5}}
	for _, c := range []struct {
		name  string
		clips []Judged
		o     Objective
		want  string
	}{
		{"falls alone", falls, ForEventF1, "0 without a fall"},
		{"none alone", adls, ForBalancedAccuracy, "0 with and 1 without"},
		{"no times", untimed, ForEventF1, "has its times"},
		{"no times", untimed, ForBalancedEvents, "has its times"},
	} {
		if _, err := ChooseThreshold(c.clips, quick, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want an error with %q, got %v", c.name, c.want, err)
		}
	}
}

// Of the same scores, more clips of falls change what F1 chooses and not what the balanced
// objectives choose.
func TestBalancedThresholdsDoNotDependOnHowManyFall(t *testing.T) {
	few := []Judged{
		levelClip("weak", 0.3, true), levelClip("sure", 0.9, true),
		levelClip("lies down", 0.5, false), levelClip("sits down", 0.4, false), levelClip("walks", 0.1, false),
	}
	many := slices.Concat(slices.Repeat(few[:2], 10), few[2:])
	for o, same := range map[Objective]bool{ForBalancedEvents: true, ForBalancedAccuracy: true, ForEventF1: false} {
		a, err := ChooseThreshold(few, quick, o)
		if err != nil {
			t.Fatal(err)
		}
		b, err := ChooseThreshold(many, quick, o)
		if err != nil {
			t.Fatal(err)
		}
		if (a.Threshold == b.Threshold) != same {
			t.Errorf("%s: threshold %.3f with few falls, %.3f with many", o, a.Threshold, b.Threshold)
		}
	}
}
