package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// TCN is a temporal convolutional network: a convolution from features to channels,
// residual blocks of two dilated convolutions, pooling over time, and a linear head.
// After Bai et al. 2018, "An Empirical Evaluation of Generic Convolutional and Recurrent
// Networks for Sequence Modeling", with symmetric instead of causal padding: a window is
// judged when all of it has been seen. It has a kernel and dilations.
const TCN Kind = ""

type tcn struct{}

func (tcn) check(s Spec) error {
	if err := firstOf(upTo("kernel", s.Kernel, 31), upTo("number of dilations", len(s.Dilations), 32)); err != nil {
		return err
	}
	if s.Kernel%2 == 0 {
		return fmt.Errorf("model: kernel is %d, and must be odd", s.Kernel)
	}
	if i := slices.IndexFunc(s.Dilations, func(d int) bool { return d < 1 || d > 7200 }); i >= 0 {
		return fmt.Errorf("model: dilation %d is %d, and must lie between 1 and 7200", i+1, s.Dilations[i])
	}
	if s.Layers != 0 {
		return fmt.Errorf("model: layers is %d, and a convolutional network has none", s.Layers)
	}
	return nil
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

// Convolutions are a TCN's layers before pooling, from the window on.
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

// Pools is how many numbers a TCN's head sees of each channel.
const Pools = 3

func (tcn) shapes(s Spec) []Parameter {
	var list []Parameter
	for _, c := range s.Convolutions() {
		list = append(list,
			Parameter{c.Weight(), []int{s.Kernel, c.Inputs, c.Channels}},
			Parameter{c.Bias(), []int{c.Channels}})
	}
	return append(list, Parameter{HeadWeight, []int{Pools * s.Channels, 1}}, Parameter{HeadBias, []int{1}})
}

func (tcn) widest(s Spec) int { return max(s.Inputs, s.Channels) }

// draw keeps the size of the signal through ReLU layers: normal with variance 2 / fan-in
// (He et al. 2015, "Delving Deep into Rectifiers"). Biases are 0.
func (tcn) draw(_ Spec, p Parameter, rng *rand.Rand) []float32 {
	v := make([]float32, p.Size())
	if last := len(p.Shape) - 1; last > 0 {
		fanIn := p.Size() / p.Shape[last]
		deviation := math.Sqrt(2 / float64(fanIn))
		for i := range v {
			v[i] = float32(rng.NormFloat64() * deviation)
		}
	}
	return v
}
