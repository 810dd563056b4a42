package data

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Parts divides clips into k parts for cross-fitting: each in turn is kept away from a
// model, and what the models say of the clips that they have not learned serves to choose
// settings by. Every part has about as many falls, and as many adl clips, as the others,
// where whole groups (see Group) allow that. As in Validation, a group that alone has all
// falls, or all adl clips, is cut between its clips, and note says so.
//
// Where there are fewer groups than k there are as many parts as groups. A part ascends.
func (m *Manifest) Parts(clips []int, k int, rng *rand.Rand) (parts [][]int, note string) {
	units, note := m.units(clips)
	rng.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
	slices.SortStableFunc(units, func(a, b unit) int { return len(b.clips) - len(a.clips) })
	filled := make([]unit, max(1, min(k, len(units))))
	var total tallies
	for _, u := range units {
		total = total.plus(u.has)
	}
	for _, u := range units {
		p := &filled[emptiest(filled, u, total)]
		p.clips, p.has = append(p.clips, u.clips...), p.has.plus(u.has)
	}
	for _, p := range filled {
		slices.Sort(p.clips)
		parts = append(parts, p.clips)
	}
	return parts, note
}

// emptiest is the part that has the least of what a unit brings, by share of all.
func emptiest(parts []unit, u unit, total tallies) int {
	best, least := 0, math.Inf(1)
	for i, p := range parts {
		load := 0.0
		for class, n := range u.has {
			if n > 0 {
				load = max(load, float64(p.has[class]+n)/float64(total[class]))
			}
		}
		load += 1e-3 * float64(len(p.clips)) / float64(total[0]+total[1]) // of equals, the one with fewer clips
		if load < least {
			best, least = i, load
		}
	}
	return best
}
