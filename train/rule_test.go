package train

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"fallkit/pose"
)

func highest(t TrackScores) float64 {
	j := Judged{Scores: []TrackScores{t}}
	score, _ := j.Highest()
	return score
}

func ruleOn(r *pose.Recording) TrackScores { return Rule{MinScore: 0.15}.ScoreTrack(&r.Tracks[0]) }

func TestRuleTellsAFallFromLyingDownSlowly(t *testing.T) {
	for _, c := range []struct {
		name    string
		degrees func(float64) float64
		fall    bool
	}{
		{"standing", func(float64) float64 { return 0 }, false},
		{"lying all the time", func(float64) float64 { return 90 }, false},
		{"falling in 0.6 s", topples(2, 0.6), true},
		{"falling in 0.9 s", topples(2, 0.9), true},
		{"lying down in 4 s", topples(1, 4), false},
		{"getting up", func(time float64) float64 { return 90 - topples(2, 0.6)(time) }, false},
		{"swaying", func(time float64) float64 { return 10 * math.Sin(2*time) }, false},
	} {
		if got := highest(ruleOn(filmed(12.5, 6, 30, c.degrees))); (got >= RuleThreshold) != c.fall {
			t.Errorf("%s: highest score %.3f, threshold %.3f", c.name, got, RuleThreshold)
		}
	}
}

func TestRuleByItsFormula(t *testing.T) {
	// 4 body sizes a second with the torso at 90 degrees: 4 × (0.3 + 0.7) / 8
	for _, c := range []struct{ speed, size, degrees, want float64 }{
		{120, 30, 90, 0.5},
		{120, 30, 135, 0.5},
		{120, 30, 45, 0.5 * 0.65},
		{120, 30, 0, 0.15},
		{-50, 30, 90, 0},
		{900, 30, 170, 1},
		{3, 1, 90, 0.125},
		{math.NaN(), 30, 90, math.NaN()},
		{1, math.NaN(), 90, math.NaN()},
		{1, 30, math.NaN(), math.NaN()},
	} {
		if got := ruleScore(c.speed, c.size, c.degrees); !close9(got, c.want) {
			t.Errorf("speed %g, size %g, angle %g: score %g, want %g", c.speed, c.size, c.degrees, got, c.want)
		}
	}
}

func TestRuleLooksAtNothingLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := filmed(12.5, 5, 30, topples(rapid.Float64Range(0, 4).Draw(t, "start"), 0.6)).Tracks[0]
		end := rapid.Float64Range(0.1, 4.5).Draw(t, "end")
		past := whole.Between(0, end)
		a, b := Rule{}.ScoreTrack(&whole), Rule{}.ScoreTrack(&past)
		for i := range b.Scores {
			if !close9(a.Scores[i], b.Scores[i]) {
				t.Fatalf("at %g s: %g with a future, %g without", b.Times[i], a.Scores[i], b.Scores[i])
			}
		}
	})
}

func TestRuleCaresForNeitherSizeNorRate(t *testing.T) {
	want := highest(ruleOn(filmed(10, 6, 30, topples(2, 0.8))))
	for _, c := range []struct {
		rate  float64
		torso float32
	}{{10, 12}, {10, 55}, {12.5, 30}, {30, 30}} {
		if got := highest(ruleOn(filmed(c.rate, 6, c.torso, topples(2, 0.8)))); math.Abs(got-want) > 0.05 {
			t.Errorf("%g poses a second, torso %g: %.3f, want about %.3f", c.rate, c.torso, got, want)
		}
	}
}

func TestRuleKnowsWhatItCannotSee(t *testing.T) {
	r := filmed(12.5, 4, 30, topples(2, 0.6))
	for i := range r.Tracks[0].Poses {
		for _, j := range []pose.Joint{pose.LeftHip, pose.RightHip} {
			r.Tracks[0].Poses[i].Keypoints[j].Score = 0.05
		}
	}
	for i, s := range ruleOn(r).Scores {
		if !math.IsNaN(s) {
			t.Fatalf("pose %d scores %g without hips", i, s)
		}
	}
	gap := filmed(12.5, 4, 30, topples(2, 0.6)).Tracks[0]
	late := gap.Between(2.7, 4) // lying from the first pose on, and nobody saw how it came to that
	late.Times, late.Poses = append([]float64{0}, late.Times...), append([]pose.Pose{gap.Poses[0]}, late.Poses...)
	if got := highest(Rule{}.ScoreTrack(&late)); got > 0.05 {
		t.Errorf("a jump over a gap of 2.7 s scores %g", got)
	}
}

func TestBeforeInterpolates(t *testing.T) {
	times, values := []float64{0, 0.1, 0.2, 0.3, 1.5, 1.6}, []float64{0, 1, 2, 3, 15, math.NaN()}
	for _, c := range []struct {
		i       int
		seconds float64
		want    float64
	}{{3, 0.3, 0}, {3, 0.25, 0.5}, {3, 0.2, 1}, {1, 0.2, math.NaN()}, {4, 0.4, math.NaN()}, {5, 0.05, math.NaN()}, {5, 0.1, 15}} {
		if got := before(times, values, c.i, c.seconds); math.Abs(got-c.want) > 1e-6 || math.IsNaN(got) != math.IsNaN(c.want) {
			t.Errorf("%g s before entry %d: %g, want %g", c.seconds, c.i, got, c.want)
		}
	}
}

func BenchmarkRule(b *testing.B) {
	for _, rate := range []float64{12.5, 30} {
		r := filmed(rate, 60, 30, topples(30, 0.6))
		b.Run(fmt.Sprintf("minute_at_%g", rate), func(b *testing.B) {
			for b.Loop() {
				ruleOn(r)
			}
		})
	}
}
