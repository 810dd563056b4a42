package train

import "slices"

// trialOf names what a clip counts together with: its trial, else itself alone.
func (j *Judged) trialOf() string {
	if j.Trial != "" {
		return "trial " + j.Trial
	}
	return "clip " + j.Group + "/" + j.Clip
}

// trials counts what several cameras saw once.
func trials(clips []Judged) int { return len(groupsBy(clips, (*Judged).trialOf)) }

// trialWeights make each trial weigh 1, spread evenly over its clips.
func trialWeights(clips []Judged) []float64 {
	weights := make([]float64, len(clips))
	for _, members := range groupsBy(clips, (*Judged).trialOf) {
		for _, i := range members {
			weights[i] = 1 / float64(len(members))
		}
	}
	return weights
}

// joined merges units that share a trial, so that no draw parts it. Units keep the order
// of their first parts.
func joined(units [][]int, clips []Judged) [][]int {
	into := make([]int, len(units)) // the earliest unit that a unit belongs with
	for u := range into {
		into[u] = u
	}
	root := func(u int) int {
		for into[u] != u {
			u = into[u]
		}
		return u
	}
	first := map[string]int{} // of a trial
	for u, unit := range units {
		for _, i := range unit {
			trial := clips[i].trialOf()
			if v, ok := first[trial]; ok {
				a, b := root(u), root(v)
				into[max(a, b)] = min(a, b)
			} else {
				first[trial] = u
			}
		}
	}
	merged := make([][]int, len(units))
	for u, unit := range units {
		merged[root(u)] = append(merged[root(u)], unit...)
	}
	return slices.DeleteFunc(merged, func(m []int) bool { return len(m) == 0 })
}
