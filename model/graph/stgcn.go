package graph

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"fallkit/model"
	"fallkit/pose"
)

// skeletal is a model.STGCN. A joint of a step is a step of its own in the layout, so that a
// step back is as many rows back as there are joints.
func skeletal(p plan, windows *gorgonia.Node) *gorgonia.Node {
	s := p.spec
	places := layout{p.layout.batch, p.layout.steps * pose.Joints}
	h := splitJoints{p.layout, s.Inputs}.apply(p.builder, windows)
	for i, b := range s.GraphBlocks() {
		mixed := mixing{layout: places, steps: p.layout.steps, channels: b.Inputs, data: i == 0 && !p.toWindows, fixed: p.toWindows}.
			apply(p.builder, h, p.weight(b.Importance(), 1, len(model.Edges)))
		space, time := b.Space(), b.Time()
		over := convolution{layout: places, kernel: 1, dilation: 1, inputs: space.Inputs, channels: space.Channels, relu: true, fixed: p.toWindows}
		g := over.apply(p.builder, mixed, p.weight(space.Weight(), space.Inputs, space.Channels), p.weight(space.Bias(), 1, space.Channels), nil)
		along := convolution{layout: places, kernel: s.Kernel, dilation: b.Dilation * pose.Joints, inputs: time.Inputs, channels: time.Channels, relu: true, causal: true, fixed: p.toWindows}
		var residual *gorgonia.Node
		if b.Residual {
			residual = h
		}
		h = along.apply(p.builder, g, p.weight(time.Weight(), s.Kernel*time.Inputs, time.Channels), p.weight(time.Bias(), 1, time.Channels), residual)
	}
	h = jointMean{p.layout, s.Channels}.apply(p.builder, h)
	return p.head(pooling{p.layout, s.Channels}.apply(p.builder, h), model.Pools*s.Channels)
}

// eachStep calls f for every step of a shard: where its row stands among the steps', and how
// far apart its joints stand among the joints', the first at first.
func (l layout) eachStep(i int, f func(row, first, apart int)) {
	s := l.shard(i)
	for t := range l.steps {
		for q := range s.n {
			f(s.row+t*s.n+q, (s.row+t*s.n)*pose.Joints+q, s.n)
		}
	}
}

// splitJoints gives every joint of x [rows, inputs] a row, [rows · joints, JointInputs].
type splitJoints struct {
	layout
	inputs int
}

func (s splitJoints) apply(b *builder, x *gorgonia.Node) *gorgonia.Node {
	const n = model.JointInputs
	in, out := tensor.Shape{s.rows(), s.inputs}, tensor.Shape{s.rows() * pose.Joints, n}
	return b.apply(&op{
		name: "joints", inputs: []tensor.Shape{in}, output: out,
		run: func(y []float32, in [][]float32) {
			s.each(func(row, joint, at int) { copy(y[at*n:(at+1)*n], in[0][row*s.inputs+joint*n:]) })
		},
		backward: func(b *builder, _ gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
			return gorgonia.Nodes{b.apply(&op{
				name: "joints gradient", inputs: []tensor.Shape{out}, output: in,
				run: func(dx []float32, in [][]float32) {
					clear(dx)
					s.each(func(row, joint, at int) { copy(dx[row*s.inputs+joint*n:][:n], in[0][at*n:]) })
				},
			}, grad)}
		},
	}, x)
}

// each calls f for every joint of every step.
func (s splitJoints) each(f func(row, joint, at int)) {
	for i := range shards {
		s.eachStep(i, func(row, first, apart int) {
			for j := range pose.Joints {
				f(row, j, first+j*apart)
			}
		})
	}
}

// mixing lets joints hear each other along the edges: from x [places, channels] and the edges'
// importances w [1, edges] to y [places, Partitions · channels].
type mixing struct {
	layout
	steps, channels int
	data, fixed     bool // as a convolution's
}

func (m mixing) in() tensor.Shape  { return tensor.Shape{m.rows(), m.channels} }
func (m mixing) out() tensor.Shape { return tensor.Shape{m.rows(), model.Partitions * m.channels} }
func (m mixing) weights() tensor.Shape {
	return tensor.Shape{1, len(model.Edges)}
}

// overTime is the layout of the steps.
func (m mixing) overTime() layout { return layout{m.batch, m.steps} }

