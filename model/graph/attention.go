package graph

import (
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"fallkit/model"
)

// attentive is a model.Attention.
func attentive(p plan, h *gorgonia.Node) *gorgonia.Node {
	s := p.spec
	linears := map[string]model.Linear{}
	for _, l := range s.Linears() {
		linears[l.Name] = l
	}
	layer := func(name string, x, residual *gorgonia.Node, relu bool) *gorgonia.Node {
		l := linears[name]
		c := convolution{layout: p.layout, kernel: 1, dilation: 1, inputs: l.Inputs, channels: l.Channels, relu: relu, data: name == model.AttentionInput && !p.toWindows, fixed: p.toWindows}
		return c.apply(p.builder, x, p.weight(l.Weight(), l.Inputs, l.Channels), p.weight(l.Bias(), 1, l.Channels), residual)
	}
	h = layer(model.AttentionInput, h, nil, false)
	h = positions{p.layout, s.Channels, p.toWindows}.apply(p.builder, h, p.weight(model.Position, s.Steps, s.Channels))
	for _, b := range s.AttentionBlocks() {
		seen := attention{p.layout, s.Channels}.apply(p.builder, layer(b.Look(), h, nil, false))
		h = layer(b.Out(), seen, h, false)
		h = layer(b.Narrow(), layer(b.Wide(), h, nil, true), h, false)
	}
	return p.head(pooling{p.layout, s.Channels}.apply(p.builder, h), model.Pools*s.Channels)
}

// positions adds a row to every step, the same one in all sequences: x [rows, channels] and
// position [steps, channels] to y [rows, channels].
type positions struct {
	layout
	channels int
	fixed    bool // position has no gradient
}

func (p positions) out() tensor.Shape    { return tensor.Shape{p.rows(), p.channels} }
func (p positions) weight() tensor.Shape { return tensor.Shape{p.steps, p.channels} }

// apply adds the layer to the graph.
func (p positions) apply(b *builder, x, position *gorgonia.Node) *gorgonia.Node {
	return b.apply(&op{
		name:   "positions",
		inputs: []tensor.Shape{p.out(), p.weight()},
		output: p.out(),
		run: func(y []float32, in [][]float32) {
			b.team.each(func(i int) {
				s := p.shard(i)
				for t := range p.steps {
					lo, hi := (s.row+t*s.n)*p.channels, (s.row+(t+1)*s.n)*p.channels
					addRow(y[lo:hi], in[0][lo:hi], in[1][t*p.channels:(t+1)*p.channels])
				}
			})
		},
		backward: func(b *builder, _ gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
			if p.fixed {
				return gorgonia.Nodes{grad, nil}
			}
			return gorgonia.Nodes{grad, p.weightGradient(b, grad)}
		},
		constant: []bool{false, p.fixed},
	}, x, position)
}

func (p positions) weightGradient(b *builder, grad *gorgonia.Node) *gorgonia.Node {
	parts := newParts(p.steps * p.channels)
	return b.apply(&op{
		name:   "positions gradient",
		inputs: []tensor.Shape{p.out()},
		output: p.weight(),
		run: func(out []float32, in [][]float32) {
			b.team.each(func(i int) {
				s := p.shard(i)
				for t := range p.steps {
					sumRows(parts[i][t*p.channels:(t+1)*p.channels], in[0][(s.row+t*s.n)*p.channels:(s.row+(t+1)*s.n)*p.channels])
				}
			})
			parts.sum(out)
		},
	}, grad)
}

// attention lets every step look at every other one of its sequence: looks
// [rows, 3 · channels], that is q, k and v, to softmax(q · kᵀ ÷ √channels) · v,
// [rows, channels].
type attention struct {
	layout
	channels int
}

func (a attention) in() tensor.Shape  { return tensor.Shape{a.rows(), 3 * a.channels} }
func (a attention) out() tensor.Shape { return tensor.Shape{a.rows(), a.channels} }

