package graph

import (
	"fmt"
	"math"
	"runtime"

	"gorgonia.org/gorgonia"

	"fallkit/model"
)

// SequenceLearner fits a Causal network on sequences with something known of every step. It
// is not safe for concurrent use.
type SequenceLearner struct {
	spec       model.Spec
	batch      int
	parameters model.Parameters // what the graphs read and the solver writes
	solver     adamW
	team       team

	network       *network
	known, weight []float32 // [rows, phases], [rows]
	loss          *gorgonia.Node
	gradients     gorgonia.Nodes
	machine       gorgonia.VM

	scorer  *network // made when it is first asked for
	forward gorgonia.VM
}

// NewSequenceLearner builds the graph for up to batch sequences of spec.Steps steps and
// copies start. smoothing is the ε of the loss: how far from certain the answers shall stay.
func NewSequenceLearner(spec model.Spec, start model.Parameters, batch int, s SolverSettings, smoothing float64) (*SequenceLearner, error) {
	if err := check(spec, start, batch, s); err != nil {
		return nil, fmt.Errorf("learner: %w", err)
	}
	if spec.Kind != model.Causal || !(smoothing >= 0 && smoothing < 1) {
		return nil, fmt.Errorf("learner: sequences are learned by %s networks, with a smoothing from 0 to 1: not by %q with %g", model.Causal, spec.Kind, smoothing)
	}
	rows := batch * spec.Steps
	l := &SequenceLearner{
		spec: spec, batch: batch, parameters: start.Clone(),
		solver: adamW{settings: s},
		team:   team{workers: runtime.GOMAXPROCS(0)},
		known:  make([]float32, rows*spec.Phases), weight: make([]float32, rows),
	}
	if err := l.build(smoothing); err != nil {
		return nil, fmt.Errorf("learner: build the graph: %w", err)
	}
	return l, nil
}

// newSequences adds a Causal network's answers for every step to a graph.
func newSequences(b *builder, s model.Spec, p model.Parameters, batch int) *network {
	return addNetwork(b, s, p, batch, phases)
}

func (l *SequenceLearner) build(smoothing float64) error {
	building.Lock()
	defer building.Unlock()
	b := newBuilder(&l.team)
	l.network = newSequences(b, l.spec, l.parameters, l.batch)
	rows := l.batch * l.spec.Steps
	known, weight := b.leaf("known", l.known, rows, l.spec.Phases), b.leaf("weights", l.weight, rows, 1)
	l.loss = phaseLoss{rows, l.spec.Phases, smoothing}.apply(b, l.network.logit, known, weight)
	if b.err != nil {
		return b.err
	}
	var weights gorgonia.Nodes
	for _, p := range l.spec.Shapes() {
		weights = append(weights, l.network.weights[p.Name])
		l.solver.add(p.Name, l.parameters[p.Name], len(p.Shape) > 1)
	}
	var err error
	if l.gradients, err = gorgonia.Grad(l.loss, weights...); err != nil {
		return err
	}
	l.machine = gorgonia.NewTapeMachine(b.graph)
	return nil
}

// SetWorkers says how many goroutines share the work, at least 1.
func (l *SequenceLearner) SetWorkers(n int) { l.team.workers = max(n, 1) }

// Step learns from a batch and gives its loss before the step: x [n, steps, inputs]; y
// [n, steps, phases], 1 for each answer that may be true of a step and 0 for the others;
// weight [n, steps], how much each step counts (0 = not at all). On an error the parameters
// are as they were.
func (l *SequenceLearner) Step(x, y, weight []float32, rate float64) (loss float64, err error) {
	if err := l.checkBatch(x, y, weight, rate); err != nil {
		return 0, fmt.Errorf("step %d: %w", l.solver.steps+1, err)
	}
	steps := layout{l.batch, l.spec.Steps}
	steps.fill(l.network.windows, x, l.spec.Inputs)
	steps.fill(l.known, y, l.spec.Phases)
	steps.fill(l.weight, weight, 1)
	defer l.machine.Reset()
	if err := l.machine.RunAll(); err != nil {
		return 0, fmt.Errorf("step %d: run the graph: %w", l.solver.steps+1, err)
	}
	loss = float64(l.loss.Value().Data().(float32))
	if err = finite(loss); err == nil {
		err = l.solver.step(values(l.gradients), rate)
	}
	if err != nil {
		return loss, fmt.Errorf("step %d: %w, so no parameter was changed: try a lower learning rate or stronger clipping, and look for broken numbers in the sequences", l.solver.steps+1, err)
	}
	return loss, nil
}