// heard are an edge's ends in a step: what is heard, and where.
func (m mixing) heard(x, y []float32, e model.Edge, first, apart int) (from, to []float32) {
	n := m.channels
	return x[(first+int(e.From)*apart)*n:][:n], y[((first+int(e.To)*apart)*model.Partitions+e.Partition)*n:][:n]
}

func (m mixing) apply(b *builder, x, w *gorgonia.Node) *gorgonia.Node {
	return b.apply(&op{
		name: "mixing", inputs: []tensor.Shape{m.in(), m.weights()}, output: m.out(),
		run: func(y []float32, in [][]float32) {
			b.team.each(func(i int) {
				s, n := m.shard(i), model.Partitions*m.channels
				clear(y[s.row*n : (s.row+s.n*m.layout.steps)*n])
				m.overTime().eachStep(i, func(_, first, apart int) {
					for k, e := range model.Edges {
						from, to := m.heard(in[0], y, e, first, apart)
						by := e.Share * in[1][k]
						for c, v := range from {
							to[c] += by * v
						}
					}
				})
			})
		},
		constant: []bool{m.data, m.fixed},
		backward: func(b *builder, nodes gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
			grads := gorgonia.Nodes{nil, nil}
			if !m.data {
				grads[0] = m.inputGradient(b, nodes[1], grad)
			}
			if !m.fixed {
				grads[1] = m.importanceGradient(b, nodes[0], grad)
			}
			return grads
		},
	}, x, w)
}

func (m mixing) inputGradient(b *builder, w, grad *gorgonia.Node) *gorgonia.Node {
	return b.apply(&op{
		name: "mixing gradient to input", inputs: []tensor.Shape{m.weights(), m.out()}, output: m.in(),
		run: func(dx []float32, in [][]float32) {
			b.team.each(func(i int) {
				s := m.shard(i)
				clear(dx[s.row*m.channels : (s.row+s.n*m.layout.steps)*m.channels])
				m.overTime().eachStep(i, func(_, first, apart int) {
					for k, e := range model.Edges {
						from, to := m.heard(dx, in[1], e, first, apart)
						by := e.Share * in[0][k]
						for c, v := range to {
							from[c] += by * v
						}
					}
				})
			})
		},
	}, w, grad)
}

func (m mixing) importanceGradient(b *builder, x, grad *gorgonia.Node) *gorgonia.Node {
	parts := newParts(len(model.Edges))
	return b.apply(&op{
		name: "mixing gradient to importance", inputs: []tensor.Shape{m.in(), m.out()}, output: m.weights(),
		run: func(dw []float32, in [][]float32) {
			b.team.each(func(i int) {
				clear(parts[i])
				m.overTime().eachStep(i, func(_, first, apart int) {
					for k, e := range model.Edges {
						from, to := m.heard(in[0], in[1], e, first, apart)
						sum := float32(0)
						for c, v := range to {
							sum += v * from[c]
						}
						parts[i][k] += e.Share * sum
					}
				})
			})
			parts.sum(dw)
		},
	}, x, grad)
}

// jointMean is the mean over a step's joints, from [places, channels] to [rows, channels].
type jointMean struct {
	layout
	channels int
}

func (m jointMean) apply(b *builder, x *gorgonia.Node) *gorgonia.Node {
	in, out, n := tensor.Shape{m.rows() * pose.Joints, m.channels}, tensor.Shape{m.rows(), m.channels}, m.channels
	return b.apply(&op{
		name: "mean of joints", inputs: []tensor.Shape{in}, output: out,
		run: func(y []float32, in [][]float32) {
			clear(y)
			b.team.each(func(i int) {
				m.eachStep(i, func(row, first, apart int) {
					to := y[row*n : (row+1)*n]
					for j := range pose.Joints {
						for c, v := range in[0][(first+j*apart)*n:][:n] {
							to[c] += v
						}
					}
					for c := range to {
						to[c] /= pose.Joints
					}
				})
			})
		},
		backward: func(b *builder, _ gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
			return gorgonia.Nodes{b.apply(&op{
				name: "mean of joints gradient", inputs: []tensor.Shape{out}, output: in,
				run: func(dx []float32, in [][]float32) {
					b.team.each(func(i int) {
						m.eachStep(i, func(row, first, apart int) {
							for j := range pose.Joints {
								for c, v := range in[0][row*n : (row+1)*n] {
									dx[(first+j*apart)*n+c] = v / pose.Joints
								}
							}
						})
					})
				},
			}, grad)}
		},
	}, x)
}
