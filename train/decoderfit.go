package train

import (
	"fmt"
	"math"

	"fallkit/data"
	"fallkit/model"
	"fallkit/pose"
)

// decoderWeights are those that are tried.
var decoderWeights = []float64{0.02, 0.05, 0.1, 0.2, 0.4, 0.8}

// What a descent is worth. A fall as slow as that of one in twenty of the training side leaves
// slowWorth log-odds; in a second a descent loses one log-odds.
const (
	slowest      = 0.05 // share of the falls
	slowWorth    = 2.0
	descentSlope = 4.0
	descentFade  = 1.0 // log-odds of the rule a second
)

// FitDecoder fits what is known beside the network: with the descent prior what a fall's
// descent is at the least, on all examples, since no network has learned that; and on those
// that the network has not learned, how much a step weighs that does not show the person down,
// by the log loss of "falling, or down after a fall", both classes given the same weight.
func FitDecoder(c *model.Checkpoint, examples, unlearned []data.Example) (*model.Decoder, error) {
	one, err := model.NewStepper(c.Spec, c.Parameters)
	if err != nil {
		return nil, fmt.Errorf("decoder: %w", err)
	}
	var tries []model.Decoder
	for _, w := range decoderWeights {
		try := model.Decoder{Weight: w}
		if least, ok := leastDescent(c, examples); ok {
			try.Slope, try.Least, try.Fade = descentSlope, least-slowWorth/descentSlope, descentFade/c.Input.RateHz
		}
		tries = append(tries, try)
	}
	losses := make([]classLoss, len(tries))
	sequencesOf(c, unlearned).Tracks(func(x []float32, sets []data.PhaseSet) {
		one.Forget()
		decode(one, c.Spec, tries, x, sets, losses)
	})
	best := 0
	for i := range losses {
		if losses[i].mean() < losses[best].mean() {
			best = i
		}
	}
	return &tries[best], nil
}

func sequencesOf(c *model.Checkpoint, examples []data.Example) *data.Sequences {
	return &data.Sequences{Examples: examples, Input: c.Input, Steps: c.Spec.Steps, Answers: c.Spec.Phases}
}

// leastDescent is the greatest descent of a slow fall; ok is false where the network is given
// none, or no fall is seen.
func leastDescent(c *model.Checkpoint, examples []data.Example) (odds float64, ok bool) {
	if c.Spec.Given == 0 {
		return 0, false
	}
	var greatest []float64
	sequencesOf(c, examples).Tracks(func(x []float32, sets []data.PhaseSet) {
		most := math.Inf(-1)
		for t, set := range sets {
			if set.Has(pose.Falling) {
				most = math.Max(most, float64(c.Spec.Descent(x[t*c.Spec.Inputs:(t+1)*c.Spec.Inputs])))
			}
		}
		if !math.IsInf(most, -1) {
			greatest = append(greatest, most)
		}
	})
	return quantileOf(greatest, slowest), len(greatest) > 0
}

// decode adds a track's loss with each of the decoders.
func decode(one *model.Stepper, spec model.Spec, tries []model.Decoder, x []float32, sets []data.PhaseSet, losses []classLoss) {
	var decodings []*model.Decoding
	for _, d := range tries {
		decodings = append(decodings, d.NewDecoding())
	}
	fell := false
	for t, set := range sets {
		step := x[t*spec.Inputs : (t+1)*spec.Inputs]
		logits := one.Step(step)
		fall, sure := set.OfFall()
		fell = fall && sure || fell && set.Has(pose.Down)
		for i, d := range decodings {
			if z := d.Step(logits, spec.Descent(step)); sure && set != 0 {
				losses[i].add(z, fell)
			}
		}
	}
}

// classLoss is a log loss with both classes given the same weight.
type classLoss struct{ sum, n [2]float64 }

func (c *classLoss) add(z float64, fall bool) {
	const most = 12.0 // log-odds: one track must not decide
	class := int(count(fall))
	if fall {
		z = -z
	}
	c.sum[class] += math.Log1p(math.Exp(math.Max(-most, math.Min(most, z))))
	c.n[class]++
}

func (c *classLoss) mean() float64 {
	return c.sum[0]/math.Max(c.n[0], 1) + c.sum[1]/math.Max(c.n[1], 1)
}
