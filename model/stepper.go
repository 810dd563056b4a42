package model

import "fmt"

// Stepper is a Causal network in use, step by step. It is not safe for concurrent use.
type Stepper struct{ network *causalForward }

// NewStepper shares the parameters, which must not change any more.
func NewStepper(s Spec, p Parameters) (*Stepper, error) {
	if s.Kind != Causal {
		return nil, fmt.Errorf("stepper: a network of kind %q does not answer step by step", s.Kind)
	}
	if err := firstOf(s.Check(), s.CheckParameters(p)); err != nil {
		return nil, fmt.Errorf("stepper: %w", err)
	}
	return &Stepper{newCausalForward(s, p)}, nil
}

// Forget begins anew: the next step is the first.
func (s *Stepper) Forget() { s.network.forget() }

// Step gives the logits of the newest step, x [inputs]; they hold until the next one.
func (s *Stepper) Step(x []float32) []float32 { return s.network.step(x) }
