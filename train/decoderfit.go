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

// FitDecoder chooses how much a step weighs that does not show the person down, by the log
// loss of "falling, or down after a fall" on clips of the training side that the network has
// not learned, both classes given the same weight.
func FitDecoder(c *model.Checkpoint, examples []data.Example) (*model.Decoder, error) {
	one, err := model.NewStepper(c.Spec, c.Parameters)
	if err != nil {
		return nil, fmt.Errorf("decoder: %w", err)
	}
	losses := make([]classLoss, len(decoderWeights))
	s := data.Sequences{Examples: examples, Input: c.Input, Steps: c.Spec.Steps, Answers: c.Spec.Phases}
	s.Tracks(func(x []float32, sets []data.PhaseSet) {
		one.Forget()
		decode(one, x, c.Spec.Inputs, sets, losses)
	})
	best := 0
	for i := range losses {
		if losses[i].mean() < losses[best].mean() {
			best = i
		}
	}
	return &model.Decoder{Weight: decoderWeights[best]}, nil
}

// decode adds a track's loss with each of the weights.
func decode(one *model.Stepper, x []float32, inputs int, sets []data.PhaseSet, losses []classLoss) {
	var decodings []*model.Decoding
	for _, w := range decoderWeights {
		decodings = append(decodings, model.Decoder{Weight: w}.NewDecoding())
	}
	fell := false
	for t, set := range sets {
		logits := one.Step(x[t*inputs : (t+1)*inputs])
		fall, sure := set.OfFall()
		fell = fall && sure || fell && set.Has(pose.Down)
		for i, d := range decodings {
			if z := d.Step(logits); sure && set != 0 {
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
