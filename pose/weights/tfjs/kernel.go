package tfjs

import (
	"errors"
	"fmt"
	"slices"
)

// readLayout reads strides and padding, and refuses what MoveNet does not have.
func (c *convolution) readLayout(n *node) error {
	strides, err := n.integers("strides")
	if err != nil {
		return err
	}
	if len(strides) != 4 || strides[0] != 1 || strides[3] != 1 || min(strides[1], strides[2]) < 1 || max(strides[1], strides[2]) > maxSize {
		return fmt.Errorf("strides %v cannot be converted", strides)
	}
	c.stride = axes{strides[1], strides[2]}
	dilations, err := n.integers("dilations")
	if err != nil {
		return err
	}
	if slices.ContainsFunc(dilations, func(d int) bool { return d != 1 }) {
		return fmt.Errorf("dilations %v cannot be converted", dilations)
	}
	if f := n.text("data_format"); f != "" && f != "NHWC" {
		return fmt.Errorf("data format %q cannot be converted", f)
	}
	switch p := n.text("padding"); p {
	case "SAME", "VALID":
		c.same = p == "SAME"
	default:
		return fmt.Errorf("padding %q cannot be converted", p)
	}
	return nil
}

// readKernel writes the kernel in the order of ONNX, once for all nodes that use it.
func (l *lowering) readKernel(n *node, c *convolution) error {
	name, k, err := l.floatsAt(n, 1)
	if err != nil {
		return err
	}
	if len(k.shape) != 4 || len(k.floats) == 0 || max(k.shape[0], k.shape[1]) > maxSize {
		return fmt.Errorf("a kernel of shape %v cannot be converted", k.shape)
	}
	if k.shape[2] != c.input.channels {
		return fmt.Errorf("the kernel reads %d channels, and its input has %d", k.shape[2], c.input.channels)
	}
	c.size = axes{k.shape[0], k.shape[1]}
	c.output.channels = k.shape[3]
	dims := []int{k.shape[3], k.shape[2], k.shape[0], k.shape[1]}
	if c.kind == depthwise {
		c.output.channels = k.shape[2] * k.shape[3]
		dims = []int{c.output.channels, 1, k.shape[0], k.shape[1]}
	}
	if c.output.channels > maxSize {
		return fmt.Errorf("%d channels are too many", c.output.channels)
	}
	c.kernel = fmt.Sprintf("%s#%d", name, c.kind)
	l.out.Floats(c.kernel, dims, func() []float32 { return kernelOrder(k, c.kind) })
	return nil
}

// kernelOrder moves the spatial axes of a kernel to the end: [h, w, in, out] becomes
// [out, in, h, w]; depthwise, [h, w, channel, multiplier] becomes
// [channel × multiplier, 1, h, w].
func kernelOrder(k constant, kind kind) []float32 {
	area, in, out := k.shape[0]*k.shape[1], k.shape[2], k.shape[3]
	if kind == depthwise {
		in, out = 1, in*out
	}
	moved := make([]float32, len(k.floats))
	for at := range area {
		for i := range in {
			for o := range out {
				moved[(o*in+i)*area+at] = k.floats[(at*in+i)*out+o]
			}
		}
	}
	return moved
}

// readFused reads bias and activation, in the order in which TensorFlow fuses them.
func (l *lowering) readFused(n *node, c *convolution) error {
	fused := n.texts("fused_ops")
	if len(fused) > 0 && fused[0] == "BiasAdd" {
		name, b, err := l.floatsAt(n, 2)
		if err != nil {
			return err
		}
		if len(b.floats) != c.output.channels {
			return fmt.Errorf("has %d biases for %d channels", len(b.floats), c.output.channels)
		}
		c.bias = name + "#bias"
		l.out.Floats(c.bias, []int{len(b.floats)}, func() []float32 { return b.floats })
		fused = fused[1:]
	}
	if len(fused) == 1 && (fused[0] == "Relu" || fused[0] == "Relu6") {
		c.activation = fused[0]
		fused = nil
	}
	if len(fused) != 0 {
		return fmt.Errorf("fused operations %q cannot be converted", fused)
	}
	return nil
}

// floatsAt is an input that must be a constant of floats, with its name.
func (l *lowering) floatsAt(n *node, input int) (string, constant, error) {
	if input >= len(n.Input) {
		return "", constant{}, fmt.Errorf("has %d inputs, and needs more", len(n.Input))
	}
	of, err := l.node(n.Input[input])
	if err != nil {
		return "", constant{}, err
	}
	c, ok := l.graph.constants[of.Name]
	if of.Op != "Const" || !ok || c.floats == nil {
		return "", constant{}, errors.New("its weights are not a constant of floats")
	}
	return of.Name, c, nil
}
