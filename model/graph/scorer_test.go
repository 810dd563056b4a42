package graph

import (
	"math"
	"testing"

	"fallkit/model"
)

// A scorer looks at many windows at once, and sees in each what a predictor sees.
func TestScorerIsThePredictor(t *testing.T) {
	for name, spec := range map[string]model.Spec{"convolutional": model.DefaultSpec, "recurrent": publishedLSTM} {
		p := spec.Init(3)
		s, err := NewScorer(spec, p, 5)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		x, _, _ := batchOf(spec, 13, 8)
		got, err := s.Logits(x)
		if err != nil {
			t.Fatal(err)
		}
		one := predictorOf(t, spec, p)
		row := spec.Steps * spec.Inputs
		for i, z := range got {
			if want := one.Logit(x[i*row : (i+1)*row]); math.Abs(z-want) > 1e-5*(1+math.Abs(want)) {
				t.Errorf("%s: window %d has logit %g, and the predictor says %g", name, i, z, want)
			}
		}
		if _, err := s.Logits(x[1:]); err == nil {
			t.Errorf("%s: a part of a window was taken", name)
		}
	}
}

func predictorOf(t testing.TB, spec model.Spec, p model.Parameters) *model.Predictor {
	t.Helper()
	one, err := model.NewPredictor(&model.Checkpoint{Spec: spec, Parameters: p})
	if err != nil {
		t.Fatal(err)
	}
	return one
}

func BenchmarkScoreWindows(b *testing.B) {
	spec, p := model.DefaultSpec, model.DefaultSpec.Init(1)
	x, _, _ := batchOf(spec, 32, 1)
	row := spec.Steps * spec.Inputs
	b.Run("together", func(b *testing.B) {
		s, err := NewScorer(spec, p, 32)
		if err != nil {
			b.Fatal(err)
		}
		defer s.Close()
		for b.Loop() {
			if _, err := s.Logits(x); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(32*b.N), "us/window")
	})
	b.Run("one by one", func(b *testing.B) {
		one := predictorOf(b, spec, p)
		for b.Loop() {
			for i := range 32 {
				one.Logit(x[i*row : (i+1)*row])
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(32*b.N), "us/window")
	})
}
