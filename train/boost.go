package train

import (
	"math"
	"slices"
)

// boosted is a sum of small decision trees whose sign tells true from false: gradient
// boosting with the logistic loss (Friedman 2001, "Greedy function approximation: a gradient
// boosting machine"), its splits chosen among the bins of each column. A value that is not a
// number has a bin of its own. Nothing is drawn by chance.
type boosted struct {
	cuts  [][]float64 // of each column, ascending: bin k holds what lies from cut k-1 to cut k
	trees []tree
	gains []float64 // by which each column's splits let the loss fall
}

// Settings of the trees.
const (
	boostTrees  = 120
	boostDepth  = 3
	boostRate   = 0.1
	boostBins   = 32
	boostLeast  = 15.0 // rows in a leaf
	boostShrink = 2.0  // added to a leaf's curvature
)

// tree is complete: node k's children are 2k+1 and 2k+2.
type tree struct {
	column [1<<boostDepth - 1]int // -1 = everything goes left
	above  [1<<boostDepth - 1]uint8
	leaf   [1 << boostDepth]float64
}

// boost learns from rows of equally many columns and their truth.
func boost(rows [][]float64, truth []bool) *boosted {
	b := &boosted{cuts: cutsOf(rows)}
	b.gains = make([]float64, len(b.cuts))
	binned := make([][]uint8, len(rows))
	for i, row := range rows {
		binned[i] = b.bins(row)
	}
	says := make([]float64, len(rows))
	slope, curve := make([]float64, len(rows)), make([]float64, len(rows))
	for range boostTrees {
		for i := range rows {
			p := sigmoid(says[i])
			slope[i], curve[i] = count(truth[i])-p, p*(1-p)
		}
		g := grower{rows: binned, slope: slope, curve: curve, gains: b.gains}
		t := g.grow()
		for i, row := range binned {
			says[i] += t.at(row)
		}
		b.trees = append(b.trees, t)
	}
	return b
}

// score is the log-odds that a row is true.
func (b *boosted) score(row []float64) (sum float64) {
	binned := b.bins(row)
	for i := range b.trees {
		sum += b.trees[i].at(binned)
	}
	return sum
}

// cutsOf are quantiles of each column.
func cutsOf(rows [][]float64) [][]float64 {
	cuts := make([][]float64, len(rows[0]))
	for c := range cuts {
		var values []float64
		for _, row := range rows {
			if !math.IsNaN(row[c]) {
				values = append(values, row[c])
			}
		}
		slices.Sort(values)
		for k := 1; k < boostBins && len(values) > 0; k++ {
			cuts[c] = append(cuts[c], values[k*(len(values)-1)/boostBins])
		}
		cuts[c] = slices.Compact(cuts[c])
	}
	return cuts
}

// bins are a row's: 0 is what is not a number.
func (b *boosted) bins(row []float64) []uint8 {
	out := make([]uint8, len(row))
	for c, v := range row {
		if !math.IsNaN(v) {
			k, _ := slices.BinarySearch(b.cuts[c], v)
			out[c] = uint8(k + 1)
		}
	}
	return out
}

func (t *tree) at(row []uint8) float64 {
	k := 0
	for k < len(t.column) {
		right := t.column[k] >= 0 && row[t.column[k]] > t.above[k]
		k = 2*k + 1 + int(count(right))
	}
	return t.leaf[k-len(t.column)]
}

// grower grows one tree.
type grower struct {
	rows         [][]uint8
	slope, curve []float64
	gains        []float64 // of the splits of each column, added up
}

func (g *grower) grow() (t tree) {
	all := make([]int, len(g.rows))
	for i := range all {
		all[i] = i
	}
	g.node(&t, 0, all)
	return t
}

// node splits the rows that come to a node, down to the leaves.
func (g *grower) node(t *tree, k int, rows []int) {
	if k >= len(t.column) {
		slope, curve := 0.0, boostShrink
		for _, i := range rows {
			slope, curve = slope+g.slope[i], curve+g.curve[i]
		}
		t.leaf[k-len(t.column)] = boostRate * slope / curve
		return
	}
	var left, right []int
	t.column[k], t.above[k] = g.split(rows)
	for _, i := range rows {
		if c := t.column[k]; c >= 0 && g.rows[i][c] > t.above[k] {
			right = append(right, i)
		} else {
			left = append(left, i)
		}
	}
	g.node(t, 2*k+1, left)
	g.node(t, 2*k+2, right)
}

// split is the column and the bin above which rows go right, so that the loss falls the
// most; column is -1 where it does not fall.
func (g *grower) split(rows []int) (column int, above uint8) {
	type bin struct{ n, slope, curve float64 }
	column = -1
	best := 1e-9
	for c := range g.gains {
		var bins [boostBins + 2]bin
		var all bin
		for _, i := range rows {
			b := &bins[g.rows[i][c]]
			b.n, b.slope, b.curve = b.n+1, b.slope+g.slope[i], b.curve+g.curve[i]
			all.n, all.slope, all.curve = all.n+1, all.slope+g.slope[i], all.curve+g.curve[i]
		}
		var left bin
		for k := range len(bins) - 1 {
			left.n, left.slope, left.curve = left.n+bins[k].n, left.slope+bins[k].slope, left.curve+bins[k].curve
			if left.n < boostLeast || all.n-left.n < boostLeast {
				continue
			}
			right := bin{slope: all.slope - left.slope, curve: all.curve - left.curve}
			gain := left.slope*left.slope/(left.curve+boostShrink) + right.slope*right.slope/(right.curve+boostShrink) - all.slope*all.slope/(all.curve+boostShrink)
			if gain > best {
				best, column, above = gain, c, uint8(k)
			}
		}
	}
	if column >= 0 {
		g.gains[column] += best
	}
	return column, above
}
