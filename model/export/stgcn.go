package export

import (
	"fmt"

	"fallkit/internal/onnx"
	"fallkit/model"
	"fallkit/pose"
)

// skeletal is a model.STGCN: joints lie along the height of a picture and time along its width.
// What joints hear of each other is a convolution over joints in the channels' place.
func skeletal(b *builder) {
	s := b.spec
	b.window()
	const numbers = pose.Joints * model.JointInputs
	start, end, last := b.Integers([]int{0}), b.Integers([]int{numbers}), b.Integers([]int{3})
	b.Node("Slice", []string{WindowInput, start, end, last}, "joints")
	b.Node("Reshape", []string{"joints", b.Integers([]int{b.batch, s.Steps, pose.Joints, model.JointInputs})}, "places")
	b.Node("Transpose", []string{"places"}, "picture", onnx.List("perm", 0, 3, 2, 1)) // [batch, 3, joints, steps]
	h := "picture"
	for _, block := range s.GraphBlocks() {
		h = b.graphBlock(block, h)
	}
	b.Node("AveragePool", []string{h}, "mean_joint", onnx.List("kernel_shape", pose.Joints, 1), onnx.List("strides", 1, 1))
	b.answer(b.pooled("mean_joint"))
}

// graphBlock is one block, [batch, inputs, joints, steps] to [batch, channels, joints, steps].
func (b *builder) graphBlock(block model.GraphBlock, h string) string {
	space, time, kernel := block.Space(), block.Time(), b.spec.Kernel
	b.Node("Transpose", []string{h}, block.Name+"#turned", onnx.List("perm", 0, 2, 1, 3)) // [batch, joints, inputs, steps]
	var heard []string
	for p := range model.Partitions {
		name := fmt.Sprintf("%s#heard%d", block.Name, p)
		w := b.constant(name+".weight", b.listening(block, p), pose.Joints, pose.Joints, 1, 1)
		b.Node("Conv", []string{block.Name + "#turned", w}, name, onnx.List("kernel_shape", 1, 1), onnx.List("strides", 1, 1), onnx.List("pads", 0, 0, 0, 0))
		b.Node("Transpose", []string{name}, name+"#back", onnx.List("perm", 0, 2, 1, 3))
		heard = append(heard, name+"#back")
	}
	b.Node("Concat", heard, block.Name+"#mixed", onnx.Integer("axis", 1))
	pointwise := model.Convolution{Name: space.Name, Inputs: space.Inputs, Channels: space.Channels, Dilation: 1}
	g := b.along(pointwise, 1, block.Name+"#mixed", b.parameters[space.Weight()], b.parameters[space.Bias()], "")
	residual := ""
	if block.Residual {
		residual = h
	}
	return b.along(time, kernel, g, b.parameters[time.Weight()], b.parameters[time.Bias()], residual)
}

// listening is what each joint hears of each other one in a partition, [to, from].
func (b *builder) listening(block model.GraphBlock, partition int) []float32 {
	w := make([]float32, pose.Joints*pose.Joints)
	for k, e := range model.Edges {
		if e.Partition == partition {
			w[int(e.To)*pose.Joints+int(e.From)] += e.Share * b.parameters[block.Importance()][k]
		}
	}
	return w
}

// along is a causal convolution over time, the same for every joint, with its ReLU.
func (b *builder) along(c model.Convolution, kernel int, x string, weight, bias []float32, residual string) string {
	w := b.constant(c.Weight(), taps(weight, kernel, c), c.Channels, c.Inputs, 1, kernel)
	sum := c.Name + "#sum"
	b.Node("Conv", []string{x, w, b.constant(c.Bias(), bias, c.Channels)}, sum,
		onnx.List("kernel_shape", 1, kernel), onnx.List("strides", 1, 1), onnx.List("dilations", 1, c.Dilation),
		onnx.Integer("group", 1), onnx.List("pads", 0, (kernel-1)*c.Dilation, 0, 0))
	if residual != "" {
		b.Node("Add", []string{sum, residual}, c.Name+"#added")
		sum = c.Name + "#added"
	}
	b.Node("Relu", []string{sum}, c.Name)
	return c.Name
}
