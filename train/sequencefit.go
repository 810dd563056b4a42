package train

import (
	"fmt"
	"math"

	"fallkit/data"
	"fallkit/model"
	"fallkit/pose"
)

// drawer draws what is learned together.
type drawer interface {
	// Draw fills batch number step.
	Draw(step int, batch *data.Batch)
}

// examiner says how good a learner is on clips that it does not learn.
type examiner interface {
	// judge gives a loss, the lower the better, and the average precision.
	judge(l Learner, batch int) (loss, ap float64, err error)
}

// prepareSequences is prepare for a network that answers at every step.
func (f *Fit) prepareSequences() (drawer, examiner, error) {
	spec := f.Blank.Spec
	batches := &data.Sequences{
		Examples: f.Train, Input: f.Input, Augment: f.Augment, Size: f.Settings.Sequences(), Steps: spec.Steps, Answers: spec.Phases, Seed: f.Settings.Seed,
		Also: f.Also, AlsoShare: f.Settings.AlsoShare, Descents: f.Settings.Descents, ByDataset: f.Settings.BalanceDatasets,
		Activities: f.Activities,
	}
	if err := batches.Prepare(); err != nil {
		return nil, nil, fmt.Errorf("training clips: %w", err)
	}
	exam := newSequenceExam(f.Validation, f.Input, spec)
	if err := exam.check(); err != nil {
		return nil, nil, fmt.Errorf("validation clips: %w", err)
	}
	return batches, exam, nil
}

// Sequences is how many sequences are learned together: a quarter of the windows, since each
// is some times as long.
func (s FitSettings) Sequences() int { return max(2, s.Batch/4) }

// sequenceExam are the sequences that a training is watched by. They are cut once.
type sequenceExam struct {
	spec model.Spec
	x    []float32       // [sequence, step, channel]
	sets []data.PhaseSet // [sequence, step]
	n    [2]int          // steps that show everyday life, and a fall
}

func newSequenceExam(examples []data.Example, in pose.Input, spec model.Spec) *sequenceExam {
	e := &sequenceExam{spec: spec}
	s := data.Sequences{Examples: examples, Input: in, Steps: spec.Steps, Answers: spec.Phases}
	s.Whole(spec.Reach(), func(x []float32, sets []data.PhaseSet) {
		e.x, e.sets = append(e.x, x...), append(e.sets, sets...)
	})
	for _, set := range e.sets {
		if fall, sure := set.OfFall(); sure {
			e.n[int(count(fall))]++
		}
	}
	return e
}

func (e *sequenceExam) check() error {
	for class, name := range []string{"everyday life", "a fall"} {
		if e.n[class] == 0 {
			return fmt.Errorf("%w: none of %d steps shows %s: give more clips, or another fit.validation_share or fit.seed", ErrCannotValidate, len(e.sets), name)
		}
	}
	return nil
}

// judge gives the mean log loss of "falling or fallen", with both classes given the same
// weight, over the steps of which the truth is sure.
func (e *sequenceExam) judge(l Learner, batch int) (loss, ap float64, err error) {
	logits, err := l.Score(e.x)
	if err != nil {
		return 0, 0, err
	}
	const least = 1e-7
	var sums [2]float64
	var scores []float64
	var truth []bool
	row := make([]float32, e.spec.Phases)
	for t, set := range e.sets {
		fall, sure := set.OfFall()
		if !sure {
			continue
		}
		for k := range row {
			row[k] = float32(logits[t*len(row)+k])
		}
		p := sigmoid(e.spec.FallOdds(row))
		scores, truth = append(scores, p), append(truth, fall)
		if fall {
			sums[1] -= math.Log(max(p, least))
		} else {
			sums[0] -= math.Log(max(1-p, least))
		}
	}
	return (sums[0]/float64(e.n[0]) + sums[1]/float64(e.n[1])) / 2, AveragePrecision(scores, truth), nil
}
