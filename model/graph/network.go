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

// newNetwork adds the network to a graph. It reads parameters where they are.
func newNetwork(b *builder, s model.Spec, p model.Parameters, batch int) *network {
	n := &network{graph: b.graph, windows: make([]float32, batch*s.Steps*s.Inputs), weights: map[string]*gorgonia.Node{}}
	weight := func(name string, rows, columns int) *gorgonia.Node {
		n.weights[name] = b.leaf(name, p[name], rows, columns)
		return n.weights[name]
	}
	steps := layout{batch, s.Steps}
	n.leaf = b.leaf("windows", n.windows, steps.rows(), s.Inputs)
	h := n.leaf
	var block *gorgonia.Node // what entered the residual block
	for i, c := range s.Convolutions() {
		conv := convolution{layout: steps, kernel: s.Kernel, dilation: c.Dilation, inputs: c.Inputs, channels: c.Channels, relu: true, data: i == 0 && !b.toWindows, fixed: b.toWindows}
		w, bias := weight(c.Weight(), s.Kernel*c.Inputs, c.Channels), weight(c.Bias(), 1, c.Channels)
		if c.Residual {
			h = conv.apply(b, h, w, bias, block)
		} else {
			block, h = h, conv.apply(b, h, w, bias, nil)
		}
	}
	pooled := pooling{steps, s.Channels}.apply(b, h)
	head := convolution{layout: layout{batch, 1}, kernel: 1, dilation: 1, inputs: model.Pools * s.Channels, channels: 1, fixed: b.toWindows}
	n.logit = head.apply(b, pooled, weight(model.HeadWeight, model.Pools*s.Channels, 1), weight(model.HeadBias, 1, 1), nil)
	return n
}
