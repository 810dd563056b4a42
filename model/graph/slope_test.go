package graph

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"fallkit/model"
)

func slopeOf(t fataler, s model.Spec, batch int) (*Slope, model.Parameters) {
	t.Helper()
	p := s.Init(5)
	for i := range p[model.HeadBias] {
		p[model.HeadBias][i] = 0.3
	}
	got, err := NewSlope(s, p, batch)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return got, p
}

func TestSlopeIsTheDerivativeByEveryNumberOfAWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := model.Spec{
			Inputs: rapid.IntRange(1, 4).Draw(t, "inputs"), Channels: rapid.IntRange(1, 4).Draw(t, "channels"),
			Kernel: 1 + 2*rapid.IntRange(0, 1).Draw(t, "half kernel"), Dilations: []int{1, 2}, Steps: rapid.IntRange(1, 6).Draw(t, "steps"),
		}
		batch, n := rapid.IntRange(1, 9).Draw(t, "batch"), rapid.IntRange(1, 12).Draw(t, "windows")
		sl, parameters := slopeOf(t, s, batch)
		defer sl.Close()
		x, _, _ := batchOf(s, n, rapid.Uint64Range(0, 1000).Draw(t, "seed"))
		logits, grad, err := sl.Gradient(x)
		if err != nil {
			t.Fatal(err)
		}
		p := map[string][]float64{}
		for name, v := range parameters {
			p[name] = widen(v)
		}
		wide := widen(x)
		want := naiveLogits(s, p, wide)
		for i, z := range logits {
			if math.Abs(z-want[i]) > 1e-4*(1+math.Abs(want[i])) {
				t.Fatalf("logit %d is %g, want %g", i, z, want[i])
			}
		}
		total := func() (sum float64) {
			for _, z := range naiveLogits(s, p, wide) {
				sum += z
			}
			return sum
		}
		nearOrKinked(t, "gradient to the windows", grad, wide, total)
	})
}

// nearOrKinked is near, but where a unit stands so near to its kink that the 32 bits of the
// graph may see it on the other side: there the gradient lies between the slopes to both
// sides, which differ.
func nearOrKinked(t fataler, what string, got []float32, at []float64, f func() float64) {
	t.Helper()
	const step = 1e-4
	want := slope(at, f)
	most := 1.0
	for _, w := range want {
		most = math.Max(most, math.Abs(w))
	}
	for i, w := range want {
		g, was, here := float64(got[i]), at[i], f()
		if math.Abs(g-w) <= 2e-5*most {
			continue
		}
		at[i] = was + step
		right := (f() - here) / step
		at[i] = was - step
		left := (here - f()) / step
		at[i] = was
		if few := 1e-3 * most; !(g >= min(left, right)-few && g <= max(left, right)+few && math.Abs(left-right) > few) {
			t.Fatalf("%s: number %d is %g, want %g (to the left %g, to the right %g)", what, i, g, w, left, right)
		}
	}
}

func TestSlopeDoesNotDependOnWorkersOrBatch(t *testing.T) {
	x, _, _ := batchOf(model.DefaultSpec, 21, 9)
	var wantZ []float64
	var want []float32
	for _, c := range []struct{ batch, workers int }{{16, 1}, {16, 2}, {16, 8}, {21, 3}} {
		s, _ := slopeOf(t, model.DefaultSpec, c.batch)
		s.SetWorkers(c.workers)
		z, g, err := s.Gradient(x)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if want == nil {
			wantZ, want = z, g
		}
		if c.batch == 16 && (!slices.Equal(z, wantZ) || !slices.Equal(g, want)) {
			t.Errorf("%d workers: other bytes than with one", c.workers)
		}
		for i := range g { // a BLAS library may sum products of another size in another order
			if math.Abs(float64(g[i]-want[i])) > 1e-5 {
				t.Fatalf("batch %d: number %d is %g, and %g with another batch", c.batch, i, g[i], want[i])
			}
		}
	}
}

func TestLearnerGivesTheGradientOfWhatItHasLearned(t *testing.T) {
	l := learner(t, tiny, 5)
	train(t, l, 0, 2)
	x, _, _ := batchOf(tiny, 7, 4)
	if _, _, err := l.Gradient(x); err != nil {
		t.Fatal(err)
	}
	train(t, l, 2, 4) // the graph must read the parameters anew
	z, g, err := l.Gradient(x)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := NewSlope(tiny, l.Parameters(), 5)
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.Close()
	wantZ, want, err := fresh.Gradient(x)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(z, wantZ) || !slices.Equal(g, want) {
		t.Error("the gradient is not that of the newest parameters")
	}
}

// Asking for gradients to the windows changes nothing of what is learned.
func TestGradientLeavesLearningAlone(t *testing.T) {
	quiet, asked := learner(t, tiny, 6), learner(t, tiny, 6)
	x, _, _ := batchOf(tiny, 6, 1)
	for i := range 4 {
		train(t, quiet, i, i+1)
		train(t, asked, i, i+1)
		if _, _, err := asked.Gradient(x); err != nil {
			t.Fatal(err)
		}
	}
	if fingerprint(quiet) != fingerprint(asked) {
		t.Error("learning ended elsewhere")
	}
}

func TestSlopeRefuses(t *testing.T) {
	if _, err := NewSlope(tiny, tiny.Init(1), 0); err == nil || !strings.Contains(err.Error(), "slope: batch is 0") {
		t.Errorf("no batch: %v", err)
	}
	s, _ := slopeOf(t, tiny, 4)
	defer s.Close()
	if _, _, err := s.Gradient(make([]float32, 19)); err == nil || !strings.Contains(err.Error(), "19 features make no whole number of windows of 18") {
		t.Errorf("half a window: %v", err)
	}
	if z, g, err := s.Gradient(nil); err != nil || len(z) != 0 || len(g) != 0 {
		t.Errorf("no window: %v %v %v", z, g, err)
	}
}

func BenchmarkSlope(b *testing.B) {
	s, err := NewSlope(model.DefaultSpec, model.DefaultSpec.Init(1), 32)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	x, _, _ := batchOf(model.DefaultSpec, 32, 1)
	runtime.GC()
	for b.Loop() {
		if _, _, err := s.Gradient(x); err != nil {
			b.Fatal(err)
		}
	}
}

// Graphs may be built and used by several goroutines at once; the race detector looks on.
func TestSlopesAreBuiltAtOnce(t *testing.T) {
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			s, _ := slopeOf(t, model.DefaultSpec, 2)
			defer s.Close()
			x, _, _ := batchOf(model.DefaultSpec, 2, 1)
			if _, _, err := s.Gradient(x); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}
