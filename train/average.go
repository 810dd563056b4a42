package train

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"fallkit/model"
)

// average is an exponential running mean of a learner's parameters. It generalises better
// than the last ones, much as a learning rate that has decayed does (Polyak & Juditsky 1992,
// "Acceleration of stochastic approximation by averaging"; Izmailov et al. 2018, "Averaging
// Weights Leads to Wider Optima and Better Generalization"). A nil *average keeps nothing.
type average struct {
	decay  float64
	values model.Parameters // nil before the first step
}

func newAverage(decay float64) *average {
	if decay == 0 {
		return nil
	}
	return &average{decay: decay}
}

// add takes what was learned up to the end of a step, counted from 0. The first steps count
// for more, so that the mean does not hang on to where the training began: the decay is at
// most (1 + step) / (10 + step).
func (a *average) add(step int, l Learner) {
	if a == nil {
		return
	}
	now := l.Parameters()
	if a.values == nil {
		a.values = now
		return
	}
	keep := float32(min(a.decay, float64(1+step)/float64(10+step)))
	for name, mean := range a.values {
		for i, v := range now[name] {
			mean[i] = keep*mean[i] + (1-keep)*v
		}
	}
}

// of is the mean, or what was learned last where none is kept.
func (a *average) of(l Learner) model.Parameters {
	if a == nil {
		return l.Parameters()
	}
	return a.values.Clone()
}

// averagePrefix begins the names that the mean has in a checkpoint's state.
const averagePrefix = "average."

// save puts the mean into the state of a checkpoint, from which a training goes on.
func (a *average) save(state map[string][]float32) {
	if a == nil {
		return
	}
	for name, mean := range a.values {
		state[averagePrefix+name] = slices.Clone(mean)
	}
}

// restore takes the mean out of the state.
func (a *average) restore(s model.Spec, state map[string][]float32) error {
	if a == nil {
		return nil
	}
	a.values = model.Parameters{}
	for _, p := range s.Shapes() {
		mean, ok := state[averagePrefix+p.Name]
		if !ok || len(mean) != p.Size() {
			return fmt.Errorf("the mean of %s is missing: start the run anew in another folder", p.Name)
		}
		a.values[p.Name] = slices.Clone(mean)
	}
	maps.DeleteFunc(state, func(name string, _ []float32) bool { return strings.HasPrefix(name, averagePrefix) })
	return nil
}

// judge looks at the validation clips with the model that would be kept now.
func (f *Fit) judge(validation examiner, a *average) (loss, ap float64, err error) {
	if a == nil {
		return validation.judge(f.Learner, f.Settings.Batch)
	}
	learned, state := f.Learner.Parameters(), f.Learner.State()
	if err := f.Learner.Restore(a.values, state); err != nil {
		return 0, 0, fmt.Errorf("judging the mean of the parameters: %w", err)
	}
	loss, ap, err = validation.judge(f.Learner, f.Settings.Batch)
	return loss, ap, errors.Join(err, f.Learner.Restore(learned, state))
}
