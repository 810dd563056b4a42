// Package graph is the network of package model as a gorgonia graph: it learns. It is
// the only package that knows gorgonia, and it never decides what to learn from.
//
// Gorgonia differentiates and runs the graph; what its nodes compute is ours (fused
// operations over a BLAS library's matrix product).
package graph

import (
	"fmt"
	"math"
	"runtime"

	"gorgonia.org/gorgonia"

	"fallkit/model"
)

// Learner is a network being fitted. It is not safe for concurrent use.
type Learner struct {
	spec       model.Spec
	batch      int
	parameters model.Parameters // what the graphs read and the solver writes
	solver     adamW
	team       team

	network         *network
	targets, weight []float32 // [batch]
	loss            *gorgonia.Node
	gradients       gorgonia.Nodes
	machine         gorgonia.VM

	scorer *scorer // made when it is first asked for
	slope  *Slope  // the same
}

// NewLearner builds the graph for batches of up to batch windows and copies start. It
// uses as many workers as Go has processors; the result does not depend on it.
func NewLearner(spec model.Spec, start model.Parameters, batch int, s SolverSettings) (*Learner, error) {
	if err := check(spec, start, batch, s); err != nil {
		return nil, fmt.Errorf("learner: %w", err)
	}
	l := &Learner{
		spec: spec, batch: batch, parameters: start.Clone(),
		solver:  adamW{settings: s},
		team:    team{workers: runtime.GOMAXPROCS(0)},
		targets: make([]float32, batch), weight: make([]float32, batch),
	}
	if err := l.build(); err != nil {
		return nil, fmt.Errorf("learner: build the graph: %w", err)
	}
	return l, nil
}

func check(spec model.Spec, start model.Parameters, batch int, s SolverSettings) error {
	if err := spec.Check(); err != nil {
		return err
	}
	if err := s.Check(); err != nil {
		return err
	}
	const most = 1 << 28 // numbers in one layer: a gigabyte
	if row := spec.Steps * spec.Widest(); batch < 1 || batch > most/row {
		return fmt.Errorf("batch is %d, and must lie between 1 and %d for a network of this size", batch, most/row)
	}
	return spec.CheckParameters(start)
}

func (l *Learner) build() error {
	building.Lock()
	defer building.Unlock()
	b := newBuilder(&l.team)
	l.network = newNetwork(b, l.spec, l.parameters, l.batch)
	targets, weights := b.leaf("targets", l.targets, l.batch, 1), b.leaf("weights", l.weight, l.batch, 1)
	l.loss = crossEntropy{l.batch}.apply(b, l.network.logit, targets, weights)
	if b.err != nil {
		return b.err
	}
	var weightNodes gorgonia.Nodes
	for _, p := range l.spec.Shapes() {
		weightNodes = append(weightNodes, l.network.weights[p.Name])
		l.solver.add(p.Name, l.parameters[p.Name], len(p.Shape) > 1)
	}
	var err error
	if l.gradients, err = gorgonia.Grad(l.loss, weightNodes...); err != nil {
		return err
	}
	l.machine = gorgonia.NewTapeMachine(b.graph)
	return nil
}

// SetWorkers says how many goroutines share the work, at least 1.
func (l *Learner) SetWorkers(n int) { l.team.workers = max(n, 1) }

// Step learns from a batch and gives its loss before the step: x [n, steps, inputs], y
// [n] the wanted score of each row (0 to 1), weight [n] how much each row counts (0 = not
// at all), n at most the batch; rate is the learning rate of this step. On an error the
// parameters are as they were.
func (l *Learner) Step(x, y, weight []float32, rate float64) (loss float64, err error) {
	if err := l.checkBatch(x, y, weight, rate); err != nil {
		return 0, fmt.Errorf("step %d: %w", l.solver.steps+1, err)
	}
	l.load(x, y, weight)
	loss, err = l.learn(rate)
	if err != nil {
		return loss, fmt.Errorf("step %d: %w", l.solver.steps+1, err)
	}
	return loss, nil
}

