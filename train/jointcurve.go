package train

import "math"

// jointCurve is the chance that a joint of a score is right:
// top / (1 + exp(-(slope·logit(score) + offset))), 0 < top <= 1, Platt's line (1999) below a ceiling.
type jointCurve struct{ slope, offset, top float64 }

func (c jointCurve) chance(score float64) float64 {
	return c.top * sigmoid(c.slope*finiteLogit(score)+c.offset)
}

// score is the one that means a chance below the ceiling.
func (c jointCurve) score(chance float64) float64 {
	return sigmoid((finiteLogit(chance/c.top) - c.offset) / c.slope)
}

// ceilings are tried from the highest: the share of joints that are wrong, by the network or
// by whoever placed the true ones, however sure the network is.
const (
	leastCeiling = 0.80
	ceilingStep  = 0.01
)

// fitLine is the line of the lowest log loss without a ceiling.
func fitLine(joints []scoredJoint) jointCurve { return fitBelow(joints, 1) }

// fitCurve is the curve of the lowest log loss.
func fitCurve(joints []scoredJoint) jointCurve {
	best := fitLine(joints)
	lowest := jointLoss(joints, best.chance)
	for n := 1; ; n++ {
		top := 1 - ceilingStep*float64(n)
		if top < leastCeiling {
			return best
		}
		c := fitBelow(joints, top)
		if loss := jointLoss(joints, c.chance); loss < lowest {
			best, lowest = c, loss
		}
	}
}

// fitBelow is Fisher scoring for a ceiling that is known, its steps halved until the loss
// falls.
func fitBelow(joints []scoredJoint, top float64) jointCurve {
	c := jointCurve{1, 1, top}
	loss := jointLoss(joints, c.chance)
	for range 50 {
		ds, do := c.step(joints)
		next := c
		for step := 1.0; step > 1e-3; step /= 2 {
			next = jointCurve{c.slope + step*ds, c.offset + step*do, top}
			if jointLoss(joints, next.chance) < loss-1e-9 {
				break
			}
			next = c
		}
		if next == c {
			return c
		}
		c, loss = next, jointLoss(joints, next.chance)
	}
	return c
}

func (c jointCurve) step(joints []scoredJoint) (ds, do float64) {
	const ridge = 1e-9 // keeps the matrix from being singular
	gs, g, hss, hso, hoo := 0.0, 0.0, ridge, 0.0, ridge
	for _, j := range joints {
		x := finiteLogit(j.score)
		s := sigmoid(c.slope*x + c.offset)
		p := kept(c.top * s)
		rise := c.top * s * (1 - s)
		e, v := j.weight*(count(j.right)-p)*rise/(p*(1-p)), j.weight*rise*rise/(p*(1-p))
		gs, g = gs+e*x, g+e
		hss, hso, hoo = hss+v*x*x, hso+v*x, hoo+v
	}
	det := hss*hoo - hso*hso
	return (hoo*gs - hso*g) / det, (hss*g - hso*gs) / det
}

// kept keeps a chance from being certain, so that its log loss is finite.
func kept(p float64) float64 { return min(max(p, 1e-6), 1-1e-6) }

// jointLoss is the weighted mean log loss of the chances of scores.
func jointLoss(joints []scoredJoint, chance jointMeaning) (loss float64) {
	total := 0.0
	for _, j := range joints {
		p := kept(chance(j.score))
		if !j.right {
			p = 1 - p
		}
		loss, total = loss-j.weight*math.Log(p), total+j.weight
	}
	return loss / total
}
