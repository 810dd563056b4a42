package main

import (
	"context"
	"fmt"

	"fallkit/model"
	"fallkit/model/export"
)

// stepProof holds a file of the form Step against the model: sequences of steps, each of
// another person, and what the plain stream answers at every step.
type stepProof struct {
	proof // logits and scores of all steps, sequence by sequence; windows are the sequences
	model *model.Checkpoint
}

// newStepProof takes some of the windows as sequences.
func newStepProof(ctx context.Context, c *model.Checkpoint, batch int) (*stepProof, error) {
	const drawn = 3
	p := &stepProof{proof{batch: batch, windows: drawnWindows(c)[:drawn]}, c}
	people, err := generatedWindows(ctx, c.Input)
	if err != nil {
		return nil, err
	}
	const every = 8
	for i := 0; i < len(people); i += every {
		p.windows = append(p.windows, people[i])
	}
	return p, p.answer()
}

// answer goes through every sequence as model.Stream does.
func (p *stepProof) answer() error {
	s := p.model.Spec
	stepper, err := model.NewStepper(s, p.model.Parameters)
	if err != nil {
		return err
	}
	for _, sequence := range p.windows {
		stepper.Forget()
		var belief *model.Decoding
		if p.model.Decoder != nil && s.Phased() {
			belief = p.model.Decoder.NewDecoding()
		}
		for t := range s.Steps {
			step := sequence[t*s.Inputs : (t+1)*s.Inputs]
			logits := stepper.Step(step)
			odds := s.FallOdds(logits)
			if belief != nil {
				odds = belief.Step(logits, s.Descent(step))
			}
			p.logits, p.scores = append(p.logits, odds), append(p.scores, p.model.Calibration.Probability(odds))
		}
	}
	return nil
}

func (p *stepProof) in(ctx context.Context, runtime string, file []byte) error {
	return inRuntime(runtime, file, func(n answers) error { return p.hold(ctx, runtime, n) })
}

// hold is an error where an answer is far off.
func (p *stepProof) hold(ctx context.Context, runtime string, n answers) error {
	s := p.model.Spec
	for first := 0; first < len(p.windows); first += p.batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		some := p.windows[first:min(first+p.batch, len(p.windows))]
		kept := startOf(export.States(s, p.model.Decoder, p.batch))
		for t := range s.Steps {
			x := make([]float32, p.batch*s.Inputs)
			for i, sequence := range some {
				copy(x[i*s.Inputs:], sequence[t*s.Inputs:(t+1)*s.Inputs])
			}
			got, err := n.Run(append([][]float32{x}, kept...)...)
			if err != nil {
				return fmt.Errorf("%s: %w", runtime, err)
			}
			for i := range some {
				at := (first+i)*s.Steps + t
				if err := p.compare(fmt.Sprintf("step %d of sequence %d", t+1, first+i+1), at, float64(got[export.LogitOutput][i]), float64(got[export.ProbabilityOutput][i])); err != nil {
					return fmt.Errorf("%s: %w", runtime, err)
				}
			}
			for i, state := range export.States(s, p.model.Decoder, p.batch) {
				kept[i] = got[state.Next]
			}
		}
	}
	return nil
}

// startOf is what is kept of people whom nobody has seen yet.
func startOf(states []export.State) [][]float32 {
	var kept [][]float32
	for _, s := range states {
		size := 1
		for _, d := range s.Dims {
			size *= d
		}
		v := make([]float32, size)
		for i := range v {
			v[i] = s.Start
		}
		kept = append(kept, v)
	}
	return kept
}

func (p *stepProof) text() string {
	return fmt.Sprintf("%d steps of %s", len(p.logits), plural(len(p.windows), "sequence"))
}
