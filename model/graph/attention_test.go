package graph

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"
	"pgregory.net/rapid"
)

// naiveAttention is attention, one number at a time: looks [batch, steps, 3·channels].
func naiveAttention(l layout, channels int, looks []float64) []float64 {
	y := make([]float64, l.batch*l.steps*channels)
	at := func(q, t, part, c int) float64 { return looks[((q*l.steps+t)*3+part)*channels+c] }
	for q := range l.batch {
		for t := range l.steps {
			shares, total := make([]float64, l.steps), 0.0
			for o := range shares {
				sum := 0.0
				for c := range channels {
					sum += at(q, t, 0, c) * at(q, o, 1, c)
				}
				shares[o] = math.Exp(sum / math.Sqrt(float64(channels)))
				total += shares[o]
			}
			for o, share := range shares {
				for c := range channels {
					y[(q*l.steps+t)*channels+c] += share / total * at(q, o, 2, c)
				}
			}
		}
	}
	return y
}

func TestAttention(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := attention{anyLayout(t), rapid.IntRange(1, 3).Draw(t, "channels")}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		x, cost := normal(rng, a.rows()*3*a.channels), normal(rng, a.rows()*a.channels)
		y, grads := differentiate(t, 2, []input{{a.rowsFrom(x, 3*a.channels), a.rows(), 3 * a.channels, false}}, a.rowsFrom(cost, a.channels),
			func(b *builder, in []*gorgonia.Node) *gorgonia.Node { return a.apply(b, in[0]) })
		x64, cost64 := widen(x), widen(cost)
		near(t, "output", a.order(y, a.channels), naiveAttention(a.layout, a.channels, x64))
		near(t, "gradient", a.order(grads[0], 3*a.channels), slope(x64, func() float64 { return dot(cost64, naiveAttention(a.layout, a.channels, x64)) }))
	})
}

func TestPositions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := positions{layout: anyLayout(t), channels: rapid.IntRange(1, 4).Draw(t, "channels")}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		x, w, cost := normal(rng, p.rows()*p.channels), normal(rng, p.steps*p.channels), normal(rng, p.rows()*p.channels)
		y, grads := differentiate(t, 2, []input{{p.rowsFrom(x, p.channels), p.rows(), p.channels, false}, {w, p.steps, p.channels, false}},
			p.rowsFrom(cost, p.channels), func(b *builder, in []*gorgonia.Node) *gorgonia.Node { return p.apply(b, in[0], in[1]) })
		want, toW := make([]float64, len(x)), make([]float64, len(w))
		for i := range x {
			at := i % len(w)
			want[i] = float64(x[i]) + float64(w[at])
			toW[at] += float64(cost[i])
		}
		near(t, "output", p.order(y, p.channels), want)
		near(t, "gradient of x", p.order(grads[0], p.channels), widen(cost))
		near(t, "gradient of the positions", grads[1], toW)
	})
}
