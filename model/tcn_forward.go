package model

// tcnForward is a TCN in use.
type tcnForward struct {
	spec     Spec
	layers   []layer
	head     []float32 // [Pools · channels]
	headBias float32
	scratch  scratch
}

// layer is a Convolution with its numbers.
type layer struct {
	Convolution
	weight, bias []float32
}

// scratch is what one forward pass writes to.
type scratch struct {
	block, first, second []float32 // [steps, channels]
	row                  sparseRow
	pooled               []float32 // [Pools, channels]
}

func (tcn) forward(s Spec, p Parameters) forward {
	f := &tcnForward{spec: s, head: p[HeadWeight], headBias: p[HeadBias][0], scratch: newScratch(s)}
	for _, conv := range s.Convolutions() {
		f.layers = append(f.layers, layer{conv, p[conv.Weight()], p[conv.Bias()]})
	}
	return f
}

func (p *tcnForward) clone() forward {
	c := *p
	c.scratch = newScratch(p.spec)
	return &c
}

func newScratch(s Spec) scratch {
	n := s.Steps * s.Channels
	return scratch{
		block: make([]float32, n), first: make([]float32, n), second: make([]float32, n),
		row:    newSparseRow(max(s.Inputs, s.Channels)),
		pooled: make([]float32, Pools*s.Channels),
	}
}

func (p *tcnForward) logit(window []float32) float32 {
	p.pool(p.convolve(window))
	logit := p.headBias
	for i, v := range p.scratch.pooled {
		logit += v * p.head[i]
	}
	return logit
}

// convolve runs all layers before pooling. [steps, channels]
func (p *tcnForward) convolve(window []float32) []float32 {
	block, first, second := p.scratch.block, p.scratch.first, p.scratch.second
	p.layers[0].run(window, nil, block, &p.scratch.row, p.spec)
	for i := 1; i < len(p.layers); i += 2 {
		p.layers[i].run(block, nil, first, &p.scratch.row, p.spec)
		p.layers[i+1].run(first, block, second, &p.scratch.row, p.spec)
		block, second = second, block
	}
	return block
}

// run computes y [steps, channels] from x [steps, inputs]; residual is nil or like y.
func (l *layer) run(x, residual, y []float32, row *sparseRow, s Spec) {
	if residual == nil {
		clear(y)
	} else {
		copy(y, residual)
	}
	for t := range s.Steps {
		row.set(x[t*l.Inputs : (t+1)*l.Inputs])
		for k := range s.Kernel {
			to := t - (k-s.Kernel/2)*l.Dilation
			if to < 0 || to >= s.Steps {
				continue
			}
			row.addTo(y[to*l.Channels:(to+1)*l.Channels], l.weight[k*l.Inputs*l.Channels:(k+1)*l.Inputs*l.Channels])
		}
	}
	for t := range s.Steps {
		biasAndReLU(y[t*l.Channels:(t+1)*l.Channels], l.bias)
	}
}

// biasAndReLU adds and clips at 0; NaN stays NaN.
func biasAndReLU(y, bias []float32) {
	bias = bias[:len(y)]
	for j, b := range bias {
		y[j] = max(y[j]+b, 0)
	}
}

// pool writes mean, maximum and last step of every channel.
func (p *tcnForward) pool(h []float32) {
	c := p.spec.Channels
	mean, most, last := p.scratch.pooled[:c], p.scratch.pooled[c:2*c], p.scratch.pooled[2*c:3*c]
	clear(mean)
	copy(most, h[:c])
	copy(last, h[len(h)-c:])
	for len(h) > 0 {
		for j, v := range h[:c] {
			mean[j] += v
			most[j] = max(most[j], v)
		}
		h = h[c:]
	}
	for j := range mean {
		mean[j] /= float32(p.spec.Steps)
	}
}
