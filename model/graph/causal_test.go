package graph

import (
	"math"
	"math/rand/v2"
	"testing"

	"fallkit/model"
	"fallkit/pose"
)

// tinyCausal is quick to differentiate number by number.
var tinyCausal = model.Spec{Kind: model.Causal, Inputs: 3, Channels: 4, Kernel: 3, Dilations: []int{1, 2}, Steps: 7, Phases: pose.Answers, Given: 2}

// wholeCausal has all that a specialist has.
var wholeCausal = model.Spec{Kind: model.Causal, Inputs: pose.FallChannels, Channels: 10, Kernel: 3, Dilations: []int{1, 2, 4}, Steps: 40, Phases: pose.Answers, Mirror: true, Given: 1 + pose.DescentChannel}

func sequenceLearner(t testing.TB, s model.Spec, batch int, smoothing float64) *SequenceLearner {
	t.Helper()
	l, err := NewSequenceLearner(s, warm(s), batch, DefaultSolver, smoothing)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// warm are parameters none of which is 0, as after some training.
func warm(s model.Spec) model.Parameters {
	rng := rand.New(rand.NewPCG(5, 5))
	p := s.Init(1)
	for _, shape := range s.Shapes() {
		for i := range p[shape.Name] {
			p[shape.Name][i] += float32(0.1 * rng.NormFloat64())
		}
	}
	return p
}

// sequencesOf draws sequences with some answers possible and some weights 0.
func sequencesOf(s model.Spec, n int, seed uint64) (x, y, weight []float32) {
	rng := rand.New(rand.NewPCG(seed, 2))
	for range n * s.Steps {
		for range s.Inputs {
			x = append(x, float32(rng.NormFloat64())*float32(rng.IntN(2)))
		}
		sure := rng.IntN(s.Phases)
		for k := range s.Phases {
			y = append(y, map[bool]float32{true: 1}[k == sure || rng.IntN(4) == 0])
		}
		weight = append(weight, float32(rng.IntN(3))/2)
	}
	return x, y, weight
}

func TestGradientOfASequence(t *testing.T) {
	const batch, smoothing = 3, 0.1
	for name, spec := range map[string]model.Spec{"given": tinyCausal, "two answers": {Kind: model.Causal, Inputs: 2, Channels: 3, Kernel: 3, Dilations: []int{3}, Steps: 5, Phases: 2}} {
		l := sequenceLearner(t, spec, batch, smoothing)
		x, y, weight := sequencesOf(spec, batch, 3)
		steps := layout{batch, spec.Steps}
		steps.fill(l.network.windows, x, spec.Inputs)
		steps.fill(l.known, y, spec.Phases)
		steps.fill(l.weight, weight, 1)
		if err := l.machine.RunAll(); err != nil {
			t.Fatal(err)
		}
		p := map[string][]float64{}
		for name, v := range l.Parameters() {
			p[name] = widen(v)
		}
		f := func() float64 {
			return naivePhaseLoss(spec, naivePhases(spec, p, widen(x)), widen(y), widen(weight), smoothing)
		}
		near(t, name+" loss", []float32{l.loss.Value().Data().(float32)}, []float64{f()})
		for i, g := range values(l.gradients) {
			shape := spec.Shapes()[i].Name
			near(t, name+" "+shape, g, slope(p[shape], f))
		}
	}
}

// naivePhases is a Causal network without mirror, straight from its definition.
func naivePhases(s model.Spec, p map[string][]float64, x []float64) (logits []float64) {
	for ; len(x) > 0; x = x[s.Steps*s.Inputs:] {
		h := x[:s.Steps*s.Inputs]
		var block []float64
		for _, c := range s.Convolutions() {
			y := make([]float64, s.Steps*c.Channels)
			for t := range s.Steps {
				for j := range c.Channels {
					v := p[c.Bias()][j]
					for k := range s.Kernel {
						if from := t - (s.Kernel-1-k)*c.Dilation; from >= 0 {
							for i := range c.Inputs {
								v += h[from*c.Inputs+i] * p[c.Weight()][(k*c.Inputs+i)*c.Channels+j]
							}
						}
					}
					if c.Residual {
						v += block[t*c.Channels+j]
					}
					y[t*c.Channels+j] = math.Max(v, 0)
				}
			}
			if !c.Residual {
				block = h
			}
			h = y
		}
		for t := range s.Steps {
			for k := range s.Phases {
				v := p[model.PhaseBias][k]
				for i := range s.Channels {
					v += h[t*s.Channels+i] * p[model.PhaseWeight][i*s.Phases+k]
				}
				if s.Given > 0 {
					v += x[t*s.Inputs+s.Given-1] * p[model.GivenWeight][k]
				}
				logits = append(logits, v)
			}
		}
	}
	return logits
}

func naivePhaseLoss(s model.Spec, z, y, w []float64, smoothing float64) float64 {
	sum, weight := 0.0, 0.0
	for r, wr := range w {
		all, possible, smooth := 0.0, 0.0, 0.0
		for k := range s.Phases {
			all += math.Exp(z[r*s.Phases+k])
			possible += y[r*s.Phases+k] * math.Exp(z[r*s.Phases+k])
		}
		for k := range s.Phases {
			smooth += math.Log(math.Exp(z[r*s.Phases+k])/all) / float64(s.Phases)
		}
		sum -= wr * ((1-smoothing)*math.Log(possible/all) + smoothing*smooth)
		weight += wr
	}
	return sum / weight
}

// A stream is the graph at every step, and after it was made to forget.
func TestStepsScoreAsTheGraph(t *testing.T) {
	for name, spec := range map[string]model.Spec{"tiny": tinyCausal, "specialist": wholeCausal} {
		const batch = 3
		l := sequenceLearner(t, spec, batch, 0)
		for i := range 3 {
			x, y, weight := sequencesOf(spec, batch, uint64(i))
			if _, err := l.Step(x, y, weight, 1e-2); err != nil {
				t.Fatal(err)
			}
		}
		x, _, _ := sequencesOf(spec, 2*batch-1, 9)
		want, err := l.Score(x)
		if err != nil {
			t.Fatal(err)
		}
		one, err := model.NewStepper(spec, l.Parameters())
		if err != nil {
			t.Fatal(err)
		}
		for r := range len(x) / spec.Inputs {
			if r%spec.Steps == 0 {
				one.Forget()
			}
			for k, got := range one.Step(x[r*spec.Inputs : (r+1)*spec.Inputs]) {
				if d := math.Abs(float64(got) - want[r*spec.Phases+k]); !(d <= 1e-5*(1+math.Abs(want[r*spec.Phases+k]))) {
					t.Fatalf("%s: step %d: answer %d is %g in the stream and %g in the graph", name, r, k, got, want[r*spec.Phases+k])
				}
			}
		}
	}
}

// Of a window, the network answers for the last step.
func TestCausalWindowIsItsLastStep(t *testing.T) {
	l := learner(t, wholeCausal, 4)
	scoresAsThePredictor(t, l, 9)
	_, grad, err := l.Gradient(make([]float32, 4*wholeCausal.Steps*wholeCausal.Inputs))
	if err != nil || len(grad) != 4*wholeCausal.Steps*wholeCausal.Inputs {
		t.Errorf("no gradient by the windows: %v", err)
	}
}

// A mirror image of a whole sequence has the same answers.
func TestMirrorImagesAnswerAlike(t *testing.T) {
	one, err := model.NewStepper(wholeCausal, warm(wholeCausal))
	if err != nil {
		t.Fatal(err)
	}
	x, _, _ := sequencesOf(wholeCausal, 1, 4)
	image := make([]float32, len(x))
	const n = pose.FallChannels
	for i := 0; i < len(x); i += n {
		pose.MirrorFall(image[i:i+n], x[i:i+n])
	}
	run := func(x []float32) (all []float32) {
		one.Forget()
		for i := 0; i < len(x); i += n {
			all = append(all, one.Step(x[i:i+n])...)
		}
		return all
	}
	a, b := run(x), run(image)
	for i := range a {
		if math.Abs(float64(a[i]-b[i])) > 1e-5*(1+math.Abs(float64(a[i]))) {
			t.Fatalf("answer %d is %g, and %g for the mirror image", i, a[i], b[i])
		}
	}
}

func TestSequencesFromAnyNumberOfWorkers(t *testing.T) {
	var want model.Parameters
	for _, workers := range []int{1, 2, 5} {
		l := sequenceLearner(t, wholeCausal, 9, 0.05)
		l.SetWorkers(workers)
		x, y, weight := sequencesOf(wholeCausal, 9, 1)
		for range 2 {
			if _, err := l.Step(x, y, weight, 1e-2); err != nil {
				t.Fatal(err)
			}
		}
		got := l.Parameters()
		if want == nil {
			want = got
		}
		for name, v := range got {
			for i := range v {
				if v[i] != want[name][i] {
					t.Fatalf("%d workers: %s differs", workers, name)
				}
			}
		}
	}
}

func TestSequencesThatCannotBeLearned(t *testing.T) {
	l := sequenceLearner(t, tinyCausal, 2, 0)
	x, y, weight := sequencesOf(tinyCausal, 2, 1)
	for name, learn := range map[string]func() error{
		"too many": func() error {
			_, err := l.Step(append(x, x...), append(y, y...), append(weight, weight...), 0.1)
			return err
		},
		"no answer":   func() error { weight[0] = 1; _, err := l.Step(x, make([]float32, len(y)), weight, 0.1); return err },
		"no weight":   func() error { _, err := l.Step(x, y, make([]float32, len(weight)), 0.1); return err },
		"cut short":   func() error { _, err := l.Step(x[1:], y, weight, 0.1); return err },
		"rate":        func() error { _, err := l.Step(x, y, weight, 2); return err },
		"other score": func() error { _, err := l.Score(x[1:]); return err },
	} {
		if err := learn(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NewSequenceLearner(tiny, tiny.Init(1), 2, DefaultSolver, 0); err == nil {
		t.Error("a network of windows learned sequences")
	}
}
