package train

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"fallkit/data"
	"fallkit/model"
	"fallkit/pose"
)

// FitSettings say how a model is learned.
type FitSettings struct {
	Epochs          int     `json:"epochs" mapstructure:"epochs" yaml:"epochs"`                               // at most
	StepsPerEpoch   int     `json:"steps_per_epoch" mapstructure:"steps_per_epoch" yaml:"steps_per_epoch"`    // updates between two looks at the validation clips
	Batch           int     `json:"batch" mapstructure:"batch" yaml:"batch"`                                  // windows learned together, half of them falls
	LearningRate    float64 `json:"learning_rate" mapstructure:"learning_rate" yaml:"learning_rate"`          // at its highest: it warms up for one epoch, then falls as a cosine
	WeightDecay     float64 `json:"weight_decay" mapstructure:"weight_decay" yaml:"weight_decay"`             // decoupled, as in AdamW (Loshchilov & Hutter 2019)
	ClipNorm        float64 `json:"clip_norm" mapstructure:"clip_norm" yaml:"clip_norm"`                      // the gradient's length is cut to this
	LabelSmoothing  float64 `json:"label_smoothing" mapstructure:"label_smoothing" yaml:"label_smoothing"`    // targets are this far from 0 and 1, so that scores do not saturate
	Patience        int     `json:"patience" mapstructure:"patience" yaml:"patience"`                         // epochs without a better validation result before it stops
	ValidationShare float64 `json:"validation_share" mapstructure:"validation_share" yaml:"validation_share"` // of the clips, cut by subject or camera
	Stride          float64 `json:"stride" mapstructure:"stride" yaml:"stride"`                               // seconds between two windows of a track
	Seed            uint64  `json:"seed" mapstructure:"seed" yaml:"seed"`                                     // of weights, split, batches and augmentation

	Calibration      string `json:"calibration" mapstructure:"calibration" yaml:"calibration"`                   // one of Calibrations
	CalibrationFolds int    `json:"calibration_folds" mapstructure:"calibration_folds" yaml:"calibration_folds"` // extra trainings whose held-out clips calibration and threshold are fitted on; 0 = the validation clips

	ThresholdFor Objective `json:"threshold_for" mapstructure:"threshold_for" yaml:"threshold_for"` // what the threshold is chosen for

	Adversarial      float64 `json:"adversarial" mapstructure:"adversarial" yaml:"adversarial"`                   // joints are moved against the model by up to so many body sizes in x and in y; 0 = off
	AdversarialShare float64 `json:"adversarial_share" mapstructure:"adversarial_share" yaml:"adversarial_share"` // chance of a window to be so moved

	Average         float64 `json:"average" mapstructure:"average" yaml:"average"`                            // the model is the running mean of what was learned, with this decay a step; 0 = what was learned last
	BalanceDatasets bool    `json:"balance_datasets" mapstructure:"balance_datasets" yaml:"balance_datasets"` // every data set counts the same in a batch, however many clips it has
	ValidateOn      string  `json:"validate_on" mapstructure:"validate_on" yaml:"validate_on"`                // COLUMN=VALUE: the clips that watch the training; "" = a share of all
	Teachers        int     `json:"teachers" mapstructure:"teachers" yaml:"teachers"`                         // models of other seeds that are trained first and asked what the targets are; 0 = off
	TeacherWeight   float64 `json:"teacher_weight" mapstructure:"teacher_weight" yaml:"teacher_weight"`       // share of the teachers' answer in a target; the rest is the label

	AlsoShare float64 `json:"also_share" mapstructure:"also_share" yaml:"also_share"` // share of the sequences that are of Fit.Also; windows are drawn from all clips alike
	Descents  float64 `json:"descents" mapstructure:"descents" yaml:"descents"`       // share of the everyday ones of these in which somebody comes down nearly as in a fall
}

// DefaultFit learns the clips of three public data sets in about a minute on two cores.
var DefaultFit = FitSettings{
	Epochs: 30, StepsPerEpoch: 40, Batch: 128, LearningRate: 2e-3, WeightDecay: 0.05, ClipNorm: 1,
	LabelSmoothing: 0.03, Patience: 10, ValidationShare: 0.2, Stride: 0.16, Seed: 1,
	Calibration: Platt, CalibrationFolds: 0,
	ThresholdFor: ForBalancedEvents, AdversarialShare: 0.5, TeacherWeight: 0.5,
	AlsoShare: 0.5, Descents: 0.7,
}

