package model

import (
	"fmt"
	"math"
	"sort"
)

// Calibration is a map from a network's logit to the probability of a fall. It never
// changes the order of two windows. A nil *Calibration is the network's own probability.
//
// Without knots it is a straight line in log-odds, slope × logit + offset. That is Platt
// scaling (Platt 1999, "Probabilistic outputs for support vector machines"), and with the
// offset 0 temperature scaling with the temperature 1 / slope (Guo et al. 2017, "On
// calibration of modern neural networks").
//
// With knots it goes through them, straight in log-odds from one to the next, and outside
// of them it runs on as steep as the network's own. Such knots come from isotonic
// regression (Zadrozny & Elkan 2002, "Transforming classifier scores into accurate
// multiclass probability estimates").
type Calibration struct {
	Slope  float64 `json:"slope"` // above 0; with knots 1
	Offset float64 `json:"offset,omitempty"`
	Knots  []Knot  `json:"knots,omitempty"` // ascending
}

// Knot is a point of a calibration: windows of this logit show a fall with these log-odds.
type Knot struct {
	Logit float64 `json:"logit"`
	Odds  float64 `json:"log_odds"`
}

// mostLogit is larger than any logit or log-odds of a calibration that was measured.
const mostLogit = 1e6

// Check tells what keeps the calibration from being used, or nil.
func (c *Calibration) Check() error {
	if c == nil {
		return nil
	}
	if !(c.Slope > 0 && c.Slope <= mostLogit) {
		return fmt.Errorf("calibration: slope is %g, and must be above 0 and at most %g", c.Slope, mostLogit)
	}
	if !(math.Abs(c.Offset) <= mostLogit) {
		return fmt.Errorf("calibration: offset is %g, and must lie between %g and %g", c.Offset, -mostLogit, mostLogit)
	}
	if len(c.Knots) > 0 && (c.Slope != 1 || c.Offset != 0) {
		return fmt.Errorf("calibration: it has knots, and a slope or an offset beside them")
	}
	for i, k := range c.Knots {
		if !(math.Abs(k.Logit) <= mostLogit && math.Abs(k.Odds) <= mostLogit) {
			return fmt.Errorf("calibration: knot %d is (%g, %g), and both must lie between %g and %g", i+1, k.Logit, k.Odds, -mostLogit, mostLogit)
		}
		if i > 0 && !(k.Logit > c.Knots[i-1].Logit && k.Odds >= c.Knots[i-1].Odds) {
			return fmt.Errorf("calibration: knot %d does not lie above the one before it", i+1)
		}
	}
	return nil
}

// Probability is that of a fall in a window with this logit; NaN stays NaN.
func (c *Calibration) Probability(logit float64) float64 {
	return 1 / (1 + math.Exp(-c.LogOdds(logit)))
}

// LogOdds is the logarithm of Probability over its complement.
func (c *Calibration) LogOdds(logit float64) float64 {
	switch {
	case c == nil:
		return logit
	case len(c.Knots) == 0:
		return c.Slope*logit + c.Offset
	}
	return between(c.Knots, logit)
}

func between(knots []Knot, logit float64) float64 {
	i := sort.Search(len(knots), func(i int) bool { return knots[i].Logit >= logit })
	switch {
	case i == 0:
		return knots[0].Odds + (logit - knots[0].Logit)
	case i == len(knots): // NaN comes here, and stays
		return knots[i-1].Odds + (logit - knots[i-1].Logit)
	}
	a, b := knots[i-1], knots[i]
	return min(a.Odds+(b.Odds-a.Odds)*((logit-a.Logit)/(b.Logit-a.Logit)), b.Odds)
}
