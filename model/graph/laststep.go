package graph

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// lastStep makes of a sequence's steps, x [rows, channels], its last one, [batch, channels].
type lastStep struct {
	layout
	channels int
}

func (l lastStep) in() tensor.Shape  { return tensor.Shape{l.rows(), l.channels} }
func (l lastStep) out() tensor.Shape { return tensor.Shape{l.batch, l.channels} }

// apply adds the layer to the graph.
func (l lastStep) apply(b *builder, x *gorgonia.Node) *gorgonia.Node {
	return b.apply(&op{
		name:   "last step",
		inputs: []tensor.Shape{l.in()},
		output: l.out(),
		run: func(y []float32, in [][]float32) {
			for i := range shards {
				copy(l.end(y, in[0], i))
			}
		},
		backward: func(b *builder, _ gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
			return gorgonia.Nodes{l.inputGradient(b, grad)}
		},
	}, x)
}

// end gives a shard's rows of the output, and where they lie among all steps: the rows of
// a step follow each other.
func (l lastStep) end(y, x []float32, i int) (out, last []float32) {
	s := l.shard(i)
	n := s.n * l.channels
	return y[s.first*l.channels:][:n], x[s.row*l.channels+(l.steps-1)*n:][:n]
}

func (l lastStep) inputGradient(b *builder, grad *gorgonia.Node) *gorgonia.Node {
	return b.apply(&op{
		name:   "last step gradient",
		inputs: []tensor.Shape{l.out()},
		output: l.in(),
		run: func(dx []float32, in [][]float32) {
			clear(dx)
			for i := range shards {
				dy, last := l.end(in[0], dx, i)
				copy(last, dy)
			}
		},
	}, grad)
}