// Faults lists every setting that cannot be, each as one clear sentence.
func (s FitSettings) Faults() []error {
	var faults []error
	check := func(ok bool, key string, value any, allowed string) {
		if !ok {
			faults = append(faults, fmt.Errorf("fit.%s is %v, and must be %s", key, value, allowed))
		}
	}
	check(s.Epochs >= 1, "epochs", s.Epochs, "at least 1")
	check(s.StepsPerEpoch >= 1, "steps_per_epoch", s.StepsPerEpoch, "at least 1")
	check(s.Batch >= 2 && s.Batch <= 4096, "batch", s.Batch, "between 2 and 4096")
	check(s.LearningRate > 0 && s.LearningRate <= 1, "learning_rate", s.LearningRate, "above 0 and at most 1")
	check(s.WeightDecay >= 0 && s.WeightDecay <= 1, "weight_decay", s.WeightDecay, "between 0 and 1")
	check(s.ClipNorm >= 0, "clip_norm", s.ClipNorm, "0 (off) or above")
	check(s.LabelSmoothing >= 0 && s.LabelSmoothing < 0.5, "label_smoothing", s.LabelSmoothing, "between 0 and 0.5")
	check(s.Patience >= 1, "patience", s.Patience, "at least 1")
	check(s.ValidationShare > 0 && s.ValidationShare < 1, "validation_share", s.ValidationShare, "between 0 and 1")
	check(s.Stride > 0 && s.Stride <= 10, "stride", s.Stride, "above 0 and at most 10 seconds")
	check(slices.Contains(Calibrations, s.Calibration), "calibration", s.Calibration, "one of "+strings.Join(Calibrations, ", "))
	check(s.CalibrationFolds == 0 || s.CalibrationFolds >= 2 && s.CalibrationFolds <= 20, "calibration_folds", s.CalibrationFolds, "0 (off) or from 2 to 20")
	check(slices.Contains(Objectives, s.ThresholdFor), "threshold_for", s.ThresholdFor, fmt.Sprintf("one of %s, %s, %s", Objectives[0], Objectives[1], Objectives[2]))
	check(s.Adversarial >= 0 && s.Adversarial <= 1, "adversarial", s.Adversarial, "from 0 (off) to 1 body size")
	check(s.AdversarialShare > 0 && s.AdversarialShare <= 1, "adversarial_share", s.AdversarialShare, "above 0 and at most 1")
	check(s.Average >= 0 && s.Average < 1, "average", s.Average, "0 (off) or above, and below 1")
	check(s.ValidateOn == "" || strings.Contains(s.ValidateOn, "="), "validate_on", strconv.Quote(s.ValidateOn), `COLUMN=VALUE, such as dataset=urfd, or ""`)
	check(s.Teachers >= 0 && s.Teachers <= 20, "teachers", s.Teachers, "from 0 (off) to 20")
	check(s.AlsoShare > 0 && s.AlsoShare < 1, "also_share", s.AlsoShare, "above 0 and below 1")
	check(s.Descents >= 0 && s.Descents <= 1, "descents", s.Descents, "from 0 (off) to 1")
	check(s.TeacherWeight > 0 && s.TeacherWeight <= 1, "teacher_weight", s.TeacherWeight, "above 0 and at most 1")
	return faults
}

// Learner is the part of a model that the loop drives.
type Learner interface {
	// Step learns from one batch: x [batch, step, channel], y and weight [batch].
	Step(x, y, weight []float32, rate float64) (loss float64, err error)
	// Score gives the probability of a fall for each window of x [batch, step, channel].
	Score(x []float32) ([]float64, error)
	Parameters() model.Parameters
	State() map[string][]float32
	Restore(parameters model.Parameters, state map[string][]float32) error
}

