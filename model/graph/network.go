package graph

import (
	"gorgonia.org/gorgonia"

	"fallkit/model"
)

// network is a model's forward pass as a graph.
type network struct {
	graph   *gorgonia.ExprGraph
	windows []float32                 // [rows, inputs], rows as layout says
	leaf    *gorgonia.Node            // of the windows
	weights map[string]*gorgonia.Node // the parameters
	logit   *gorgonia.Node            // [batch, 1]
}

// kinds are the families of networks: each adds its layers to a graph, from the windows,
// [rows, inputs], to the logits, [batch, 1].
var kinds = map[model.Kind]func(p plan, windows *gorgonia.Node) *gorgonia.Node{
	model.TCN:    convolutional,
	model.LSTM:   recurrent,
	model.GRU:    gated,
	model.MLP:    perceptron,
	model.Causal: causal,
	model.STGCN:  skeletal,

	model.Attention: attentive,
}

// plan is what a family builds with.
type plan struct {
	*builder
	spec   model.Spec
	layout layout

	// weight adds a parameter to the graph, as a matrix.
	weight func(name string, rows, columns int) *gorgonia.Node
}

// newNetwork adds the network to a graph. It reads parameters where they are.
func newNetwork(b *builder, s model.Spec, p model.Parameters, batch int) *network {
	return addNetwork(b, s, p, batch, kinds[s.Kind])
}

// addNetwork is newNetwork with layers of one's own; logit is what they end in.
func addNetwork(b *builder, s model.Spec, p model.Parameters, batch int, layers func(p plan, windows *gorgonia.Node) *gorgonia.Node) *network {
	n := &network{graph: b.graph, windows: make([]float32, batch*s.Steps*s.Inputs), weights: map[string]*gorgonia.Node{}}
	steps := layout{batch, s.Steps}
	n.leaf = b.leaf("windows", n.windows, steps.rows(), s.Inputs)
	n.logit = layers(plan{b, s, steps, func(name string, rows, columns int) *gorgonia.Node {
		n.weights[name] = b.leaf(name, p[name], rows, columns)
		return n.weights[name]
	}}, n.leaf)
	return n
}

// head is the linear layer from what is left of a window, [batch, inputs], to the logit.
func (p plan) head(x *gorgonia.Node, inputs int) *gorgonia.Node {
	c := convolution{layout: layout{p.layout.batch, 1}, kernel: 1, dilation: 1, inputs: inputs, channels: 1, fixed: p.toWindows}
	return c.apply(p.builder, x, p.weight(model.HeadWeight, inputs, 1), p.weight(model.HeadBias, 1, 1), nil)
}
