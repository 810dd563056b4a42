package graph

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"fallkit/model"
	"fallkit/pose"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tiny is quick to learn and to differentiate number by number.
var tiny = model.Spec{Inputs: 3, Channels: 4, Kernel: 3, Dilations: []int{1, 2}, Steps: 6}

// fingerprint is all bytes of a learner that training changes.
func fingerprint(l *Learner) string {
	var b bytes.Buffer
	p, state := l.Parameters(), l.State()
	for _, shape := range l.spec.Shapes() {
		binary.Write(&b, binary.LittleEndian, p[shape.Name])
		binary.Write(&b, binary.LittleEndian, state[firstMoment+shape.Name])
		binary.Write(&b, binary.LittleEndian, state[secondMoment+shape.Name])
	}
	binary.Write(&b, binary.LittleEndian, state[stepCount])
	return b.String()
}

// train takes steps from a batch of its own each.
func train(t fataler, l *Learner, first, last int) {
	t.Helper()
	for i := first; i < last; i++ {
		x, y, weight := batchOf(l.spec, l.batch, uint64(i))
		if _, err := l.Step(x, y, weight, 1e-2); err != nil {
			t.Fatalf("%v", err)
		}
	}
}

func TestGradientOfTheWholeNetwork(t *testing.T) {
	const batch = 5
	l := learner(t, tiny, batch)
	x, y, weight := batchOf(tiny, batch, 3)
	weight[1], weight[4], y[2] = 0.25, 0, 0.5
	l.load(x, y, weight)
	if err := l.machine.RunAll(); err != nil {
		t.Fatal(err)
	}
	p := map[string][]float64{}
	for name, v := range l.Parameters() {
		p[name] = widen(v)
	}
	f := func() float64 { return naiveLoss(naiveLogits(tiny, p, widen(x)), widen(y), widen(weight)) }
	near(t, "loss", []float32{l.loss.Value().Data().(float32)}, []float64{f()})
	for i, g := range values(l.gradients) {
		name := tiny.Shapes()[i].Name
		near(t, name, g, slope(p[name], f))
	}
}

func TestPredictorScoresAsTheGraph(t *testing.T) {
	for _, c := range []struct {
		name  string
		spec  model.Spec
		batch int
	}{
		{"default", model.DefaultSpec, 16},
		{"tiny", tiny, 3},
		{"taps reach over the window", model.Spec{Inputs: 5, Channels: 7, Kernel: 5, Dilations: []int{9, 1}, Steps: 4}, 11},
		{"one step", model.Spec{Inputs: 2, Channels: 1, Kernel: 1, Dilations: []int{1}, Steps: 1}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := learner(t, c.spec, c.batch)
			train(t, l, 0, 3)
			pred, err := model.NewPredictor(&model.Checkpoint{Spec: c.spec, Parameters: l.Parameters()})
			if err != nil {
				t.Fatal(err)
			}
			n := 2*c.batch + 1 // the last batch is not full
			x, _, _ := batchOf(c.spec, n, 77)
			scores, err := l.Score(x)
			if err != nil {
				t.Fatal(err)
			}
			if len(scores) != n {
				t.Fatalf("%d scores for %d windows", len(scores), n)
			}
			row := c.spec.Steps * c.spec.Inputs
			for i, got := range scores {
				if want := pred.Score(x[i*row : (i+1)*row]); !(math.Abs(got-want) <= 1e-5) {
					t.Errorf("window %d scores %.7f in the graph and %.7f in the predictor", i, got, want)
				}
			}
		})
	}
}

func TestTheSameStartGivesTheSameBytes(t *testing.T) {
	want := ""
	for _, workers := range []int{1, 1, 2, 3, 8} {
		l := learner(t, model.DefaultSpec, 20)
		l.SetWorkers(workers)
		train(t, l, 0, 4)
		got := fingerprint(l)
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("%d workers give other bytes than the first run", workers)
		}
	}
}

