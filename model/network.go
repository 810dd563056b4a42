package model

import "fallkit/pose"

// Network is one that can be trained by its name.
type Network struct {
	Name     string
	About    string        // for people, a phrase
	Features pose.Features // what it sees of the poses

	Input func(in pose.Input) pose.Input // what else it wants of its input; nil = nothing

	// Spec takes of a size what this network lets be chosen; the rest is its own.
	Spec func(size Spec, priors pose.Priors) Spec
}

// Networks are all that can be trained, first that of runs from before there was a choice.
// A new one is one entry here, and where its kind is new, a file beside tcn.go, here and in
// model/graph.
var Networks = []Network{
	{
		Name: "tcn", About: "temporal convolutions over joints and bones", Features: pose.Skeleton,
		Spec: func(s Spec, _ pose.Priors) Spec {
			return Spec{Inputs: s.Inputs, Channels: s.Channels, Kernel: s.Kernel, Dilations: s.Dilations, Steps: s.Steps}
		},
	},
	{
		// The detector of Taufeeque et al. 2021 (see pose.PendulumChannels): two layers, by
		// default of 48 channels as there. Not taken over: their dropout, and their seven
		// classes, of which a fall is one.
		Name: "pendulum-lstm", About: "inverted-pendulum features and a small LSTM, after Taufeeque et al. 2021", Features: pose.Pendulum,
		Spec: func(s Spec, _ pose.Priors) Spec {
			return Spec{Kind: LSTM, Inputs: s.Inputs, Channels: s.Channels, Layers: 2, Steps: s.Steps}
		},
	},
	{
		Name: "gru", About: "gated recurrent layers over joints and bones, as large as the tcn", Features: pose.Skeleton,
		Spec: func(s Spec, _ pose.Priors) Spec {
			return asLargeAs(s, Spec{Kind: GRU, Inputs: s.Inputs, Layers: 2, Steps: s.Steps})
		},
	},
	{
		Name: "mlp", About: "a perceptron over each number's mean, spread, extremes and end in the window, as large as the tcn", Features: pose.Skeleton,
		Spec: func(s Spec, _ pose.Priors) Spec {
			return asLargeAs(s, Spec{Kind: MLP, Inputs: s.Inputs, Layers: 2, Steps: s.Steps})
		},
	},
	{
		Name: "attention", About: "a small transformer over joints and bones, as large as the tcn", Features: pose.Skeleton,
		Spec: func(s Spec, _ pose.Priors) Spec {
			return asLargeAs(s, Spec{Kind: Attention, Inputs: s.Inputs, Layers: 2, Steps: s.Steps})
		},
	},
	{
		Name: "stgcn", About: "graph convolutions over the skeleton and causal ones over time, after Yan et al. 2018, as large as the tcn", Features: pose.Skeleton,
		Spec: func(s Spec, _ pose.Priors) Spec {
			return asLargeAs(s, Spec{Kind: STGCN, Inputs: s.Inputs, Kernel: s.Kernel, Dilations: s.Dilations, Steps: s.Steps})
		},
	},
	{
		Name: Specialist, About: "causal convolutions with what is known about falls built in, pose by pose", Features: pose.Fall,
		Input: sequenceInput, Spec: specialistSpec,
	},
	{
		Name: Generalist, About: "the specialist's convolutions as a recogniser of every activity that the labels name, as large, with nothing about falls built in", Features: pose.Fall,
		Input: generalistInput, Spec: generalistSpec,
	},
}

// asLargeAs gives a network the channels with which it has about as many parameters as the
// TCN of that size, so that structures are compared and not sizes.
func asLargeAs(tcn, s Spec) Spec {
	tcn.Kind, tcn.Layers = TCN, 0
	return narrowedTo(tcn.Parameters(), s)
}

// narrowedTo gives a network the channels with which it has about as many parameters as
// wanted.
func narrowedTo(want int, s Spec) Spec {
	for s.Channels = 1; s.Channels < 1024 && s.Parameters() < want; s.Channels++ {
	}
	above := s.Parameters() - want
	if s.Channels--; s.Channels < 1 || want-s.Parameters() > above {
		s.Channels++
	}
	return s
}

// Specialist is the name of the network that is made for falls alone, the default.
const Specialist = "specialist"

// sequenceSeconds is how long the sequences are that a Specialist learns from: longer than
// its reach and what its features remember.
const sequenceSeconds = 6.4

// sequenceInput keeps how long a person has to be seen before there is an answer.
func sequenceInput(in pose.Input) pose.Input {
	in.MinSeen *= in.Seconds / sequenceSeconds
	in.Seconds = sequenceSeconds
	return in
}

// specialistSpec is a Causal network with the priors that the input names. Its dilations are
// its own: with a kernel of 3 and 12.5 steps a second it looks back for 3.4 s.
func specialistSpec(s Spec, priors pose.Priors) Spec {
	spec := Spec{Kind: Causal, Inputs: s.Inputs, Channels: s.Channels, Kernel: s.Kernel, Dilations: []int{1, 3, 6}, Steps: s.Steps, Phases: 2}
	if priors.Has(pose.PhasePrior) {
		spec.Phases = pose.Answers
	}
	spec.Mirror = priors.Has(pose.SymmetryPrior)
	if priors.Has(pose.DescentPrior) {
		spec.Given = 1 + pose.DescentChannel
	}
	return spec
}

// Generalist is the name of the network that tells activities from each other, falls among
// them. It is there to be compared with the Specialist.
const Generalist = "generalist"

// BodyPriors hold of any movement: a generalist may have them, and no others.
const BodyPriors = pose.BonePrior | pose.SymmetryPrior | pose.MissingPrior

func generalistInput(in pose.Input) pose.Input {
	in.Priors &= BodyPriors
	return sequenceInput(in)
}

// generalistSpec has two answers until it is known how many activities there are.
func generalistSpec(s Spec, priors pose.Priors) Spec {
	spec := specialistSpec(s, priors&BodyPriors)
	spec.Falls = 1
	return spec
}

// Telling is the network with an answer for each of some everyday activities and then of some
// kinds of falls. It gets the channels with which it has about as many parameters as the
// Specialist of the size that it had.
func (s Spec) Telling(everyday, falls int) Spec {
	full := specialistSpec(s, pose.AllPriors)
	s.Phases, s.Falls = everyday+falls, falls
	return narrowedTo(full.Parameters(), s)
}

// NetworkNamed finds a network by its name; "" is the first.
func NetworkNamed(name string) (Network, bool) {
	for _, n := range Networks {
		if n.Name == name || name == "" {
			return n, true
		}
	}
	return Network{}, false
}
