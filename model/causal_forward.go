package model

import (
	"math"

	"fallkit/pose"
)

// causalForward is a Causal network in use: what it remembers is what its layers will look
// back at.
type causalForward struct {
	spec   Spec
	layers []causalLayer
	weight []float32 // [channels, phases]
	bias   []float32 // [phases]
	given  []float32 // [phases], nil = none

	mirror                     *causalLayer // the first layer, for the mirror image
	image                      []float32    // [inputs]
	block, first, second, seen []float32    // [channels]
	logits                     []float32    // [phases]
}

// causalLayer is a layer with its numbers and the last steps that it was given.
type causalLayer struct {
	layer
	kernel int
	past   []sparseRow // a ring, [reach+1]
	now    int         // where the newest is
	had    int         // how many steps there were, up to the ring's length
}

func newCausalLayer(l layer, kernel int) causalLayer {
	c := causalLayer{layer: l, kernel: kernel, past: make([]sparseRow, (kernel-1)*l.Dilation+1)}
	for i := range c.past {
		c.past[i] = newSparseRow(l.Inputs)
	}
	return c
}

func (c *causalLayer) forget() { c.had = 0 }

// step writes y from the newest step and those before it; steps that never were are 0.
func (c *causalLayer) step(x, residual, y []float32) {
	if residual == nil {
		clear(y)
	} else {
		copy(y, residual)
	}
	c.now = (c.now + 1) % len(c.past)
	c.had = min(c.had+1, len(c.past))
	c.past[c.now].set(x)
	for k := range c.kernel {
		back := (c.kernel - 1 - k) * c.Dilation
		if back >= c.had {
			continue
		}
		row := &c.past[(c.now-back+len(c.past))%len(c.past)]
		row.addTo(y, c.weight[k*c.Inputs*c.Channels:(k+1)*c.Inputs*c.Channels])
	}
	biasAndReLU(y, c.bias)
}

func (causal) forward(s Spec, p Parameters) forward { return newCausalForward(s, p) }

func newCausalForward(s Spec, p Parameters) *causalForward {
	f := &causalForward{spec: s, weight: p[PhaseWeight], bias: p[PhaseBias]}
	if s.Given > 0 {
		f.given = p[GivenWeight]
	}
	for _, conv := range s.Convolutions() {
		f.layers = append(f.layers, causalLayer{layer: layer{conv, p[conv.Weight()], p[conv.Bias()]}})
	}
	return f.fresh()
}

// fresh shares the parameters and remembers nothing.
func (f *causalForward) fresh() *causalForward {
	c := *f
	c.layers = make([]causalLayer, len(f.layers))
	for i := range f.layers {
		c.layers[i] = newCausalLayer(f.layers[i].layer, f.spec.Kernel)
	}
	if f.spec.Mirror {
		image := newCausalLayer(f.layers[0].layer, f.spec.Kernel)
		c.mirror, c.image = &image, make([]float32, f.spec.Inputs)
	}
	n := f.spec.Channels
	c.block, c.first, c.second, c.seen = make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	c.logits = make([]float32, f.spec.Phases)
	return &c
}

func (f *causalForward) clone() forward { return f.fresh() }

func (f *causalForward) forget() {
	for i := range f.layers {
		f.layers[i].forget()
	}
	if f.mirror != nil {
		f.mirror.forget()
	}
}

// step gives the logits of the newest step, x [inputs]; they hold until the next one.
func (f *causalForward) step(x []float32) []float32 {
	h, first, second := f.block, f.first, f.second
	f.layers[0].step(x, nil, h)
	if f.mirror != nil {
		pose.MirrorFall(f.image, x)
		f.mirror.step(f.image, nil, f.seen)
		for i, v := range f.seen {
			h[i] += v
		}
	}
	for i := 1; i < len(f.layers); i += 2 {
		f.layers[i].step(h, nil, first)
		f.layers[i+1].step(first, h, second)
		h, second = second, h
	}
	copy(f.logits, f.bias)
	n := len(f.logits)
	for i, v := range h {
		for k, w := range f.weight[i*n : (i+1)*n] {
			f.logits[k] += v * w
		}
	}
	for k, w := range f.given {
		f.logits[k] += x[f.spec.Given-1] * w
	}
	return f.logits
}

// logit is the last step's log-odds of a fall.
func (f *causalForward) logit(window []float32) float32 {
	f.forget()
	for n := f.spec.Inputs; len(window) > 0; window = window[n:] {
		f.step(window[:n])
	}
	return float32(f.spec.FallOdds(f.logits))
}

// FallOdds is the log-odds of a fall in a Causal network's answer, logits [phases].
func (s Spec) FallOdds(logits []float32) float64 {
	var most, sum [2]float64
	most[0], most[1] = math.Inf(-1), math.Inf(-1)
	for k, z := range logits {
		side := s.side(k)
		most[side] = math.Max(most[side], float64(z))
	}
	for k, z := range logits {
		side := s.side(k)
		sum[side] += math.Exp(float64(z) - most[side])
	}
	return most[1] + math.Log(sum[1]) - most[0] - math.Log(sum[0])
}

// side is 1 for an answer that stands for a fall, 0 for another.
func (s Spec) side(answer int) int {
	if s.OfFall(answer) {
		return 1
	}
	return 0
}
