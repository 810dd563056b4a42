package export

import (
	"math"

	"fallkit/internal/onnx"
	"fallkit/model"
)

// attentive is a model.Attention: linear layers are convolutions of one pixel, as in a TCN
// time lies along the width of a picture one pixel high.
func attentive(b *builder) {
	s := b.spec
	linears := map[string]model.Linear{}
	for _, l := range s.Linears() {
		linears[l.Name] = l
	}
	b.window()
	b.Node("Transpose", []string{WindowInput}, "picture", onnx.List("perm", 0, 3, 1, 2)) // [batch, features, 1, steps]
	l := linears[model.AttentionInput]
	h := b.pixel(l.Name, "picture", b.parameters[l.Weight()], b.parameters[l.Bias()], l.Channels)
	h = b.sum("placed", h, b.positions())
	for _, block := range s.AttentionBlocks() {
		l := linears[block.Out()]
		h = b.sum(block.Name+".attended", h, b.pixel(l.Name, b.attention(linears[block.Look()], h), b.parameters[l.Weight()], b.parameters[l.Bias()], l.Channels))
		wide, narrow := linears[block.Wide()], linears[block.Narrow()]
		b.Node("Relu", []string{b.pixel(wide.Name, h, b.parameters[wide.Weight()], b.parameters[wide.Bias()], wide.Channels)}, wide.Name+"#above")
		h = b.sum(block.Name, h, b.pixel(narrow.Name, wide.Name+"#above", b.parameters[narrow.Weight()], b.parameters[narrow.Bias()], narrow.Channels))
	}
	b.answer(b.pooled(h))
}

// pixel is y = x · weight + bias at every step, with weight [inputs, outputs].
func (b *builder) pixel(name, x string, weight, bias []float32, outputs int) string {
	inputs := len(weight) / outputs
	w := b.constant(name+".weight", transposed(weight, inputs, outputs), outputs, inputs, 1, 1)
	b.Node("Conv", []string{x, w, b.constant(name+".bias", bias, outputs)}, name, onnx.List("kernel_shape", 1, 1))
	return name
}

func (b *builder) sum(name, x, y string) string {
	b.Node("Add", []string{x, y}, name)
	return name
}

// positions are a constant of the whole batch's shape: OpenCV 4.6 adds no other.
func (b *builder) positions() string {
	s := b.spec
	one := transposed(b.parameters[model.Position], s.Steps, s.Channels)
	var all []float32
	for range b.batch {
		all = append(all, one...)
	}
	return b.constant(model.Position, all, b.batch, s.Channels, 1, s.Steps)
}

// attention is what every step sees of the others, [batch, channels, 1, steps].
func (b *builder) attention(l model.Linear, h string) string {
	n, steps := b.spec.Channels, b.spec.Steps
	name := func(what string) string { return l.Name + "#" + what }
	row := b.Integers([]int{b.batch, n, steps})
	for i, what := range []string{"query", "key", "value"} {
		scale := float32(1)
		if i == 0 {
			scale = float32(1 / math.Sqrt(float64(n)))
		}
		weight, bias := third(b.parameters[l.Weight()], n, i, scale), third(b.parameters[l.Bias()], n, i, scale)
		b.Node("Reshape", []string{b.pixel(name(what), h, weight, bias, n), row}, name(what+"s"))
	}
	turn := onnx.List("perm", 0, 2, 1)
	b.Node("Transpose", []string{name("querys")}, name("asks"), turn)
	b.Node("MatMul", []string{name("asks"), name("keys")}, name("scores")) // [batch, steps, steps]
	b.Node("Softmax", []string{name("scores")}, name("shares"), onnx.Integer("axis", 2))
	b.Node("Transpose", []string{name("values")}, name("gives"), turn)
	b.Node("MatMul", []string{name("shares"), name("gives")}, name("seen"))
	b.Node("Transpose", []string{name("seen")}, name("seen_by_channel"), turn)
	b.Node("Reshape", []string{name("seen_by_channel"), b.Integers([]int{b.batch, n, 1, steps})}, name("seen_again"))
	return name("seen_again")
}

// third gives one of three parts of every row of a parameter, [rows, 3 · n], times scale.
func third(p []float32, n, part int, scale float32) []float32 {
	var out []float32
	for ; len(p) > 0; p = p[3*n:] {
		for _, v := range p[part*n : (part+1)*n] {
			out = append(out, scale*v)
		}
	}
	return out
}
