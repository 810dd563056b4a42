package graph

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The solver's state by name: adam.m.<parameter> and adam.v.<parameter>, and the number
// of steps as two numbers, since a float32 counts to 2²⁴ only.
const (
	firstMoment  = "adam.m."
	secondMoment = "adam.v."
	stepCount    = "adam.steps"
	countBase    = 1 << 20
)

func (a *adamW) state() map[string][]float32 {
	s := map[string][]float32{stepCount: {float32(a.steps / countBase), float32(a.steps % countBase)}}
	for _, w := range a.weights {
		s[firstMoment+w.name] = slices.Clone(w.m)
		s[secondMoment+w.name] = slices.Clone(w.v)
	}
	return s
}

// restore takes over what state gave. On an error nothing has changed.
func (a *adamW) restore(state map[string][]float32) error {
	steps, err := countOf(state[stepCount])
	if err != nil {
		return err
	}
	want := a.state()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got := state[name]; len(got) != len(want[name]) {
			return fmt.Errorf("state %s has %d numbers, and must have %d", name, len(got), len(want[name]))
		}
		for i, v := range state[name] {
			if v-v != 0 || (v < 0 && strings.HasPrefix(name, secondMoment)) {
				return fmt.Errorf("state %s: number %d is %g", name, i, v)
			}
		}
	}
	a.steps = steps
	for _, w := range a.weights {
		copy(w.m, state[firstMoment+w.name])
		copy(w.v, state[secondMoment+w.name])
	}
	return nil
}

func countOf(v []float32) (int, error) {
	if len(v) != 2 {
		return 0, fmt.Errorf("state %s is missing: this checkpoint cannot be trained further; resume from the run's last checkpoint", stepCount)
	}
	high, low := float64(v[0]), float64(v[1])
	if !(high >= 0 && high <= countBase && low >= 0 && low < countBase) || high != float64(int(high)) || low != float64(int(low)) {
		return 0, fmt.Errorf("state %s is %g, %g, which is no number of steps", stepCount, high, low)
	}
	return int(high)*countBase + int(low), nil
}
