package graph

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"fallkit/model"
)

// Slope tells how a network's logit changes with each number of a window. It is a graph of
// its own, without targets and without gradients of parameters, so that learning pays
// nothing for it. It is not safe for concurrent use.
type Slope struct {
	spec    model.Spec
	batch   int
	team    *team
	network *network
	toward  *gorgonia.Node // the gradient, [rows, inputs]
	machine gorgonia.VM
}

// NewSlope builds the graph; it takes windows batch at a time and uses one worker, for
// whoever works on several clips at once. It reads the parameters where they are: they must
// not change during a call.
func NewSlope(spec model.Spec, p model.Parameters, batch int) (*Slope, error) {
	if err := check(spec, p, batch, DefaultSolver); err != nil {
		return nil, fmt.Errorf("slope: %w", err)
	}
	s, err := newSlope(spec, p, batch, &team{workers: 1})
	if err != nil {
		return nil, fmt.Errorf("slope: build the graph: %w", err)
	}
	return s, nil
}

func newSlope(spec model.Spec, p model.Parameters, batch int, t *team) (*Slope, error) {
	building.Lock()
	defer building.Unlock()
	b := newBuilder(t)
	b.toWindows = true
	s := &Slope{spec: spec, batch: batch, team: t, network: newNetwork(b, spec, p, batch)}
	total := sum{batch}.apply(b, s.network.logit)
	if b.err != nil {
		return nil, b.err
	}
	// A window's logit depends on no other window, so the gradient of their sum holds that of
	// each.
	grads, err := gorgonia.Grad(total, s.network.leaf)
	if err != nil {
		return nil, err
	}
	s.toward = grads[0]
	s.machine = gorgonia.NewTapeMachine(b.graph)
	return s, nil
}

// SetWorkers says how many goroutines share the work, at least 1. The result does not
// depend on it.
func (s *Slope) SetWorkers(n int) { s.team.workers = max(n, 1) }

// Gradient gives the logit of each of any number of windows, x [n, steps, inputs], and how
// it changes with each number of x, in the shape of x.
func (s *Slope) Gradient(x []float32) (logits []float64, grad []float32, err error) {
	row := s.spec.Steps * s.spec.Inputs
	if len(x)%row != 0 {
		return nil, nil, fmt.Errorf("gradient: %d features make no whole number of windows of %d", len(x), row)
	}
	logits = make([]float64, 0, len(x)/row)
	grad = make([]float32, len(x))
	for at := 0; at < len(x); at += s.batch * row {
		end := min(at+s.batch*row, len(x))
		some, err := s.run(x[at:end], grad[at:end])
		if err != nil {
			return nil, nil, fmt.Errorf("gradient: %w", err)
		}
		for _, z := range some[:(end-at)/row] {
			logits = append(logits, float64(z))
		}
	}
	return logits, grad, nil
}

func (s *Slope) run(x, grad []float32) (logits []float32, err error) {
	steps := layout{s.batch, s.spec.Steps}
	steps.fill(s.network.windows, x, s.spec.Inputs)
	defer s.machine.Reset()
	if err := s.machine.RunAll(); err != nil {
		return nil, fmt.Errorf("run the graph: %w", err)
	}
	steps.empty(grad, s.toward.Value().Data().([]float32), s.spec.Inputs)
	return s.network.logit.Value().Data().([]float32), nil
}

// Close gives back what the machine holds.
func (s *Slope) Close() error { return s.machine.Close() }

// sum adds up logits, [batch, 1].
type sum struct{ batch int }

// apply adds the sum, a scalar, to the graph.
func (s sum) apply(b *builder, z *gorgonia.Node) *gorgonia.Node {
	shape := tensor.Shape{s.batch, 1}
	return b.apply(&op{
		name:   "sum",
		inputs: []tensor.Shape{shape},
		output: tensor.ScalarShape(),
		run: func(out []float32, in [][]float32) {
			out[0] = 0
			for _, v := range in[0] {
				out[0] += v
			}
		},
		backward: func(b *builder, _ gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
			spread := &op{
				name: "sum gradient", inputs: []tensor.Shape{tensor.ScalarShape()}, output: shape,
				run: func(out []float32, in [][]float32) { setRows(out, in[0]) },
			}
			return gorgonia.Nodes{b.apply(spread, grad)}
		},
	}, z)
}
