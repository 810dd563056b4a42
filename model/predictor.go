package model

import "fmt"

// Predictor is a trained network in use. It keeps scratch memory, so it is not safe for
// concurrent use: Clone one for each goroutine.
type Predictor struct {
	spec        Spec
	network     forward
	calibration *Calibration
}

// forward is what a kind of network computes.
type forward interface {
	// logit looks at a window, [steps, inputs].
	logit(window []float32) float32

	// clone shares the parameters and has scratch memory of its own.
	clone() forward
}

// NewPredictor shares the checkpoint's parameters, which must not change any more.
func NewPredictor(c *Checkpoint) (*Predictor, error) {
	s := c.Spec
	if err := s.Check(); err != nil {
		return nil, fmt.Errorf("predictor: %w", err)
	}
	if err := s.CheckParameters(c.Parameters); err != nil {
		return nil, fmt.Errorf("predictor: %w", err)
	}
	if err := c.Calibration.Check(); err != nil {
		return nil, fmt.Errorf("predictor: %w", err)
	}
	return &Predictor{s, kinds[s.Kind].forward(s, c.Parameters), c.Calibration}, nil
}

// Clone gives a predictor for another goroutine; both share the parameters.
func (p *Predictor) Clone() *Predictor { return &Predictor{p.spec, p.network.clone(), p.calibration} }

// Spec describes the network: windows are [Steps, Inputs].
func (p *Predictor) Spec() Spec { return p.spec }

// Score is the calibrated probability of a fall in a window, [steps, inputs] row by row,
// oldest first. A window with a NaN scores NaN; one of another size panics.
func (p *Predictor) Score(window []float32) float64 {
	return p.calibration.Probability(p.Logit(window))
}

// Logit is the network's own answer, of which Score makes a probability.
func (p *Predictor) Logit(window []float32) float64 {
	if want := p.spec.Steps * p.spec.Inputs; len(window) != want {
		panic(fmt.Sprintf("model: a window of %d numbers was given to a predictor that takes %d", len(window), want))
	}
	return float64(p.network.logit(window))
}
