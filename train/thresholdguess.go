package train

import "math"

// thresholdGuess narrows down which logit goes with the alarm's threshold, whatever a detector
// makes of its logits, so long as a higher one never scores less. The logits come with the
// gradient for nothing, while scoring the poses anew costs as much as a step: it is done where
// the logits say that the attack may have come through.
type thresholdGuess struct {
	threshold    float64
	below, above float64 // the greatest logit seen to score below the threshold, the least seen to reach it
}

func newThresholdGuess(threshold float64) thresholdGuess {
	return thresholdGuess{threshold: threshold, below: math.Inf(-1), above: math.Inf(1)}
}

// through tells whether the target may be reached: to hide, no stretch is surely loud; to
// fake, one is not surely quiet.
func (g *thresholdGuess) through(z []float64, t *target) bool {
	for _, s := range t.stretches {
		least := math.Inf(1)
		for _, v := range z[s.first : s.last+1] {
			least = min(least, v)
		}
		if t.hide && least >= g.above {
			return false
		}
		if !t.hide && least > g.below {
			return true
		}
	}
	return t.hide
}

// learn takes the windows' logits and the scores that the same windows were given.
func (g *thresholdGuess) learn(z []float64, t *target) {
	for i, w := range t.windows {
		if score := t.scores[w.track].Scores[w.pose]; score >= g.threshold {
			g.above = min(g.above, z[i])
		} else {
			g.below = max(g.below, z[i])
		}
	}
}
