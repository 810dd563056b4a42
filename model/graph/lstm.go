package graph

import (
	"gorgonia.org/gorgonia"

	"fallkit/model"
)

// recurrent is a model.LSTM. What a layer's gates see of its input is a linear layer over
// all steps at once; only what they see of the step before has to wait for it.
func recurrent(p plan, h *gorgonia.Node) *gorgonia.Node {
	for i, r := range p.spec.Recurrences() {
		gates := model.Gates * r.Channels
		linear := convolution{layout: p.layout, kernel: 1, dilation: 1, inputs: r.Inputs, channels: gates, data: i == 0 && !p.toWindows, fixed: p.toWindows}
		w, u, bias := p.weight(r.Weight(), r.Inputs, gates), p.weight(r.Recurrent(), r.Channels, gates), p.weight(r.Bias(), 1, gates)
		z := linear.apply(p.builder, h, w, bias, nil)
		h = recurrence{p.layout, r.Channels}.apply(p.builder, z, u)
	}
	return p.head(lastStep{p.layout, p.spec.Channels}.apply(p.builder, h), p.spec.Channels)
}
