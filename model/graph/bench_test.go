package graph

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"fallkit/model"
	"fallkit/pose"
)

// measured are the networks that benchmarks step: ours, and the bigger one that other
// engines were measured with.
var measured = []struct {
	name string
	spec model.Spec
}{
	{"default", model.DefaultSpec},
	{"pendulum-lstm", publishedLSTM},
	{"T48C64", model.Spec{Inputs: 51, Channels: 64, Kernel: 3, Dilations: []int{1, 2, 4}, Steps: 48}},
}

// batchOf draws n windows with a target for every other one.
func batchOf(s model.Spec, n int, seed uint64) (x, y, weight []float32) {
	rng := rand.New(rand.NewPCG(seed, 0))
	x, y, weight = make([]float32, n*s.Steps*s.Inputs), make([]float32, n), make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	for i := range y {
		y[i], weight[i] = float32(i%2), 1
	}
	return x, y, weight
}

// specialist is the network of that name in its default size, whose steps take this many
// sequences.
var specialist = model.Spec{
	Kind: model.Causal, Inputs: pose.FallChannels, Channels: 48, Kernel: 3, Dilations: []int{1, 3, 6}, Steps: 80,
	Phases: pose.Answers, Mirror: true, Given: 1 + pose.DescentChannel,
}

const sequences = 16

func BenchmarkSequenceStep(b *testing.B) {
	for workers := 1; workers <= min(2, runtime.GOMAXPROCS(0)); workers++ {
		b.Run(fmt.Sprintf("specialist/workers=%d/%s", workers, blasName), func(b *testing.B) {
			l := sequenceLearner(b, specialist, sequences, 0.03)
			l.SetWorkers(workers)
			x, y, weight := sequencesOf(specialist, sequences, 1)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := l.Step(x, y, weight, 1e-3); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkStep(b *testing.B) {
	for _, m := range measured {
		for workers := 1; workers <= min(2, runtime.GOMAXPROCS(0)); workers++ {
			b.Run(fmt.Sprintf("%s/workers=%d/%s", m.name, workers, blasName), func(b *testing.B) {
				const batch = 64
				l := learner(b, m.spec, batch)
				l.SetWorkers(workers)
				x, y, weight := batchOf(m.spec, batch, 1)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := l.Step(x, y, weight, 1e-3); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// learner starts from seed 1 and is closed with the test.
func learner(t testing.TB, s model.Spec, batch int) *Learner {
	t.Helper()
	l, err := NewLearner(s, s.Init(1), batch, DefaultSolver)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}
