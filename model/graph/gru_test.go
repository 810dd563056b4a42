package graph

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"
	"pgregory.net/rapid"

	"fallkit/model"
	"fallkit/pose"
)

// naiveGated is model.GatedRecurrence, one number at a time, from z = x · weight + bias
// [batch, steps, 3·channels] and u [channels, 3·channels].
func naiveGated(l layout, channels int, z, u []float64) []float64 {
	h := make([]float64, l.batch*l.steps*channels)
	bend := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	for q := range l.batch {
		before := make([]float64, channels)
		for t := range l.steps {
			sums := z[(q*l.steps+t)*3*channels:][:3*channels]
			past := func(at int) (sum float64) {
				for i, v := range before {
					sum += v * u[i*3*channels+at]
				}
				return sum
			}
			now := make([]float64, channels)
			for j := range channels {
				update, reset := bend(sums[j]+past(j)), bend(sums[channels+j]+past(channels+j))
				now[j] = update*before[j] + (1-update)*math.Tanh(sums[2*channels+j]+reset*past(2*channels+j))
			}
			copy(h[(q*l.steps+t)*channels:], now)
			before = now
		}
	}
	return h
}

func TestGatedRecurrence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := gatedRecurrence{anyLayout(t), rapid.IntRange(1, 3).Draw(t, "channels")}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		z, u, cost := normal(rng, r.rows()*r.width()), normal(rng, r.channels*r.width()), normal(rng, r.rows()*r.channels)
		h, grads := differentiate(t, 2, []input{{r.rowsFrom(z, r.width()), r.rows(), r.width(), false}, {u, r.channels, r.width(), false}},
			r.rowsFrom(cost, r.channels), func(b *builder, in []*gorgonia.Node) *gorgonia.Node { return r.apply(b, in[0], in[1]) })

		z64, u64, cost64 := widen(z), widen(u), widen(cost)
		forward := func() []float64 { return naiveGated(r.layout, r.channels, z64, u64) }
		near(t, "output", r.order(h, r.channels), forward())
		f := func() float64 { return dot(cost64, forward()) }
		near(t, "gradient of z", r.order(grads[0], r.width()), slope(z64, f))
		near(t, "gradient of u", grads[1], slope(u64, f))
	})
}

// naiveStatistics is what an MLP sees of x [batch, steps, channels].
func naiveStatistics(l layout, channels int, x []float64) []float64 {
	y := make([]float64, l.batch*model.Statistics*channels)
	for q := range l.batch {
		for c := range channels {
			mean, square, least, most := 0.0, 0.0, math.Inf(1), math.Inf(-1)
			var last float64
			for t := range l.steps {
				last = x[(q*l.steps+t)*channels+c]
				mean, square = mean+last/float64(l.steps), square+last*last/float64(l.steps)
				least, most = min(least, last), max(most, last)
			}
			for k, v := range []float64{mean, math.Sqrt(max(square-mean*mean, 0) + model.StatisticsEpsilon), least, most, last} {
				y[(q*model.Statistics+k)*channels+c] = v
			}
		}
	}
	return y
}

func TestStatistics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := statistics{anyLayout(t), rapid.IntRange(1, 4).Draw(t, "channels")}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		x, cost := normal(rng, s.rows()*s.channels), normal(rng, s.batch*model.Statistics*s.channels)
		y, grads := differentiate(t, 2, []input{{s.rowsFrom(x, s.channels), s.rows(), s.channels, false}}, cost,
			func(b *builder, in []*gorgonia.Node) *gorgonia.Node { return s.apply(b, in[0]) })
		x64, cost64 := widen(x), widen(cost)
		near(t, "output", y, naiveStatistics(s.layout, s.channels, x64))
		if s.steps > 1 { // the deviation of one step has a kink
			near(t, "gradient", s.order(grads[0], s.channels), slope(x64, func() float64 { return dot(cost64, naiveStatistics(s.layout, s.channels, x64)) }))
		}
	})
}

// TestAsLargeAsTheTCN: networks that are compared have the same number of parameters, within
// what one channel more or less makes.
func TestAsLargeAsTheTCN(t *testing.T) {
	want := model.Networks[0].Spec(model.DefaultSpec, pose.AllPriors).Parameters()
	for _, n := range model.Networks {
		if n.Features != "" {
			continue
		}
		if got := n.Spec(model.DefaultSpec, pose.AllPriors).Parameters(); math.Abs(float64(got-want)) > 0.02*float64(want) {
			t.Errorf("%s has %d parameters, and the TCN %d", n.Name, got, want)
		}
	}
}

// TestSlopesOfEveryNetwork: moving a window along its gradient changes the logit as the
// gradient says, for every network by name.
func TestSlopesOfEveryNetwork(t *testing.T) {
	for _, n := range model.Networks {
		s := n.Spec(model.Spec{Inputs: inputsOf(n), Channels: 6, Kernel: 3, Dilations: []int{1, 2}, Steps: 9}, pose.PhasePrior)
		slope, p := slopeOf(t, s, 3)
		predictor, err := model.NewPredictor(&model.Checkpoint{Spec: s, Parameters: p})
		if err != nil {
			t.Fatal(err)
		}
		window := normal(rand.New(rand.NewPCG(1, 2)), s.Steps*s.Inputs)
		_, gradient, err := slope.Gradient(window)
		if err != nil {
			t.Fatal(err)
		}
		long := math.Sqrt(dot(widen(gradient), widen(gradient)))
		at := func(by float64) float64 {
			moved := make([]float32, len(window))
			for i := range moved {
				moved[i] = window[i] + float32(by*float64(gradient[i])/long)
			}
			return predictor.Logit(moved)
		}
		const step = 1e-3
		if got := (at(step) - at(-step)) / (2 * step); math.Abs(got-long) > 0.02*long+1e-3 {
			t.Errorf("%s: the logit rises by %v along its gradient, which is %v long", n.Name, got, long)
		}
	}
}