func TestResumeIsAsIfNotStopped(t *testing.T) {
	const steps, batch = 8, 5
	whole := learner(t, tiny, batch)
	train(t, whole, 0, steps)
	for stop := range steps + 1 {
		first := learner(t, tiny, batch)
		train(t, first, 0, stop)
		second, err := NewLearner(tiny, tiny.Init(99), batch, DefaultSolver)
		if err != nil {
			t.Fatal(err)
		}
		train(t, second, 50, 52) // what Restore must forget
		if err := second.Restore(first.Parameters(), first.State()); err != nil {
			t.Fatal(err)
		}
		train(t, second, stop, steps)
		if fingerprint(second) != fingerprint(whole) {
			t.Errorf("stopped after step %d, it ends with other bytes", stop)
		}
		second.Close()
	}
}

func TestResumeFromDisk(t *testing.T) {
	in := pose.DefaultInput
	in.Seconds = 0.4
	s := model.Spec{Inputs: pose.Channels, Channels: 4, Kernel: 3, Dilations: []int{1}, Steps: in.Steps()}
	whole, first, second := learner(t, s, 4), learner(t, s, 4), learner(t, s, 4)
	train(t, whole, 0, 4)
	train(t, first, 0, 2)
	path := filepath.Join(t.TempDir(), "last.safetensors")
	c := &model.Checkpoint{Spec: s, Input: in, Alarm: json.RawMessage(`{}`), Parameters: first.Parameters(), State: first.State()}
	if err := c.Save(path); err != nil {
		t.Fatal(err)
	}
	loaded, err := model.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Restore(loaded.Parameters, loaded.State); err != nil {
		t.Fatal(err)
	}
	train(t, second, 2, 4)
	if fingerprint(second) != fingerprint(whole) {
		t.Error("resumed from disk, it ends with other bytes")
	}
}

func TestRestoreRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(p model.Parameters, state map[string][]float32)
		want   string
	}{
		{"another network", func(p model.Parameters, _ map[string][]float32) { delete(p, "head.bias") }, "restore: parameter head.bias is missing"},
		{"no state", func(_ model.Parameters, s map[string][]float32) { clear(s) }, "restore: state adam.steps is missing: this checkpoint cannot be trained further; resume from the run's last checkpoint"},
		{"half a step", func(_ model.Parameters, s map[string][]float32) { s[stepCount][1] = 0.5 }, "restore: state adam.steps is 0, 0.5, which is no number of steps"},
		{"missing moment", func(_ model.Parameters, s map[string][]float32) { delete(s, "adam.m.head.bias") }, "restore: state adam.m.head.bias has 0 numbers, and must have 1"},
		{"NaN", func(_ model.Parameters, s map[string][]float32) { s["adam.m.head.bias"][0] = float32(math.NaN()) }, "restore: state adam.m.head.bias: number 0 is NaN"},
		{"a square below 0", func(_ model.Parameters, s map[string][]float32) { s["adam.v.head.bias"][0] = -1 }, "restore: state adam.v.head.bias: number 0 is -1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := learner(t, tiny, 3)
			train(t, l, 0, 2)
			before := fingerprint(l)
			p, state := tiny.Init(5), l.State()
			c.change(p, state)
			if err := l.Restore(p, state); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if fingerprint(l) != before {
				t.Error("something changed all the same")
			}
		})
	}
}

func TestRowsOfNoWeightCountForNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const batch = 10
		n := rapid.IntRange(1, batch-1).Draw(t, "rows")
		x, y, weight := batchOf(tiny, n, rapid.Uint64().Draw(t, "seed"))
		run := func(x, y, weight []float32) (float64, string) {
			l, err := NewLearner(tiny, tiny.Init(1), batch, DefaultSolver)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			train(t, l, 0, 1) // a full batch before: nothing of it may stay
			loss, err := l.Step(x, y, weight, 1e-2)
			if err != nil {
				t.Fatal(err)
			}
			return loss, fingerprint(l)
		}
		loss, short := run(x, y, weight)
		noise, _, _ := batchOf(tiny, batch-n, 5)
		padded, full := run(append(x, noise...), append(y, make([]float32, batch-n)...), append(weight, make([]float32, batch-n)...))
		if loss != padded || short != full {
			t.Fatalf("%d rows give loss %g alone and %g with rows of weight 0", n, loss, padded)
		}
	})
}

