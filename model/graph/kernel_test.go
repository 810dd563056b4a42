package graph

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestGemm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, n, k := rapid.IntRange(0, 40).Draw(t, "m"), rapid.IntRange(1, 40).Draw(t, "n"), rapid.IntRange(0, 40).Draw(t, "k")
		how := rapid.SampledFrom([]times{plain, transposeA, transposeB}).Draw(t, "how")
		add := rapid.Bool().Draw(t, "add")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		a, b, c := matrix{normal(rng, m*k), m, k}, matrix{normal(rng, k*n), k, n}, matrix{normal(rng, m*n), m, n}
		at := func(i, p int) int { return i*k + p }
		bt := func(p, j int) int { return p*n + j }
		if how == transposeA {
			a.rows, a.columns = k, m
			at = func(i, p int) int { return p*m + i }
		}
		if how == transposeB {
			b.rows, b.columns = n, k
			bt = func(p, j int) int { return j*k + p }
		}
		want := make([]float64, m*n)
		for i := range m {
			for j := range n {
				if add {
					want[i*n+j] = float64(c.data[i*n+j])
				}
				for p := range k {
					want[i*n+j] += float64(a.data[at(i, p)]) * float64(b.data[bt(p, j)])
				}
			}
		}
		gemm(how, a, b, c, add)
		near(t, "product", c.data, want)
	})
}

func TestGemmRefusesSizesThatDoNotFit(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a library was given matrices that do not fit")
		}
	}()
	v := make([]float32, 6)
	gemm(plain, matrix{v, 2, 3}, matrix{v, 2, 3}, matrix{v, 2, 3}, false)
}

func TestReLU(t *testing.T) {
	nan := float32(math.NaN())
	minusNaN := math.Float32frombits(math.Float32bits(nan) | 1<<31)
	inf := float32(math.Inf(1))
	tiny := math.Float32frombits(1)
	minusZero := float32(math.Copysign(0, -1))
	for _, c := range []struct{ in, out, gradient float32 }{ // of a gradient of 5
		{1.5, 1.5, 5},
		{-1.5, 0, 0},
		{0, 0, 0},
		{minusZero, 0, 0},
		{inf, inf, 5},
		{-inf, 0, 0},
		{tiny, tiny, 5},
		{-tiny, 0, 0},
		{math.MaxFloat32, math.MaxFloat32, 5},
		{-math.MaxFloat32, 0, 0},
		{nan, nan, 5},
		{minusNaN, nan, 5},
	} {
		y := []float32{c.in}
		relu(y)
		if y[0] != c.out && !(y[0] != y[0] && c.out != c.out) || math.Signbit(float64(y[0])) && y[0] == 0 {
			t.Errorf("relu(%g) is %g, want %g", c.in, y[0], c.out)
		}
		g := []float32{-1}
		where(g, y, []float32{5})
		if g[0] != c.gradient {
			t.Errorf("gradient at %g is %g, want %g", c.in, g[0], c.gradient)
		}
	}
}

func TestSumRows(t *testing.T) {
	for rows := range 11 {
		y := make([]float32, rows*3)
		for i := range y {
			y[i] = float32(i)
		}
		want := []float32{0, 0, 0}
		for i, v := range y {
			want[i%3] += v
		}
		got := []float32{7, 7, 7}
		if sumRows(got, y); !slices.Equal(got, want) {
			t.Errorf("%d rows add up to %v, want %v", rows, got, want)
		}
	}
}

func TestLayoutHoldsEveryStepOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := layout{rapid.IntRange(1, 40).Draw(t, "batch"), rapid.IntRange(1, 9).Draw(t, "steps")}
		n := rapid.IntRange(0, l.batch).Draw(t, "windows")
		const features = 2
		windows := make([]float32, n*l.steps*features)
		for i := range windows {
			windows[i] = float32(i + 1)
		}
		rows := slices.Repeat([]float32{-1}, l.rows()*features) // what an earlier batch left
		l.fill(rows, windows, features)
		want := append(slices.Clone(windows), make([]float32, len(rows)-len(windows))...)
		if got := l.order(rows, features); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestTeamDoesEveryShardOnce(t *testing.T) {
	for workers := range 12 {
		var done [shards]int
		(&team{workers}).each(func(s int) { done[s]++ })
		for s, n := range done {
			if n != 1 {
				t.Errorf("%d workers did shard %d %d times", workers, s, n)
			}
		}
	}
}
