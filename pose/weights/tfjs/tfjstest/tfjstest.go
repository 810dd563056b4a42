// Package tfjstest makes small TensorFlow.js graphs of random weights, and works out
// what they give in the plainest way: one number after the other, as TensorFlow's
// documentation defines it. Tests hold the converter, and OpenCV's reading of what it
// writes, against these numbers.
//
// Nothing but tests may import it, and it shares no code with the converter.
package tfjstest

import (
	"math/rand/v2"

	"fallkit/pose/weights/tfjs"
)

// Tensor is [height, width, channels].
type Tensor struct {
	Height, Width, Channels int
	Values                  []float32
}

// At is 0 outside the picture.
func (t Tensor) At(y, x, c int) float32 {
	if y < 0 || x < 0 || y >= t.Height || x >= t.Width {
		return 0
	}
	return t.Values[(y*t.Width+x)*t.Channels+c]
}

// Planes are the values as [channels, height, width].
func (t Tensor) Planes() []float32 {
	planes := make([]float32, 0, len(t.Values))
	for c := range t.Channels {
		for y := range t.Height {
			for x := range t.Width {
				planes = append(planes, t.At(y, x, c))
			}
		}
	}
	return planes
}

func newTensor(height, width, channels int, value func(y, x, c int) float32) Tensor {
	t := Tensor{Height: height, Width: width, Channels: channels}
	for y := range height {
		for x := range width {
			for c := range channels {
				t.Values = append(t.Values, value(y, x, c))
			}
		}
	}
	return t
}

// Graph is a model, an input, and what its heads must give, joined along the channels.
type Graph struct {
	Name              string
	Topology, Weights []byte // as Convert reads them
	Cut               tfjs.Cut
	Input, Want       Tensor
}

// Cases are named graphs, each with one thing of the MoveNet family in it; the same
// ones every time.
func Cases() []Graph {
	var list []Graph
	add := func(name string, height, width, channels int, build func(b *builder, x value) []value) {
		rng := rand.New(rand.NewPCG(7, uint64(len(list))))
		list = append(list, newGraph(name, rng, height, width, channels, build))
	}
	one := func(c conv) func(b *builder, x value) []value {
		return func(b *builder, x value) []value { return []value{b.conv(x, c)} }
	}
	add("dense 3x3 same", 8, 9, 3, one(conv{kernel: 3, out: 5, stride: 1, same: true, bias: true}))
	add("dense 3x3 same stride 2 of even size", 8, 12, 3, one(conv{kernel: 3, out: 4, stride: 2, same: true, bias: true, activation: "Relu6"}))
	add("dense 3x3 same stride 2 of odd size", 9, 13, 3, one(conv{kernel: 3, out: 4, stride: 2, same: true, bias: true, activation: "Relu6"}))
	add("dense 3x3 same stride 2 of mixed size", 8, 13, 3, one(conv{kernel: 3, out: 4, stride: 2, same: true, bias: true}))
	add("dense 3x3 valid", 8, 9, 3, one(conv{kernel: 3, out: 4, stride: 1}))
	add("dense 1x1 valid relu", 6, 7, 4, one(conv{kernel: 1, out: 3, stride: 1, bias: true, activation: "Relu"}))
	add("dense 1x1 same relu6", 6, 7, 4, one(conv{kernel: 1, out: 3, stride: 1, same: true, bias: true, activation: "Relu6"}))
	add("plain float32", 6, 7, 4, one(conv{kernel: 3, out: 3, stride: 1, same: true, bias: true, full: true}))
	for _, width := range []int{1, 7, 8, 17, 18, 21} {
		add("depthwise, "+sizeName(width), 6, width, 8, one(conv{depthwise: true, kernel: 3, out: 1, stride: 1, same: true}))
		add("depthwise fused, "+sizeName(width), 6, width, 8, one(conv{depthwise: true, kernel: 3, out: 1, stride: 1, same: true, bias: true, activation: "Relu6"}))
		add("depthwise fused stride 2, "+sizeName(width), 8, width, 8, one(conv{depthwise: true, kernel: 3, out: 1, stride: 2, same: true, bias: true, activation: "Relu6"}))
	}
	add("depthwise 5x5", 9, 9, 4, one(conv{depthwise: true, kernel: 5, out: 1, stride: 1, same: true}))
	add("depthwise with multiplier 2", 9, 20, 4, one(conv{depthwise: true, kernel: 3, out: 2, stride: 1, same: true}))
	add("sum", 6, 7, 3, func(b *builder, x value) []value {
		return []value{b.add(b.conv(x, conv{kernel: 1, out: 3, stride: 1}), x)}
	})
	add("resize by shape", 5, 6, 3, func(b *builder, x value) []value { return []value{b.double(x)} })
	add("resize to size", 5, 6, 3, func(b *builder, x value) []value { return []value{b.resize(x, 9, 4)} })
	add("three heads", 6, 7, 3, func(b *builder, x value) []value {
		return []value{
			b.conv(x, conv{kernel: 1, out: 2, stride: 1, bias: true}),
			b.conv(x, conv{kernel: 3, out: 1, stride: 1, same: true, bias: true}),
			b.conv(x, conv{kernel: 1, out: 4, stride: 1}),
		}
	})
	add("small pose network", 32, 48, 3, poseNetwork)
	return list
}