// Fit is one training: its clips, its learner and the folder that it leaves behind
// (log.jsonl, last.safetensors, best.safetensors).
type Fit struct {
	Settings   FitSettings
	Learner    Learner
	Gradient   Gradient // of the learner; needed where Settings.Adversarial is not 0
	Teacher    Teacher  // what it learns from beside the labels; nil = nothing
	Input      pose.Input
	Augment    data.Augment
	Train      []data.Example
	Also       []data.Example // clips of another kind that are learned from, too
	Validation []data.Example
	Dir        string
	Activities *data.Activities // that the model's answers are; nil = phases, or no fall and fall
	Blank      model.Checkpoint // all that a checkpoint holds beside weights and state
	Report     func(Progress)   // after every step; may be nil
}

// Progress is how far a training has come.
type Progress struct {
	Epoch, Step, Steps int
	Epochs             []EpochLog // the ended ones, oldest first
}

// Outcome is what a training ended with.
type Outcome struct {
	Epochs    []EpochLog
	Best      EpochLog
	EarlyStop bool
}

// epochsKey is where the last checkpoint notes how many lines of the log belong to it: a
// stop between the two leaves a line too many.
const epochsKey = "epochs"

// Run learns until the epochs are over or the validation result has not improved for
// Patience epochs. Where Dir holds a last checkpoint of the same training it goes on from
// there, to the same bytes as if it had never stopped.
func (f *Fit) Run(ctx context.Context) (Outcome, error) {
	batches, validation, err := f.prepare()
	if err != nil {
		return Outcome{}, err
	}
	against, err := newAdversary(f.Settings, f.Gradient, f.Input)
	if err != nil {
		return Outcome{}, err
	}
	state, err := f.resume()
	if err != nil {
		return Outcome{}, err
	}
	for !state.over(f.Settings) {
		entry, err := f.epoch(ctx, batches, against, validation, state)
		if err != nil {
			return state.outcome(f.Settings), err
		}
		if err := f.keep(state, entry); err != nil {
			return state.outcome(f.Settings), err
		}
	}
	return state.outcome(f.Settings), nil
}

func (f *Fit) prepare() (drawer, examiner, error) {
	if f.Blank.Spec.Kind == model.Causal {
		return f.prepareSequences()
	}
	all := slices.Concat(f.Train, f.Also)
	windows := data.CutWindows(all, f.Input, f.Settings.Stride)
	batches := &data.Batches{Examples: all, Input: f.Input, Augment: f.Augment, Size: f.Settings.Batch, Seed: f.Settings.Seed, ByDataset: f.Settings.BalanceDatasets}
	if err := batches.Prepare(windows); err != nil {
		return nil, nil, fmt.Errorf("training clips: %w", err)
	}
	const every = 2 // validation looks at every second window: enough to compare epochs
	validation := newScoredWindows(f.Validation, f.Input, every*f.Settings.Stride)
	if err := validation.check(); err != nil {
		return nil, nil, fmt.Errorf("validation clips: %w", err)
	}
	return batches, validation, nil
}

// epoch learns one epoch and looks at the validation clips.
func (f *Fit) epoch(ctx context.Context, batches drawer, against *adversary, validation examiner, state *fitState) (EpochLog, error) {
	first := len(state.epochs) * f.Settings.StepsPerEpoch
	sum := 0.0
	for batch, step := range drawAhead(batches, first, f.Settings.StepsPerEpoch, f.smoothing()) {
		if err := ctx.Err(); err != nil {
			return EpochLog{}, err
		}
		if err := against.move(step, batch); err != nil {
			return EpochLog{}, err
		}
		if err := f.teach(batch); err != nil {
			return EpochLog{}, err
		}
		loss, err := f.Learner.Step(batch.X, batch.Y, batch.Weight, f.Settings.rate(step))
		if err != nil {
			return EpochLog{}, fmt.Errorf("step %d of epoch %d: %w", step-first+1, len(state.epochs)+1, err)
		}
		sum += loss
		state.average.add(step, f.Learner)
		if f.Report != nil {
			f.Report(Progress{Epoch: len(state.epochs) + 1, Step: step + 1, Steps: f.Settings.Epochs * f.Settings.StepsPerEpoch, Epochs: state.epochs})
		}
	}
	loss, ap, err := f.judge(validation, state.average)
	if err != nil {
		return EpochLog{}, err
	}
	step := first + f.Settings.StepsPerEpoch
	return EpochLog{
		Epoch: len(state.epochs) + 1, Step: step, Loss: sum / float64(f.Settings.StepsPerEpoch),
		ValLoss: loss, ValAP: ap, Rate: f.Settings.rate(step - 1),
	}, nil
}

