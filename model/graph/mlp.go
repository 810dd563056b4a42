package graph

import (
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"fallkit/model"
)

// perceptron is a model.MLP.
func perceptron(p plan, windows *gorgonia.Node) *gorgonia.Node {
	whole := layout{p.layout.batch, 1}
	h := statistics{p.layout, p.spec.Inputs}.apply(p.builder, windows)
	for i, d := range p.spec.Denses() {
		linear := convolution{layout: whole, kernel: 1, dilation: 1, inputs: d.Inputs, channels: d.Channels, relu: true, data: i == 0 && !p.toWindows, fixed: p.toWindows}
		h = linear.apply(p.builder, h, p.weight(d.Weight(), d.Inputs, d.Channels), p.weight(d.Bias(), 1, d.Channels), nil)
	}
	return p.head(h, p.spec.Channels)
}

// statistics makes of a sequence's steps, x [rows, channels], one row with mean, standard
// deviation, least, greatest and last value of every channel: y [batch, Statistics · channels].
type statistics struct {
	layout
	channels int
}

func (s statistics) in() tensor.Shape  { return tensor.Shape{s.rows(), s.channels} }
func (s statistics) out() tensor.Shape { return tensor.Shape{s.batch, model.Statistics * s.channels} }

// apply adds the layer to the graph.
func (s statistics) apply(b *builder, x *gorgonia.Node) *gorgonia.Node {
	least, most := make([]int32, s.batch*s.channels), make([]int32, s.batch*s.channels) // their steps, for the backward pass
	return b.apply(&op{
		name:   "statistics",
		inputs: []tensor.Shape{s.in()},
		output: s.out(),
		run: func(y []float32, in [][]float32) {
			b.team.each(func(i int) { s.forward(s.shard(i), y, in[0], least, most) })
		},
		backward: func(b *builder, in gorgonia.Nodes, y, grad *gorgonia.Node) gorgonia.Nodes {
			return gorgonia.Nodes{s.inputGradient(b, in[0], y, grad, least, most)}
		},
	}, x)
}

// row gives step t of the shard's sequence q.
func (s statistics) row(x []float32, sh shard, t, q int) []float32 {
	return x[(sh.row+t*sh.n+q)*s.channels:][:s.channels]
}

// of gives the parts of a sequence's row.
func (s statistics) of(y []float32, sequence int) (mean, deviation, least, most, last []float32) {
	c := s.channels
	y = y[sequence*model.Statistics*c:][:model.Statistics*c]
	return y[:c], y[c : 2*c], y[2*c : 3*c], y[3*c : 4*c], y[4*c:]
}

func (s statistics) forward(sh shard, y, x []float32, leastAt, mostAt []int32) {
	steps := float32(s.steps)
	for q := range sh.n {
		mean, deviation, least, most, last := s.of(y, sh.first+q)
		low, high := leastAt[(sh.first+q)*s.channels:][:s.channels], mostAt[(sh.first+q)*s.channels:][:s.channels]
		clear(mean)
		clear(deviation)
		clear(low)
		clear(high)
		copy(least, s.row(x, sh, 0, q))
		copy(most, least)
		copy(last, s.row(x, sh, s.steps-1, q))
		for t := range s.steps {
			for j, v := range s.row(x, sh, t, q) {
				mean[j] += v
				if !(v >= least[j]) { // a NaN wins, so that it is noticed
					least[j], low[j] = v, int32(t)
				}
				if !(v <= most[j]) {
					most[j], high[j] = v, int32(t)
				}
			}
		}
		for j := range mean {
			mean[j] /= steps
		}
		for t := range s.steps {
			for j, v := range s.row(x, sh, t, q) {
				deviation[j] += (v - mean[j]) * (v - mean[j])
			}
		}
		for j, v := range deviation {
			deviation[j] = float32(math.Sqrt(float64(v/steps) + model.StatisticsEpsilon))
		}
	}
}

// inputGradient takes y to come after the forward pass, and for what it holds.
func (s statistics) inputGradient(b *builder, x, y, grad *gorgonia.Node, least, most []int32) *gorgonia.Node {
	return b.apply(&op{
		name:   "statistics gradient",
		inputs: []tensor.Shape{s.in(), s.out(), s.out()},
		output: s.in(),
		run: func(dx []float32, in [][]float32) {
			b.team.each(func(i int) { s.spread(s.shard(i), dx, in[0], in[1], in[2], least, most) })
		},
	}, x, y, grad)
}

func (s statistics) spread(sh shard, dx, x, y, dy []float32, leastAt, mostAt []int32) {
	steps := float32(s.steps)
	for q := range sh.n {
		mean, deviation, _, _, _ := s.of(y, sh.first+q)
		toMean, toDeviation, toLeast, toMost, toLast := s.of(dy, sh.first+q)
		for t := range s.steps {
			from, to := s.row(x, sh, t, q), s.row(dx, sh, t, q)
			for j := range to {
				to[j] = toMean[j]/steps + toDeviation[j]*(from[j]-mean[j])/(steps*deviation[j])
			}
		}
		for j := range toLast {
			s.row(dx, sh, int(leastAt[(sh.first+q)*s.channels+j]), q)[j] += toLeast[j]
			s.row(dx, sh, int(mostAt[(sh.first+q)*s.channels+j]), q)[j] += toMost[j]
			s.row(dx, sh, s.steps-1, q)[j] += toLast[j]
		}
	}
}
