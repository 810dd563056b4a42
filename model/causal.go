package model

import (
	"fmt"
	"math/rand/v2"

	"fallkit/pose"
)

// Causal is a temporal convolutional network that answers at every step and looks at no
// later one (Bai et al. 2018, "An Empirical Evaluation of Generic Convolutional and Recurrent
// Networks for Sequence Modeling"), so that a new step costs the same whatever its reach. Its
// layers are those of a TCN, but for where their taps lie:
//
//	y[t] = relu(bias + Σ_k x[t - (kernel-1-k)·dilation] · weight[k] [+ block])
//
// With Mirror the first layer looks at each step and at its mirror image, and what it makes
// of both is added up: a person and its mirror image score the same. The head is linear,
// with what is Given added:
//
//	logits[t] = h[t] · weight + bias [+ x[t][Given-1] · given.weight]
//
// Of a window, the answer is that of its last step.
const Causal Kind = "causal"

// The parameters of a Causal network's head, [channels, phases], [phases] and [1, phases].
const (
	PhaseWeight = "phase.weight"
	PhaseBias   = "phase.bias"
	GivenWeight = "given.weight"
)

type causal struct{}

func (causal) check(s Spec) error {
	if err := firstOf(tcn{}.check(s), upTo("phases", s.Phases, 1024)); err != nil {
		return err
	}
	switch {
	case s.Phases < 2:
		return fmt.Errorf("model: phases is %d, and must be at least 2", s.Phases)
	case s.Mirror && s.Inputs != pose.FallChannels:
		return fmt.Errorf("model: inputs is %d, and a network that looks at mirror images takes %d", s.Inputs, pose.FallChannels)
	case s.Given < 0 || s.Given > s.Inputs:
		return fmt.Errorf("model: given is %d, and must be from 0 to inputs, which is %d", s.Given, s.Inputs)
	case s.Falls < 0 || s.Falls >= s.Phases:
		return fmt.Errorf("model: falls is %d, and must be from 0 to less than phases, which is %d", s.Falls, s.Phases)
	}
	return nil
}

// OfFall tells whether one of a Causal network's answers stands for a fall. Two answers are
// no fall, and a fall; pose.Answers are the phases that they can tell; with Falls they are
// activities.
func (s Spec) OfFall(answer int) bool {
	if s.Phased() {
		return pose.Phase(answer).OfFall()
	}
	return answer >= s.Phases-max(s.Falls, 1)
}

// Phased tells whether a Causal network's answers are the phases of pose.
func (s Spec) Phased() bool { return s.Phases == pose.Answers && s.Falls == 0 }

// Descent is what a step, [inputs], is given of a descent, as a log-odds; 0 where it is given
// nothing.
func (s Spec) Descent(step []float32) float32 {
	if s.Given == 0 {
		return 0
	}
	return step[s.Given-1]
}

// Reach is how many steps back a Causal network's answer depends on.
func (s Spec) Reach() int {
	reach := s.Kernel - 1
	for _, d := range s.Dilations {
		reach += 2 * (s.Kernel - 1) * d
	}
	return reach
}

func (causal) shapes(s Spec) []Parameter {
	var list []Parameter
	for _, c := range s.Convolutions() {
		list = append(list,
			Parameter{c.Weight(), []int{s.Kernel, c.Inputs, c.Channels}},
			Parameter{c.Bias(), []int{c.Channels}})
	}
	list = append(list, Parameter{PhaseWeight, []int{s.Channels, s.Phases}}, Parameter{PhaseBias, []int{s.Phases}})
	if s.Given > 0 {
		list = append(list, Parameter{GivenWeight, []int{1, s.Phases}})
	}
	return list
}

func (causal) widest(s Spec) int { return max(s.Inputs, s.Channels, s.Phases) }

// draw starts from the given answer alone: the head's weights are 0.
func (causal) draw(s Spec, p Parameter, rng *rand.Rand) []float32 {
	v := make([]float32, p.Size())
	switch p.Name {
	case PhaseWeight, PhaseBias:
	case GivenWeight:
		for k := range v {
			if s.OfFall(k) {
				v[k] = 1
			}
		}
	default:
		return tcn{}.draw(s, p, rng)
	}
	return v
}
