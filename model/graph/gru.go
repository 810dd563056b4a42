package graph

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"fallkit/model"
)

// gated is a model.GRU, built as recurrent is.
func gated(p plan, h *gorgonia.Node) *gorgonia.Node {
	for i, r := range p.spec.GatedRecurrences() {
		gates := model.GRUGates * r.Channels
		linear := convolution{layout: p.layout, kernel: 1, dilation: 1, inputs: r.Inputs, channels: gates, data: i == 0 && !p.toWindows, fixed: p.toWindows}
		w, u, bias := p.weight(r.Weight(), r.Inputs, gates), p.weight(r.Recurrent(), r.Channels, gates), p.weight(r.Bias(), 1, gates)
		h = gatedRecurrence{p.layout, r.Channels}.apply(p.builder, linear.apply(p.builder, h, w, bias, nil), u)
	}
	return p.head(lastStep{p.layout, p.spec.Channels}.apply(p.builder, h), p.spec.Channels)
}

// gatedRecurrence is what is left of model.GatedRecurrence once x · weight + bias is known:
// from that, z [rows, gates · channels], and u [channels, gates · channels] to h
// [rows, channels].
type gatedRecurrence struct {
	layout
	channels int
}

// gatedMemory is what the backward pass needs of the forward pass beside its output: update,
// reset and candidate, bent, and what the step before gave to each.
type gatedMemory struct{ gates, past []float32 } // [rows, gates · channels]

func (r gatedRecurrence) width() int              { return model.GRUGates * r.channels }
func (r gatedRecurrence) in() tensor.Shape        { return tensor.Shape{r.rows(), r.width()} }
func (r gatedRecurrence) weights() tensor.Shape   { return tensor.Shape{r.channels, r.width()} }
func (r gatedRecurrence) out() tensor.Shape       { return tensor.Shape{r.rows(), r.channels} }
func (r gatedRecurrence) u(w []float32) matrix    { return rowsOf(w, r.channels, r.width()) }
func (r gatedRecurrence) wide(v []float32) matrix { return rowsOf(v, r.rows(), r.width()) }
func (r gatedRecurrence) slim(v []float32) matrix { return rowsOf(v, r.rows(), r.channels) }

// step gives the rows of one step of a shard.
func (r gatedRecurrence) step(m matrix, s shard, t int) matrix { return m.slice(s.row+t*s.n, s.n) }

// apply adds the layer to the graph.
func (r gatedRecurrence) apply(b *builder, z, u *gorgonia.Node) *gorgonia.Node {
	m := &gatedMemory{make([]float32, r.rows()*r.width()), make([]float32, r.rows()*r.width())}
	return b.apply(&op{
		name:   "gated recurrence",
		inputs: []tensor.Shape{r.in(), r.weights()},
		output: r.out(),
		run: func(h []float32, in [][]float32) {
			b.team.each(func(i int) { r.forward(r.shard(i), h, in[0], in[1], m) })
		},
		backward: func(b *builder, in gorgonia.Nodes, h, grad *gorgonia.Node) gorgonia.Nodes {
			// The step before enters reset and candidate otherwise than x does: dp is the
			// gradient of h[t-1] · u.
			dp := make([]float32, r.rows()*r.width())
			dz := r.inputGradient(b, h, grad, in[1], m, dp)
			return gorgonia.Nodes{dz, r.weightGradient(b, h, dz, dp)}
		},
	}, z, u)
}

func (r gatedRecurrence) forward(s shard, h, z, u []float32, m *gatedMemory) {
	if s.n == 0 {
		return
	}
	sums, gates, past, hidden := r.wide(z), r.wide(m.gates), r.wide(m.past), r.slim(h)
	for t := range r.steps {
		var before []float32 // nil = 0
		now := r.step(past, s, t)
		if t > 0 {
			from := r.step(hidden, s, t-1)
			before = from.data
			gemm(plain, from, r.u(u), now, false)
		} else {
			clear(now.data)
		}
		r.bend(r.step(gates, s, t).data, r.step(sums, s, t).data, now.data, before, r.step(hidden, s, t).data)
	}
}

