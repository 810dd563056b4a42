package export

import (
	"fallkit/internal/onnx"
	"fallkit/model"
)

// convolutional is a model.TCN: time lies along the width of a picture one pixel high, and
// features are its channels.
func convolutional(b *builder) {
	s := b.spec
	b.window()
	b.Node("Transpose", []string{WindowInput}, "picture", onnx.List("perm", 0, 3, 1, 2)) // [batch, features, 1, steps]
	h, block := "picture", ""
	for _, c := range s.Convolutions() {
		before := h
		h = b.convolution(c, h, block)
		if !c.Residual {
			block = before
		}
	}
	b.answer(b.pooled(h))
}

// convolution is a layer with its ReLU; block is what it adds where it is residual.
func (b *builder) convolution(c model.Convolution, x, block string) string {
	kernel, pad := b.spec.Kernel, b.spec.Kernel/2*c.Dilation
	w := b.constant(c.Weight(), taps(b.parameters[c.Weight()], kernel, c), c.Channels, c.Inputs, 1, kernel)
	bias := b.constant(c.Bias(), b.parameters[c.Bias()], c.Channels)
	sum := c.Name + "#sum"
	b.Node("Conv", []string{x, w, bias}, sum,
		onnx.List("kernel_shape", 1, kernel), onnx.List("strides", 1, 1), onnx.List("dilations", 1, c.Dilation),
		onnx.Integer("group", 1), onnx.List("pads", 0, pad, 0, pad))
	if c.Residual {
		b.Node("Add", []string{sum, block}, c.Name+"#added")
		sum = c.Name + "#added"
	}
	b.Node("Relu", []string{sum}, c.Name)
	return c.Name
}

// taps turns a weight, [kernel, inputs, channels], into ONNX's [channels, inputs, kernel].
func taps(w []float32, kernel int, c model.Convolution) []float32 {
	out := make([]float32, 0, len(w))
	for to := range c.Channels {
		for from := range c.Inputs {
			for k := range kernel {
				out = append(out, w[(k*c.Inputs+from)*c.Channels+to])
			}
		}
	}
	return out
}

// pooled is mean, maximum and last step of every channel, [batch, Pools · channels].
func (b *builder) pooled(h string) string {
	last, end, width := b.Integers([]int{b.spec.Steps - 1}), b.Integers([]int{b.spec.Steps}), b.Integers([]int{3})
	b.Node("GlobalAveragePool", []string{h}, "mean")
	b.Node("GlobalMaxPool", []string{h}, "maximum")
	b.Node("Slice", []string{h, last, end, width}, "last")
	b.Node("Concat", []string{"mean", "maximum", "last"}, "pools", onnx.Integer("axis", 1))
	b.Node("Flatten", []string{"pools"}, "pooled", onnx.Integer("axis", 1))
	return "pooled"
}
