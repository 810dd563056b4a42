package train

import (
	"math"
	"math/rand/v2"
	"sort"
)

// fewestGroups is how many groups there must be to resample them; with fewer, clips are
// resampled, since a handful of groups cannot show how much groups differ.
const fewestGroups = 8

// Interval says how the intervals of a result were made.
type Interval struct {
	Level     float64 `json:"level"`     // 0.95
	Unit      string  `json:"unit"`      // what was resampled: "group" (subject, else camera) or "clip"
	Units     int     `json:"units"`     // how many of them there are
	Resamples int     `json:"resamples"` // how often
}

// bootstrap gives intervals by drawing clips with replacement (Efron & Tibshirani 1993,
// "An Introduction to the Bootstrap", the percentile method), whole groups of clips at a
// time where there are enough groups.
type bootstrap struct {
	units [][]int   // the clips of each unit
	alone []float64 // what each clip weighs: a trial weighs 1
	made  Interval
	seed  uint64
}

func newBootstrap(clips []Judged, resamples int, seed uint64) *bootstrap {
	b := &bootstrap{seed: seed, alone: trialWeights(clips)}
	b.made = Interval{Level: 0.95, Unit: "group", Resamples: resamples}
	b.units = joined(groupsBy(clips, func(j *Judged) string { return j.Group }), clips)
	if len(b.units) < fewestGroups || len(b.units) == len(clips) {
		b.made.Unit = "clip"
		b.units = joined(eachAlone(clips), clips)
	}
	b.made.Units = len(b.units)
	return b
}

// eachAlone makes every clip a unit, by name, so that the clips' order changes nothing.
func eachAlone(clips []Judged) [][]int {
	order := make([]int, len(clips))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool {
		x, y := &clips[order[a]], &clips[order[b]]
		return x.Group+"/"+x.Clip < y.Group+"/"+y.Clip
	})
	units := make([][]int, len(order))
	for i, k := range order {
		units[i] = []int{k}
	}
	return units
}

// groupsBy lists the clips of each name, in an order that does not depend on the clips'.
func groupsBy(clips []Judged, nameOf func(*Judged) string) [][]int {
	members := map[string][]int{}
	for i := range clips {
		name := nameOf(&clips[i])
		members[name] = append(members[name], i)
	}
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	sort.Strings(names)
	groups := make([][]int, len(names))
	for i, name := range names {
		groups[i] = members[name]
	}
	return groups
}

// measure gives each statistic's value over all clips and its interval.
func (b *bootstrap) measure(statistics []statistic) []Metric {
	drawn := make([][]float64, len(statistics))
	weight := make([]float64, len(b.alone))
	rng := rand.New(rand.NewPCG(b.seed, uint64(len(weight))))
	for range b.made.Resamples {
		clear(weight)
		for range b.units {
			for _, clip := range b.units[rng.IntN(len(b.units))] {
				weight[clip] += b.alone[clip]
			}
		}
		for i, s := range statistics {
			if v := s(weight); !math.IsNaN(v) {
				drawn[i] = append(drawn[i], v)
			}
		}
	}
	metrics := make([]Metric, len(statistics))
	for i, s := range statistics {
		metrics[i] = b.metric(s(b.alone), drawn[i])
	}
	return metrics
}

// metric leaves the interval undefined where fewer than half of the draws gave a number.
func (b *bootstrap) metric(value float64, drawn []float64) Metric {
	m := Metric{Value: value, Low: math.NaN(), High: math.NaN()}
	if 2*len(drawn) >= b.made.Resamples && len(drawn) > 0 {
		tail := (1 - b.made.Level) / 2
		m.Low, m.High = quantileOf(drawn, tail), quantileOf(drawn, 1-tail)
	}
	return m
}
