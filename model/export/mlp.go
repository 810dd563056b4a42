package export

import (
	"fallkit/internal/onnx"
	"fallkit/model"
)

// perceptron is a model.MLP. The least is minus the greatest of the numbers turned around,
// and the variance is that of the squares, since OpenCV 4.6 pools by mean and maximum alone.
func perceptron(b *builder) {
	s := b.spec
	b.window()
	b.Node("Transpose", []string{WindowInput}, "picture", onnx.List("perm", 0, 3, 1, 2)) // [batch, features, 1, steps]
	b.Node("GlobalAveragePool", []string{"picture"}, "mean")
	b.Node("GlobalMaxPool", []string{"picture"}, "most")
	b.Node("Neg", []string{"picture"}, "turned")
	b.Node("GlobalMaxPool", []string{"turned"}, "most_turned")
	b.Node("Neg", []string{"most_turned"}, "least")
	last, end, width := b.Integers([]int{s.Steps - 1}), b.Integers([]int{s.Steps}), b.Integers([]int{3})
	b.Node("Slice", []string{"picture", last, end, width}, "last")
	b.Node("Concat", []string{"mean", b.deviation(), "least", "most", "last"}, "statistics", onnx.Integer("axis", 1))
	b.Node("Flatten", []string{"statistics"}, "flat", onnx.Integer("axis", 1))
	h := "flat"
	for _, d := range s.Denses() {
		sum := b.linear(d.Name+"#sum", h, b.parameters[d.Weight()], b.parameters[d.Bias()], d.Channels)
		b.Node("Relu", []string{sum}, d.Name)
		h = d.Name
	}
	b.answer(h)
}

func (b *builder) deviation() string {
	b.Node("Mul", []string{"picture", "picture"}, "squares")
	b.Node("GlobalAveragePool", []string{"squares"}, "mean_square")
	b.Node("Mul", []string{"mean", "mean"}, "square_mean")
	b.Node("Sub", []string{"mean_square", "square_mean"}, "difference")
	b.Node("Relu", []string{"difference"}, "variance") // rounding may bring it below 0
	// OpenCV 4.6 adds no constant of one window to several.
	epsilon := b.constant("epsilon", filled(b.batch*b.spec.Inputs, model.StatisticsEpsilon), b.batch, b.spec.Inputs, 1, 1)
	b.Node("Add", []string{"variance", epsilon}, "variance_above_0")
	b.Node("Sqrt", []string{"variance_above_0"}, "deviation")
	return "deviation"
}
