package tfjs

import "fallkit/internal/onnx"

// OpenCV 4.6 has a fast path for 3×3 depthwise convolutions, which it takes only where
// the input is at least 18 wide (convolution_layer.cpp). The deep layers of a pose
// network are narrower. So zeros are added on the right, the convolution runs at that
// width, and the columns too many are cut off. SAME pads with zeros there anyway: the
// result is the same number for number, and one thread is about an eighth faster.
const fastWidth = 18

// widened is the width at which a convolution takes the fast path, where that pays: a
// width that leaves the zeros on the left as they were.
func (c *convolution) widened() (width int, ok bool) {
	if c.kind != depthwise || !c.same || c.size != (axes{3, 3}) || c.input.width >= fastWidth {
		return 0, false
	}
	_, left, _ := c.fit(c.input.width, 3, c.stride.width)
	for width = fastWidth; width < fastWidth+c.stride.width; width++ {
		if _, before, _ := c.fit(width, 3, c.stride.width); before == left {
			return width, true
		}
	}
	return 0, false
}

func (l *lowering) writeWide(c *convolution, width int) tensor {
	padded, wide := c.output.name+"#padded", c.output.name+"#wide"
	pads := l.out.Integers([]int{0, 0, 0, 0, 0, 0, 0, width - c.input.width})
	l.out.Node("Pad", []string{c.input.name, pads, l.out.Zero()}, padded, onnx.Text("mode", "constant"))
	l.write(c, padded, width, wide)
	first, end, axis := l.out.Integers([]int{0}), l.out.Integers([]int{c.output.width}), l.out.Integers([]int{3})
	l.out.Node("Slice", []string{wide, first, end, axis}, c.output.name)
	return c.output
}
