package pose

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// greatest tries every way to pair the rows from row on with free columns.
func greatest(gain []float64, rows, columns, row int, taken []bool) float64 {
	if row == rows {
		return 0
	}
	best := greatest(gain, rows, columns, row+1, taken)
	for c := range columns {
		if g := gain[row*columns+c]; !taken[c] && g > 0 {
			taken[c] = true
			best = max(best, g+greatest(gain, rows, columns, row+1, taken))
			taken[c] = false
		}
	}
	return best
}

// No other pairing gains more; no column is given twice; what has no gain is no pair.
func TestBestPairsAgainstAllPairings(t *testing.T) {
	var reused assignment
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(0, 6).Draw(t, "rows"), rapid.IntRange(0, 6).Draw(t, "columns")
		one := rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0, 0.5, 1}))
		gain := rapid.SliceOfN(one, rows*columns, rows*columns).Draw(t, "gain")
		got := BestPairs(gain, rows, columns)
		sum, taken := 0.0, make([]bool, columns)
		for row, c := range got {
			if c < 0 {
				continue
			}
			if taken[c] || gain[row*columns+c] <= 0 {
				t.Fatalf("pairs %v", got)
			}
			taken[c] = true
			sum += gain[row*columns+c]
		}
		if want := greatest(gain, rows, columns, 0, make([]bool, columns)); len(got) != rows || math.Abs(sum-want) > 1e-9 {
			t.Fatalf("pairs %v gain %g, and %g can be", got, sum, want)
		}
		if again := reused.solve(gain, rows, columns); !slices.Equal(got, again) {
			t.Fatalf("with used memory %v, with new %v", again, got)
		}
	})
}

func TestBestPairs(t *testing.T) {
	for _, c := range []struct {
		name          string
		gain          []float64
		rows, columns int
		want          []int
	}{
		{"nobody", nil, 0, 0, []int{}},
		{"no columns", nil, 2, 0, []int{-1, -1}},
		{"one", []float64{.5}, 1, 1, []int{0}},
		{"must not be", []float64{0}, 1, 1, []int{-1}},
		{"the best pair is not the best pairing", []float64{.9, .8, .8, .1}, 2, 2, []int{1, 0}},
		{"one good pair before two poor ones", []float64{.9, .3, .3, 0}, 2, 2, []int{0, -1}},
		{"more rows", []float64{.1, .5, .2}, 3, 1, []int{-1, 0, -1}},
		{"more columns", []float64{.1, .5, .2}, 1, 3, []int{1}},
	} {
		if got := BestPairs(c.gain, c.rows, c.columns); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
