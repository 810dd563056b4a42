package train

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"fallkit/pose"
)

// The ways to move poses, in the order in which they are told. Each moves every seen joint of
// every pose by at most a budget of pixels in x and in y.
const (
	AttackRandom   = "random"    // by the whole budget, the sign of each number a coin's: no attack, the measure of one
	AttackFGSM     = "fgsm"      // by the whole budget along the gradient's sign (Goodfellow et al. 2015)
	AttackPGD      = "pgd"       // by steps along the gradient's sign, from a random start (Madry et al. 2018)
	AttackPGDBones = "pgd_bones" // the same, and every bone of every pose keeps its length
)

// attackMethods are those that a detector can be attacked by.
func attackMethods(gradient bool) []string {
	if !gradient {
		return []string{AttackRandom}
	}
	return []string{AttackRandom, AttackFGSM, AttackPGD, AttackPGDBones}
}

// Victim is a detector under attack. Gradient is nil where it has none: such a detector is
// met with random noise alone.
type Victim struct {
	Scorer   TrackScorer
	Gradient Gradient
	Close    func() error // may be nil
}

// attacker tries one method on one target.
type attacker struct {
	*target
	victim Victim
	method string
	steps  int
	start  [][]pose.Shift // signs or random start, within a ball of radius 1
	toward [][]pose.Shift // scratch: the gradient
	guess  thresholdGuess
}

// strideShare: all steps together are 2.5 times as long as the ball's radius, so that every
// point of it can be reached (Madry et al. 2018).
const strideShare = 2.5

// newAttacker draws what the method needs of chance: of the seed, the clip and the method
// alone, so that other clips change nothing.
func newAttacker(t *target, v Victim, method string, s AttackSettings) (*attacker, error) {
	a := &attacker{target: t, victim: v, method: method, steps: s.Steps, guess: newThresholdGuess(t.alarm.Threshold)}
	for k := range t.tracks {
		n := len(t.tracks[k].shifts)
		a.start, a.toward = append(a.start, make([]pose.Shift, n)), append(a.toward, make([]pose.Shift, n))
	}
	a.clear()
	if method == AttackFGSM {
		return a, a.along()
	}
	rng := rand.New(rand.NewPCG(s.Seed, a.stream()))
	for k := range t.tracks {
		for i := t.tracks[k].lo; i < t.tracks[k].hi; i++ {
			a.start[k][i] = randomShift(rng, 1)
			if method == AttackRandom {
				a.start[k][i] = signs(&a.start[k][i])
			}
		}
	}
	return a, nil
}

// stream tells this attacker's chance from all others'. Both ways of PGD start alike.
func (a *attacker) stream() uint64 {
	method := a.method
	if method == AttackPGDBones {
		method = AttackPGD
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%s/%s/%t/%v", method, a.clip.Group, a.clip.Clip, a.hide, a.clip.Falls)
	return h.Sum64()
}

func (a *attacker) clear() {
	for k := range a.tracks {
		clear(a.tracks[k].shifts)
	}
}

// along makes the start the gradient's signs at the clean poses.
func (a *attacker) along() error {
	if _, err := a.gradient(a.victim.Gradient, a.toward); err != nil {
		return err
	}
	for k := range a.toward {
		for i := range a.toward[k] {
			a.start[k][i] = signs(&a.toward[k][i])
			if a.hide {
				scale(&a.start[k][i], -1)
			}
		}
	}
	return nil
}

// attempt tries within a budget of pixels and leaves the shifts that it came to.
func (a *attacker) attempt(ctx context.Context, budget float64) (ok bool, err error) {
	for k := range a.tracks {
		for i := a.tracks[k].lo; i < a.tracks[k].hi; i++ {
			a.tracks[k].shifts[i] = a.start[k][i]
			scale(&a.tracks[k].shifts[i], budget)
		}
	}
	if a.method == AttackRandom || a.method == AttackFGSM {
		return a.reached(a.victim.Scorer), ctx.Err()
	}
	a.project(budget)
	for range a.steps {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		logits, err := a.gradient(a.victim.Gradient, a.toward)
		if err != nil {
			return false, err
		}
		if a.guess.through(logits, a.target) {
			ok := a.reached(a.victim.Scorer)
			if ok {
				return true, nil
			}
			a.guess.learn(logits, a.target)
		}
		a.step(budget)
	}
	return a.reached(a.victim.Scorer), ctx.Err()
}

// step goes one step along the gradient's sign, and back into what is allowed.
func (a *attacker) step(budget float64) {
	stride := strideShare * budget / float64(a.steps)
	if a.hide {
		stride = -stride
	}
	for k := range a.tracks {
		for i := a.tracks[k].lo; i < a.tracks[k].hi; i++ {
			for j, g := range a.toward[k][i] {
				a.tracks[k].shifts[i][j][0] += stride * sign(g[0])
				a.tracks[k].shifts[i][j][1] += stride * sign(g[1])
			}
		}
	}
	a.project(budget)
}

// project brings the shifts into the ball, and the bones to their lengths.
func (a *attacker) project(budget float64) {
	a.each(func(part *targetTrack, i int, s *pose.Shift) {
		clampShift(s, budget)
		if a.method == AttackPGDBones {
			keepBones(&part.clean.Poses[i], s, budget, a.input.MinScore)
		}
	})
}

func signs(s *pose.Shift) (out pose.Shift) {
	for j := range s {
		out[j] = [2]float64{sign(s[j][0]), sign(s[j][1])}
	}
	return out
}

func scale(s *pose.Shift, by float64) {
	for j := range s {
		s[j][0] *= by
		s[j][1] *= by
	}
}

// smallest is the smallest displacement with which the method was seen to come through, in
// pixels of at most the greatest budget, and +Inf where it did not come through. The gap
// between what was enough and what was not is halved until it is small. It is an upper bound:
// an attack that tried harder might need less.
func (a *attacker) smallest(ctx context.Context, greatest float64) (float64, error) {
	const halvings, precise = 8, 0.03
	least, before := math.Inf(1), 0.0
	for _, budget := range []float64{greatest, greatest / 2} { // less may be enough where more strays too far
		ok, err := a.attempt(ctx, budget)
		if err != nil {
			return 0, err
		}
		if ok {
			least = a.reach()
			break
		}
	}
	for range halvings {
		if math.IsInf(least, 1) || least-before <= precise*least {
			break
		}
		middle := (before + least) / 2
		ok, err := a.attempt(ctx, middle)
		switch {
		case err != nil:
			return 0, err
		case ok:
			least = min(least, a.reach())
		default:
			before = middle
		}
	}
	return least, nil
}
