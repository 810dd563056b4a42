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
	decoder     *Decoder

	features *pose.Stream
	network  *causalForward
	decoding *Decoding // nil = the network's own answer counts
	row      []float32 // [inputs]
	odds     float64   // of the newest step
	seen     int       // steps of the person so far
}

// NewStream shares the checkpoint's parameters, which must not change any more.
func NewStream(c *Checkpoint) (*Stream, error) {
	if c.Spec.Kind != Causal || c.Input.Features != pose.Fall {
		return nil, fmt.Errorf("stream: a network of kind %q does not take poses one by one", c.Spec.Kind)
	}
	if err := firstOf(c.Spec.Check(), c.Spec.CheckParameters(c.Parameters), c.Calibration.Check(), c.Decoder.Check()); err != nil {
		return nil, fmt.Errorf("stream: %w", err)
	}
	s := &Stream{spec: c.Spec, input: c.Input, calibration: c.Calibration, network: newCausalForward(c.Spec, c.Parameters)}
	if c.Decoder != nil && c.Spec.Phases == pose.Answers {
		s.decoder = c.Decoder
	}
	return s.Fresh(), nil
}

// Fresh gives a stream for another person; both share the parameters.
func (s *Stream) Fresh() *Stream {
	c := *s
	c.features, c.network = s.input.NewStream(), s.network.fresh()
	c.row, c.odds = make([]float32, s.spec.Inputs), math.NaN()
	c.seen = 0
	if s.decoder != nil {
		c.decoding = s.decoder.NewDecoding()
	}
	return &c
}

// Reset forgets the person.
func (s *Stream) Reset() {
	s.features.Reset()
	s.forgetPerson()
}

// Score takes the newest pose and gives the calibrated probability that the person is falling
// or has fallen. It is NaN until the person was seen for Input.MinSeen of Input.Seconds.
func (s *Stream) Score(time float64, p *pose.Pose) float64 {
	return s.calibration.Probability(s.Logit(time, p))
}

// Logit is the model's own answer, of which Score makes a probability.
func (s *Stream) Logit(time float64, p *pose.Pose) float64 {
	s.features.Add(time, p)
	for s.features.Next(s.row) {
		s.step()
	}
	if float64(s.seen) < s.input.MinSeen*float64(s.input.Steps()) {
		return math.NaN()
	}
	return s.odds
}

// step takes the features of the next step. After a gap the network begins anew; with the
// look-back prior what was believed of the person outlasts it: who was lost while falling is
// found on the ground.
func (s *Stream) step() {
	if s.features.Steps() == 1 {
		s.network.forget()
		if !s.input.Priors.Has(pose.LookBackPrior) {
			s.forgetPerson()
		}
	}
	s.seen++
	logits := s.network.step(s.row)
	if s.decoding != nil {
		s.odds = s.decoding.Step(logits, s.spec.Descent(s.row))
		return
	}
	s.odds = s.spec.FallOdds(logits)
}

func (s *Stream) forgetPerson() {
	s.odds, s.seen = math.NaN(), 0
	if s.decoding != nil {
		s.decoding.Forget()
	}
}
