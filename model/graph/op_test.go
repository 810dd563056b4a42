package graph

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

// fataler is what rapid.T and testing.T share.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// input is a leaf of a test's graph.
type input struct {
	data          []float32
	rows, columns int
	constant      bool // it has no gradient
}

// differentiate runs one operation in a graph and gives its output y and the gradients
// of Σ c·y by all inputs that are not constant; c nil means that y is a scalar already.
func differentiate(t fataler, workers int, inputs []input, c []float32, apply func(b *builder, in []*gorgonia.Node) *gorgonia.Node) (y []float32, gradients [][]float32) {
	t.Helper()
	b := newBuilder(&team{workers})
	var nodes []*gorgonia.Node
	var wanted gorgonia.Nodes
	for i, in := range inputs {
		n := b.leaf(string(rune('a'+i)), in.data, in.rows, in.columns)
		nodes = append(nodes, n)
		if !in.constant {
			wanted = append(wanted, n)
		}
	}
	out := apply(b, nodes)
	cost := out
	if c != nil && b.err == nil {
		cost = weighted(b, out, c)
	}
	if b.err != nil {
		t.Fatalf("build: %v", b.err)
	}
	nodesOf, err := gorgonia.Grad(cost, wanted...)
	if err != nil {
		t.Fatalf("differentiate: %v", err)
	}
	vm := gorgonia.NewTapeMachine(b.graph)
	defer vm.Close()
	for range 2 { // the second run must not see what the first one left
		vm.Reset()
		if err := vm.RunAll(); err != nil {
			t.Fatalf("run: %v", err)
		}
	}
	for _, g := range values(nodesOf) {
		gradients = append(gradients, slices.Clone(g))
	}
	if c == nil {
		return []float32{out.Value().Data().(float32)}, gradients
	}
	return slices.Clone(out.Value().Data().([]float32)), gradients
}

// weighted is Σ c·y.
func weighted(b *builder, y *gorgonia.Node, c []float32) *gorgonia.Node {
	shape := y.Shape().Clone()
	return b.apply(&op{
		name: "weighted sum", inputs: []tensor.Shape{shape}, output: tensor.ScalarShape(),
		run: func(out []float32, in [][]float32) { out[0] = float32(dot(widen(c), widen(in[0]))) },
		backward: func(b *builder, _ gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
			return gorgonia.Nodes{b.apply(&op{
				name: "weighted sum gradient", inputs: []tensor.Shape{tensor.ScalarShape()}, output: shape,
				run: func(out []float32, in [][]float32) {
					for i := range out {
						out[i] = c[i] * in[0][0]
					}
				},
			}, grad)}
		},
	}, y)
}

// near compares by the greatest number of want: the rounding of float32 sums.
func near(t fataler, what string, got []float32, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	most := 1.0
	for _, w := range want {
		most = math.Max(most, math.Abs(w))
	}
	for i, w := range want {
		if !(math.Abs(float64(got[i])-w) <= 2e-5*most) {
			t.Fatalf("%s: number %d is %g, want %g", what, i, got[i], w)
		}
	}
}

func normal(rng *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(rng.NormFloat64())
	}
	return v
}

// anyLayout draws batches with fewer sequences than shards too.
func anyLayout(t *rapid.T) layout {
	return layout{rapid.IntRange(1, 19).Draw(t, "batch"), rapid.IntRange(1, 7).Draw(t, "steps")}
}

