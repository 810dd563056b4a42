// Package model is numbers in, scores out, in plain Go: what the network is, how it is
// kept on disk (checkpoint) and how it is used (predictor). It never learns and never
// imports gorgonia: that is model/graph.
package model

import (
	"fmt"
	"slices"

	"fallkit/pose"
)

// Spec describes a temporal convolutional network: a convolution from features to
// channels, residual blocks of two dilated convolutions, pooling over time, and a linear
// head that gives one logit. After Bai et al. 2018, "An Empirical Evaluation of Generic
// Convolutional and Recurrent Networks for Sequence Modeling", with symmetric instead of
// causal padding: a window is judged when all of it has been seen.
type Spec struct {
	Inputs    int   `json:"inputs" mapstructure:"inputs" yaml:"inputs"`          // features of a time step
	Channels  int   `json:"channels" mapstructure:"channels" yaml:"channels"`    // of every hidden layer
	Kernel    int   `json:"kernel" mapstructure:"kernel" yaml:"kernel"`          // taps of a convolution, odd
	Dilations []int `json:"dilations" mapstructure:"dilations" yaml:"dilations"` // steps between taps, one for each block
	Steps     int   `json:"steps" mapstructure:"steps" yaml:"steps"`             // time steps of a window
}

// DefaultSpec sees 29 of the 30 steps of a default window from its middle step.
var DefaultSpec = Spec{
	Inputs:    pose.Channels,
	Channels:  48,
	Kernel:    3,
	Dilations: []int{1, 2, 4},
	Steps:     pose.DefaultInput.Steps(),
}

// Check reports the first number that cannot be.
func (s Spec) Check() error {
	for _, c := range []struct {
		name        string
		value, most int
	}{
		{"inputs", s.Inputs, 4096},
		{"channels", s.Channels, 1024},
		{"kernel", s.Kernel, 31},
		{"steps", s.Steps, 7200},
		{"number of dilations", len(s.Dilations), 32},
	} {
		if c.value < 1 || c.value > c.most {
			return fmt.Errorf("model: %s is %d, and must lie between 1 and %d", c.name, c.value, c.most)
		}
	}
	if s.Kernel%2 == 0 {
		return fmt.Errorf("model: kernel is %d, and must be odd", s.Kernel)
	}
	if i := slices.IndexFunc(s.Dilations, func(d int) bool { return d < 1 || d > 7200 }); i >= 0 {
		return fmt.Errorf("model: dilation %d is %d, and must lie between 1 and 7200", i+1, s.Dilations[i])
	}
	return nil
}

// Equal tells whether both describe the same network.
func (s Spec) Equal(o Spec) bool {
	return s.Inputs == o.Inputs && s.Channels == o.Channels && s.Kernel == o.Kernel &&
		s.Steps == o.Steps && slices.Equal(s.Dilations, o.Dilations)
}

// Convolution is one layer over time:
//
//	y[t] = relu(bias + Σ_k x[t + (k - kernel/2)·dilation] · weight[k] [+ block])
//
// where steps outside the window are 0.
type Convolution struct {
	Name             string
	Inputs, Channels int
	Dilation         int
	Residual         bool // adds what entered its block, that is the input of the layer before
}

// Weight is the name of the layer's weight, [kernel, inputs, channels].
func (c Convolution) Weight() string { return c.Name + ".weight" }

// Bias is the name of the layer's bias, [channels].
func (c Convolution) Bias() string { return c.Name + ".bias" }

// Convolutions are the layers before pooling, from the window on.
func (s Spec) Convolutions() []Convolution {
	layers := []Convolution{{Name: "input", Inputs: s.Inputs, Channels: s.Channels, Dilation: 1}}
	for i, d := range s.Dilations {
		layers = append(layers,
			Convolution{Name: fmt.Sprintf("block%d.first", i+1), Inputs: s.Channels, Channels: s.Channels, Dilation: d},
			Convolution{Name: fmt.Sprintf("block%d.second", i+1), Inputs: s.Channels, Channels: s.Channels, Dilation: d, Residual: true},
		)
	}
	return layers
}

// The head's parameters: logit = pooled · weight + bias, where pooled is mean, maximum
// and last step of every channel, [Pools · channels].
const (
	HeadWeight = "head.weight"
	HeadBias   = "head.bias"
	Pools      = 3
)
