package export

import (
	"fallkit/internal/onnx"
	"fallkit/model"
)

// gated is a model.GRU, written with ONNX's own layers.
func gated(b *builder) {
	h := b.steps()
	for _, r := range b.spec.GatedRecurrences() {
		h = b.gatedRecurrence(r, h)
	}
	b.answer(b.lastStep(h))
}

// gruOrder is that of ONNX's gates, update, reset, candidate, among ours.
var gruOrder = []int{0, 1, 2}

// gatedRecurrence is a layer: [steps, batch, inputs] to [steps, batch, channels].
func (b *builder) gatedRecurrence(r model.GatedRecurrence, x string) string {
	n, gates := r.Channels, model.GRUGates*r.Channels
	w := b.constant(r.Weight(), b.gates(r.Weight(), r.Inputs, n, gruOrder), 1, gates, r.Inputs)
	u := b.constant(r.Recurrent(), b.gates(r.Recurrent(), n, n, gruOrder), 1, gates, n)
	bias := b.constant(r.Bias(), append(b.gates(r.Bias(), 1, n, gruOrder), make([]float32, gates)...), 1, 2*gates)
	all := r.Name + "#directions"                                                      // [steps, 1, batch, channels]
	nothing := b.constant("nothing before", make([]float32, b.batch*n), 1, b.batch, n) // what OpenCV 4.6 has to be told
	b.Node("GRU", []string{x, w, u, bias, "", nothing}, all, onnx.Integer("hidden_size", n), onnx.Integer("linear_before_reset", 1))
	b.Node("Reshape", []string{all, b.Integers([]int{b.spec.Steps, b.batch, n})}, r.Name)
	return r.Name
}
