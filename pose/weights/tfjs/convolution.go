package tfjs

import (
	"fmt"

	"fallkit/internal/onnx"
)

// kind is how a convolution's kernel mixes channels.
type kind int

const (
	dense     kind = iota // kernel [height, width, in, out]
	depthwise             // kernel [height, width, in, multiplier]: each channel by itself
)

// convolution is a node's convolution with all that is fused into it.
type convolution struct {
	kind       kind
	input      tensor
	kernel     string // name of the ONNX kernel
	size       axes   // of the kernel
	stride     axes   // in both directions
	same       bool   // output is input/stride; else only where the kernel fits
	bias       string // name of the ONNX bias, "" = none
	activation string // "", "Relu" or "Relu6"
	output     tensor // all but the name
}

type axes struct{ height, width int }

// convolution lowers a convolution with its bias and activation. A narrow 3×3 depthwise
// one is widened.
func (l *lowering) convolution(n *node, k kind) (tensor, error) {
	c, err := l.readConvolution(n, k)
	if err != nil {
		return tensor{}, err
	}
	c.output.name = n.Name
	if wide, ok := c.widened(); ok {
		return l.writeWide(c, wide), nil
	}
	l.write(c, c.input.name, c.input.width, n.Name)
	return c.output, nil
}

func (l *lowering) readConvolution(n *node, k kind) (*convolution, error) {
	input, err := l.tensorAt(n, 0)
	if err != nil {
		return nil, err
	}
	c := &convolution{kind: k, input: input}
	if err := c.readLayout(n); err != nil {
		return nil, err
	}
	if err := l.readKernel(n, c); err != nil {
		return nil, err
	}
	if err := l.readFused(n, c); err != nil {
		return nil, err
	}
	c.output.height, _, _ = c.fit(input.height, c.size.height, c.stride.height)
	c.output.width, _, _ = c.fit(input.width, c.size.width, c.stride.width)
	if c.output.height < 1 || c.output.width < 1 {
		return nil, fmt.Errorf("a kernel of %d×%d does not fit in %d×%d", c.size.width, c.size.height, input.width, input.height)
	}
	return c, nil
}

// fit is the output's size along one axis and the zeros that padding adds before and
// after. SAME keeps size/stride, rounded up, and gives an odd zero to the end (see
// tf.nn.convolution); VALID adds none.
func (c *convolution) fit(size, kernel, stride int) (out, before, after int) {
	if !c.same {
		if size < kernel {
			return 0, 0, 0
		}
		return (size-kernel)/stride + 1, 0, 0
	}
	out = (size + stride - 1) / stride
	total := max((out-1)*stride+kernel-size, 0)
	return out, total / 2, total - total/2
}

// write writes the convolution of an input of the given width, then its activation.
func (l *lowering) write(c *convolution, input string, width int, output string) {
	inputs := []string{input, c.kernel}
	if c.bias != "" {
		inputs = append(inputs, c.bias)
	}
	result := output
	if c.activation != "" {
		result = output + "#linear"
	}
	l.out.Node("Conv", inputs, result, c.attributes(width)...)
	switch c.activation {
	case "Relu":
		l.out.Node("Relu", []string{result}, output)
	case "Relu6":
		// OpenCV 4.6 reads the limits from attributes, as ONNX had them before opset 11,
		// and refuses them as inputs.
		l.out.Node("Clip", []string{result}, output, onnx.Float("min", 0), onnx.Float("max", 6))
	}
}

func (c *convolution) attributes(width int) [][]byte {
	_, top, bottom := c.fit(c.input.height, c.size.height, c.stride.height)
	_, left, right := c.fit(width, c.size.width, c.stride.width)
	list := [][]byte{
		onnx.List("kernel_shape", c.size.height, c.size.width),
		onnx.List("strides", c.stride.height, c.stride.width),
		onnx.List("dilations", 1, 1),
		onnx.Integer("group", c.groups()),
	}
	if top == bottom && left == right {
		return append(list, onnx.List("pads", top, left, bottom, right))
	}
	// The same zeros, but OpenCV adds them while convolving instead of in a layer before.
	return append(list, onnx.Text("auto_pad", "SAME_UPPER"))
}

func (c *convolution) groups() int {
	if c.kind == depthwise {
		return c.input.channels
	}
	return 1
}
