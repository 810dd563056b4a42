package graph

import (
	"gorgonia.org/gorgonia"

	"fallkit/model"
)

// convolutional is a model.TCN.
func convolutional(p plan, h *gorgonia.Node) *gorgonia.Node {
	s := p.spec
	var block *gorgonia.Node // what entered the residual block
	for i, c := range s.Convolutions() {
		conv := convolution{layout: p.layout, kernel: s.Kernel, dilation: c.Dilation, inputs: c.Inputs, channels: c.Channels, relu: true, data: i == 0 && !p.toWindows, fixed: p.toWindows}
		w, bias := p.weight(c.Weight(), s.Kernel*c.Inputs, c.Channels), p.weight(c.Bias(), 1, c.Channels)
		if c.Residual {
			h = conv.apply(p.builder, h, w, bias, block)
		} else {
			block, h = h, conv.apply(p.builder, h, w, bias, nil)
		}
	}
	return p.head(pooling{p.layout, s.Channels}.apply(p.builder, h), model.Pools*s.Channels)
}
