package graph

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"fallkit/model"
)

// scorer is the forward pass alone, as a graph of its own: it needs no targets and is
// done in a third of the time. It reads the learner's parameters where they are.
type scorer struct {
	spec    model.Spec
	batch   int
	network *network
	machine gorgonia.VM
}

func newScorer(spec model.Spec, p model.Parameters, batch int, t *team) (*scorer, error) {
	b := newBuilder(t)
	n := newNetwork(b, spec, p, batch)
	if b.err != nil {
		return nil, b.err
	}
	return &scorer{spec, batch, n, gorgonia.NewTapeMachine(b.graph)}, nil
}

// score takes windows [n, steps, inputs] a batch at a time.
func (s *scorer) score(x []float32) ([]float64, error) {
	row := s.spec.Steps * s.spec.Inputs
	if len(x)%row != 0 {
		return nil, fmt.Errorf("%d features make no whole number of windows of %d", len(x), row)
	}
	scores := make([]float64, 0, len(x)/row)
	for len(x) > 0 {
		n := min(len(x), s.batch*row)
		logits, err := s.run(x[:n])
		if err != nil {
			return nil, err
		}
		for _, z := range logits[:n/row] {
			scores = append(scores, sigmoid(float64(z)))
		}
		x = x[n:]
	}
	return scores, nil
}

func (s *scorer) run(x []float32) ([]float32, error) {
	layout{s.batch, s.spec.Steps}.fill(s.network.windows, x, s.spec.Inputs)
	defer s.machine.Reset()
	if err := s.machine.RunAll(); err != nil {
		return nil, fmt.Errorf("run the graph: %w", err)
	}
	return s.network.logit.Value().Data().([]float32), nil
}
