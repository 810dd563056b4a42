package model

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// naive is the network again, straight from the formulas of Spec and in float64.
func naive(s Spec, p Parameters, window []float32) float64 {
	h := make([][]float64, s.Steps)
	for t := range h {
		h[t] = widen(window[t*s.Inputs : (t+1)*s.Inputs])
	}
	var block [][]float64
	for _, c := range s.Convolutions() {
		y := make([][]float64, s.Steps)
		for t := range y {
			y[t] = widen(p[c.Bias()])
			for o := range y[t] {
				for k := range s.Kernel {
					from := t + (k-s.Kernel/2)*c.Dilation
					if from < 0 || from >= s.Steps {
						continue
					}
					for i, x := range h[from] {
						y[t][o] += x * float64(p[c.Weight()][(k*c.Inputs+i)*c.Channels+o])
					}
				}
				if c.Residual {
					y[t][o] += block[t][o]
				}
				y[t][o] = math.Max(0, y[t][o])
			}
		}
		if !c.Residual {
			block = h
		}
		h = y
	}
	logit := float64(p[HeadBias][0])
	for c := range s.Channels {
		mean, most := 0.0, math.Inf(-1)
		for t := range h {
			mean += h[t][c] / float64(s.Steps)
			most = math.Max(most, h[t][c])
		}
		w := p[HeadWeight]
		logit += mean*float64(w[c]) + most*float64(w[s.Channels+c]) + h[s.Steps-1][c]*float64(w[2*s.Channels+c])
	}
	return 1 / (1 + math.Exp(-logit))
}

func widen(v []float32) []float64 {
	w := make([]float64, len(v))
	for i, x := range v {
		w[i] = float64(x)
	}
	return w
}

// anySpec draws small networks, also with taps that reach over the whole window.
func anySpec(t *rapid.T) Spec {
	return Spec{
		Inputs:    rapid.IntRange(1, 20).Draw(t, "inputs"),
		Channels:  rapid.IntRange(1, 12).Draw(t, "channels"),
		Kernel:    rapid.SampledFrom([]int{1, 3, 5}).Draw(t, "kernel"),
		Dilations: rapid.SliceOfN(rapid.IntRange(1, 9), 1, 3).Draw(t, "dilations"),
		Steps:     rapid.IntRange(1, 10).Draw(t, "steps"),
	}
}

// sparseWindow draws normal numbers of which some are 0, as missing joints are.
func sparseWindow(s Spec, rng *rand.Rand) []float32 {
	w := make([]float32, s.Steps*s.Inputs)
	for i := range w {
		if rng.Float64() < 0.7 {
			w[i] = float32(rng.NormFloat64())
		}
	}
	return w
}

// withBiases are initial parameters whose biases are not all 0.
func withBiases(s Spec, rng *rand.Rand) Parameters {
	p := s.Init(rng.Uint64())
	for _, shape := range s.Shapes() {
		if len(shape.Shape) == 1 {
			for i := range p[shape.Name] {
				p[shape.Name][i] = float32(rng.NormFloat64()) / 4
			}
		}
	}
	return p
}

func predictor(t interface{ Fatal(...any) }, s Spec, p Parameters) *Predictor {
	pred, err := NewPredictor(&Checkpoint{Spec: s, Parameters: p})
	if err != nil {
		t.Fatal(err)
	}
	return pred
}

func TestScoreIsThatOfTheFormulas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySpec(t)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		p := withBiases(s, rng)
		pred := predictor(t, s, p)
		for range 3 { // scratch memory of one window must not reach the next
			window := sparseWindow(s, rng)
			if got, want := pred.Score(window), naive(s, p, window); math.Abs(got-want) > 1e-5 {
				t.Fatalf("score %.8f, want %.8f", got, want)
			}
		}
	})
}

func TestDefaultScoreIsThatOfTheFormulas(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	p := withBiases(DefaultSpec, rng)
	pred := predictor(t, DefaultSpec, p)
	for range 20 {
		window := sparseWindow(DefaultSpec, rng)
		if got, want := pred.Score(window), naive(DefaultSpec, p, window); math.Abs(got-want) > 1e-5 {
			t.Errorf("score %.8f, want %.8f", got, want)
		}
	}
}

func TestScoreOfNaNIsNaN(t *testing.T) {
	pred := predictor(t, DefaultSpec, DefaultSpec.Init(1))
	window := make([]float32, DefaultSpec.Steps*DefaultSpec.Inputs)
	window[100] = float32(math.NaN())
	if got := pred.Score(window); !math.IsNaN(got) {
		t.Errorf("a window with NaN scores %g", got)
	}
}

func TestScoreOfOtherSizePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a window that is too short was scored")
		}
	}()
	predictor(t, DefaultSpec, DefaultSpec.Init(1)).Score(make([]float32, 7))
}

func TestClonesScoreAtOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	pred := predictor(t, DefaultSpec, withBiases(DefaultSpec, rng))
	windows := [][]float32{sparseWindow(DefaultSpec, rng), sparseWindow(DefaultSpec, rng)}
	want := []float64{pred.Score(windows[0]), pred.Score(windows[1])}
	var wg sync.WaitGroup
	for i := range windows {
		clone := pred.Clone()
		wg.Go(func() {
			for range 20 {
				if got := clone.Score(windows[i]); got != want[i] {
					t.Errorf("window %d scores %g in a clone, want %g", i, got, want[i])
				}
			}
		})
	}
	wg.Wait()
}

func TestScoreAllocatesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	pred, window := predictor(t, DefaultSpec, DefaultSpec.Init(1)), sparseWindow(DefaultSpec, rng)
	if n := testing.AllocsPerRun(10, func() { pred.Score(window) }); n != 0 {
		t.Errorf("%g allocations for a window", n)
	}
}

func TestNewPredictorRefuses(t *testing.T) {
	missing := DefaultSpec.Init(1)
	delete(missing, HeadBias)
	for _, c := range []struct {
		name string
		c    Checkpoint
		want string
	}{
		{"no spec", Checkpoint{}, "predictor: model: inputs is 0, and must lie between 1 and 4096"},
		{"a missing parameter", Checkpoint{Spec: DefaultSpec, Parameters: missing}, "predictor: parameter head.bias is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := NewPredictor(&c.c); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func BenchmarkScore(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	pred, window := predictor(b, DefaultSpec, DefaultSpec.Init(1)), sparseWindow(DefaultSpec, rng)
	b.ReportAllocs()
	for b.Loop() {
		pred.Score(window)
	}
}
