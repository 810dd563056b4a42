package export

import (
	"fallkit/internal/onnx"
	"fallkit/model"
)

// recurrent is a model.LSTM, written with ONNX's own layers.
func recurrent(b *builder) {
	s := b.spec
	b.window()
	b.Node("Transpose", []string{WindowInput}, "turned", onnx.List("perm", 2, 0, 1, 3)) // [steps, batch, 1, features]
	b.Node("Reshape", []string{"turned", b.Integers([]int{s.Steps, b.batch, s.Inputs})}, "steps")
	h := "steps"
	for _, r := range s.Recurrences() {
		h = b.recurrence(r, h)
	}
	last, end, first := b.Integers([]int{s.Steps - 1}), b.Integers([]int{s.Steps}), b.Integers([]int{0})
	b.Node("Slice", []string{h, last, end, first}, "last")
	b.Node("Reshape", []string{"last", b.Integers([]int{b.batch, s.Channels})}, "pooled")
	b.answer("pooled")
}

// recurrence is a layer: [steps, batch, inputs] to [steps, batch, channels].
func (b *builder) recurrence(r model.Recurrence, x string) string {
	n, gates := r.Channels, model.Gates*r.Channels
	w := b.constant(r.Weight(), b.gates(r.Weight(), r.Inputs, n), 1, gates, r.Inputs)
	u := b.constant(r.Recurrent(), b.gates(r.Recurrent(), n, n), 1, gates, n)
	bias := b.constant(r.Bias(), append(b.gates(r.Bias(), 1, n), make([]float32, gates)...), 1, 2*gates)
	all := r.Name + "#directions" // [steps, 1, batch, channels]
	b.Node("LSTM", []string{x, w, u, bias}, all, onnx.Integer("hidden_size", n))
	b.Node("Reshape", []string{all, b.Integers([]int{b.spec.Steps, b.batch, n})}, r.Name)
	return r.Name
}

// gates gives a parameter, [inputs, Gates · n] in the order input, forget, cell, output, as
// ONNX has it: [Gates · n, inputs] in the order input, output, forget, cell.
func (b *builder) gates(name string, inputs, n int) []float32 {
	t := transposed(b.parameters[name], inputs, model.Gates*n)
	var out []float32
	for _, gate := range []int{0, 3, 1, 2} {
		out = append(out, t[gate*n*inputs:(gate+1)*n*inputs]...)
	}
	return out
}
