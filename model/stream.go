package model

import (
	"fmt"
	"math"

	"fallkit/pose"
)

// Stream is a Causal model that follows one person: poses in as they come, for each one the
// probability of a fall. What a pose costs does not depend on the model's reach. It is not
// safe for concurrent use.
type Stream struct {
	spec        Spec
	input       pose.Input
	calibration *Calibration

	features *pose.Stream
	network  *causalForward
	row      []float32 // [inputs]
	odds     float64   // of the newest step
}

// NewStream shares the checkpoint's parameters, which must not change any more.
func NewStream(c *Checkpoint) (*Stream, error) {
	if c.Spec.Kind != Causal || c.Input.Features != pose.Fall {
		return nil, fmt.Errorf("stream: a network of kind %q does not take poses one by one", c.Spec.Kind)
	}
	if err := firstOf(c.Spec.Check(), c.Spec.CheckParameters(c.Parameters), c.Calibration.Check()); err != nil {
		return nil, fmt.Errorf("stream: %w", err)
	}
	s := &Stream{spec: c.Spec, input: c.Input, calibration: c.Calibration, network: newCausalForward(c.Spec, c.Parameters)}
	return s.Fresh(), nil
}

// Fresh gives a stream for another person; both share the parameters.
func (s *Stream) Fresh() *Stream {
	c := *s
	c.features, c.network = s.input.NewStream(), s.network.fresh()
	c.row, c.odds = make([]float32, s.spec.Inputs), math.NaN()
	return &c
}

// Reset forgets the person.
func (s *Stream) Reset() {
	s.features.Reset()
	s.odds = math.NaN()
}

// Score takes the newest pose and gives the calibrated probability that the person is falling
// or has fallen. It is NaN until the person was seen for Input.MinSeen of Input.Seconds, again
// after a gap of more than Input.MaxGap.
func (s *Stream) Score(time float64, p *pose.Pose) float64 {
	return s.calibration.Probability(s.Logit(time, p))
}

// Logit is the model's own answer, of which Score makes a probability.
func (s *Stream) Logit(time float64, p *pose.Pose) float64 {
	s.features.Add(time, p)
	for s.features.Next(s.row) {
		if s.features.Steps() == 1 {
			s.network.forget()
		}
		s.odds = s.spec.FallOdds(s.network.step(s.row))
	}
	if float64(s.features.Steps()) < s.input.MinSeen*float64(s.input.Steps()) {
		return math.NaN()
	}
	return s.odds
}
