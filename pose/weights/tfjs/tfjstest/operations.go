package tfjstest

import "math"

// conv adds a convolution with what is fused into it.
func (b *builder) conv(x value, c conv) value {
	op, out := "_FusedConv2D", c.out
	reads := c.kernel * c.kernel * x.Channels
	if c.depthwise {
		op, out = "FusedDepthwiseConv2dNative", x.Channels*c.out
		reads = c.kernel * c.kernel
	}
	kernelNode, kernel := b.floats([]int{c.kernel, c.kernel, x.Channels, c.out}, c.full, 2/math.Sqrt(float64(reads)))
	inputs := []string{x.node, kernelNode}
	bias := make([]float32, out)
	var fused []string
	if c.bias {
		var node string
		node, bias = b.floats([]int{out}, c.full, 1)
		inputs, fused = append(inputs, node), append(fused, "BiasAdd")
	}
	if c.activation != "" {
		fused = append(fused, c.activation)
	}
	attr := attributes{
		"strides": numbers(1, c.stride, c.stride, 1), "dilations": numbers(1, 1, 1, 1),
		"data_format": attributes{"s": []byte("NHWC")}, "padding": attributes{"s": []byte("VALID")}, "fused_ops": texts(fused...),
	}
	if c.same {
		attr["padding"] = attributes{"s": []byte("SAME")}
	}
	if c.depthwise && len(fused) == 0 {
		op = "DepthwiseConv2dNative"
		delete(attr, "fused_ops")
	}
	name := b.node(b.name("conv"), op, inputs, attr)
	return value{convolve(x.Tensor, c, kernel, bias), name}
}

// convolve works a convolution out as tf.nn.conv2d and tf.nn.depthwise_conv2d define it.
func convolve(x Tensor, c conv, kernel, bias []float32) Tensor {
	height, top := outputSize(x.Height, c)
	width, left := outputSize(x.Width, c)
	channels := c.out
	if c.depthwise {
		channels = x.Channels * c.out
	}
	return newTensor(height, width, channels, func(oy, ox, oc int) float32 {
		sum := float64(bias[oc])
		for ky := range c.kernel {
			for kx := range c.kernel {
				y, x0 := oy*c.stride+ky-top, ox*c.stride+kx-left
				if c.depthwise {
					ic := oc / c.out
					sum += float64(x.At(y, x0, ic)) * float64(kernel[((ky*c.kernel+kx)*x.Channels+ic)*c.out+oc%c.out])
					continue
				}
				for ic := range x.Channels {
					sum += float64(x.At(y, x0, ic)) * float64(kernel[((ky*c.kernel+kx)*x.Channels+ic)*c.out+oc])
				}
			}
		}
		return activate(float32(sum), c.activation)
	})
}

// outputSize follows the notes on padding in TensorFlow's tf.nn documentation.
func outputSize(size int, c conv) (out, before int) {
	if !c.same {
		return int(math.Ceil(float64(size-c.kernel+1) / float64(c.stride))), 0
	}
	padding := max(c.kernel-c.stride, 0)
	if size%c.stride != 0 {
		padding = max(c.kernel-size%c.stride, 0)
	}
	return int(math.Ceil(float64(size) / float64(c.stride))), padding / 2
}

func activate(v float32, kind string) float32 {
	switch {
	case kind != "" && v < 0:
		return 0
	case kind == "Relu6" && v > 6:
		return 6
	}
	return v
}

func (b *builder) add(x, y value) value {
	name := b.node(b.name("sum"), "AddV2", []string{x.node, y.node}, attributes{"T": attributes{"type": "DT_FLOAT"}})
	return value{newTensor(x.Height, x.Width, x.Channels, func(r, c, k int) float32 { return x.At(r, c, k) + y.At(r, c, k) }), name}
}

// double resizes to twice the size, which the graph works out from the shape of x as
// Keras' UpSampling2D does.
func (b *builder) double(x value) value {
	shape := b.node(b.name("shape"), "Shape", []string{x.node}, nil)
	none := attributes{"i": "0"}
	size := b.node(b.name("size"), "StridedSlice", []string{shape, b.integers(1), b.integers(3), b.integers(1)},
		attributes{"begin_mask": none, "end_mask": none, "shrink_axis_mask": none, "new_axis_mask": none, "ellipsis_mask": none})
	twice := b.node(b.name("twice"), "Mul", []string{size, b.integers(2, 2)}, nil)
	return b.resizeTo(x, twice, 2*x.Height, 2*x.Width)
}

func (b *builder) resize(x value, height, width int) value {
	return b.resizeTo(x, b.integers(height, width), height, width)
}

func (b *builder) resizeTo(x value, size string, height, width int) value {
	name := b.node(b.name("resize"), "ResizeBilinear", []string{x.node, size},
		attributes{"half_pixel_centers": attributes{"b": true}, "align_corners": attributes{"b": false}})
	return value{newTensor(height, width, x.Channels, func(oy, ox, c int) float32 {
		y0, y1, dy := between(oy, height, x.Height)
		x0, x1, dx := between(ox, width, x.Width)
		above := float64(x.At(y0, x0, c))*(1-dx) + float64(x.At(y0, x1, c))*dx
		below := float64(x.At(y1, x0, c))*(1-dx) + float64(x.At(y1, x1, c))*dx
		return float32(above*(1-dy) + below*dy)
	}), name}
}

// between finds the two old cells around the centre of a new one, and how far it lies
// from the first to the second.
func between(at, size, oldSize int) (first, second int, part float64) {
	centre := (float64(at)+0.5)*float64(oldSize)/float64(size) - 0.5
	floor := math.Floor(centre)
	return max(int(floor), 0), min(int(math.Ceil(centre)), oldSize-1), centre - floor
}
