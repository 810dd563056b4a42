package model

import "math"

// lstmForward is an LSTM in use.
type lstmForward struct {
	spec     Spec
	layers   []recurrence
	head     []float32 // [channels]
	headBias float32

	row   sparseRow
	gates []float32 // [Gates · channels]
	cells []float32 // [channels]
	steps []float32 // [steps, channels], what a layer gives to the next one
}

// recurrence is a Recurrence with its numbers.
type recurrence struct {
	Recurrence
	weight, recurrent, bias []float32
}

func (lstm) forward(s Spec, p Parameters) forward {
	f := &lstmForward{spec: s, head: p[HeadWeight], headBias: p[HeadBias][0]}
	for _, r := range s.Recurrences() {
		f.layers = append(f.layers, recurrence{r, p[r.Weight()], p[r.Recurrent()], p[r.Bias()]})
	}
	return f.clone()
}

func (f *lstmForward) clone() forward {
	c := *f
	n := f.spec.Channels
	c.row = newSparseRow(max(f.spec.Inputs, n))
	c.gates, c.cells, c.steps = make([]float32, Gates*n), make([]float32, n), make([]float32, f.spec.Steps*n)
	return &c
}

func (f *lstmForward) logit(window []float32) float32 {
	x := window
	for i := range f.layers {
		f.run(&f.layers[i], x)
		x = f.steps // a step is read before it is written
	}
	logit := f.headBias
	for i, h := range f.steps[len(f.steps)-f.spec.Channels:] {
		logit += h * f.head[i]
	}
	return logit
}

// run writes a layer's steps, [steps, channels], from x, [steps, inputs].
func (f *lstmForward) run(r *recurrence, x []float32) {
	n := f.spec.Channels
	clear(f.cells)
	for t := range f.spec.Steps {
		copy(f.gates, r.bias)
		f.row.set(x[t*r.Inputs : (t+1)*r.Inputs])
		f.row.addTo(f.gates, r.weight)
		if t > 0 {
			f.row.set(f.steps[(t-1)*n : t*n])
			f.row.addTo(f.gates, r.recurrent)
		}
		cell(f.gates, f.cells, f.steps[t*n:(t+1)*n])
	}
}

// cell moves the cells c by a step and writes h; gates are not yet bent.
func cell(gates, c, h []float32) {
	n := len(c)
	i, f, g, o := gates[:n], gates[n:2*n], gates[2*n:3*n], gates[3*n:4*n]
	for j := range c {
		c[j] = sigmoid(f[j])*c[j] + sigmoid(i[j])*tanh(g[j])
		h[j] = sigmoid(o[j]) * tanh(c[j])
	}
}

func sigmoid(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }

func tanh(x float32) float32 { return float32(math.Tanh(float64(x))) }