func TestConvolution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := convolution{
			layout:   anyLayout(t),
			kernel:   rapid.SampledFrom([]int{1, 3, 5}).Draw(t, "kernel"),
			dilation: rapid.IntRange(1, 8).Draw(t, "dilation"),
			inputs:   rapid.IntRange(1, 3).Draw(t, "inputs"),
			channels: rapid.IntRange(1, 3).Draw(t, "channels"),
			relu:     rapid.Bool().Draw(t, "relu"),
			data:     rapid.Bool().Draw(t, "data"),
		}
		residual := rapid.Bool().Draw(t, "residual")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		x, w, bias := normal(rng, c.rows()*c.inputs), normal(rng, c.kernel*c.inputs*c.channels), normal(rng, c.channels)
		r, cost := normal(rng, c.rows()*c.channels), normal(rng, c.rows()*c.channels)

		inputs := []input{
			{c.rowsFrom(x, c.inputs), c.rows(), c.inputs, c.data},
			{w, c.kernel * c.inputs, c.channels, false},
			{bias, 1, c.channels, false},
		}
		if residual {
			inputs = append(inputs, input{c.rowsFrom(r, c.channels), c.rows(), c.channels, false})
		}
		y, grads := differentiate(t, 2, inputs, c.rowsFrom(cost, c.channels), func(b *builder, in []*gorgonia.Node) *gorgonia.Node {
			if residual {
				return c.apply(b, in[0], in[1], in[2], in[3])
			}
			return c.apply(b, in[0], in[1], in[2], nil)
		})

		x64, w64, b64, r64, cost64 := widen(x), widen(w), widen(bias), widen(r), widen(cost)
		if !residual {
			r64 = nil
		}
		forward := func() []float64 { return naiveConvolution(c, x64, w64, b64, r64) }
		near(t, "output", c.order(y, c.channels), forward())
		f := func() float64 { return dot(cost64, forward()) }
		if !c.data {
			near(t, "gradient of x", c.order(grads[0], c.inputs), slope(x64, f))
			grads = grads[1:]
		}
		near(t, "gradient of w", grads[0], slope(w64, f))
		near(t, "gradient of bias", grads[1], slope(b64, f))
		if residual {
			near(t, "gradient of residual", c.order(grads[2], c.channels), slope(r64, f))
		}
	})
}

func TestPooling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := pooling{anyLayout(t), rapid.IntRange(1, 5).Draw(t, "channels")}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		x, cost := normal(rng, p.rows()*p.channels), normal(rng, p.batch*3*p.channels)
		y, grads := differentiate(t, 2, []input{{p.rowsFrom(x, p.channels), p.rows(), p.channels, false}}, cost,
			func(b *builder, in []*gorgonia.Node) *gorgonia.Node { return p.apply(b, in[0]) })
		x64, cost64 := widen(x), widen(cost)
		near(t, "output", y, naivePooling(p, x64))
		near(t, "gradient", p.order(grads[0], p.channels), slope(x64, func() float64 { return dot(cost64, naivePooling(p, x64)) }))
	})
}

func TestPoolingGivesTheGradientOfEqualMaximaToTheFirst(t *testing.T) {
	p := pooling{layout{1, 3}, 1}
	_, grads := differentiate(t, 1, []input{{[]float32{2, 2, 1}, 3, 1, false}}, []float32{0, 1, 0},
		func(b *builder, in []*gorgonia.Node) *gorgonia.Node { return p.apply(b, in[0]) })
	if want := []float32{1, 0, 0}; !slices.Equal(grads[0], want) {
		t.Errorf("gradient %v, want %v", grads[0], want)
	}
}

func TestCrossEntropy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "batch")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		z, y, w := normal(rng, n), make([]float32, n), make([]float32, n)
		for i := range n {
			y[i], w[i] = rng.Float32(), max(0, rng.Float32()-0.3)
		}
		w[rng.IntN(n)] = 1
		loss, grads := lossOf(t, z, y, w)
		z64 := widen(z)
		f := func() float64 { return naiveLoss(z64, widen(y), widen(w)) }
		near(t, "loss", []float32{loss}, []float64{f()})
		near(t, "gradient", grads, slope(z64, f))
	})
}

func lossOf(t fataler, z, y, w []float32) (loss float32, gradient []float32) {
	n := len(z)
	l, g := differentiate(t, 1, []input{{z, n, 1, false}, {y, n, 1, true}, {w, n, 1, true}}, nil,
		func(b *builder, in []*gorgonia.Node) *gorgonia.Node {
			return crossEntropy{n}.apply(b, in[0], in[1], in[2])
		})
	return l[0], g[0]
}

