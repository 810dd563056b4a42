package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func windowClip(name string, windows ...JudgedWindow) Judged {
	return Judged{Clip: name, Group: name, Seconds: 10, Threshold: 0.5, Windows: windows}
}

func TestCalibrationErrorByHand(t *testing.T) {
	m := Measuring{Alarm: quick, Resamples: 10}
	for _, c := range []struct {
		name  string
		clips []Judged
		want  float64
	}{
		{"sure and right", []Judged{windowClip("a", JudgedWindow{1, true}, JudgedWindow{0, false})}, 0},
		{"sure and wrong", []Judged{windowClip("a", JudgedWindow{1, false}, JudgedWindow{0, true})}, 1},
		// one bin: mean score 0.5 where three of four are falls
		{"a coin that is none", []Judged{windowClip("a", JudgedWindow{0.5, true}, JudgedWindow{0.5, true}, JudgedWindow{0.5, true}, JudgedWindow{0.5, false})}, 0.25},
		// bins by sixths of a hundred: 0.1 is off by 0.1, 0.9 by 0.9; three windows and one
		{"two bins, over clips", []Judged{windowClip("a", JudgedWindow{0.1, false}, JudgedWindow{0.9, false}), windowClip("b", JudgedWindow{0.1, false}, JudgedWindow{0.1, false})}, 0.3},
		{"unknown windows are in no bin", []Judged{windowClip("a", JudgedWindow{0.9, true}, JudgedWindow{math.NaN(), true})}, 0.1},
	} {
		if got := m.Measure(c.clips).Window.CalibrationError; !close9(got.Value, c.want) {
			t.Errorf("%s: %g, want %g", c.name, got.Value, c.want)
		}
	}
	if got := m.Measure([]Judged{windowClip("a")}).Window.CalibrationError; got.Defined() || got.Note == "" {
		t.Errorf("without windows: %+v", got)
	}
}

// naiveCalibrationError goes through the bins as the paper writes them: the sum over bins of
// |B| ÷ n × |accuracy(B) − confidence(B)|.
func naiveCalibrationError(clips []Judged) float64 {
	n, sum := 0, 0.0
	for bin := range reliabilityBins {
		size, falls, scores := 0, 0, 0.0
		for _, c := range clips {
			for _, w := range c.Windows {
				in := w.Score*reliabilityBins >= float64(bin) && w.Score*reliabilityBins < float64(bin+1) || w.Score == 1 && bin == reliabilityBins-1
				if !in { // also what is unknown
					continue
				}
				size++
				scores += w.Score
				if w.Fall {
					falls++
				}
			}
		}
		if size > 0 {
			sum += float64(size) * math.Abs(float64(falls)/float64(size)-scores/float64(size))
		}
		n += size
	}
	return sum / float64(n)
}

func TestCalibrationErrorAgainstTheTextbook(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var clips []Judged
		for i := range rapid.IntRange(1, 5).Draw(t, "clips") {
			c := windowClip(fmt.Sprint(i))
			for range rapid.IntRange(0, 20).Draw(t, "windows") {
				score := rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0, 1, math.NaN(), 1.0 / 15, 14.0 / 15})).Draw(t, "score")
				c.Windows = append(c.Windows, JudgedWindow{score, rapid.Bool().Draw(t, "fall")})
			}
			clips = append(clips, c)
		}
		got, want := Measuring{Alarm: quick}.Measure(clips).Window.CalibrationError, naiveCalibrationError(clips)
		if got.Defined() == math.IsNaN(want) || got.Defined() && !close9(got.Value, want) {
			t.Fatalf("%+v, want %g", got, want)
		}
	})
}

func TestAWellCalibratedDetectorHasLittleError(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	var clips []Judged
	for i := range 200 {
		c := windowClip(fmt.Sprint(i))
		for range 100 {
			score := rng.Float64()
			c.Windows = append(c.Windows, JudgedWindow{score, rng.Float64() < score}) // it happens as often as it says
		}
		clips = append(clips, c)
	}
	got := Measuring{Alarm: quick, Resamples: 300, Seed: 1}.Measure(clips).Window.CalibrationError
	if got.Value > 0.015 || got.Low > got.Value || got.High < got.Value || got.High > 0.03 || got.Low > 0.01 {
		t.Errorf("calibration error %+v", got)
	}
}
