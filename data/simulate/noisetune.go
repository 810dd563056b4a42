package simulate

import (
	"math"

	"fallkit/pose"
)

// tune corrects the paces until joints jitter, and scores flutter, at each speed as much as was
// found: errors are made of scores, classes and factors, each with a part in how steady they are.
func (f *noiseFit) tune(clips []NoiseClip) {
	const rounds = 4
	found := f.steadiness()
	for n := range uint64(rounds) {
		made := &noiseFit{Noise: f.Noise}
		observed := Observed(clips, f.Noise, n)
		for i := range observed {
			made.follow(&observed[i])
		}
		made.sides()
		now := made.steadiness()
		f.ErrorLast.correct(found.jitter, now.jitter)
		f.ScoreLast.correct(found.flutter, now.flutter)
		f.chances()
		f.swaps()
	}
}

// steadiness is how much joints jitter and scores flutter by speed, at the median; 0 where that is
// not known.
type steadiness struct{ jitter, flutter [paces]float64 }

func (f *noiseFit) steadiness() (s steadiness) {
	var jitter, flutter [paces][]float64
	for _, q := range f.sequences {
		for t := 2; t < len(q); t++ {
			a, b, c := q[t-2], q[t-1], q[t]
			if a.found == nil || b.found == nil || c.found == nil {
				continue
			}
			at := paceClass(c.speed)
			for j := range pose.Joint(pose.Joints) {
				flutter[at] = append(flutter[at], math.Abs(float64(c.found.Keypoints[j].Score-b.found.Keypoints[j].Score)))
				if d, ok := shake(a, b, c, j, leastPerson); ok {
					jitter[at] = append(jitter[at], d)
				}
			}
		}
	}
	for at := range jitter {
		if len(jitter[at]) >= few {
			s.jitter[at] = middleOf(jitter[at])
		}
		if len(flutter[at]) >= few {
			s.flutter[at] = middleOf(flutter[at])
		}
	}
	return s
}

// correct brings the paces nearer to what was found.
func (w *wanders) correct(found, now [paces]float64) {
	for at := range w.Pace {
		if found[at] > 0 && now[at] > 0 {
			by := min(max(found[at]/now[at], 0.5), 2)
			w.Pace[at] = float32(rounded4(min(max(float64(w.Pace[at])*by, 0.001), 20)))
		}
	}
	w.measure(float64(w.Pace[paceWalk]))
}
