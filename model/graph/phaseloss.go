package graph

import (
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// phaseLoss is the weighted cross-entropy of logits z with what is known of each step: y is
// 1 for every answer that may be true and 0 for the others, z and y are [rows, phases], the
// weights w [rows, 1].
//
//	loss = -Σ w·((1-ε)·log Σ_k y_k p_k + ε/n·Σ_k log p_k) / Σ w,    p = softmax(z)
//
// The first part is the log-likelihood of a partial label (Cour, Sapp & Taskar 2011,
// "Learning from partial labels"); the second one, label smoothing over all n answers, keeps
// them from becoming certain. A step of weight 0 counts for nothing.
type phaseLoss struct {
	rows, phases int
	smoothing    float64
}

func (p phaseLoss) shapes() []tensor.Shape {
	return []tensor.Shape{{p.rows, p.phases}, {p.rows, p.phases}, {p.rows, 1}}
}

// apply adds the loss, a scalar, to the graph. Labels and weights have no gradient.
func (p phaseLoss) apply(b *builder, z, y, w *gorgonia.Node) *gorgonia.Node {
	chance := make([]float64, p.phases) // of each answer, for one row
	return b.apply(&op{
		name:     "phase loss",
		inputs:   p.shapes(),
		output:   tensor.ScalarShape(),
		run:      func(out []float32, in [][]float32) { out[0] = p.loss(in[0], in[1], in[2], chance) },
		constant: []bool{false, true, true},
		backward: func(b *builder, in gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
			return gorgonia.Nodes{b.apply(&op{
				name: "phase loss gradient", inputs: append(p.shapes(), tensor.ScalarShape()), output: p.shapes()[0],
				run: func(dz []float32, in [][]float32) {
					p.gradient(dz, in[0], in[1], in[2], float64(in[3][0]), chance)
				},
			}, in[0], in[1], in[2], grad), nil, nil}
		},
	}, z, y, w)
}

// chances writes the chances of one row's answers and gives the logarithm of their sum.
func chances(chance []float64, z []float32) (logSum float64) {
	most, sum := math.Inf(-1), 0.0
	for _, v := range z {
		most = math.Max(most, float64(v))
	}
	for k, v := range z {
		chance[k] = math.Exp(float64(v) - most)
		sum += chance[k]
	}
	for k := range chance {
		chance[k] /= sum
	}
	return most + math.Log(sum)
}

func (p phaseLoss) loss(z, y, w []float32, chance []float64) float32 {
	sum, weight := 0.0, 0.0
	for r, wr := range w {
		if wr == 0 {
			continue
		}
		row := z[r*p.phases : (r+1)*p.phases]
		logSum := chances(chance, row)
		smooth := 0.0
		for _, v := range row {
			smooth += float64(v) - logSum
		}
		sum -= float64(wr) * ((1-p.smoothing)*p.possible(row, y[r*p.phases:], logSum) + p.smoothing/float64(p.phases)*smooth)
		weight += float64(wr)
	}
	return float32(sum / weight)
}

// possible is the logarithm of the chance that the answer is one that may be true.
func (p phaseLoss) possible(z, y []float32, logSum float64) float64 {
	most, sum := math.Inf(-1), 0.0
	for k, v := range z {
		if y[k] > 0 {
			most = math.Max(most, float64(v))
		}
	}
	for k, v := range z {
		if y[k] > 0 {
			sum += math.Exp(float64(v) - most)
		}
	}
	return most + math.Log(sum) - logSum
}

// gradient: dz = dloss · w·(p - (1-ε)·q - ε/n) / Σ w, where q is p among the answers that
// may be true.
func (p phaseLoss) gradient(dz, z, y, w []float32, d float64, chance []float64) {
	weight := 0.0
	for _, wr := range w {
		weight += float64(wr)
	}
	clear(dz)
	for r, wr := range w {
		if wr == 0 {
			continue
		}
		row, known := z[r*p.phases:(r+1)*p.phases], y[r*p.phases:(r+1)*p.phases]
		possible := p.possible(row, known, chances(chance, row))
		scale, share := d*float64(wr)/weight, math.Exp(-possible)
		for k := range row {
			g := chance[k] - p.smoothing/float64(p.phases)
			if known[k] > 0 {
				g -= (1 - p.smoothing) * chance[k] * share
			}
			dz[r*p.phases+k] = float32(scale * g)
		}
	}
}
