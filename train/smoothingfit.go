package train

import (
	"fmt"

	"fallkit/data"
	"fallkit/model"
)

// meanSteps are the lengths that are tried, up to the moment that a fall is shown for.
var meanSteps = []int{1, 2, 3, 5, 8, 12}

// FitSmoothing fits a plain decoder, as any recogniser of activities may have one: over how
// many steps the log-odds of a fall are averaged, by the log loss of what FitDecoder looks at
// but for the memory of a fall, on examples that the network has not learned.
func FitSmoothing(c *model.Checkpoint, unlearned []data.Example) (*model.Decoder, error) {
	one, err := model.NewStepper(c.Spec, c.Parameters)
	if err != nil {
		return nil, fmt.Errorf("decoder: %w", err)
	}
	losses := make([]classLoss, len(meanSteps))
	sequencesOf(c, unlearned).Tracks(func(x []float32, sets []data.PhaseSet) {
		one.Forget()
		decodePlainly(one, c.Spec, x, sets, losses)
	})
	best := 0
	for i := range losses {
		if losses[i].mean() < losses[best].mean() {
			best = i
		}
	}
	return &model.Decoder{Mean: meanSteps[best]}, nil
}

// decodePlainly adds a track's loss with each of the lengths.
func decodePlainly(one *model.Stepper, spec model.Spec, x []float32, sets []data.PhaseSet, losses []classLoss) {
	var decodings []*model.Decoding
	for _, n := range meanSteps {
		decodings = append(decodings, model.Decoder{Mean: n}.NewDecoding())
	}
	for t, set := range sets {
		odds := spec.FallOdds(one.Step(x[t*spec.Inputs : (t+1)*spec.Inputs]))
		fall, sure := set.OfFall()
		for i, d := range decodings {
			if z := d.Smooth(odds); sure && set != 0 {
				losses[i].add(z, fall)
			}
		}
	}
}