func TestWeightIsHowOftenARowCounts(t *testing.T) {
	x, y, weight := batchOf(tiny, 3, 2)
	weight[1] = 2
	row := tiny.Steps * tiny.Inputs
	twice := slices.Concat(x, x[row:2*row])
	a, b := learner(t, tiny, 4), learner(t, tiny, 4)
	la, err := a.Step(x, y, weight, 1e-2)
	if err != nil {
		t.Fatal(err)
	}
	lb, err := b.Step(twice, append(y, y[1]), []float32{1, 1, 1, 1}, 1e-2)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(la-lb) > 1e-6 {
		t.Errorf("a row of weight 2 gives loss %g, and given twice %g", la, lb)
	}
}

func TestStepThatFailsChangesNothing(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, c := range []struct {
		name   string
		change func(x []float32)
		want   string
	}{
		{"NaN in a window", func(x []float32) { x[7] = float32(math.NaN()) }, "step 3: the loss is NaN, so no parameter was changed: try"},
		{"infinity in a window", func(x []float32) { x[7] = inf }, "step 3: the loss is "},
		{"windows that overflow", func(x []float32) {
			for i := range x {
				x[i] = 3e38
			}
		}, "step 3: the loss is "},
		{"a gradient whose square overflows", func(x []float32) {
			for i := range x {
				x[i] *= 1e25
			}
		}, "step 3: the gradient is too great to be squared, so no parameter was changed: try"},
	} {
		t.Run(c.name, func(t *testing.T) {
			const batch = 5
			l, other := unclipped(t, batch), unclipped(t, batch)
			train(t, l, 0, 2)
			train(t, other, 0, 3)
			before := fingerprint(l)
			x, y, weight := batchOf(tiny, batch, 9)
			c.change(x)
			_, err := l.Step(x, y, weight, 1e-2)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) || !strings.Contains(err.Error(), "try a lower learning rate") {
				t.Fatalf("got %v, want %s", err, c.want)
			}
			if fingerprint(l) != before {
				t.Error("something changed all the same")
			}
			train(t, l, 2, 3)
			if fingerprint(l) != fingerprint(other) {
				t.Error("the next step is not what it would have been")
			}
		})
	}
}

