package graph

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// convolution is model.Convolution over a batch, in one pass over memory:
//
//	y = relu( x * w + bias [+ residual] )
//
// with x [rows, inputs], w [kernel·inputs, channels], bias [1, channels], residual and y
// [rows, channels]. With one step and a kernel of 1 it is a linear layer.
type convolution struct {
	layout
	kernel, dilation int
	inputs, channels int
	relu             bool
	causal           bool // the last tap lies on the step itself, not the middle one
	data             bool // x is data: it has no gradient
	fixed            bool // w and bias are fixed: they have no gradient
}

// tap tells which steps a tap of the kernel joins: y[to..to+n) reads x[from..from+n).
func (c convolution) tap(k int) (from, to, n int) {
	shift := (k - c.centre()) * c.dilation
	if shift >= c.steps || -shift >= c.steps {
		return 0, 0, 0 // it reaches over the whole window
	}
	return max(0, shift), max(0, -shift), c.steps - max(shift, -shift)
}

// centre is the tap that lies on the step itself.
func (c convolution) centre() int {
	if c.causal {
		return c.kernel - 1
	}
	return c.kernel / 2
}

// weight is the tap's part of w. [inputs, channels]
func (c convolution) weight(w []float32, k int) matrix {
	return rowsOf(w, c.kernel*c.inputs, c.channels).slice(k*c.inputs, c.inputs)
}

func (c convolution) in() tensor.Shape      { return tensor.Shape{c.rows(), c.inputs} }
func (c convolution) out() tensor.Shape     { return tensor.Shape{c.rows(), c.channels} }
func (c convolution) weights() tensor.Shape { return tensor.Shape{c.kernel * c.inputs, c.channels} }
func (c convolution) biases() tensor.Shape  { return tensor.Shape{1, c.channels} }

// apply adds the layer to the graph; residual may be nil.
func (c convolution) apply(b *builder, x, w, bias, residual *gorgonia.Node) *gorgonia.Node {
	o := &op{
		name:     "convolution",
		inputs:   []tensor.Shape{c.in(), c.weights(), c.biases()},
		output:   c.out(),
		run:      func(y []float32, in [][]float32) { c.forward(b.team, y, in) },
		backward: c.backward,
		constant: []bool{c.data, c.fixed, c.fixed},
	}
	if residual == nil {
		return b.apply(o, x, w, bias)
	}
	o.inputs = append(o.inputs, c.out())
	return b.apply(o, x, w, bias, residual)
}

// forward: in is x, w, bias and perhaps the residual.
func (c convolution) forward(t *team, y []float32, in [][]float32) {
	x, out := rowsOf(in[0], c.rows(), c.inputs), rowsOf(y, c.rows(), c.channels)
	t.each(func(i int) {
		s := c.shard(i)
		part := out.slice(s.row, s.n*c.steps).data
		if len(in) > 3 {
			addRow(part, in[3][s.row*c.channels:], in[2])
		} else {
			setRows(part, in[2])
		}
		for k := range c.kernel {
			from, to, n := c.tap(k)
			gemm(plain, x.slice(s.row+from*s.n, n*s.n), c.weight(in[1], k), out.slice(s.row+to*s.n, n*s.n), true)
		}
		if c.relu {
			relu(part)
		}
	})
}

// backward adds the gradients of x, w, bias and residual to the graph.
func (c convolution) backward(b *builder, in gorgonia.Nodes, y, grad *gorgonia.Node) gorgonia.Nodes {
	if c.relu {
		grad = c.mask(b, y, grad)
	}
	grads := gorgonia.Nodes{nil, nil, nil}
	if !c.fixed {
		grads[1], grads[2] = c.weightGradient(b, in[0], grad), c.biasGradient(b, grad)
	}
	if !c.data {
		grads[0] = c.inputGradient(b, grad, in[1])
	}
	if len(in) > 3 {
		grads = append(grads, grad)
	}
	return grads
}

// mask passes the gradient where ReLU passed its input.
func (c convolution) mask(b *builder, y, grad *gorgonia.Node) *gorgonia.Node {
	return b.apply(&op{
		name:   "relu gradient",
		inputs: []tensor.Shape{c.out(), c.out()},
		output: c.out(),
		run: func(out []float32, in [][]float32) {
			b.team.each(func(i int) {
				s := c.shard(i)
				lo, hi := s.row*c.channels, (s.row+s.n*c.steps)*c.channels
				where(out[lo:hi], in[0][lo:hi], in[1][lo:hi])
			})
		},
	}, y, grad)
}

// inputGradient: dx[t+shift] += dy[t] · w[k]ᵀ for every tap.
func (c convolution) inputGradient(b *builder, grad, w *gorgonia.Node) *gorgonia.Node {
	return b.apply(&op{
		name:   "convolution gradient to input",
		inputs: []tensor.Shape{c.out(), c.weights()},
		output: c.in(),
		run: func(out []float32, in [][]float32) {
			dx, dy := rowsOf(out, c.rows(), c.inputs), rowsOf(in[0], c.rows(), c.channels)
			b.team.each(func(i int) {
				s := c.shard(i)
				middle := c.centre() // reaches every row, so it writes and the others add
				gemm(transposeB, dy.slice(s.row, s.n*c.steps), c.weight(in[1], middle), dx.slice(s.row, s.n*c.steps), false)
				for k := range c.kernel {
					if from, to, n := c.tap(k); k != middle {
						gemm(transposeB, dy.slice(s.row+to*s.n, n*s.n), c.weight(in[1], k), dx.slice(s.row+from*s.n, n*s.n), true)
					}
				}
			})
		},
	}, grad, w)
}

// weightGradient: dw[k] = Σ_t x[t+shift]ᵀ · dy[t], by shard and then over shards.
func (c convolution) weightGradient(b *builder, x, grad *gorgonia.Node) *gorgonia.Node {
	parts := newParts(c.kernel * c.inputs * c.channels)
	return b.apply(&op{
		name:   "convolution gradient to weight",
		inputs: []tensor.Shape{c.in(), c.out()},
		output: c.weights(),
		run: func(out []float32, in [][]float32) {
			x, dy := rowsOf(in[0], c.rows(), c.inputs), rowsOf(in[1], c.rows(), c.channels)
			b.team.each(func(i int) {
				s := c.shard(i)
				for k := range c.kernel {
					from, to, n := c.tap(k)
					gemm(transposeA, x.slice(s.row+from*s.n, n*s.n), dy.slice(s.row+to*s.n, n*s.n), c.weight(parts[i], k), false)
				}
			})
			parts.sum(out)
		},
	}, x, grad)
}

// biasGradient: db = Σ_t dy[t].
func (c convolution) biasGradient(b *builder, grad *gorgonia.Node) *gorgonia.Node {
	parts := newParts(c.channels)
	return b.apply(&op{
		name:   "convolution gradient to bias",
		inputs: []tensor.Shape{c.out()},
		output: c.biases(),
		run: func(out []float32, in [][]float32) {
			b.team.each(func(i int) {
				s := c.shard(i)
				sumRows(parts[i], in[0][s.row*c.channels:(s.row+s.n*c.steps)*c.channels])
			})
			parts.sum(out)
		},
	}, grad)
}
