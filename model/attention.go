package model

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Attention is a small transformer over time (Vaswani et al. 2017, "Attention Is All You
// Need"): every step looks at every other one of the window. It has layers, one head, learned
// positions, no normalisation and no dropout, and the TCN's pooling and head.
const Attention Kind = "attention"

type attention struct{}

func (attention) check(s Spec) error { return mlp{}.check(s) }

// Position is the name of what is added to every step, [steps, channels].
const Position = "position"

// AttentionInput is the linear layer from features to channels.
const AttentionInput = "input"

// AttentionBlock is one layer. With h [steps, channels] and q, k and v the thirds of
// h · look.weight + look.bias:
//
//	h = h + softmax(q · kᵀ ÷ √channels) · v · out.weight + out.bias
//	h = h + relu(h · wide.weight + wide.bias) · narrow.weight + narrow.bias
//
// where wide has Widening · channels.
type AttentionBlock struct{ Name string }

// Look is the name of the linear layer that makes q, k and v.
func (b AttentionBlock) Look() string { return b.Name + ".look" }

// Out is the name of the linear layer behind the attention.
func (b AttentionBlock) Out() string { return b.Name + ".out" }

// Wide is the name of the linear layer before the ReLU.
func (b AttentionBlock) Wide() string { return b.Name + ".wide" }

// Narrow is the name of the linear layer behind the ReLU.
func (b AttentionBlock) Narrow() string { return b.Name + ".narrow" }

// Widening is how much wider an AttentionBlock is inside.
const Widening = 2

// AttentionBlocks are the layers between the positions and the pooling.
func (s Spec) AttentionBlocks() []AttentionBlock {
	blocks := make([]AttentionBlock, s.Layers)
	for i := range blocks {
		blocks[i].Name = fmt.Sprintf("block%d", i+1)
	}
	return blocks
}

// Linear is a layer of an attention network: y = bias + x · weight.
type Linear struct {
	Name             string
	Inputs, Channels int
}

// Weight is the name of the layer's weight, [inputs, channels].
func (l Linear) Weight() string { return l.Name + ".weight" }

// Bias is the name of the layer's bias, [channels].
func (l Linear) Bias() string { return l.Name + ".bias" }

// Linears are an attention network's linear layers before the pooling, in their order.
func (s Spec) Linears() []Linear {
	n := s.Channels
	list := []Linear{{AttentionInput, s.Inputs, n}}
	for _, b := range s.AttentionBlocks() {
		list = append(list, Linear{b.Look(), n, 3 * n}, Linear{b.Out(), n, n}, Linear{b.Wide(), n, Widening * n}, Linear{b.Narrow(), Widening * n, n})
	}
	return list
}

func (attention) shapes(s Spec) []Parameter {
	list := []Parameter{{Position, []int{s.Steps, s.Channels}}}
	for _, l := range s.Linears() {
		list = append(list, Parameter{l.Weight(), []int{l.Inputs, l.Channels}}, Parameter{l.Bias(), []int{l.Channels}})
	}
	return append(list, Parameter{HeadWeight, []int{Pools * s.Channels, 1}}, Parameter{HeadBias, []int{1}})
}

func (attention) widest(s Spec) int { return max(s.Inputs, 3*s.Channels) }

// draw keeps the size of the signal through linear layers: normal with variance 1 / fan-in
// (Glorot & Bengio 2010). Biases are 0, and positions small.
func (attention) draw(_ Spec, p Parameter, rng *rand.Rand) []float32 {
	v := make([]float32, p.Size())
	if len(p.Shape) < 2 {
		return v
	}
	deviation := math.Sqrt(1 / float64(p.Shape[0]))
	if p.Name == Position {
		deviation = 0.1
	}
	for i := range v {
		v[i] = float32(rng.NormFloat64() * deviation)
	}
	return v
}
