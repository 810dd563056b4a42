package model

import (
	"fmt"
	"math/rand/v2"
)

// GRU is a stack of gated recurrent layers (Cho et al. 2014, "Learning Phrase Representations
// using RNN Encoder-Decoder for Statistical Machine Translation") and a linear head on the
// last step of the last one. It has layers.
const GRU Kind = "gru"

type gru struct{}

func (gru) check(s Spec) error { return lstm{}.check(s) }

// GRUGates is how many parts a layer of a GRU has: update, reset and candidate.
const GRUGates = 3

// GatedRecurrence is one layer of a GRU. With x and h the rows of a step, σ the logistic
// function and ⊙ the product by element:
//
//	z, r, n = bias + x[t] · weight        (cut into GRUGates parts)
//	a, b, c = h[t-1] · recurrent          (the same)
//	u = σ(z + a)
//	h[t] = u ⊙ h[t-1] + (1 - u) ⊙ tanh(n + σ(r + b) ⊙ c)
//
// where h is 0 before the window. The reset gate acts on the product, which is the form of
// cuDNN and PyTorch.
type GatedRecurrence struct {
	Name             string
	Inputs, Channels int
}

// Weight is the name of the layer's weight, [inputs, GRUGates · channels].
func (r GatedRecurrence) Weight() string { return r.Name + ".weight" }

// Recurrent is the name of the weight from the step before, [channels, GRUGates · channels].
func (r GatedRecurrence) Recurrent() string { return r.Name + ".recurrent" }

// Bias is the name of the layer's bias, [GRUGates · channels].
func (r GatedRecurrence) Bias() string { return r.Name + ".bias" }

// GatedRecurrences are a GRU's layers before the head, from the window on.
func (s Spec) GatedRecurrences() []GatedRecurrence {
	var layers []GatedRecurrence
	inputs := s.Inputs
	for i := range s.Layers {
		layers = append(layers, GatedRecurrence{fmt.Sprintf("layer%d", i+1), inputs, s.Channels})
		inputs = s.Channels
	}
	return layers
}

func (gru) shapes(s Spec) []Parameter {
	var list []Parameter
	for _, r := range s.GatedRecurrences() {
		list = append(list,
			Parameter{r.Weight(), []int{r.Inputs, GRUGates * r.Channels}},
			Parameter{r.Recurrent(), []int{r.Channels, GRUGates * r.Channels}},
			Parameter{r.Bias(), []int{GRUGates * r.Channels}})
	}
	return append(list, Parameter{HeadWeight, []int{s.Channels, 1}}, Parameter{HeadBias, []int{1}})
}

func (gru) widest(s Spec) int { return max(s.Inputs, GRUGates*s.Channels) }

func (gru) draw(s Spec, p Parameter, rng *rand.Rand) []float32 { return lstm{}.draw(s, p, rng) }

// gruForward is a GRU in use.
type gruForward struct {
	spec     Spec
	layers   []gatedRecurrence
	head     []float32 // [channels]
	headBias float32

	row         sparseRow
	gates, past []float32 // [GRUGates · channels], of the step and from the one before
	steps       []float32 // [steps, channels], what a layer gives to the next one
}

// gatedRecurrence is a GatedRecurrence with its numbers.
type gatedRecurrence struct {
	GatedRecurrence
	weight, recurrent, bias []float32
}

func (gru) forward(s Spec, p Parameters) forward {
	f := &gruForward{spec: s, head: p[HeadWeight], headBias: p[HeadBias][0]}
	for _, r := range s.GatedRecurrences() {
		f.layers = append(f.layers, gatedRecurrence{r, p[r.Weight()], p[r.Recurrent()], p[r.Bias()]})
	}
	return f.clone()
}

func (f *gruForward) clone() forward {
	c := *f
	n := f.spec.Channels
	c.row = newSparseRow(max(f.spec.Inputs, n))
	c.gates, c.past, c.steps = make([]float32, GRUGates*n), make([]float32, GRUGates*n), make([]float32, f.spec.Steps*n)
	return &c
}

func (f *gruForward) logit(window []float32) float32 {
	x := window
	for i := range f.layers {
		f.run(&f.layers[i], x)
		x = f.steps // a step is read before it is written
	}
	logit := f.headBias
	for i, h := range f.steps[len(f.steps)-f.spec.Channels:] {
		logit += h * f.head[i]
	}
	return logit
}

// run writes a layer's steps, [steps, channels], from x, [steps, inputs].
func (f *gruForward) run(r *gatedRecurrence, x []float32) {
	n := f.spec.Channels
	for t := range f.spec.Steps {
		copy(f.gates, r.bias)
		f.row.set(x[t*r.Inputs : (t+1)*r.Inputs])
		f.row.addTo(f.gates, r.weight)
		clear(f.past)
		h := f.steps[t*n : (t+1)*n]
		var before []float32 // nil = 0
		if t > 0 {
			before = f.steps[(t-1)*n : t*n]
			f.row.set(before)
			f.row.addTo(f.past, r.recurrent)
		}
		gatedCell(f.gates, f.past, before, h)
	}
}

// gatedCell writes h, the cells after a step.
func gatedCell(gates, past, before, h []float32) {
	n := len(h)
	for j := range h {
		update, reset := sigmoid(gates[j]+past[j]), sigmoid(gates[n+j]+past[n+j])
		candidate := tanh(gates[2*n+j] + reset*past[2*n+j])
		h[j] = (1 - update) * candidate
		if before != nil {
			h[j] += update * before[j]
		}
	}
}