// smoothing is what the targets lack to be certain; a learner of sequences has that in its
// loss.
func (f *Fit) smoothing() float64 {
	if f.Blank.Spec.Kind == model.Causal {
		return 0
	}
	return f.Settings.LabelSmoothing
}

// rate is the learning rate of a step: a linear warm-up over the first epoch, then half
// a cosine down to a hundredth.
func (s FitSettings) rate(step int) float64 {
	if step < s.StepsPerEpoch {
		return s.LearningRate * float64(step+1) / float64(s.StepsPerEpoch)
	}
	total := s.Epochs*s.StepsPerEpoch - s.StepsPerEpoch
	if total <= 0 {
		return s.LearningRate
	}
	part := float64(step-s.StepsPerEpoch) / float64(total)
	return s.LearningRate * (0.01 + 0.99*(1+math.Cos(math.Pi*part))/2)
}

// keep writes what the epoch has led to: the log, the best checkpoint if this is it, and
// the last one, in this order, so that a stop in between only repeats the epoch.
func (f *Fit) keep(state *fitState, entry EpochLog) error {
	state.add(entry)
	checkpoint := f.Blank
	checkpoint.Parameters = state.average.of(f.Learner)
	if state.best == len(state.epochs)-1 {
		if err := checkpoint.Save(filepath.Join(f.Dir, BestName)); err != nil {
			return err
		}
	}
	if err := writeLog(filepath.Join(f.Dir, LogName), state.epochs); err != nil {
		return err
	}
	checkpoint.Parameters, checkpoint.State = f.Learner.Parameters(), f.Learner.State()
	state.average.save(checkpoint.State)
	checkpoint.Meta = map[string]string{epochsKey: strconv.Itoa(len(state.epochs))}
	maps.Copy(checkpoint.Meta, f.Blank.Meta)
	return checkpoint.Save(filepath.Join(f.Dir, LastName))
}

// resume takes up the run in Dir, or begins a new one where there is none.
func (f *Fit) resume() (*fitState, error) {
	last := filepath.Join(f.Dir, LastName)
	if _, err := os.Stat(last); os.IsNotExist(err) {
		return &fitState{best: -1, average: newAverage(f.Settings.Average)}, nil
	}
	checkpoint, err := model.Load(last)
	if err != nil {
		return nil, err
	}
	if err := f.sameTraining(checkpoint); err != nil {
		return nil, fmt.Errorf("%s is of another training (%w): start this one in another folder", last, err)
	}
	epochs, err := ReadLog(filepath.Join(f.Dir, LogName))
	if err != nil {
		return nil, err
	}
	ended, err := strconv.Atoi(checkpoint.Meta[epochsKey])
	if err != nil || ended > len(epochs) {
		return nil, fmt.Errorf("%s and %s do not belong together: start the run anew in another folder", last, LogName)
	}
	state := &fitState{best: -1, average: newAverage(f.Settings.Average)}
	for _, e := range epochs[:ended] {
		state.add(e)
	}
	if err := state.average.restore(f.Blank.Spec, checkpoint.State); err != nil {
		return nil, fmt.Errorf("%s: %w", last, err)
	}
	return state, f.Learner.Restore(checkpoint.Parameters, checkpoint.State)
}

// sameTraining tells what a checkpoint has that this training would not give it.
func (f *Fit) sameTraining(c *model.Checkpoint) error {
	if !c.Spec.Equal(f.Blank.Spec) || c.Input != f.Blank.Input || c.PoseEngine != f.Blank.PoseEngine {
		return errors.New("another network or input")
	}
	for key, value := range f.Blank.Meta {
		if c.Meta[key] != value {
			return fmt.Errorf("its %s is %q, here it is %q", key, c.Meta[key], value)
		}
	}
	return nil
}
