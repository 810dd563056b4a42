package graph

import (
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"fallkit/model"
)

// recurrence is what is left of model.Recurrence once x · weight + bias is known: from
// that, z [rows, gates · channels], and u [channels, gates · channels] to h
// [rows, channels].
type recurrence struct {
	layout
	channels int
}

// memory is what the backward pass needs of the forward pass beside its output: the bent
// gates, and the cells.
type memory struct {
	gates, cells []float32 // [rows, gates · channels], [rows, channels]
}

func (r recurrence) width() int              { return model.Gates * r.channels }
func (r recurrence) in() tensor.Shape        { return tensor.Shape{r.rows(), r.width()} }
func (r recurrence) weights() tensor.Shape   { return tensor.Shape{r.channels, r.width()} }
func (r recurrence) out() tensor.Shape       { return tensor.Shape{r.rows(), r.channels} }
func (r recurrence) u(w []float32) matrix    { return rowsOf(w, r.channels, r.width()) }
func (r recurrence) wide(v []float32) matrix { return rowsOf(v, r.rows(), r.width()) }
func (r recurrence) slim(v []float32) matrix { return rowsOf(v, r.rows(), r.channels) }

// apply adds the layer to the graph.
func (r recurrence) apply(b *builder, z, u *gorgonia.Node) *gorgonia.Node {
	m := &memory{make([]float32, r.rows()*r.width()), make([]float32, r.rows()*r.channels)}
	return b.apply(&op{
		name:   "recurrence",
		inputs: []tensor.Shape{r.in(), r.weights()},
		output: r.out(),
		run: func(h []float32, in [][]float32) {
			b.team.each(func(i int) { r.forward(r.shard(i), h, in[0], in[1], m) })
		},
		backward: func(b *builder, in gorgonia.Nodes, h, grad *gorgonia.Node) gorgonia.Nodes {
			dz := r.inputGradient(b, h, grad, in[1], m)
			return gorgonia.Nodes{dz, r.weightGradient(b, h, dz)}
		},
	}, z, u)
}

// step gives the rows of one step of a shard.
func (r recurrence) step(m matrix, s shard, t int) matrix { return m.slice(s.row+t*s.n, s.n) }

func (r recurrence) forward(s shard, h, z, u []float32, m *memory) {
	if s.n == 0 {
		return
	}
	gates, cells, hidden := r.wide(m.gates), r.slim(m.cells), r.slim(h)
	all := gates.slice(s.row, s.n*r.steps).data
	copy(all, z[s.row*r.width():])
	for t := range r.steps {
		var before []float32 // the cells of the step before; nil = 0
		if t > 0 {
			gemm(plain, r.step(hidden, s, t-1), r.u(u), r.step(gates, s, t), true)
			before = r.step(cells, s, t-1).data
		}
		r.bend(r.step(gates, s, t).data, before, r.step(cells, s, t).data, r.step(hidden, s, t).data)
	}
}

// bend makes of the gates' sums what they let through, and of that cells and output.
func (r recurrence) bend(gates, before, cells, h []float32) {
	n := r.channels
	for len(cells) > 0 {
		i, f, g, o := gates[:n], gates[n:2*n], gates[2*n:3*n], gates[3*n:4*n]
		for j := range n {
			i[j], f[j], g[j], o[j] = logistic(i[j]), logistic(f[j]), tanh(g[j]), logistic(o[j])
			c := i[j] * g[j]
			if before != nil {
				c += f[j] * before[j]
			}
			cells[j], h[j] = c, o[j]*tanh(c)
		}
		gates, cells, h = gates[4*n:], cells[n:], h[n:]
		if before != nil {
			before = before[n:]
		}
	}
}

// inputGradient is back-propagation through time: dz [rows, gates · channels] from the
// gradient of every step's output. It takes h only to come after the forward pass.
func (r recurrence) inputGradient(b *builder, h, grad, u *gorgonia.Node, m *memory) *gorgonia.Node {
	hidden, cell := make([]float32, r.batch*r.channels), make([]float32, r.batch*r.channels) // carried from a step to the one before it
	return b.apply(&op{
		name:   "recurrence gradient to input",
		inputs: []tensor.Shape{r.out(), r.out(), r.weights()},
		output: r.in(),
		run: func(dz []float32, in [][]float32) {
			b.team.each(func(i int) {
				s := r.shard(i)
				lo, hi := s.first*r.channels, (s.first+s.n)*r.channels
				r.backward(s, dz, in[1], in[2], hidden[lo:hi], cell[lo:hi], m)
			})
		},
	}, h, grad, u)
}

func (r recurrence) backward(s shard, dz, dh, u, hidden, cell []float32, m *memory) {
	if s.n == 0 {
		return
	}
	clear(hidden)
	clear(cell)
	out, grad, gates, cells := r.wide(dz), r.slim(dh), r.wide(m.gates), r.slim(m.cells)
	for t := r.steps - 1; t >= 0; t-- {
		for i, d := range r.step(grad, s, t).data {
			hidden[i] += d
		}
		var before []float32
		if t > 0 {
			before = r.step(cells, s, t-1).data
		}
		r.unbend(r.step(out, s, t).data, r.step(gates, s, t).data, before, r.step(cells, s, t).data, hidden, cell)
		if t > 0 {
			gemm(transposeB, r.step(out, s, t), r.u(u), rowsOf(hidden, s.n, r.channels), false)
		}
	}
}

// unbend gives the gradient of the gates' sums from those of output and cells, and turns
// the cells' gradient into that of the step before.
func (r recurrence) unbend(dz, gates, before, cells, dh, dc []float32) {
	n := r.channels
	for len(cells) > 0 {
		i, f, g, o := gates[:n], gates[n:2*n], gates[2*n:3*n], gates[3*n:4*n]
		di, df, dg, do := dz[:n], dz[n:2*n], dz[2*n:3*n], dz[3*n:4*n]
		for j := range n {
			bent := tanh(cells[j])
			d := dc[j] + dh[j]*o[j]*(1-bent*bent)
			var past float32
			if before != nil {
				past = before[j]
			}
			di[j] = d * g[j] * i[j] * (1 - i[j])
			df[j] = d * past * f[j] * (1 - f[j])
			dg[j] = d * i[j] * (1 - g[j]*g[j])
			do[j] = dh[j] * bent * o[j] * (1 - o[j])
			dc[j] = d * f[j]
		}
		dz, gates, cells, dh, dc = dz[4*n:], gates[4*n:], cells[n:], dh[n:], dc[n:]
		if before != nil {
			before = before[n:]
		}
	}
}

// weightGradient: du = Σ_t h[t-1]ᵀ · dz[t], by shard and then over shards.
func (r recurrence) weightGradient(b *builder, h, dz *gorgonia.Node) *gorgonia.Node {
	parts := newParts(r.channels * r.width())
	return b.apply(&op{
		name:   "recurrence gradient to weight",
		inputs: []tensor.Shape{r.out(), r.in()},
		output: r.weights(),
		run: func(du []float32, in [][]float32) {
			hidden, grad := r.slim(in[0]), r.wide(in[1])
			b.team.each(func(i int) {
				s := r.shard(i)
				n := s.n * (r.steps - 1)
				gemm(transposeA, hidden.slice(s.row, n), grad.slice(s.row+s.n, n), r.u(parts[i]), false)
			})
			parts.sum(du)
		},
	}, h, dz)
}

func logistic(x float32) float32 { return float32(sigmoid(float64(x))) }

func tanh(x float32) float32 { return float32(math.Tanh(float64(x))) }