func (l *Learner) checkBatch(x, y, weight []float32, rate float64) error {
	row := l.spec.Steps * l.spec.Inputs
	switch n := len(y); {
	case n < 1 || n > l.batch:
		return fmt.Errorf("the batch has %d rows, and must have 1 to %d", n, l.batch)
	case len(x) != n*row || len(weight) != n:
		return fmt.Errorf("%d targets go with %d weights and %d features, and must go with %d and %d", n, len(weight), len(x), n, n*row)
	case !(rate >= 0 && rate <= 1):
		return fmt.Errorf("the learning rate is %g, and must lie between 0 and 1", rate)
	}
	some := false
	for i, w := range weight {
		if !(y[i] >= 0 && y[i] <= 1) {
			return fmt.Errorf("row %d has target %g, and must have one between 0 and 1", i, y[i])
		}
		if !(w >= 0 && w <= 1e6) {
			return fmt.Errorf("row %d has weight %g, and must have one between 0 and 1e6", i, w)
		}
		some = some || w > 0
	}
	if !some {
		return fmt.Errorf("all %d rows have weight 0: there is nothing to learn", len(weight))
	}
	return nil
}

// load fills the graph's inputs; rows that the batch lacks weigh nothing.
func (l *Learner) load(x, y, weight []float32) {
	layout{l.batch, l.spec.Steps}.fill(l.network.windows, x, l.spec.Inputs)
	clear(l.targets)
	clear(l.weight)
	copy(l.targets, y)
	copy(l.weight, weight)
}

// learn runs the graph once and moves the parameters.
func (l *Learner) learn(rate float64) (float64, error) {
	defer l.machine.Reset()
	if err := l.machine.RunAll(); err != nil {
		return 0, fmt.Errorf("run the graph: %w", err)
	}
	loss := float64(l.loss.Value().Data().(float32))
	err := finite(loss)
	if err == nil {
		err = l.solver.step(values(l.gradients), rate)
	}
	if err != nil {
		return loss, fmt.Errorf("%w, so no parameter was changed: try a lower learning rate or stronger clipping, and look for broken numbers in the windows", err)
	}
	return loss, nil
}

func finite(loss float64) error {
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return fmt.Errorf("the loss is %g", loss)
	}
	return nil
}

// values gives the numbers that nodes have after a run.
func values(nodes gorgonia.Nodes) [][]float32 {
	all := make([][]float32, len(nodes))
	for i, n := range nodes {
		all[i] = n.Value().Data().([]float32)
	}
	return all
}

// Score gives the probability of a fall in each of any number of windows, x
// [n, steps, inputs].
func (l *Learner) Score(x []float32) ([]float64, error) {
	if l.scorer == nil {
		s, err := newScorer(l.spec, l.parameters, l.batch, &l.team)
		if err != nil {
			return nil, fmt.Errorf("score: build the graph: %w", err)
		}
		l.scorer = s
	}
	scores, err := l.scorer.score(x)
	if err != nil {
		return nil, fmt.Errorf("score: %w", err)
	}
	return scores, nil
}

// Gradient gives, with what has been learned so far, the logit of each of any number of
// windows, x [n, steps, inputs], and how it changes with each number of x, in the shape of x.
func (l *Learner) Gradient(x []float32) (logits []float64, grad []float32, err error) {
	if l.slope == nil {
		const most = 32 // windows at a time: enough to keep the workers busy
		s, err := newSlope(l.spec, l.parameters, min(l.batch, most), &l.team)
		if err != nil {
			return nil, nil, fmt.Errorf("gradient: build the graph: %w", err)
		}
		l.slope = s
	}
	return l.slope.Gradient(x)
}

// Parameters copies what has been learned so far.
func (l *Learner) Parameters() model.Parameters { return l.parameters.Clone() }

// State copies what Restore needs beside the parameters to go on as if nothing had
// been: the solver's running means and its number of steps.
func (l *Learner) State() map[string][]float32 { return l.solver.state() }

// Restore continues from another learner's Parameters and State, to the bit. On an error
// nothing has changed.
func (l *Learner) Restore(p model.Parameters, state map[string][]float32) error {
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
func (l *Learner) Close() error {
	err := l.machine.Close()
	if l.scorer != nil {
		if serr := l.scorer.machine.Close(); err == nil {
			err = serr
		}
	}
	if l.slope != nil {
		if serr := l.slope.Close(); err == nil {
			err = serr
		}
	}
	return err
}
