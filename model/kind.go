package model

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
)

// Kind is a family of networks. A checkpoint without one has a TCN.
type Kind string

// kind is what tells one family from another. Each has a file of its own, here and in
// model/graph.
type kind interface {
	// check reports the first number that this kind cannot have; inputs, channels and
	// steps have been looked at.
	check(s Spec) error

	// shapes lists all parameters from the window to the logit.
	shapes(s Spec) []Parameter

	// draw gives one parameter's first numbers.
	draw(s Spec, p Parameter, rng *rand.Rand) []float32

	// widest is the most numbers that a layer keeps of a time step.
	widest(s Spec) int

	// forward is the network in use; it shares the parameters.
	forward(s Spec, p Parameters) forward
}

var kinds = map[Kind]kind{
	TCN:    tcn{},
	LSTM:   lstm{},
	GRU:    gru{},
	MLP:    mlp{},
	Causal: causal{},
	STGCN:  stgcn{},

	Attention: attention{},
}

// Kinds are all families of networks, in alphabetical order.
func Kinds() []Kind { return slices.Sorted(maps.Keys(kinds)) }

// Check reports the first number that cannot be.
func (s Spec) Check() error {
	k, known := kinds[s.Kind]
	if !known {
		return fmt.Errorf("model: kind is %q, and this program knows no such network; use a newer version of fallkit", s.Kind)
	}
	return firstOf(
		upTo("inputs", s.Inputs, 4096),
		upTo("channels", s.Channels, 1024),
		upTo("steps", s.Steps, 7200),
		k.check(s),
	)
}

// Shapes lists all parameters from the window to the logit.
func (s Spec) Shapes() []Parameter { return kinds[s.Kind].shapes(s) }

// Widest is the most numbers that a layer keeps of a time step.
func (s Spec) Widest() int { return kinds[s.Kind].widest(s) }

// Init draws the parameters that a training starts from. The same seed gives the same
// numbers on every machine.
func (s Spec) Init(seed uint64) Parameters {
	rng := rand.New(rand.NewPCG(seed, 0x66616c6c))
	all := Parameters{}
	for _, p := range s.Shapes() {
		all[p.Name] = kinds[s.Kind].draw(s, p, rng)
	}
	return all
}

// upTo reports a number that is not from 1 to most.
func upTo(name string, value, most int) error {
	if value < 1 || value > most {
		return fmt.Errorf("model: %s is %d, and must lie between 1 and %d", name, value, most)
	}
	return nil
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
