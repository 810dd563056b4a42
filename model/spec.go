// Package model is numbers in, scores out, in plain Go: what the network is, how it is
// kept on disk (checkpoint) and how it is used (predictor). It never learns and never
// imports gorgonia: that is model/graph.
package model

import (
	"slices"

	"fallkit/pose"
)

// Spec describes a network: windows [Steps, Inputs] in, one logit out. Which of the other
// numbers it has depends on its kind; those that it does not have are 0.
type Spec struct {
	Inputs    int   `json:"inputs" mapstructure:"inputs" yaml:"inputs"`                              // features of a time step
	Channels  int   `json:"channels" mapstructure:"channels" yaml:"channels"`                        // of every hidden layer
	Kernel    int   `json:"kernel,omitempty" mapstructure:"kernel" yaml:"kernel,omitempty"`          // taps of a convolution, odd
	Dilations []int `json:"dilations,omitempty" mapstructure:"dilations" yaml:"dilations,omitempty"` // steps between taps, one for each block
	Steps     int   `json:"steps" mapstructure:"steps" yaml:"steps"`                                 // time steps of a window
	Kind      Kind  `json:"kind,omitempty" mapstructure:"kind" yaml:"kind,omitempty"`                // the family of networks
	Layers    int   `json:"layers,omitempty" mapstructure:"layers" yaml:"layers,omitempty"`          // recurrent layers, one on top of the other
	Phases    int   `json:"phases,omitempty" mapstructure:"phases" yaml:"phases,omitempty"`          // answers of a step, of a Causal network
	Mirror    bool  `json:"mirror,omitempty" mapstructure:"mirror" yaml:"mirror,omitempty"`          // it also sees each step's mirror image, of pose.Fall features
	Given     int   `json:"given,omitempty" mapstructure:"given" yaml:"given,omitempty"`             // 1 + the feature that is an answer already, which it corrects; 0 = none
	Falls     int   `json:"falls,omitempty" mapstructure:"falls" yaml:"falls,omitempty"`             // so many of the last answers are kinds of falls and the others other activities; 0 = the answers are phases, or no fall and fall
}

// DefaultSpec is a TCN that sees 29 of the 30 steps of a default window from its middle step.
var DefaultSpec = Spec{
	Inputs:    pose.Channels,
	Channels:  48,
	Kernel:    3,
	Dilations: []int{1, 2, 4},
	Steps:     pose.DefaultInput.Steps(),
}

// Equal tells whether both describe the same network.
func (s Spec) Equal(o Spec) bool {
	return s.Kind == o.Kind && s.Inputs == o.Inputs && s.Channels == o.Channels && s.Kernel == o.Kernel &&
		s.Steps == o.Steps && s.Layers == o.Layers && slices.Equal(s.Dilations, o.Dilations) &&
		s.Phases == o.Phases && s.Mirror == o.Mirror && s.Given == o.Given && s.Falls == o.Falls
}

// The head's parameters: logit = pooled · weight + bias, where pooled is what the layers
// before it made of the window: of a TCN mean, maximum and last step of every channel,
// [Pools · channels], of an LSTM the last step of the last layer, [channels].
const (
	HeadWeight = "head.weight"
	HeadBias   = "head.bias"
)
