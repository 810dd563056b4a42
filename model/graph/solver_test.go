package graph

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// naiveAdamW is algorithm 2 of Loshchilov and Hutter 2019 in float64, with clipping.
type naiveAdamW struct {
	s       SolverSettings
	w, m, v [][]float64
	t       int
}

func (a *naiveAdamW) step(g [][]float64, rate float64, decays []bool) {
	a.t++
	norm := 0.0
	for _, gi := range g {
		norm += dot(gi, gi)
	}
	norm = math.Sqrt(norm)
	scale := 1.0
	if a.s.ClipNorm > 0 {
		scale = math.Min(1, a.s.ClipNorm/norm)
	}
	for i := range a.w {
		for j := range a.w[i] {
			x := g[i][j] * scale
			a.m[i][j] = a.s.Beta1*a.m[i][j] + (1-a.s.Beta1)*x
			a.v[i][j] = a.s.Beta2*a.v[i][j] + (1-a.s.Beta2)*x*x
			mHat := a.m[i][j] / (1 - math.Pow(a.s.Beta1, float64(a.t)))
			vHat := a.v[i][j] / (1 - math.Pow(a.s.Beta2, float64(a.t)))
			decay := 0.0
			if decays[i] {
				decay = a.s.WeightDecay * a.w[i][j]
			}
			a.w[i][j] -= rate * (mHat/(math.Sqrt(vHat)+a.s.Epsilon) + decay)
		}
	}
}

func TestSolverIsAdamW(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := DefaultSolver
		s.ClipNorm = rapid.SampledFrom([]float64{0, 0.5, 100}).Draw(t, "clip")
		s.WeightDecay = rapid.SampledFrom([]float64{0, 0.1}).Draw(t, "decay")
		s.Beta2 = rapid.SampledFrom([]float64{0.9, 0.999}).Draw(t, "beta2")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		sizes, decays := []int{7, 3}, []bool{true, false}
		ours, naive := &adamW{settings: s}, &naiveAdamW{s: s}
		for i, n := range sizes {
			w := normal(rng, n)
			ours.add(string(rune('a'+i)), w, decays[i])
			naive.w, naive.m, naive.v = append(naive.w, widen(w)), append(naive.m, make([]float64, n)), append(naive.v, make([]float64, n))
		}
		for step := range 30 {
			rate := 0.01 * float64(step%7) // also a rate of 0
			g, g64 := [][]float32{normal(rng, 7), normal(rng, 3)}, make([][]float64, 2)
			for i := range g {
				g64[i] = widen(g[i])
			}
			if err := ours.step(g, rate); err != nil {
				t.Fatal(err)
			}
			naive.step(g64, rate, decays)
		}
		for i, w := range ours.weights {
			near(t, w.name, w.values, naive.w[i])
		}
	})
}

func TestSolverRefusesGradients(t *testing.T) {
	for _, c := range []struct {
		name string
		clip float64
		bad  float32
		want error
	}{
		{"NaN", 1, float32(math.NaN()), errNotFinite},
		{"infinite", 1, float32(math.Inf(1)), errNotFinite},
		{"infinite without clipping", 0, float32(math.Inf(-1)), errNotFinite},
		{"great without clipping", 0, 1e20, errTooGreat},
		{"great with clipping", 1, 1e20, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := DefaultSolver
			s.ClipNorm = c.clip
			a := &adamW{settings: s}
			a.add("w", []float32{1, 2}, true)
			if err := a.step([][]float32{{0.1, -0.1}}, 0.01); err != nil {
				t.Fatal(err)
			}
			values, state := slices.Clone(a.weights[0].values), a.state()
			err := a.step([][]float32{{0, c.bad}}, 0.01)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if err != nil && (!slices.Equal(values, a.weights[0].values) || !reflect.DeepEqual(state, a.state())) {
				t.Error("something changed all the same")
			}
		})
	}
}

func TestSolverSettingsCheck(t *testing.T) {
	if err := DefaultSolver.Check(); err != nil {
		t.Errorf("default: %v", err)
	}
	nan := math.NaN()
	for _, c := range []struct {
		name   string
		change func(*SolverSettings)
		want   string
	}{
		{"rate 0", func(s *SolverSettings) { s.LearningRate = 0 }, "solver: learning_rate is 0, and must be above 0 and at most 1"},
		{"rate NaN", func(s *SolverSettings) { s.LearningRate = nan }, "solver: learning_rate is NaN, and must be above 0 and at most 1"},
		{"decay of 2", func(s *SolverSettings) { s.WeightDecay = 2 }, "solver: weight_decay is 2, and must lie between 0 and 1"},
		{"clip below 0", func(s *SolverSettings) { s.ClipNorm = -1 }, "solver: clip_norm is -1, and must not be below 0 (0 = no clipping)"},
		{"beta1 of 1", func(s *SolverSettings) { s.Beta1 = 1 }, "solver: beta1 is 1, and must be at least 0 and below 1"},
		{"beta2 below 0", func(s *SolverSettings) { s.Beta2 = -0.1 }, "solver: beta2 is -0.1, and must be at least 0 and below 1"},
		{"epsilon 0", func(s *SolverSettings) { s.Epsilon = 0 }, "solver: epsilon is 0, and must lie between 1e-12 and 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := DefaultSolver
			c.change(&s)
			if err := s.Check(); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestStepCountSurvivesFloat32(t *testing.T) {
	for _, n := range []int{0, 1, countBase - 1, countBase, 1<<24 + 1, 1<<33 + 12345} {
		a := &adamW{steps: n}
		b := &adamW{}
		if err := b.restore(a.state()); err != nil || b.steps != n {
			t.Errorf("%d steps came back as %d (%v)", n, b.steps, err)
		}
	}
}