// apply adds the layer to the graph.
func (a attention) apply(b *builder, looks *gorgonia.Node) *gorgonia.Node {
	shares := make([]float32, a.batch*a.steps*a.steps) // for the backward pass
	return b.apply(&op{
		name:   "attention",
		inputs: []tensor.Shape{a.in()},
		output: a.out(),
		run: func(y []float32, in [][]float32) {
			a.each(b, func(s shard, q int) { a.forward(s, q, y, in[0], a.of(shares, s.first+q)) })
		},
		backward: func(b *builder, in gorgonia.Nodes, y, grad *gorgonia.Node) gorgonia.Nodes {
			return gorgonia.Nodes{a.inputGradient(b, in[0], y, grad, shares)}
		},
	}, looks)
}

// each goes through all sequences.
func (a attention) each(b *builder, do func(s shard, q int)) {
	b.team.each(func(i int) {
		s := a.shard(i)
		for q := range s.n {
			do(s, q)
		}
	})
}

// of gives a sequence's shares, [step, step].
func (a attention) of(shares []float32, sequence int) matrix {
	n := a.steps * a.steps
	return rowsOf(shares[sequence*n:], a.steps, a.steps)
}

// part gives q, k or v (0, 1, 2) of a step; with x of one part, that is 0.
func (a attention) part(x []float32, parts int, s shard, t, q, part int) []float32 {
	return x[((s.row+t*s.n+q)*parts+part)*a.channels:][:a.channels]
}

func (a attention) scale() float32 { return float32(1 / math.Sqrt(float64(a.channels))) }

func (a attention) forward(s shard, q int, y, looks []float32, shares matrix) {
	for t := range a.steps {
		row := shares.slice(t, 1).data
		look := a.part(looks, 3, s, t, q, 0)
		for o := range row {
			row[o] = a.scale() * product(look, a.part(looks, 3, s, o, q, 1))
		}
		softmax(row)
		to := a.part(y, 1, s, t, q, 0)
		clear(to)
		for o, share := range row {
			addTimes(to, share, a.part(looks, 3, s, o, q, 2))
		}
	}
}

// inputGradient takes y only to come after the forward pass, which says what the shares are.
func (a attention) inputGradient(b *builder, looks, y, grad *gorgonia.Node, shares []float32) *gorgonia.Node {
	return b.apply(&op{
		name:   "attention gradient",
		inputs: []tensor.Shape{a.in(), a.out(), a.out()},
		output: a.in(),
		run: func(dx []float32, in [][]float32) {
			a.each(b, func(s shard, q int) { a.backward(s, q, dx, in[0], in[2], a.of(shares, s.first+q)) })
		},
	}, looks, y, grad)
}

func (a attention) backward(s shard, q int, dx, looks, dy []float32, shares matrix) {
	for t := range a.steps {
		for part := range 3 {
			clear(a.part(dx, 3, s, t, q, part))
		}
	}
	slope := make([]float32, a.steps)
	for t := range a.steps {
		row, to := shares.slice(t, 1).data, a.part(dy, 1, s, t, q, 0)
		mean := float32(0)
		for o, share := range row {
			addTimes(a.part(dx, 3, s, o, q, 2), share, to)
			slope[o] = product(to, a.part(looks, 3, s, o, q, 2))
			mean += share * slope[o]
		}
		for o, share := range row {
			d := a.scale() * share * (slope[o] - mean)
			addTimes(a.part(dx, 3, s, t, q, 0), d, a.part(looks, 3, s, o, q, 1))
			addTimes(a.part(dx, 3, s, o, q, 1), d, a.part(looks, 3, s, t, q, 0))
		}
	}
}

// softmax turns scores into shares of 1.
func softmax(row []float32) {
	most := row[0]
	for _, v := range row {
		most = max(most, v)
	}
	total := float32(0)
	for i, v := range row {
		row[i] = float32(math.Exp(float64(v - most)))
		total += row[i]
	}
	for i := range row {
		row[i] /= total
	}
}

func product(x, y []float32) (sum float32) {
	y = y[:len(x)]
	for i, v := range x {
		sum += v * y[i]
	}
	return sum
}

// addTimes adds by · x to y.
func addTimes(y []float32, by float32, x []float32) {
	x = x[:len(y)]
	for i, v := range x {
		y[i] += by * v
	}
}
