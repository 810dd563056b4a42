package model

import "math"

// attentionForward is an attention network in use.
type attentionForward struct {
	spec     Spec
	linears  []linear // as Spec.Linears
	position []float32
	pool     *tcnForward // its pooling and head

	row                sparseRow
	h, looks, seen, up []float32 // [steps, channels], [steps, 3 · channels], [steps, channels], [Widening · channels]
	shares             []float32 // [steps]
}

// linear is a Linear with its numbers.
type linear struct {
	Linear
	weight, bias []float32
}

func (attention) forward(s Spec, p Parameters) forward {
	f := &attentionForward{spec: s, position: p[Position], pool: &tcnForward{spec: s, head: p[HeadWeight], headBias: p[HeadBias][0]}}
	for _, l := range s.Linears() {
		f.linears = append(f.linears, linear{l, p[l.Weight()], p[l.Bias()]})
	}
	return f.clone()
}

func (f *attentionForward) clone() forward {
	c := *f
	n, steps := f.spec.Channels, f.spec.Steps
	c.pool = f.pool.clone().(*tcnForward)
	c.row = newSparseRow(max(f.spec.Inputs, 3*n))
	c.h, c.looks, c.seen = make([]float32, steps*n), make([]float32, 3*steps*n), make([]float32, steps*n)
	c.up, c.shares = make([]float32, Widening*n), make([]float32, steps)
	return &c
}

func (f *attentionForward) logit(window []float32) float32 {
	n := f.spec.Channels
	input, blocks := &f.linears[0], f.linears[1:]
	for t := range f.spec.Steps {
		h := f.h[t*n : (t+1)*n]
		copy(h, f.position[t*n:])
		f.add(input, window[t*f.spec.Inputs:(t+1)*f.spec.Inputs], h)
	}
	for ; len(blocks) > 0; blocks = blocks[4:] {
		f.attend(&blocks[0], &blocks[1])
		f.widen(&blocks[2], &blocks[3])
	}
	f.pool.pool(f.h)
	logit := f.pool.headBias
	for i, v := range f.pool.scratch.pooled {
		logit += v * f.pool.head[i]
	}
	return logit
}

// add adds a linear layer's row to y.
func (f *attentionForward) add(l *linear, x, y []float32) {
	f.row.set(x)
	f.row.addTo(y, l.weight)
	for j, b := range l.bias {
		y[j] += b
	}
}

// attend is a block's first half.
func (f *attentionForward) attend(look, out *linear) {
	n := f.spec.Channels
	clear(f.looks)
	for t := range f.spec.Steps {
		f.add(look, f.h[t*n:(t+1)*n], f.looks[3*t*n:3*(t+1)*n])
	}
	clear(f.seen)
	for t := range f.spec.Steps {
		f.share(f.looks[3*t*n : 3*t*n+n])
		seen := f.seen[t*n : (t+1)*n]
		for o, share := range f.shares {
			for j, v := range f.looks[(3*o+2)*n : (3*o+3)*n] {
				seen[j] += share * v
			}
		}
		f.add(out, seen, f.h[t*n:(t+1)*n])
	}
}

// share is how much a step, of which q is given, looks at each step.
func (f *attentionForward) share(q []float32) {
	n := f.spec.Channels
	scale := float32(1 / math.Sqrt(float64(n)))
	most := float32(math.Inf(-1))
	for o := range f.shares {
		sum := float32(0)
		for j, k := range f.looks[(3*o+1)*n : (3*o+2)*n] {
			sum += q[j] * k
		}
		f.shares[o] = sum * scale
		most = max(most, f.shares[o])
	}
	total := float32(0)
	for o, s := range f.shares {
		f.shares[o] = float32(math.Exp(float64(s - most)))
		total += f.shares[o]
	}
	for o := range f.shares {
		f.shares[o] /= total
	}
}

// widen is a block's second half.
func (f *attentionForward) widen(wide, narrow *linear) {
	n := f.spec.Channels
	for t := range f.spec.Steps {
		h := f.h[t*n : (t+1)*n]
		clear(f.up)
		f.row.set(h)
		f.row.addTo(f.up, wide.weight)
		biasAndReLU(f.up, wide.bias)
		f.add(narrow, f.up, h)
	}
}
