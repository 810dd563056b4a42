package pose

import "math"

// BestPairs pairs rows with columns so that the sum of the pairs' gains is the greatest
// there is. gain holds rows x columns numbers, row by row; a pair that must not be has
// gain 0, and no less. The answer is the column of each row, -1 where it has none.
//
// It is the Hungarian method (Kuhn 1955) by shortest augmenting paths (Jonker & Volgenant
// 1987, "A shortest augmenting path algorithm for dense and sparse linear assignment
// problems"), in time rows² x columns.
func BestPairs(gain []float64, rows, columns int) []int {
	var a assignment
	return a.solve(gain, rows, columns)
}

// assignment is the working memory of BestPairs, to be used again. It walks over the
// shorter side ("givers"), each of which gets one of the longer side ("takers"); both
// count from 1, and 0 is nobody.
type assignment struct {
	pairs           []int
	giver           []int     // of each taker
	price, discount []float64 // of each giver, of each taker
	least           []float64 // what is left to pay to reach a taker
	from            []int     // the taker before it on the way
	done            []bool
}

// solve is BestPairs; the answer is good until the next call.
func (a *assignment) solve(gain []float64, rows, columns int) []int {
	givers, takers := rows, columns
	cost := func(i, j int) float64 { return -gain[(i-1)*columns+j-1] }
	if rows > columns {
		givers, takers = columns, rows
		cost = func(i, j int) float64 { return -gain[(j-1)*columns+i-1] }
	}
	a.reset(rows, givers, takers)
	for i := 1; i <= givers; i++ {
		a.place(i, takers, cost)
	}
	for j := 1; j <= takers; j++ {
		row, column := a.giver[j]-1, j-1
		if rows > columns {
			row, column = column, row
		}
		if row >= 0 && column >= 0 && gain[row*columns+column] > 0 {
			a.pairs[row] = column
		}
	}
	return a.pairs
}

func (a *assignment) reset(rows, givers, takers int) {
	a.pairs = zeroed(a.pairs, rows)
	for i := range a.pairs {
		a.pairs[i] = -1
	}
	a.price, a.discount = zeroed(a.price, givers+1), zeroed(a.discount, takers+1)
	a.giver, a.from = zeroed(a.giver, takers+1), zeroed(a.from, takers+1)
	a.least, a.done = zeroed(a.least, takers+1), zeroed(a.done, takers+1)
}

func zeroed[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// place finds the cheapest way to give one more giver a taker: others may have to move on.
func (a *assignment) place(giver, takers int, cost func(i, j int) float64) {
	clear(a.done)
	for j := range a.least {
		a.least[j] = math.Inf(1)
	}
	a.giver[0] = giver
	at := 0
	for a.giver[at] != 0 {
		at = a.step(at, takers, cost)
	}
	for at != 0 {
		before := a.from[at]
		a.giver[at] = a.giver[before]
		at = before
	}
}

// step settles a taker that is reached, and gives the one that is the cheapest to reach next.
func (a *assignment) step(at, takers int, cost func(i, j int) float64) (next int) {
	a.done[at] = true
	i, delta := a.giver[at], math.Inf(1)
	for j := 1; j <= takers; j++ {
		if a.done[j] {
			continue
		}
		if c := cost(i, j) - a.price[i] - a.discount[j]; c < a.least[j] {
			a.least[j], a.from[j] = c, at
		}
		if a.least[j] < delta {
			delta, next = a.least[j], j
		}
	}
	for j := 0; j <= takers; j++ {
		if a.done[j] {
			a.price[a.giver[j]] += delta
			a.discount[j] -= delta
		} else {
			a.least[j] -= delta
		}
	}
	return next
}