func (l *SequenceLearner) checkBatch(x, y, weight []float32, rate float64) error {
	s := l.spec
	n := len(weight) / s.Steps
	switch {
	case n < 1 || n > l.batch || len(weight)%s.Steps != 0:
		return fmt.Errorf("%d weights are not those of 1 to %d sequences of %d steps", len(weight), l.batch, s.Steps)
	case len(x) != len(weight)*s.Inputs || len(y) != len(weight)*s.Phases:
		return fmt.Errorf("%d steps go with %d features and %d answers, and must go with %d and %d", len(weight), len(x), len(y), len(weight)*s.Inputs, len(weight)*s.Phases)
	case !(rate >= 0 && rate <= 1):
		return fmt.Errorf("the learning rate is %g, and must lie between 0 and 1", rate)
	}
	return checkKnown(y, weight, s.Phases)
}

func checkKnown(y, weight []float32, phases int) error {
	some := false
	for i, w := range weight {
		if !(w >= 0 && w <= 1e6) {
			return fmt.Errorf("step %d has weight %g, and must have one between 0 and 1e6", i, w)
		}
		if w == 0 {
			continue
		}
		some = true
		possible := false
		for _, v := range y[i*phases : (i+1)*phases] {
			possible = possible || v > 0
		}
		if !possible {
			return fmt.Errorf("of step %d no answer may be true", i)
		}
	}
	if !some {
		return fmt.Errorf("all %d steps have weight 0: there is nothing to learn", len(weight))
	}
	return nil
}

// Score gives the logits of every step of any number of sequences, x [n, steps, inputs], as
// [n, steps, phases].
func (l *SequenceLearner) Score(x []float32) ([]float64, error) {
	if l.forward == nil {
		if err := l.buildScorer(); err != nil {
			return nil, fmt.Errorf("score: build the graph: %w", err)
		}
	}
	row := l.spec.Steps * l.spec.Inputs
	if len(x)%row != 0 {
		return nil, fmt.Errorf("score: %d features make no whole number of sequences of %d", len(x), row)
	}
	all := make([]float64, 0, len(x)/l.spec.Inputs*l.spec.Phases)
	logits := make([]float32, l.batch*l.spec.Steps*l.spec.Phases)
	for len(x) > 0 {
		n := min(len(x), l.batch*row)
		some := logits[:n/l.spec.Inputs*l.spec.Phases]
		if err := l.score(x[:n], some); err != nil {
			return nil, fmt.Errorf("score: %w", err)
		}
		for _, z := range some {
			all = append(all, float64(z))
		}
		x = x[n:]
	}
	return all, nil
}

func (l *SequenceLearner) buildScorer() error {
	building.Lock()
	defer building.Unlock()
	b := newBuilder(&l.team)
	n := newSequences(b, l.spec, l.parameters, l.batch)
	if b.err != nil {
		return b.err
	}
	l.scorer, l.forward = n, gorgonia.NewTapeMachine(b.graph)
	return nil
}

func (l *SequenceLearner) score(x, logits []float32) error {
	steps := layout{l.batch, l.spec.Steps}
	steps.fill(l.scorer.windows, x, l.spec.Inputs)
	defer l.forward.Reset()
	if err := l.forward.RunAll(); err != nil {
		return fmt.Errorf("run the graph: %w", err)
	}
	steps.empty(logits, l.scorer.logit.Value().Data().([]float32), l.spec.Phases)
	for _, z := range logits {
		if math.IsNaN(float64(z)) {
			return fmt.Errorf("an answer is no number")
		}
	}
	return nil
}

// Parameters copies what has been learned so far.
func (l *SequenceLearner) Parameters() model.Parameters { return l.parameters.Clone() }

// State copies what Restore needs beside the parameters to go on as if nothing had been.
func (l *SequenceLearner) State() map[string][]float32 { return l.solver.state() }

// Restore continues from another learner's Parameters and State, to the bit. On an error
// nothing has changed.
func (l *SequenceLearner) Restore(p model.Parameters, state map[string][]float32) error {
	if err := l.spec.CheckParameters(p); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := l.solver.restore(state); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	for name, v := range p {
		copy(l.parameters[name], v)
	}
	return nil
}

// Close gives back what the machines hold.
func (l *SequenceLearner) Close() error {
	err := l.machine.Close()
	if l.forward != nil {
		if ferr := l.forward.Close(); err == nil {
			err = ferr
		}
	}
	return err
}
