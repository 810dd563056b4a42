package graph

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"fallkit/model"
)

// pooling makes of a sequence's steps, x [rows, channels], one row with the mean, the
// maximum and the last step of every channel: y [batch, 3·channels].
type pooling struct {
	layout
	channels int
}

func (p pooling) in() tensor.Shape  { return tensor.Shape{p.rows(), p.channels} }
func (p pooling) out() tensor.Shape { return tensor.Shape{p.batch, model.Pools * p.channels} }

// apply adds the layer to the graph.
func (p pooling) apply(b *builder, x *gorgonia.Node) *gorgonia.Node {
	greatest := make([]int32, p.batch*p.channels) // the step of each maximum, for the backward pass
	return b.apply(&op{
		name:   "pooling",
		inputs: []tensor.Shape{p.in()},
		output: p.out(),
		run: func(y []float32, in [][]float32) {
			b.team.each(func(i int) { p.forward(p.shard(i), y, in[0], greatest) })
		},
		backward: func(b *builder, _ gorgonia.Nodes, y, grad *gorgonia.Node) gorgonia.Nodes {
			return gorgonia.Nodes{p.inputGradient(b, y, grad, greatest)}
		},
	}, x)
}

// row gives step t of the shard's sequence q.
func (p pooling) row(x []float32, s shard, t, q int) []float32 {
	return x[(s.row+t*s.n+q)*p.channels:][:p.channels]
}

// pools gives the three parts of a sequence's row.
func (p pooling) pools(y []float32, sequence int) (mean, most, last []float32) {
	c := p.channels
	y = y[sequence*model.Pools*c:][:model.Pools*c]
	return y[:c], y[c : 2*c], y[2*c:]
}

func (p pooling) forward(s shard, y, x []float32, greatest []int32) {
	for q := range s.n {
		mean, most, last := p.pools(y, s.first+q)
		at := greatest[(s.first+q)*p.channels:][:p.channels]
		clear(mean)
		clear(at)
		copy(most, p.row(x, s, 0, q))
		copy(last, p.row(x, s, p.steps-1, q))
		for t := range p.steps {
			for j, v := range p.row(x, s, t, q) {
				mean[j] += v
				if !(v <= most[j]) { // a NaN wins, so that it is noticed
					most[j], at[j] = v, int32(t)
				}
			}
		}
		for j := range mean {
			mean[j] /= float32(p.steps)
		}
	}
}

// inputGradient takes y only to come after the forward pass, which says where the
// maxima are. Of equal steps the first one gets the gradient.
func (p pooling) inputGradient(b *builder, y, grad *gorgonia.Node, greatest []int32) *gorgonia.Node {
	return b.apply(&op{
		name:   "pooling gradient",
		inputs: []tensor.Shape{p.out(), p.out()},
		output: p.in(),
		run: func(dx []float32, in [][]float32) {
			b.team.each(func(i int) { p.spread(p.shard(i), dx, in[1], greatest) })
		},
	}, y, grad)
}

func (p pooling) spread(s shard, dx, dy []float32, greatest []int32) {
	for q := range s.n {
		mean, most, last := p.pools(dy, s.first+q)
		first := p.row(dx, s, 0, q)
		for j, v := range mean {
			first[j] = v / float32(p.steps)
		}
		for t := 1; t < p.steps; t++ {
			copy(p.row(dx, s, t, q), first)
		}
		for j, v := range last {
			p.row(dx, s, p.steps-1, q)[j] += v
		}
		for j, t := range greatest[(s.first+q)*p.channels:][:p.channels] {
			p.row(dx, s, int(t), q)[j] += most[j]
		}
	}
}
