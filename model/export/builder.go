package export

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"fallkit/internal/onnx"
	"fallkit/model"
)

// builder writes the operations that families of networks share.
type builder struct {
	*onnx.Graph
	spec        model.Spec
	parameters  model.Parameters
	calibration *model.Calibration
	decoder     *model.Decoder
	batch       int

	stored map[string][]float32 // constants as they must be read back
}

// constant stores numbers and gives their name.
func (b *builder) constant(name string, numbers []float32, dims ...int) string {
	if b.stored == nil {
		b.stored = map[string][]float32{}
	}
	b.stored[name] = numbers
	b.Floats(name, dims, func() []float32 { return numbers })
	return name
}

// linear is y = x · weight + bias, with x [batch, inputs], weight [inputs, outputs]. The
// weight is stored transposed: OpenCV 4.6 takes no other with a bias.
func (b *builder) linear(name, x string, weight, bias []float32, outputs int) string {
	inputs := len(weight) / outputs
	w := b.constant(name+".weight", transposed(weight, inputs, outputs), outputs, inputs)
	c := b.constant(name+".bias", bias, outputs)
	b.Node("Gemm", []string{x, w, c}, name, onnx.Integer("transB", 1))
	return name
}

// window declares the input of the form Window.
func (b *builder) window() {
	b.Input(WindowInput, []int{b.batch, 1, b.spec.Steps, b.spec.Inputs})
}

// answer makes logit and probability of what is left of a window, [batch, inputs].
func (b *builder) answer(pooled string) {
	b.linear(LogitOutput, pooled, b.parameters[model.HeadWeight], b.parameters[model.HeadBias], 1)
	b.probability()
}

// probability is made of the logit, and both are given.
func (b *builder) probability() {
	shape := []int{b.batch, 1}
	b.Node("Sigmoid", []string{b.logOdds(LogitOutput)}, ProbabilityOutput)
	b.Output(LogitOutput, shape)
	b.Output(ProbabilityOutput, shape)
}

// transposed gives m, [rows, columns], as [columns, rows].
func transposed(m []float32, rows, columns int) []float32 {
	t := make([]float32, 0, len(m))
	for j := range columns {
		for i := range rows {
			t = append(t, m[i*columns+j])
		}
	}
	return t
}

// readBack holds a file against what was put into it.
func (b *builder) readBack(file []byte, about map[string]string) error {
	f, err := onnx.Read(file)
	if err != nil {
		return err
	}
	if !maps.Equal(f.Metadata, about) {
		return errors.New("its metadata is another")
	}
	if len(f.Floats) != len(b.stored) {
		return fmt.Errorf("it has %d constants, and must have %d", len(f.Floats), len(b.stored))
	}
	same := func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) }
	for _, c := range f.Floats {
		if !slices.EqualFunc(c.Numbers, b.stored[c.Name], same) {
			return fmt.Errorf("its constant %s has other numbers", c.Name)
		}
	}
	return nil
}