// unclipped lets any gradient through.
func unclipped(t *testing.T, batch int) *Learner {
	s := DefaultSolver
	s.ClipNorm = 0
	l, err := NewLearner(tiny, tiny.Init(1), batch, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func TestStepRefuses(t *testing.T) {
	const batch = 4
	l := learner(t, tiny, batch)
	before := fingerprint(l)
	nan := float32(math.NaN())
	for _, c := range []struct {
		name   string
		rows   int
		change func(x, y, weight *[]float32, rate *float64)
		want   string
	}{
		{"no rows", 0, nil, "step 1: the batch has 0 rows, and must have 1 to 4"},
		{"too many rows", 5, nil, "step 1: the batch has 5 rows, and must have 1 to 4"},
		{"features missing", 4, func(x, _, _ *[]float32, _ *float64) { *x = (*x)[1:] }, "step 1: 4 targets go with 4 weights and 71 features, and must go with 4 and 72"},
		{"weights missing", 4, func(_, _, w *[]float32, _ *float64) { *w = (*w)[1:] }, "step 1: 4 targets go with 3 weights and 72 features, and must go with 4 and 72"},
		{"target of 2", 4, func(_, y, _ *[]float32, _ *float64) { (*y)[1] = 2 }, "step 1: row 1 has target 2, and must have one between 0 and 1"},
		{"target NaN", 4, func(_, y, _ *[]float32, _ *float64) { (*y)[1] = nan }, "step 1: row 1 has target NaN, and must have one between 0 and 1"},
		{"weight below 0", 4, func(_, _, w *[]float32, _ *float64) { (*w)[3] = -1 }, "step 1: row 3 has weight -1, and must have one between 0 and 1e6"},
		{"nothing counts", 4, func(_, _, w *[]float32, _ *float64) { clear(*w) }, "step 1: all 4 rows have weight 0: there is nothing to learn"},
		{"rate NaN", 4, func(_, _, _ *[]float32, r *float64) { *r = math.NaN() }, "step 1: the learning rate is NaN, and must lie between 0 and 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, y, weight := batchOf(tiny, c.rows, 1)
			rate := 0.1
			if c.change != nil {
				c.change(&x, &y, &weight, &rate)
			}
			if _, err := l.Step(x, y, weight, rate); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	if fingerprint(l) != before {
		t.Error("something changed all the same")
	}
	if _, err := l.Score(make([]float32, 19)); err == nil || err.Error() != "score: 19 features make no whole number of windows of 18" {
		t.Errorf("score of half a window: %v", err)
	}
}

func TestNewLearnerRefuses(t *testing.T) {
	rate0 := DefaultSolver
	rate0.LearningRate = 0
	for _, c := range []struct {
		name   string
		spec   model.Spec
		start  model.Parameters
		batch  int
		solver SolverSettings
		want   string
	}{
		{"no network", model.Spec{}, nil, 4, DefaultSolver, "learner: model: inputs is 0, and must lie between 1 and 4096"},
		{"solver", tiny, tiny.Init(1), 4, rate0, "learner: solver: learning_rate is 0, and must be above 0 and at most 1"},
		{"batch 0", tiny, tiny.Init(1), 0, DefaultSolver, "learner: batch is 0, and must lie between 1 and 11184810 for a network of this size"},
		{"no parameters", tiny, nil, 4, DefaultSolver, "learner: parameter input.weight is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := NewLearner(c.spec, c.start, c.batch, c.solver); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestLearnerCopies(t *testing.T) {
	start := tiny.Init(1)
	l, err := NewLearner(tiny, start, 4, DefaultSolver)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p, state := l.Parameters(), l.State()
	train(t, l, 0, 2)
	if !reflect.DeepEqual(start, tiny.Init(1)) || !reflect.DeepEqual(p, start) || state[stepCount][1] != 0 {
		t.Error("training changed what was given to, or got from, the learner before")
	}
}

// TestLearnsWhereABumpIs is a toy: the first feature jumps in half of the windows, at
// any step, under noise.
func TestLearnsWhereABumpIs(t *testing.T) {
	const batch = 32
	s := model.Spec{Inputs: 3, Channels: 8, Kernel: 3, Dilations: []int{1, 2}, Steps: 12}
	rng := rand.New(rand.NewPCG(4, 4))
	draw := func() (x, y, weight []float32) {
		x, y, weight = normal(rng, batch*s.Steps*s.Inputs), make([]float32, batch), make([]float32, batch)
		for i := range batch {
			y[i], weight[i] = float32(i%2), 1
			for t := range s.Steps {
				x[(i*s.Steps+t)*s.Inputs] *= 0.1
			}
			if i%2 == 1 {
				x[(i*s.Steps+rng.IntN(s.Steps))*s.Inputs] += 2
			}
		}
		return x, y, weight
	}
	l := learner(t, s, batch)
	var first, last float64
	for i := range 150 {
		x, y, weight := draw()
		loss, err := l.Step(x, y, weight, 1e-2)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = loss
		}
		last = loss
	}
	if !(last < 0.1 && last < first/3) {
		t.Errorf("the loss went from %.3f to %.3f", first, last)
	}
	x, y, _ := draw()
	scores, err := l.Score(x)
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for i, score := range scores {
		if (score > 0.5) == (y[i] == 1) {
			right++
		}
	}
	if right < batch-1 {
		t.Errorf("%d of %d new windows are told apart", right, batch)
	}
}

func TestMemoryDoesNotGrow(t *testing.T) {
	const batch = 8
	l := learner(t, tiny, batch)
	x, y, weight := batchOf(tiny, batch, 1)
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
	run(500)
	if grown := heap() - before; grown > 256<<10 {
		t.Errorf("500 steps left %d bytes on the heap", grown)
	}
	if n := runtime.NumGoroutine(); n > goroutines {
		t.Errorf("%d goroutines, and %d before", n, goroutines)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