func TestCrossEntropyOfGreatLogitsIsExact(t *testing.T) {
	for _, c := range []struct {
		name           string
		z, y           float32
		loss, gradient float32
	}{
		{"right and sure", 1000, 1, 0, 0},
		{"right and sure below", -1000, 0, 0, 0},
		{"wrong and sure", 1000, 0, 1000, 1},
		{"wrong and sure below", -1000, 1, 1000, -1},
		{"in the middle", 0, 0.5, math.Ln2, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			loss, g := lossOf(t, []float32{c.z, 3e38}, []float32{c.y, 0}, []float32{2, 0}) // the second row weighs nothing
			if loss != c.loss || g[0] != c.gradient || g[1] != 0 {
				t.Errorf("loss %g and gradient %g, want %g and [%g 0]", loss, g, c.loss, c.gradient)
			}
		})
	}
}

func TestOutputDoesNotDependOnWorkers(t *testing.T) {
	c := convolution{layout: layout{13, 6}, kernel: 3, dilation: 2, inputs: 5, channels: 4, relu: true}
	rng := rand.New(rand.NewPCG(1, 1))
	x, w, bias, cost := normal(rng, c.rows()*5), normal(rng, 60), normal(rng, 4), normal(rng, c.rows()*4)
	run := func(workers int) [][]float32 {
		y, g := differentiate(t, workers, []input{{x, c.rows(), 5, false}, {w, 15, 4, false}, {bias, 1, 4, false}}, cost,
			func(b *builder, in []*gorgonia.Node) *gorgonia.Node { return c.apply(b, in[0], in[1], in[2], nil) })
		return append(g, y)
	}
	one := run(1)
	for _, workers := range []int{2, 3, 8, 11} {
		for i, v := range run(workers) {
			if !slices.Equal(v, one[i]) {
				t.Errorf("result %d differs with %d workers", i, workers)
			}
		}
	}
}

// TestLayersOfTheSameInputsStayTwo: gorgonia merges nodes that look alike to it.
func TestLayersOfTheSameInputsStayTwo(t *testing.T) {
	narrow := convolution{layout: layout{1, 4}, kernel: 3, dilation: 1, inputs: 1, channels: 1}
	far := narrow
	far.dilation = 2
	x, w, bias := []float32{1, 2, 3, 4}, []float32{1, 10, 100}, []float32{0}
	b := newBuilder(&team{1})
	nx, nw, nb := b.leaf("x", x, 4, 1), b.leaf("w", w, 3, 1), b.leaf("bias", bias, 1, 1)
	first, second := narrow.apply(b, nx, nw, nb, nil), far.apply(b, nx, nw, nb, nil)
	if b.err != nil {
		t.Fatal(b.err)
	}
	vm := gorgonia.NewTapeMachine(b.graph)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]float32{{210, 321, 432, 43}, {310, 420, 31, 42}} {
		if got := []*gorgonia.Node{first, second}[i].Value().Data().([]float32); !slices.Equal(got, want) {
			t.Errorf("layer %d gives %v, want %v", i+1, got, want)
		}
	}
}

func TestBuilderKeepsTheFirstError(t *testing.T) {
	b := newBuilder(&team{1})
	x := b.leaf("x", make([]float32, 6), 3, 2)
	c := convolution{layout: layout{1, 3}, kernel: 3, dilation: 1, inputs: 5, channels: 4}
	w, bias := b.leaf("w", make([]float32, 60), 15, 4), b.leaf("bias", make([]float32, 4), 1, 4)
	if y := c.apply(b, x, w, bias, nil); y != nil || b.err == nil {
		t.Fatal("a layer took an input of another shape")
	}
	first := b.err
	if b.leaf("y", nil, 1, 1) != nil || !errors.Is(b.err, first) {
		t.Errorf("the first error %q became %q", first, b.err)
	}
}
