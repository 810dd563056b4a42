package simulate

import (
	"math"
	"slices"
)

// knots are the values of a distribution at the normal scores of knotScores: a number drawn
// from it is at(z) of a standard normal z. Between knots it is straight, beyond them it ends.
type knots [13]float32

// knotScores are the normal scores of the shares 0.2, 1, 3, 8, 18, 33, 50 … 99.8 %.
var knotScores = [13]float64{-2.878, -2.326, -1.881, -1.405, -0.915, -0.440, 0, 0.440, 0.915, 1.405, 1.881, 2.326, 2.878}

// knotsOf are those of some values, which are sorted.
func knotsOf(values []float64) (k knots) {
	slices.Sort(values)
	for i, z := range knotScores {
		share := 0.5 * math.Erfc(-z/math.Sqrt2)
		at := share * float64(len(values)-1)
		low := int(at)
		high := min(low+1, len(values)-1)
		k[i] = float32(math.Round(1e4*(values[low]+(at-float64(low))*(values[high]-values[low]))) / 1e4)
	}
	return k
}

func (k *knots) at(z float64) float64 {
	last := len(knotScores) - 1
	if z <= knotScores[0] {
		return float64(k[0])
	}
	for i := 1; i <= last; i++ {
		if z < knotScores[i] {
			part := (z - knotScores[i-1]) / (knotScores[i] - knotScores[i-1])
			return float64(k[i-1]) + part*float64(k[i]-k[i-1])
		}
	}
	return float64(k[last])
}
