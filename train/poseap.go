package train

import (
	"math"
	"sort"
)

// cocoLevels are the OKS from which COCO's evaluation calls a person found, one after the other.
var cocoLevels = []float64{.5, .55, .6, .65, .7, .75, .8, .85, .9, .95}

// cocoAP is COCO's average precision of keypoints (cocodataset.org/#keypoints-eval): the mean
// over cocoLevels of the area under precision over recall, read at 101 recalls. Matching is
// within a picture, so pictures can be drawn anew without matching again.
type cocoAP struct {
	people []float64  // labelled, by picture
	levels [][]scored // the poses at each level, from the highest score; clip is the picture
}

func newCocoAP(looks []PoseLook) *cocoAP {
	a := &cocoAP{people: make([]float64, len(looks)), levels: make([][]scored, len(cocoLevels))}
	for i := range looks {
		for _, t := range looks[i].Truth.People {
			a.people[i] += count(!t.Crowd && t.Labelled() > 0)
		}
		for n, level := range cocoLevels {
			a.levels[n] = append(a.levels[n], cocoMatch(i, &looks[i], level)...)
		}
	}
	for n := range a.levels {
		sort.SliceStable(a.levels[n], func(x, y int) bool { return a.levels[n][x].score > a.levels[n][y].score })
	}
	return a
}

// cocoMatch gives each pose of a picture, the surest first, the person whom it is most
// similar to and who is still without; poses that fit only those who are not asked for are
// left out.
func cocoMatch(image int, l *PoseLook, level float64) (found []scored) {
	order := make([]int, len(l.Found))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(x, y int) bool { return l.Found[order[x]].Score > l.Found[order[y]].Score })
	gone := make([]bool, len(l.Truth.People))
	for _, k := range order {
		best, at, ignored := min(level, 1-1e-10), -1, false
		for _, asked := range []bool{true, false} {
			for i := range l.Truth.People {
				t := &l.Truth.People[i]
				if (!t.Crowd && t.Labelled() > 0) != asked || gone[i] && !t.Crowd {
					continue
				}
				similar := oksIgnored(&l.Found[k], t)
				if t.Labelled() > 0 {
					similar = OKS(&l.Found[k], t)
				}
				if similar >= best {
					best, at, ignored = similar, i, !asked
				}
			}
			if at >= 0 {
				break
			}
		}
		if at >= 0 {
			gone[at] = true
		}
		if !ignored {
			found = append(found, scored{image, float64(l.Found[k].Score), at >= 0})
		}
	}
	return found
}

// value is the statistic: NaN where nobody is labelled.
func (a *cocoAP) value(weight []float64) float64 {
	all := sumOf(a.people, weight)
	if all == 0 {
		return math.NaN()
	}
	sum := 0.0
	for _, found := range a.levels {
		sum += precision101(found, weight, all)
	}
	return sum / float64(len(a.levels))
}

// precision101 is the mean of the best precision at each recall of 0, 0.01 … 1 or more.
func precision101(found []scored, weight []float64, all float64) float64 {
	var recall, precision []float64
	hits, others := 0.0, 0.0
	for _, f := range found {
		if f.truth {
			hits += weight[f.clip]
		} else {
			others += weight[f.clip]
		}
		if hits+others > 0 {
			recall, precision = append(recall, hits/all), append(precision, hits/(hits+others))
		}
	}
	for i := len(precision) - 2; i >= 0; i-- {
		precision[i] = max(precision[i], precision[i+1])
	}
	sum := 0.0
	for r := range 101 {
		if at := sort.SearchFloat64s(recall, float64(r)/100-1e-12); at < len(precision) {
			sum += precision[at]
		}
	}
	return sum / 101
}

// allLabelled tells whether AP can be told: of still pictures, in which everybody is labelled.
func allLabelled(looks []PoseLook) bool {
	for i := range looks {
		if looks[i].Truth.Frame >= 0 {
			return false
		}
	}
	return true
}
