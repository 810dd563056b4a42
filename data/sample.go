package data

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
)

// Sample chooses n of the examples by chance, such that data sets and labels have the share
// that they have among all; every data set's falls and its other clips have at least one
// where n is large enough for that. The same examples and seed give the same sample,
// whatever their order. It gives all where n is 0, or more than there are.
func Sample(examples []Example, n int, seed uint64) []Example {
	if n <= 0 || n >= len(examples) {
		return examples
	}
	strata := map[string][]int{}
	for i := range examples {
		c := examples[i].Clip
		strata[c.Dataset+" "+c.Label] = append(strata[c.Dataset+" "+c.Label], i)
	}
	var chosen []int
	for name, quota := range quotas(strata, n) {
		stratum := strata[name]
		slices.SortFunc(stratum, func(a, b int) int {
			x, y := lot(examples[a].Clip, seed), lot(examples[b].Clip, seed)
			return bytes.Compare(x[:], y[:])
		})
		chosen = append(chosen, stratum[:quota]...)
	}
	slices.Sort(chosen)
	sample := make([]Example, len(chosen))
	for i, k := range chosen {
		sample[i] = examples[k]
	}
	return sample
}

// lot is a clip's place in the order of drawing.
func lot(c *Clip, seed uint64) [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "sample %d %s", seed, c))
}

// quotas divides n among strata one by one, each time to the one that has the fewest for
// its size (Webster's method), the first round to all.
func quotas(strata map[string][]int, n int) map[string]int {
	names := make([]string, 0, len(strata))
	for name := range strata {
		names = append(names, name)
	}
	slices.Sort(names)
	quota := map[string]int{}
	due := func(name string) float64 {
		if quota[name] == 0 {
			return 1e9 + float64(len(strata[name]))
		}
		return float64(len(strata[name])) / (float64(quota[name]) + 0.5)
	}
	for range n {
		best := ""
		for _, name := range names {
			if quota[name] < len(strata[name]) && (best == "" || due(name) > due(best)) {
				best = name
			}
		}
		quota[best]++
	}
	return quota
}
