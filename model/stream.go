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

	missing float64 // seconds unseen from which the person is lost
	lost    bool    // and has been since the newest pose
	falling bool    // lost on the way down
}

// bridged is how long a gap is at most that a stream in use bridges, in seconds: between the
// poses on both sides of it the person is taken to have moved evenly. A fall takes about as
// long. Learning takes no stretch with a gap of more than Input.MaxGap.
const bridged = 1.0

// Bridging is the input of a stream in use, whose model has learned with the given one: gaps of
// up to a second are bridged.
func Bridging(in pose.Input) pose.Input {
	in.MaxGap = max(in.MaxGap, min(bridged, in.Seconds))
	return in
}

// What a vanished person says.
const (
	vanishedFor = 1.0  // seconds for which it holds: enough to suspect, not to confirm
	edge        = 0.03 // share of the picture that is its edge
)

// NewStream shares the checkpoint's parameters, which must not change any more.
func NewStream(c *Checkpoint) (*Stream, error) {
	if c.Spec.Kind != Causal || c.Input.Features != pose.Fall {
		return nil, fmt.Errorf("stream: a network of kind %q does not take poses one by one", c.Spec.Kind)
	}
	if err := firstOf(c.Spec.Check(), c.Spec.CheckParameters(c.Parameters), c.Calibration.Check(), c.Decoder.Check()); err != nil {
		return nil, fmt.Errorf("stream: %w", err)
	}
	s := &Stream{spec: c.Spec, input: c.Input, missing: c.Input.MaxGap, calibration: c.Calibration, network: newCausalForward(c.Spec, c.Parameters)}
	s.input = Bridging(s.input)
	if c.Decoder != nil && (c.Spec.Phased() || c.Decoder.Mean > 0) {
		s.decoder = c.Decoder
	}
	return s.Fresh(), nil
}

// Fresh gives a stream for another person; both share the parameters.
func (s *Stream) Fresh() *Stream {
	c := *s
	c.features, c.network = s.input.NewStream(), s.network.fresh()
	c.row, c.odds = make([]float32, s.spec.Inputs), math.NaN()
	c.seen, c.lost, c.falling = 0, false, false
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
	s.lost, s.falling = false, false
	s.features.Add(time, p)
	for s.features.Next(s.row) {
		s.step()
	}
	if !s.known() {
		return math.NaN()
	}
	return s.odds
}

// Lost takes that a picture, of so many pixels, was searched at a time and did not show the
// person. It gives the calibrated probability of a fall for a second where the person has
// vanished on the way down within the picture: who walks out of it, or through a door, does
// not. Else it is NaN, since somebody who is not seen says nothing.
func (s *Stream) Lost(time float64, width, height int) float64 {
	last, p, ok := s.features.Last()
	away := time - last
	if !ok || s.decoding == nil || !s.known() || !(away > s.missing+1e-9 && away <= s.missing+vanishedFor+1e-9) {
		return math.NaN()
	}
	if !s.lost {
		s.lost = true
		if b, seen := p.Extent(s.input.MinScore); seen && within(b, width, height) {
			s.vanish()
		}
	}
	if !s.falling {
		return math.NaN()
	}
	return s.calibration.Probability(s.odds)
}

func (s *Stream) vanish() {
	if odds, ok := s.decoding.Vanish(); ok {
		s.odds, s.falling = odds, true
	}
}

// within tells whether a box lies inside a picture, away from its edge.
func within(b pose.Box, width, height int) bool {
	x, y := float32(edge*float64(width)), float32(edge*float64(height))
	return b.X0 >= x && b.X1 <= float32(width)-x && b.Y0 >= y && b.Y1 <= float32(height)-y
}

// known tells whether the person was seen for long enough to say anything.
func (s *Stream) known() bool {
	return float64(s.seen) >= s.input.MinSeen*float64(s.input.Steps())
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
	switch {
	case s.decoding == nil:
		s.odds = s.spec.FallOdds(logits)
	case s.decoder.Mean > 0:
		s.odds = s.decoding.Smooth(s.spec.FallOdds(logits))
	default:
		s.odds = s.decoding.Step(logits, s.spec.Descent(s.row))
	}
}

func (s *Stream) forgetPerson() {
	s.odds, s.seen, s.lost, s.falling = math.NaN(), 0, false, false
	if s.decoding != nil {
		s.decoding.Forget()
	}
}
