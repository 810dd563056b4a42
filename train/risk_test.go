package train

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestRiskByHand(t *testing.T) {
	clip := func(name string, score float64, fall bool) Judged {
		j := drawnClip(name, "....")
		j.Fall = fall
		j.Scores[0].Scores[0] = score
		return j
	}
	// log-odds from 0.5: 0.9 and 0.1 the same, 0.8 and 0.2 the same; the unknown one last
	clips := []Judged{
		clip("right", 0.9, true), clip("wrong", 0.2, true), clip("quiet", 0.1, false),
		clip("alarm", 0.8, false), drawnClip("unknown", "????"),
	}
	clips[4].Fall = true
	got := Measuring{Alarm: quick, MinEvidence: DefaultMinEvidence}.Risk(clips)
	want := []RiskPoint{{0.4, 0}, {0.8, 0.5}, {1, 3.0 / 5}}
	if !slices.EqualFunc(got.Points, want, func(a, b RiskPoint) bool { return close9(a.Coverage, b.Coverage) && close9(a.Risk, b.Risk) }) {
		t.Errorf("points %+v, want %+v", got.Points, want)
	}
	if area := 0.4*0 + 0.4*0.5 + 0.2*0.6; !close9(got.Area, area) {
		t.Errorf("area %g, want %g", got.Area, area)
	}
	// two cameras of one wrong trial are one wrong trial of four
	clips[1].Trial, clips[3].Trial = "a/1", "a/1"
	clips[3] = clips[1]
	clips[3].Clip = "other camera"
	if last := (Measuring{Alarm: quick, MinEvidence: DefaultMinEvidence}).Risk(clips).Points; !close9(last[len(last)-1].Risk, 2.0/4) {
		t.Errorf("with a trial of two cameras %+v", last)
	}
}

func TestRiskOfAClipWithoutAThresholdComesLast(t *testing.T) {
	clips := handClips()
	clips[0].Threshold = math.NaN()
	if got := (Measuring{Alarm: quick}).Risk(clips).Points; len(got) == 0 || got[len(got)-1].Coverage != 1 {
		t.Errorf("points %+v", got)
	}
}

func TestRiskOfAnyDetector(t *testing.T) {
	m := Measuring{Alarm: quick, MinEvidence: DefaultMinEvidence}
	rapid.Check(t, func(t *rapid.T) {
		clips := anyClips(t)
		for i := range clips {
			clips[i].Trial = rapid.SampledFrom([]string{"", "", "1", "2"}).Draw(t, "trial")
		}
		got := m.Risk(clips)
		if !(got.Area >= 0 && got.Area <= 1+1e-12) {
			t.Fatalf("area %g", got.Area)
		}
		for i, p := range got.Points {
			if !(p.Risk >= 0 && p.Risk <= 1) || i > 0 && !(p.Coverage > got.Points[i-1].Coverage) {
				t.Fatalf("points %+v", got.Points)
			}
		}
		if last := got.Points[len(got.Points)-1]; !close9(last.Coverage, 1) {
			t.Fatalf("the last point is %+v", last)
		}
		shuffled := slices.Clone(clips)
		rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)).Shuffle(len(shuffled), func(a, b int) { shuffled[a], shuffled[b] = shuffled[b], shuffled[a] })
		if other := m.Risk(shuffled); !close9(other.Area, got.Area) || len(other.Points) != len(got.Points) {
			t.Fatalf("area %g, in another order %g", got.Area, other.Area)
		}
		for i := range clips { // the truth is what the detector says
			says := clips[i].verdict(m.MinEvidence)
			clips[i].Fall = says == SaysFall
		}
		if perfect := m.Risk(clips); perfect.Area != 0 {
			t.Fatalf("a perfect detector has area %g", perfect.Area)
		}
	})
}
