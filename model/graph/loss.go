package graph

import (
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// crossEntropy is the weighted binary cross-entropy of logits z with targets y, all
// [batch, 1]:
//
//	loss = Σ w·(softplus(z) - z·y) / Σ w
//
// where softplus(z) = max(z, 0) + log(1 + e^-|z|) does not overflow. A row of weight 0
// counts for nothing.
type crossEntropy struct{ batch int }

func (c crossEntropy) shape() tensor.Shape { return tensor.Shape{c.batch, 1} }

// apply adds the loss, a scalar, to the graph. Targets and weights have no gradient.
func (c crossEntropy) apply(b *builder, z, y, w *gorgonia.Node) *gorgonia.Node {
	return b.apply(&op{
		name:     "cross-entropy",
		inputs:   []tensor.Shape{c.shape(), c.shape(), c.shape()},
		output:   tensor.ScalarShape(),
		run:      func(out []float32, in [][]float32) { out[0] = c.loss(in[0], in[1], in[2]) },
		constant: []bool{false, true, true},
		backward: func(b *builder, in gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
			return gorgonia.Nodes{c.gradient(b, in, grad), nil, nil}
		},
	}, z, y, w)
}

func (crossEntropy) loss(z, y, w []float32) float32 {
	sum, weight := 0.0, 0.0
	for i, wi := range w {
		if wi == 0 {
			continue
		}
		zi := float64(z[i])
		softplus := math.Max(zi, 0) + math.Log1p(math.Exp(-math.Abs(zi)))
		sum += float64(wi) * (softplus - zi*float64(y[i]))
		weight += float64(wi)
	}
	return float32(sum / weight)
}

// gradient: dz = dloss · w·(sigmoid(z) - y) / Σ w.
func (c crossEntropy) gradient(b *builder, in gorgonia.Nodes, grad *gorgonia.Node) *gorgonia.Node {
	return b.apply(&op{
		name:   "cross-entropy gradient",
		inputs: []tensor.Shape{c.shape(), c.shape(), c.shape(), tensor.ScalarShape()},
		output: c.shape(),
		run: func(dz []float32, in [][]float32) {
			z, y, w := in[0], in[1], in[2]
			weight := 0.0
			for _, wi := range w {
				weight += float64(wi)
			}
			for i, wi := range w {
				dz[i] = float32(float64(in[3][0]) * float64(wi) * (sigmoid(float64(z[i])) - float64(y[i])) / weight)
			}
		},
	}, in[0], in[1], in[2], grad)
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
