package train

import "math"

// stretch is a run of a track's windows just long enough for the alarm to suspect a fall:
// windows[first] to windows[last] of a target.
type stretch struct{ first, last int }

// loudness is a smooth stand-in for how near the alarm is to going off. The alarm goes off
// where all windows of one stretch are above the threshold, so a stretch is as loud as the
// least of its logits z, and a recording as loud as its loudest stretch:
//
//	log Σ_stretches exp( -log Σ_{i in stretch} exp(-z_i) )
//
// It writes its derivative by each logit to slope and gives its value.
func loudness(z []float64, stretches []stretch, slope []float64) float64 {
	clear(slope)
	least := make([]float64, len(stretches))
	for r, s := range stretches {
		least[r] = -logSumExp(z[s.first:s.last+1], -1)
	}
	total := logSumExp(least, 1)
	for r, s := range stretches {
		share := math.Exp(least[r] - total) // of the loudest
		for i := s.first; i <= s.last; i++ {
			slope[i] += share * math.Exp(-z[i]+least[r]) // of the least
		}
	}
	return total
}

// logSumExp is log Σ exp(by · v).
func logSumExp(v []float64, by float64) float64 {
	most := math.Inf(-1)
	for _, x := range v {
		most = max(most, by*x)
	}
	if math.IsInf(most, 0) {
		return most
	}
	sum := 0.0
	for _, x := range v {
		sum += math.Exp(by*x - most)
	}
	return most + math.Log(sum)
}
