package graph

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"pgregory.net/rapid"

	"fallkit/model"
	"fallkit/pose"
)

// tinyLSTM is quick to learn and to differentiate number by number.
var tinyLSTM = model.Spec{Kind: model.LSTM, Inputs: 3, Channels: 4, Layers: 2, Steps: 6}

// publishedLSTM is the network of Taufeeque et al. at a default window.
var publishedLSTM = model.Spec{Kind: model.LSTM, Inputs: 5, Channels: 48, Layers: 2, Steps: 30}

// naiveRecurrence is model.Recurrence, one number at a time: x [batch, steps, inputs],
// w [inputs, 4·channels], u [channels, 4·channels], bias [4·channels].
func naiveRecurrence(l layout, inputs, channels int, x, w, u, bias []float64) []float64 {
	h := make([]float64, l.batch*l.steps*channels)
	bend := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	for q := range l.batch {
		cells, before := make([]float64, channels), make([]float64, channels)
		for t := range l.steps {
			row := x[(q*l.steps+t)*inputs:][:inputs]
			gate := func(k, j int) float64 {
				at := k*channels + j
				sum := bias[at]
				for i, v := range row {
					sum += v * w[i*4*channels+at]
				}
				for i, v := range before {
					sum += v * u[i*4*channels+at]
				}
				return sum
			}
			now := make([]float64, channels)
			for j := range channels {
				cells[j] = bend(gate(1, j))*cells[j] + bend(gate(0, j))*math.Tanh(gate(2, j))
				now[j] = bend(gate(3, j)) * math.Tanh(cells[j])
			}
			copy(h[(q*l.steps+t)*channels:], now)
			before = now
		}
	}
	return h
}

// naiveLSTM is the whole network.
func naiveLSTM(s model.Spec, p map[string][]float64, x []float64) []float64 {
	l := layout{len(x) / (s.Steps * s.Inputs), s.Steps}
	for _, r := range s.Recurrences() {
		x = naiveRecurrence(l, r.Inputs, r.Channels, x, p[r.Weight()], p[r.Recurrent()], p[r.Bias()])
	}
	logits := make([]float64, l.batch)
	for q := range logits {
		last := x[((q+1)*s.Steps-1)*s.Channels:][:s.Channels]
		logits[q] = p[model.HeadBias][0] + dot(last, p[model.HeadWeight])
	}
	return logits
}

func TestRecurrence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := recurrence{anyLayout(t), rapid.IntRange(1, 3).Draw(t, "channels")}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		z, u, cost := normal(rng, r.rows()*r.width()), normal(rng, r.channels*r.width()), normal(rng, r.rows()*r.channels)
		h, grads := differentiate(t, 2, []input{{r.rowsFrom(z, r.width()), r.rows(), r.width(), false}, {u, r.channels, r.width(), false}},
			r.rowsFrom(cost, r.channels), func(b *builder, in []*gorgonia.Node) *gorgonia.Node { return r.apply(b, in[0], in[1]) })

		z64, u64, cost64 := widen(z), widen(u), widen(cost)
		same, none := identity(r.width()), make([]float64, r.width()) // z is x · 1 + 0
		forward := func() []float64 { return naiveRecurrence(r.layout, r.width(), r.channels, z64, same, u64, none) }
		near(t, "output", r.order(h, r.channels), forward())
		f := func() float64 { return dot(cost64, forward()) }
		near(t, "gradient of z", r.order(grads[0], r.width()), slope(z64, f))
		near(t, "gradient of u", grads[1], slope(u64, f))
	})
}

func identity(n int) []float64 {
	m := make([]float64, n*n)
	for i := range n {
		m[i*n+i] = 1
	}
	return m
}

func TestLastStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := lastStep{anyLayout(t), rapid.IntRange(1, 5).Draw(t, "channels")}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		x, cost := normal(rng, l.rows()*l.channels), normal(rng, l.batch*l.channels)
		y, grads := differentiate(t, 2, []input{{l.rowsFrom(x, l.channels), l.rows(), l.channels, false}}, cost,
			func(b *builder, in []*gorgonia.Node) *gorgonia.Node { return l.apply(b, in[0]) })
		want, slopes := make([]float64, len(y)), make([]float64, len(x))
		for q := range l.batch {
			for c := range l.channels {
				at := ((q+1)*l.steps-1)*l.channels + c
				want[q*l.channels+c], slopes[at] = float64(x[at]), float64(cost[q*l.channels+c])
			}
		}
		near(t, "output", y, want)
		near(t, "gradient", l.order(grads[0], l.channels), slopes)
	})
}

func TestGradientOfTheWholeLSTM(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := model.Spec{
			Kind: model.LSTM, Inputs: rapid.IntRange(1, 4).Draw(t, "inputs"), Channels: rapid.IntRange(1, 4).Draw(t, "channels"),
			Layers: rapid.IntRange(1, 3).Draw(t, "layers"), Steps: rapid.IntRange(1, 6).Draw(t, "steps"),
		}
		batch := rapid.IntRange(1, 12).Draw(t, "batch")
		l, err := NewLearner(s, s.Init(rapid.Uint64().Draw(t, "seed")), batch, DefaultSolver)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		x, y, weight := batchOf(s, batch, 3)
		l.load(x, y, weight)
		if err := l.machine.RunAll(); err != nil {
			t.Fatal(err)
		}
		p := map[string][]float64{}
		for name, v := range l.Parameters() {
			p[name] = widen(v)
		}
		f := func() float64 { return naiveLoss(naiveLSTM(s, p, widen(x)), widen(y), widen(weight)) }
		near(t, "loss", []float32{l.loss.Value().Data().(float32)}, []float64{f()})
		for i, g := range values(l.gradients) {
			name := s.Shapes()[i].Name
			near(t, name, g, slope(p[name], f))
		}
	})
}

// TestEveryKindHasAGraph: a family of networks is in both tables, with the same score.
func TestEveryKindHasAGraph(t *testing.T) {
	if n := len(model.Kinds()); n != len(kinds) {
		t.Errorf("%d kinds can be used and %d trained", n, len(kinds))
	}
	for _, k := range model.Kinds() {
		if kinds[k] == nil {
			t.Errorf("kind %q cannot be trained", k)
		}
	}
	for _, n := range model.Networks {
		s := n.Spec(model.Spec{Inputs: inputsOf(n), Channels: 6, Kernel: 3, Dilations: []int{1, 2}, Steps: 9}, pose.PhasePrior)
		l := learner(t, s, 5)
		train(t, l, 0, 3)
		scoresAsThePredictor(t, l, 11)
	}
}

func TestPredictorScoresAsTheLSTM(t *testing.T) {
	for _, s := range []model.Spec{tinyLSTM, publishedLSTM, {Kind: model.LSTM, Inputs: 2, Channels: 1, Layers: 3, Steps: 1}} {
		l := learner(t, s, 11)
		train(t, l, 0, 3)
		scoresAsThePredictor(t, l, 23)
	}
}

// scoresAsThePredictor compares n windows.
func scoresAsThePredictor(t *testing.T, l *Learner, n int) {
	t.Helper()
	pred, err := model.NewPredictor(&model.Checkpoint{Spec: l.spec, Parameters: l.Parameters()})
	if err != nil {
		t.Fatal(err)
	}
	x, _, _ := batchOf(l.spec, n, 77)
	scores, err := l.Score(x)
	if err != nil {
		t.Fatal(err)
	}
	row := l.spec.Steps * l.spec.Inputs
	for i, got := range scores {
		if want := pred.Score(x[i*row : (i+1)*row]); !(math.Abs(got-want) <= 1e-5) {
			t.Errorf("%+v: window %d scores %.7f in the graph and %.7f in the predictor", l.spec, i, got, want)
		}
	}
}

