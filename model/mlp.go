package model

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// MLP is a perceptron over what a window's numbers are as a whole: of every feature its
// mean, standard deviation, least, greatest and last value. It has layers, and knows nothing
// of the order of what happened but how it ended.
const MLP Kind = "mlp"

type mlp struct{}

// Statistics is how many numbers an MLP sees of each feature.
const Statistics = 5

// StatisticsEpsilon is added to a variance, so that its root has a slope where it is 0.
const StatisticsEpsilon = 1e-6

func (mlp) check(s Spec) error {
	if s.Kernel != 0 || len(s.Dilations) != 0 {
		return fmt.Errorf("model: kernel is %d and dilations are %v, and a network of kind %s has none", s.Kernel, s.Dilations, s.Kind)
	}
	return upTo("layers", s.Layers, 8)
}

// Dense is a layer of an MLP: y = relu(bias + x · weight).
type Dense struct {
	Name             string
	Inputs, Channels int
}

// Weight is the name of the layer's weight, [inputs, channels].
func (d Dense) Weight() string { return d.Name + ".weight" }

// Bias is the name of the layer's bias, [channels].
func (d Dense) Bias() string { return d.Name + ".bias" }

// Denses are an MLP's layers before the head, from the statistics on.
func (s Spec) Denses() []Dense {
	var layers []Dense
	inputs := Statistics * s.Inputs
	for i := range s.Layers {
		layers = append(layers, Dense{fmt.Sprintf("layer%d", i+1), inputs, s.Channels})
		inputs = s.Channels
	}
	return layers
}

func (mlp) shapes(s Spec) []Parameter {
	var list []Parameter
	for _, d := range s.Denses() {
		list = append(list, Parameter{d.Weight(), []int{d.Inputs, d.Channels}}, Parameter{d.Bias(), []int{d.Channels}})
	}
	return append(list, Parameter{HeadWeight, []int{s.Channels, 1}}, Parameter{HeadBias, []int{1}})
}

func (mlp) widest(s Spec) int { return max(Statistics*s.Inputs, s.Channels) }

func (mlp) draw(s Spec, p Parameter, rng *rand.Rand) []float32 { return tcn{}.draw(s, p, rng) }

// mlpForward is an MLP in use.
type mlpForward struct {
	spec     Spec
	layers   []dense
	head     []float32
	headBias float32

	statistics, x, y []float32
	row              sparseRow
}

type dense struct {
	Dense
	weight, bias []float32
}

func (mlp) forward(s Spec, p Parameters) forward {
	f := &mlpForward{spec: s, head: p[HeadWeight], headBias: p[HeadBias][0]}
	for _, d := range s.Denses() {
		f.layers = append(f.layers, dense{d, p[d.Weight()], p[d.Bias()]})
	}
	return f.clone()
}

func (f *mlpForward) clone() forward {
	c := *f
	c.statistics = make([]float32, Statistics*f.spec.Inputs)
	c.x, c.y = make([]float32, f.spec.Channels), make([]float32, f.spec.Channels)
	c.row = newSparseRow(max(len(c.statistics), f.spec.Channels))
	return &c
}

func (f *mlpForward) logit(window []float32) float32 {
	f.look(window)
	x := f.statistics
	for i := range f.layers {
		f.row.set(x)
		clear(f.y)
		f.row.addTo(f.y, f.layers[i].weight)
		biasAndReLU(f.y, f.layers[i].bias)
		x, f.x, f.y = f.y, f.y, f.x
	}
	logit := f.headBias
	for i, v := range x {
		logit += v * f.head[i]
	}
	return logit
}

// look writes the statistics, [Statistics, inputs].
func (f *mlpForward) look(window []float32) {
	n, steps := f.spec.Inputs, float32(f.spec.Steps)
	s := f.statistics
	mean, deviation, least, most, last := s[:n], s[n:2*n], s[2*n:3*n], s[3*n:4*n], s[4*n:]
	clear(mean)
	clear(deviation)
	copy(least, window)
	copy(most, window)
	copy(last, window[len(window)-n:])
	for x := window; len(x) > 0; x = x[n:] {
		for j, v := range x[:n] {
			mean[j] += v
			least[j], most[j] = min(least[j], v), max(most[j], v)
		}
	}
	for j := range mean {
		mean[j] /= steps
	}
	for x := window; len(x) > 0; x = x[n:] {
		for j, v := range x[:n] {
			deviation[j] += (v - mean[j]) * (v - mean[j])
		}
	}
	for j, v := range deviation {
		deviation[j] = float32(math.Sqrt(float64(v/steps) + StatisticsEpsilon))
	}
}