// Random is a graph of one convolution of any size and kind, then a sum and a resize.
func Random(rng *rand.Rand) Graph {
	c := conv{
		depthwise: rng.IntN(2) == 0, kernel: 1 + 2*rng.IntN(3), out: 1 + rng.IntN(3), stride: 1 + rng.IntN(3),
		same: rng.IntN(3) > 0, bias: rng.IntN(2) == 0, full: rng.IntN(4) == 0,
	}
	if rng.IntN(2) == 0 {
		c.activation = []string{"Relu", "Relu6"}[rng.IntN(2)]
	}
	if !c.same {
		c.kernel = min(c.kernel, 3)
	}
	height, width := 3+rng.IntN(10), 3+rng.IntN(22)
	return newGraph("random", rng, height, width, 1+rng.IntN(4), func(b *builder, x value) []value {
		y := b.conv(x, c)
		z := b.add(y, b.conv(y, conv{depthwise: true, kernel: 3, out: 1, stride: 1, same: true}))
		return []value{b.resize(z, 1+rng.IntN(12), 1+rng.IntN(12))}
	})
}

// poseNetwork has the parts of MoveNet in its order: an inverted residual encoder that
// halves the picture, a way back up with sums, and heads.
func poseNetwork(b *builder, x value) []value {
	block := func(x value, out, stride int) value {
		y := b.conv(x, conv{kernel: 1, out: 2 * x.Channels, stride: 1, same: true, bias: true, activation: "Relu6"})
		y = b.conv(y, conv{depthwise: true, kernel: 3, out: 1, stride: stride, same: true, bias: true, activation: "Relu6"})
		return b.conv(y, conv{kernel: 1, out: out, stride: 1, same: true, bias: true})
	}
	x = b.conv(x, conv{kernel: 3, out: 8, stride: 2, same: true, bias: true, activation: "Relu6"})
	high := block(x, 8, 2)
	low := block(high, 8, 2)
	low = b.add(low, block(low, 8, 1))
	up := b.add(b.double(low), b.conv(high, conv{kernel: 1, out: 8, stride: 1, bias: true}))
	up = b.conv(up, conv{depthwise: true, kernel: 3, out: 1, stride: 1, same: true})
	up = b.conv(up, conv{kernel: 1, out: 12, stride: 1, bias: true, activation: "Relu"})
	return []value{
		b.conv(up, conv{kernel: 1, out: 1, stride: 1, bias: true}),
		b.conv(up, conv{kernel: 1, out: 17, stride: 1, bias: true}),
	}
}
