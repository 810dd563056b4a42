package graph

import (
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"fallkit/model"
	"fallkit/pose"
)

// causal is a model.Causal that answers for the last step of each window.
func causal(p plan, windows *gorgonia.Node) *gorgonia.Node {
	last := lastStep{p.layout, p.spec.Phases}.apply(p.builder, phases(p, windows))
	return fallOdds{p.layout.batch, p.spec}.apply(p.builder, last)
}

// phases adds a model.Causal's layers to a graph, from x [rows, inputs] to the logits of
// every step, [rows, phases].
func phases(p plan, x *gorgonia.Node) *gorgonia.Node {
	s := p.spec
	var h, block *gorgonia.Node
	for i, c := range s.Convolutions() {
		conv := convolution{layout: p.layout, kernel: s.Kernel, dilation: c.Dilation, inputs: c.Inputs, channels: c.Channels, relu: true, causal: true, data: i == 0 && !p.toWindows, fixed: p.toWindows}
		w, bias := p.weight(c.Weight(), s.Kernel*c.Inputs, c.Channels), p.weight(c.Bias(), 1, c.Channels)
		switch {
		case i == 0:
			h = conv.apply(p.builder, x, w, bias, nil)
			if s.Mirror {
				image := conv.apply(p.builder, mirrored{p.layout}.apply(p.builder, x), w, bias, nil)
				h = added(p.builder, conv.out(), h, image)
			}
		case c.Residual:
			h = conv.apply(p.builder, h, w, bias, block)
		default:
			block, h = h, conv.apply(p.builder, h, w, bias, nil)
		}
	}
	head := convolution{layout: p.layout, kernel: 1, dilation: 1, inputs: s.Channels, channels: s.Phases, fixed: p.toWindows}
	w, bias := p.weight(model.PhaseWeight, s.Channels, s.Phases), p.weight(model.PhaseBias, 1, s.Phases)
	if s.Given == 0 {
		return head.apply(p.builder, h, w, bias, nil)
	}
	given := scaled{p.layout, s.Inputs, s.Given - 1, s.Phases}.apply(p.builder, x, p.weight(model.GivenWeight, 1, s.Phases), p.toWindows)
	return head.apply(p.builder, h, w, bias, given)
}

// added adds two nodes of a shape.
func added(b *builder, shape tensor.Shape, x, y *gorgonia.Node) *gorgonia.Node {
	return b.apply(&op{
		name:   "sum of two",
		inputs: []tensor.Shape{shape, shape},
		output: shape,
		run: func(out []float32, in [][]float32) {
			for i, v := range in[0] {
				out[i] = v + in[1][i]
			}
		},
		backward: func(_ *builder, _ gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
			return gorgonia.Nodes{grad, grad}
		},
	}, x, y)
}

// mirrored makes the mirror image of every step's Fall features.
type mirrored struct{ layout }

func (m mirrored) apply(b *builder, x *gorgonia.Node) *gorgonia.Node {
	shape := tensor.Shape{m.rows(), pose.FallChannels}
	image := func() *op {
		return &op{
			name: "mirror image", inputs: []tensor.Shape{shape}, output: shape,
			run: func(out []float32, in [][]float32) {
				const n = pose.FallChannels
				for i := 0; i < len(out); i += n {
					pose.MirrorFall(out[i:i+n], in[0][i:i+n])
				}
			},
		}
	}
	forward := image()
	forward.backward = func(b *builder, _ gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
		return gorgonia.Nodes{b.apply(image(), grad)} // its own inverse, and so its own transpose
	}
	return b.apply(forward, x)
}

// scaled multiplies one feature of each step, x [rows, inputs], by w [1, channels].
type scaled struct {
	layout
	inputs, feature, channels int
}

func (s scaled) apply(b *builder, x, w *gorgonia.Node, toWindows bool) *gorgonia.Node {
	in, weights, out := tensor.Shape{s.rows(), s.inputs}, tensor.Shape{1, s.channels}, tensor.Shape{s.rows(), s.channels}
	return b.apply(&op{
		name:   "scaled feature",
		inputs: []tensor.Shape{in, weights},
		output: out,
		run: func(y []float32, in [][]float32) {
			for r := range s.rows() {
				for k, w := range in[1] {
					y[r*s.channels+k] = in[0][r*s.inputs+s.feature] * w
				}
			}
		},
		constant: []bool{!toWindows, toWindows},
		backward: func(b *builder, nodes gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
			if toWindows {
				return gorgonia.Nodes{b.apply(&op{
					name: "scaled feature gradient to input", inputs: []tensor.Shape{out, weights}, output: in,
					run: func(dx []float32, in [][]float32) {
						clear(dx)
						for r := range s.rows() {
							for k, w := range in[1] {
								dx[r*s.inputs+s.feature] += in[0][r*s.channels+k] * w
							}
						}
					},
				}, grad, nodes[1]), nil}
			}
			return gorgonia.Nodes{nil, b.apply(&op{
				name: "scaled feature gradient to weight", inputs: []tensor.Shape{in, out}, output: weights,
				run: func(dw []float32, in [][]float32) {
					clear(dw)
					for r := range s.rows() {
						for k := range dw {
							dw[k] += in[0][r*s.inputs+s.feature] * in[1][r*s.channels+k]
						}
					}
				},
			}, nodes[0], grad)}
		},
	}, x, w)
}

// fallOdds makes of logits [batch, phases] the log-odds of a fall, [batch, 1].
type fallOdds struct {
	batch int
	spec  model.Spec
}

func (f fallOdds) apply(b *builder, z *gorgonia.Node) *gorgonia.Node {
	in, out, n := tensor.Shape{f.batch, f.spec.Phases}, tensor.Shape{f.batch, 1}, f.spec.Phases
	return b.apply(&op{
		name:   "log-odds of a fall",
		inputs: []tensor.Shape{in},
		output: out,
		run: func(y []float32, in [][]float32) {
			for i := range y {
				y[i] = float32(f.spec.FallOdds(in[0][i*n : (i+1)*n]))
			}
		},
		backward: func(b *builder, nodes gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
			return gorgonia.Nodes{b.apply(&op{
				name: "log-odds of a fall gradient", inputs: []tensor.Shape{in, out}, output: in,
				run: func(dz []float32, in [][]float32) {
					for i, d := range in[1] {
						f.gradient(dz[i*n:(i+1)*n], in[0][i*n:(i+1)*n], d)
					}
				},
			}, nodes[0], grad)}
		},
	}, z)
}

// gradient: what each answer's share of its side's probability is, with the side's sign.
func (f fallOdds) gradient(dz, z []float32, d float32) {
	most, sum := [2]float64{math.Inf(-1), math.Inf(-1)}, [2]float64{}
	for k, v := range z {
		most[f.side(k)] = math.Max(most[f.side(k)], float64(v))
	}
	for k, v := range z {
		sum[f.side(k)] += math.Exp(float64(v) - most[f.side(k)])
	}
	for k, v := range z {
		side := f.side(k)
		share := math.Exp(float64(v)-most[side]) / sum[side]
		dz[k] = d * float32(share*float64(2*side-1))
	}
}

func (f fallOdds) side(answer int) int {
	if f.spec.OfFall(answer) {
		return 1
	}
	return 0
}
