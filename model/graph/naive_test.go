package graph

import (
	"math"

	"fallkit/model"
)

// The operations again, one number at a time in float64 and with sequences one after
// the other: what the fast ones are held against.

// naiveConvolution: x [batch, steps, inputs], w [kernel, inputs, channels], bias
// [channels], residual nil or [batch, steps, channels].
func naiveConvolution(c convolution, x, w, bias, residual []float64) []float64 {
	y := make([]float64, c.batch*c.steps*c.channels)
	for q := range c.batch {
		for t := range c.steps {
			for o := range c.channels {
				at := (q*c.steps+t)*c.channels + o
				sum := bias[o]
				for k := range c.kernel {
					from := t + (k-c.kernel/2)*c.dilation
					if from < 0 || from >= c.steps {
						continue
					}
					for i := range c.inputs {
						sum += x[(q*c.steps+from)*c.inputs+i] * w[(k*c.inputs+i)*c.channels+o]
					}
				}
				if residual != nil {
					sum += residual[at]
				}
				if c.relu {
					sum = math.Max(sum, 0)
				}
				y[at] = sum
			}
		}
	}
	return y
}

// naivePooling: x [batch, steps, channels].
func naivePooling(p pooling, x []float64) []float64 {
	var y []float64
	for q := range p.batch {
		var mean, most, last []float64
		for c := range p.channels {
			sum, top := 0.0, math.Inf(-1)
			for t := range p.steps {
				v := x[(q*p.steps+t)*p.channels+c]
				sum, top = sum+v, math.Max(top, v)
			}
			mean, most = append(mean, sum/float64(p.steps)), append(most, top)
			last = append(last, x[(q*p.steps+p.steps-1)*p.channels+c])
		}
		y = append(append(append(y, mean...), most...), last...)
	}
	return y
}

// naiveLoss is -Σ w·(y·log p + (1-y)·log(1-p)) / Σ w, the textbook's form.
func naiveLoss(z, y, w []float64) float64 {
	sum, weight := 0.0, 0.0
	for i := range z {
		p := 1 / (1 + math.Exp(-z[i]))
		sum -= w[i] * (y[i]*math.Log(p) + (1-y[i])*math.Log(1-p))
		weight += w[i]
	}
	return sum / weight
}

// naiveLogits is the whole network.
func naiveLogits(s model.Spec, p map[string][]float64, x []float64) []float64 {
	steps := layout{len(x) / (s.Steps * s.Inputs), s.Steps}
	h := x
	var block []float64
	for _, l := range s.Convolutions() {
		c := convolution{layout: steps, kernel: s.Kernel, dilation: l.Dilation, inputs: l.Inputs, channels: l.Channels, relu: true}
		if l.Residual {
			h = naiveConvolution(c, h, p[l.Weight()], p[l.Bias()], block)
		} else {
			block, h = h, naiveConvolution(c, h, p[l.Weight()], p[l.Bias()], nil)
		}
	}
	head := convolution{layout: layout{steps.batch, 1}, kernel: 1, dilation: 1, inputs: model.Pools * s.Channels, channels: 1}
	return naiveConvolution(head, naivePooling(pooling{steps, s.Channels}, h), p[model.HeadWeight], p[model.HeadBias], nil)
}

// slope is the derivative of f by every element of v, by central differences.
func slope(v []float64, f func() float64) []float64 {
	const step = 1e-6
	d := make([]float64, len(v))
	for i, was := range v {
		v[i] = was + step
		up := f()
		v[i] = was - step
		d[i] = (up - f()) / (2 * step)
		v[i] = was
	}
	return d
}

// dot is what makes one number of an operation's output.
func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func widen(v []float32) []float64 {
	w := make([]float64, len(v))
	for i, x := range v {
		w[i] = float64(x)
	}
	return w
}

// order gives rows, which lie as layout says, back as [batch, steps, columns].
func (l layout) order(rows []float32, columns int) []float32 {
	out := make([]float32, len(rows))
	for i := range shards {
		s := l.shard(i)
		for q := range s.n {
			for t := range l.steps {
				copy(out[((s.first+q)*l.steps+t)*columns:][:columns], rows[(s.row+t*s.n+q)*columns:])
			}
		}
	}
	return out
}

// rowsFrom is the other way round.
func (l layout) rowsFrom(windows []float32, columns int) []float32 {
	rows := make([]float32, len(windows))
	l.fill(rows, windows, columns)
	return rows
}
