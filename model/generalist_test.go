package model

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/pose"
)

func sized(channels int) Spec {
	return Spec{Inputs: pose.FallChannels, Channels: channels, Kernel: 3, Steps: 80}
}

// TestGeneralistIsAsLargeAsTheSpecialist, whatever it tells: within half of what one channel
// more makes.
func TestGeneralistIsAsLargeAsTheSpecialist(t *testing.T) {
	generalist, _ := NetworkNamed(Generalist)
	specialist, _ := NetworkNamed(Specialist)
	for _, channels := range []int{8, 24, 48} {
		full := specialist.Spec(sized(channels), pose.AllPriors).Parameters()
		bare := specialist.Spec(sized(channels), 0).Parameters()
		if math.Abs(float64(full-bare)) > 0.03*float64(full) {
			t.Errorf("%d channels: %d parameters with all priors and %d with none", channels, full, bare)
		}
		for _, n := range [][2]int{{1, 1}, {7, 1}, {40, 16}, {90, 10}} {
			s := generalist.Spec(sized(channels), 0).Telling(n[0], n[1])
			if err := s.Check(); err != nil {
				t.Fatal(err)
			}
			wider := s
			wider.Channels++
			step := wider.Parameters() - s.Parameters()
			if d := s.Parameters() - full; math.Abs(float64(d)) > 0.51*float64(step) {
				t.Errorf("%d channels, %v activities: %d parameters, the specialist %d, one channel more %d", channels, n, s.Parameters(), full, step)
			}
			if s.Phases != n[0]+n[1] || s.Given != 0 || s.Phased() {
				t.Errorf("%v: %+v", n, s)
			}
		}
	}
}

// The falls are read off the fall answers, however many answers there are: five of them are no
// phases.
func TestFallsAreTheLastAnswers(t *testing.T) {
	for _, c := range []struct {
		phases, falls int
		want          string // x is a fall
	}{{2, 0, ".x"}, {2, 1, ".x"}, {5, 0, "..x.."}, {5, 2, "...xx"}, {7, 3, "....xxx"}, {4, 0, "...x"}} {
		s := Spec{Kind: Causal, Phases: c.phases, Falls: c.falls}
		var got strings.Builder
		for k := range c.phases {
			got.WriteByte(".x"[s.side(k)])
		}
		if got.String() != c.want {
			t.Errorf("%d answers, %d falls: %s, want %s", c.phases, c.falls, got.String(), c.want)
		}
	}
}

// The score is the log-odds of the sum of the fall classes' chances.
func TestGeneralistsScoreIsTheSumOfItsFallClasses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 60).Draw(t, "answers")
		s := Spec{Kind: Causal, Phases: n, Falls: rapid.IntRange(1, n-1).Draw(t, "falls")}
		logits := rapid.SliceOfN(rapid.Float32Range(-20, 20), n, n).Draw(t, "logits")
		all, falls := 0.0, 0.0
		for k, z := range logits {
			all += math.Exp(float64(z))
			if k >= n-s.Falls {
				falls += math.Exp(float64(z))
			}
		}
		if got, want := s.FallOdds(logits), math.Log(falls)-math.Log(all-falls); math.Abs(got-want) > 1e-6*(1+math.Abs(want)) && falls/all < 0.999999 {
			t.Fatalf("%g, want %g", got, want)
		}
	})
}

func TestFallsThatCannotBe(t *testing.T) {
	s := sized(4)
	s.Kind, s.Dilations, s.Phases = Causal, []int{1}, 3
	for _, falls := range []int{-1, 3} {
		s.Falls = falls
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), "must be from 0 to less than phases, which is 3") {
			t.Errorf("%d: %v", falls, err)
		}
	}
}

func TestGeneralistHasNoPriorsAboutFalls(t *testing.T) {
	n, _ := NetworkNamed(Generalist)
	in := pose.DefaultInput
	in.Priors = pose.AllPriors
	if got := n.Input(in).Priors; got != BodyPriors {
		t.Errorf("priors %v", got.Names())
	}
}

func TestPlainDecoderIsARunningMean(t *testing.T) {
	d := Decoder{Mean: 3}
	if err := d.Check(); err != nil {
		t.Fatal(err)
	}
	g := d.NewDecoding()
	for _, want := range []struct{ odds, mean float64 }{{3, 3}, {6, 4.5}, {0, 3}, {-3, 1}, {-3, -2}} {
		if got := g.Smooth(want.odds); math.Abs(got-want.mean) > 1e-12 {
			t.Errorf("after %g: %g, want %g", want.odds, got, want.mean)
		}
	}
	g.Forget()
	if got := g.Smooth(8); got != 8 {
		t.Errorf("after forgetting: %g", got)
	}
	for _, bad := range []struct {
		d    Decoder
		want string
	}{{Decoder{Mean: -1}, "mean is -1, and must be from 0 to 1024"}, {Decoder{Mean: 1025}, "mean is 1025"}, {Decoder{Mean: 2, Weight: 0.5}, "a decoder with one has nothing else"}} {
		if err := bad.d.Check(); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%+v: %v", bad.d, err)
		}
	}
}
