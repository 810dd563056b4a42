package export

import (
	"fallkit/internal/onnx"
	"fallkit/model"
)

// recurrent is a model.LSTM, written with ONNX's own layers.
func recurrent(b *builder) {
	s := b.spec
	h := b.steps()
	for _, r := range s.Recurrences() {
		h = b.recurrence(r, h)
	}
	b.answer(b.lastStep(h))
}

// steps declares the input and turns it to [steps, batch, features].
func (b *builder) steps() string {
	s := b.spec
	b.window()
	b.Node("Transpose", []string{WindowInput}, "turned", onnx.List("perm", 2, 0, 1, 3)) // [steps, batch, 1, features]
	b.Node("Reshape", []string{"turned", b.Integers([]int{s.Steps, b.batch, s.Inputs})}, "steps")
	return "steps"
}

// lastStep takes of [steps, batch, channels] the last one, [batch, channels].
func (b *builder) lastStep(h string) string {
	s := b.spec
	last, end, first := b.Integers([]int{s.Steps - 1}), b.Integers([]int{s.Steps}), b.Integers([]int{0})
	b.Node("Slice", []string{h, last, end, first}, "last")
	b.Node("Reshape", []string{"last", b.Integers([]int{b.batch, s.Channels})}, "pooled")
	return "pooled"
}

// recurrence is a layer: [steps, batch, inputs] to [steps, batch, channels].
func (b *builder) recurrence(r model.Recurrence, x string) string {
	n, gates := r.Channels, model.Gates*r.Channels
	w := b.constant(r.Weight(), b.gates(r.Weight(), r.Inputs, n, lstmOrder), 1, gates, r.Inputs)
	u := b.constant(r.Recurrent(), b.gates(r.Recurrent(), n, n, lstmOrder), 1, gates, n)
	bias := b.constant(r.Bias(), append(b.gates(r.Bias(), 1, n, lstmOrder), make([]float32, gates)...), 1, 2*gates)
	all := r.Name + "#directions" // [steps, 1, batch, channels]
	b.Node("LSTM", []string{x, w, u, bias}, all, onnx.Integer("hidden_size", n))
	b.Node("Reshape", []string{all, b.Integers([]int{b.spec.Steps, b.batch, n})}, r.Name)
	return r.Name
}

// lstmOrder is that of ONNX's gates, input, output, forget, cell, among ours.
var lstmOrder = []int{0, 3, 1, 2}

// gates gives a parameter, [inputs, gates · n], as ONNX has it: [gates · n, inputs], with the
// gates in another order.
func (b *builder) gates(name string, inputs, n int, order []int) []float32 {
	t := transposed(b.parameters[name], inputs, len(order)*n)
	var out []float32
	for _, gate := range order {
		out = append(out, t[gate*n*inputs:(gate+1)*n*inputs]...)
	}
	return out
}
