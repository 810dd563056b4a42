package graph

import (
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"
	"pgregory.net/rapid"

	"fallkit/model"
	"fallkit/pose"
)

// naiveMixing takes x [batch, steps, joints, channels] and gives [batch, steps, joints,
// partitions, channels].
func naiveMixing(places, channels int, x, importance []float64) []float64 {
	y := make([]float64, places*model.Partitions*channels)
	for step := 0; step < places; step += pose.Joints {
		for k, e := range model.Edges {
			for c := range channels {
				y[((step+int(e.To))*model.Partitions+e.Partition)*channels+c] += float64(e.Share) * importance[k] * x[(step+int(e.From))*channels+c]
			}
		}
	}
	return y
}

func TestMixingOfJoints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		batch, steps := rapid.IntRange(1, 9).Draw(t, "batch"), rapid.IntRange(1, 2).Draw(t, "steps")
		m := mixing{layout: layout{batch, steps * pose.Joints}, steps: steps, channels: rapid.IntRange(1, 2).Draw(t, "channels")}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		x, w, cost := normal(rng, m.rows()*m.channels), normal(rng, len(model.Edges)), normal(rng, m.rows()*model.Partitions*m.channels)
		y, grads := differentiate(t, 2, []input{
			{m.rowsFrom(x, m.channels), m.rows(), m.channels, false}, {w, 1, len(model.Edges), false},
		}, m.rowsFrom(cost, model.Partitions*m.channels),
			func(b *builder, in []*gorgonia.Node) *gorgonia.Node { return m.apply(b, in[0], in[1]) })
		x64, w64, cost64 := widen(x), widen(w), widen(cost)
		naive := func() []float64 { return naiveMixing(m.rows(), m.channels, x64, w64) }
		near(t, "output", m.order(y, model.Partitions*m.channels), naive())
		// It is linear in x and in w: the slopes are exact where one is moved by 1.
		near(t, "gradient to input", m.order(grads[0], m.channels), linearSlope(x64, func() float64 { return dot(cost64, naive()) }))
		near(t, "gradient to importance", grads[1], linearSlope(w64, func() float64 { return dot(cost64, naive()) }))
	})
}

// linearSlope is how much a linear f rises where one number of v rises by 1.
func linearSlope(v []float64, f func() float64) []float64 {
	out, before := make([]float64, len(v)), f()
	for i := range v {
		v[i]++
		out[i] = f() - before
		v[i]--
	}
	return out
}

// A network that learns hears its own importances: some of them move.
func TestImportancesAreLearned(t *testing.T) {
	s := model.Spec{Kind: model.STGCN, Inputs: pose.Joints * model.JointInputs, Channels: 3, Kernel: 3, Dilations: []int{1, 2}, Steps: 5}
	l := learner(t, s, 8)
	before := l.Parameters()
	train(t, l, 0, 3)
	for _, b := range s.GraphBlocks() {
		moved := 0
		for i, v := range l.Parameters()[b.Importance()] {
			if v != before[b.Importance()][i] {
				moved++
			}
		}
		if moved < len(model.Edges)/2 {
			t.Errorf("%s: %d of %d importances have moved", b.Name, moved, len(model.Edges))
		}
	}
}
