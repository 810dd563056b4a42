package model

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// LSTM is a stack of recurrent layers with long short-term memory (Hochreiter and
// Schmidhuber 1997; with the forget gate of Gers et al. 2000) and a linear head on the last
// step of the last one. It has layers.
const LSTM Kind = "lstm"

type lstm struct{}

func (lstm) check(s Spec) error {
	if s.Kernel != 0 || len(s.Dilations) != 0 {
		return fmt.Errorf("model: kernel is %d and dilations are %v, and a network of kind %s has none", s.Kernel, s.Dilations, LSTM)
	}
	return upTo("layers", s.Layers, 8)
}

// Gates is how many gates a cell of an LSTM has: input, forget, cell and output.
const Gates = 4

// Recurrence is one layer of an LSTM. With x and h the rows of a step, σ the logistic
// function and ⊙ the product by element:
//
//	i, f, g, o = bias + x[t] · weight + h[t-1] · recurrent     (cut into Gates parts)
//	c[t] = σ(f) ⊙ c[t-1] + σ(i) ⊙ tanh(g)
//	h[t] = σ(o) ⊙ tanh(c[t])
//
// where h and c are 0 before the window.
type Recurrence struct {
	Name             string
	Inputs, Channels int
}

// Weight is the name of the layer's weight, [inputs, Gates · channels].
func (r Recurrence) Weight() string { return r.Name + ".weight" }

// Recurrent is the name of the weight from the step before, [channels, Gates · channels].
func (r Recurrence) Recurrent() string { return r.Name + ".recurrent" }

// Bias is the name of the layer's bias, [Gates · channels].
func (r Recurrence) Bias() string { return r.Name + ".bias" }

// Recurrences are an LSTM's layers before the head, from the window on.
func (s Spec) Recurrences() []Recurrence {
	var layers []Recurrence
	inputs := s.Inputs
	for i := range s.Layers {
		layers = append(layers, Recurrence{fmt.Sprintf("layer%d", i+1), inputs, s.Channels})
		inputs = s.Channels
	}
	return layers
}

func (lstm) shapes(s Spec) []Parameter {
	var list []Parameter
	for _, r := range s.Recurrences() {
		list = append(list,
			Parameter{r.Weight(), []int{r.Inputs, Gates * r.Channels}},
			Parameter{r.Recurrent(), []int{r.Channels, Gates * r.Channels}},
			Parameter{r.Bias(), []int{Gates * r.Channels}})
	}
	return append(list, Parameter{HeadWeight, []int{s.Channels, 1}}, Parameter{HeadBias, []int{1}})
}

func (lstm) widest(s Spec) int { return max(s.Inputs, Gates*s.Channels) }

// draw is even over ±1/√channels, biases too: what PyTorch starts an LSTM from.
func (lstm) draw(s Spec, p Parameter, rng *rand.Rand) []float32 {
	v := make([]float32, p.Size())
	most := 1 / math.Sqrt(float64(s.Channels))
	for i := range v {
		v[i] = float32((2*rng.Float64() - 1) * most)
	}
	return v
}