// bend makes gates and output of a step's sums.
func (r gatedRecurrence) bend(gates, sums, past, before, h []float32) {
	n := r.channels
	for row := 0; row*n < len(h); row++ {
		g, z, p, out := gates[3*n*row:][:3*n], sums[3*n*row:][:3*n], past[3*n*row:][:3*n], h[n*row:][:n]
		for j := range n {
			g[j], g[n+j] = logistic(z[j]+p[j]), logistic(z[n+j]+p[n+j])
			g[2*n+j] = tanh(z[2*n+j] + g[n+j]*p[2*n+j])
			out[j] = (1 - g[j]) * g[2*n+j]
			if before != nil {
				out[j] += g[j] * before[n*row+j]
			}
		}
	}
}

// inputGradient is back-propagation through time: dz, and beside it dp, both
// [rows, gates · channels]. It takes h only to come after the forward pass.
func (r gatedRecurrence) inputGradient(b *builder, h, grad, u *gorgonia.Node, m *gatedMemory, dp []float32) *gorgonia.Node {
	carried := make([]float32, r.batch*r.channels) // from a step to the one before it
	return b.apply(&op{
		name:   "gated recurrence gradient to input",
		inputs: []tensor.Shape{r.out(), r.out(), r.weights()},
		output: r.in(),
		run: func(dz []float32, in [][]float32) {
			b.team.each(func(i int) {
				s := r.shard(i)
				r.backward(s, dz, dp, in[0], in[1], in[2], carried[s.first*r.channels:(s.first+s.n)*r.channels], m)
			})
		},
	}, h, grad, u)
}

func (r gatedRecurrence) backward(s shard, dz, dp, h, dh, u, carried []float32, m *gatedMemory) {
	if s.n == 0 {
		return
	}
	clear(carried)
	toZ, toP, hidden, grad, gates, past := r.wide(dz), r.wide(dp), r.slim(h), r.slim(dh), r.wide(m.gates), r.wide(m.past)
	for t := r.steps - 1; t >= 0; t-- {
		for i, d := range r.step(grad, s, t).data {
			carried[i] += d
		}
		var before []float32
		if t > 0 {
			before = r.step(hidden, s, t-1).data
		}
		r.unbend(r.step(toZ, s, t).data, r.step(toP, s, t).data, r.step(gates, s, t).data, r.step(past, s, t).data, before, carried)
		if t > 0 {
			gemm(transposeB, r.step(toP, s, t), r.u(u), rowsOf(carried, s.n, r.channels), true)
		}
	}
}

// unbend gives the gradients of a step's sums, and turns the output's gradient into what of
// it goes straight to the output of the step before.
func (r gatedRecurrence) unbend(dz, dp, gates, past, before, dh []float32) {
	n := r.channels
	for row := 0; row*n < len(dh); row++ {
		g, p, toZ, toP, d := gates[3*n*row:][:3*n], past[3*n*row:][:3*n], dz[3*n*row:][:3*n], dp[3*n*row:][:3*n], dh[n*row:][:n]
		for j := range n {
			update, reset, candidate := g[j], g[n+j], g[2*n+j]
			var h float32
			if before != nil {
				h = before[n*row+j]
			}
			bent := d[j] * (1 - update) * (1 - candidate*candidate)
			toZ[j] = d[j] * (h - candidate) * update * (1 - update)
			toZ[n+j] = bent * p[2*n+j] * reset * (1 - reset)
			toZ[2*n+j] = bent
			toP[j], toP[n+j], toP[2*n+j] = toZ[j], toZ[n+j], bent*reset
			d[j] *= update
		}
	}
}

// weightGradient: du = Σ_t h[t-1]ᵀ · dp[t], by shard and then over shards. It takes dz only to
// come after dp is known.
func (r gatedRecurrence) weightGradient(b *builder, h, dz *gorgonia.Node, dp []float32) *gorgonia.Node {
	parts := newParts(r.channels * r.width())
	return b.apply(&op{
		name:   "gated recurrence gradient to weight",
		inputs: []tensor.Shape{r.out(), r.in()},
		output: r.weights(),
		run: func(du []float32, in [][]float32) {
			hidden, grad := r.slim(in[0]), r.wide(dp)
			b.team.each(func(i int) {
				s := r.shard(i)
				n := s.n * (r.steps - 1)
				gemm(transposeA, hidden.slice(s.row, n), grad.slice(s.row+s.n, n), r.u(parts[i]), false)
			})
			parts.sum(du)
		},
	}, h, dz)
}