func TestAnLSTMIsTheSameWithAnyWorkers(t *testing.T) {
	want := ""
	for _, workers := range []int{1, 2, 3, 8} {
		l := learner(t, publishedLSTM, 20)
		l.SetWorkers(workers)
		train(t, l, 0, 3)
		if got := fingerprint(l); want == "" {
			want = got
		} else if got != want {
			t.Errorf("%d workers give other bytes than one", workers)
		}
	}
}

func TestAnLSTMResumesAsIfNotStopped(t *testing.T) {
	whole, first := learner(t, tinyLSTM, 5), learner(t, tinyLSTM, 5)
	train(t, whole, 0, 5)
	train(t, first, 0, 2)
	second := learner(t, tinyLSTM, 5)
	train(t, second, 50, 52)
	if err := second.Restore(first.Parameters(), first.State()); err != nil {
		t.Fatal(err)
	}
	train(t, second, 2, 5)
	if fingerprint(second) != fingerprint(whole) {
		t.Error("it ends with other bytes")
	}
}

func TestMemoryOfAnLSTMDoesNotGrow(t *testing.T) {
	const batch = 8
	l := learner(t, tinyLSTM, batch)
	x, y, weight := batchOf(tinyLSTM, batch, 1)
	run := func(steps int) {
		for range steps {
			if _, err := l.Step(x, y, weight, 1e-3); err != nil {
				t.Fatal(err)
			}
			if _, err := l.Score(x); err != nil {
				t.Fatal(err)
			}
		}
	}
	run(20)
	before, goroutines := heap(), runtime.NumGoroutine()
	run(400)
	if grown := heap() - before; grown > 256<<10 {
		t.Errorf("400 steps left %d bytes on the heap", grown)
	}
	if n := runtime.NumGoroutine(); n > goroutines {
		t.Errorf("%d goroutines, and %d before", n, goroutines)
	}
}

// TestAnLSTMLearnsAnOrder is a toy: two bumps of different features, and which came first
// decides. Only a memory can tell.
func TestAnLSTMLearnsAnOrder(t *testing.T) {
	const batch = 32
	s := model.Spec{Kind: model.LSTM, Inputs: 2, Channels: 8, Layers: 1, Steps: 8}
	rng := rand.New(rand.NewPCG(4, 4))
	draw := func() (x, y, weight []float32) {
		x, y, weight = normal(rng, batch*s.Steps*s.Inputs), make([]float32, batch), make([]float32, batch)
		for i := range x {
			x[i] *= 0.1
		}
		for i := range batch {
			first, second := rng.IntN(s.Steps/2), s.Steps/2+rng.IntN(s.Steps/2)
			y[i], weight[i] = float32(i%2), 1
			x[(i*s.Steps+first)*2+i%2] += 2
			x[(i*s.Steps+second)*2+1-i%2] += 2
		}
		return x, y, weight
	}
	l := learner(t, s, batch)
	for range 300 {
		x, y, weight := draw()
		if _, err := l.Step(x, y, weight, 2e-2); err != nil {
			t.Fatal(err)
		}
	}
	x, y, _ := draw()
	scores, err := l.Score(x)
	if err != nil {
		t.Fatal(err)
	}
	wrong := slices.IndexFunc(scores, func(score float64) bool { return math.IsNaN(score) })
	for i, score := range scores {
		if (score > 0.5) != (y[i] == 1) {
			wrong = i
		}
	}
	if wrong >= 0 {
		t.Errorf("window %d of two bumps in order %g scores %g", wrong, y[wrong], scores[wrong])
	}
}

// inputsOf is how many features a small network of a name takes: one over the skeleton needs
// all joints.
func inputsOf(n model.Network) int {
	if n.Name == "stgcn" {
		return pose.Joints*model.JointInputs + 2
	}
	return 7
}
