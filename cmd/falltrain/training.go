package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"

	"github.com/google/renameio/v2"

	"fallkit/data"
	"fallkit/model"
	"fallkit/model/graph"
	"fallkit/pose"
	"fallkit/pose/vision"
	"fallkit/train"
)

const settingsName = "settings.json" // in a run's folder: the settings as used; a file for --config

var (
	_ train.Learner  = (*graph.Learner)(nil)
	_ train.Learner  = (*graph.SequenceLearner)(nil)
	_ train.Gradient = (*graph.Learner)(nil)
	_ train.Gradient = (*graph.Slope)(nil)
)

// training is one run: of the fit verb, or of one fold.
type training struct {
	*job
	manifest *data.Manifest
	front    front
	dir      string
	name     string   // what the model has learned from, for people
	within   bool     // another training, for whose sake this one is
	teachers []string // files of models to learn from beside the labels

	extra []data.Example // clips that are only learned from

	activities *data.Activities // that a generalist tells from each other
	smooth     bool             // the answers get a plain decoder where they have no other
	threshold  float64          // after fit: what the validation clips say
	outcome    train.Outcome
}

// fit learns from the examples and leaves the model with its calibration and its threshold
// in the run's folder.
func (r *training) fit(ctx context.Context, examples []data.Example) (string, error) {
	validate, err := r.train(ctx, examples)
	if err != nil {
		return "", err
	}
	if err := train.WriteLossPlot(r.path(train.LogName), r.path("loss.png"), r.path("loss.svg")); err != nil {
		return "", err
	}
	return r.path(train.BestName), r.finish(ctx, examples, validate)
}

// train learns from the examples but for those that it gives back: they have watched.
func (r *training) train(ctx context.Context, examples []data.Example) (validate []data.Example, err error) {
	learn, validate, note, err := r.split(examples)
	if err != nil {
		return nil, err
	}
	if err := r.checkSequences(); err != nil {
		return nil, err
	}
	learn = append(learn, r.extra...)
	if note != "" && !r.within {
		r.warn("%s: %s", r.name, note)
	}
	if err := r.keepSettings(); err != nil {
		return nil, err
	}
	if err := r.trainTeachers(ctx, learn, validate); err != nil {
		return nil, err
	}
	blank, err := r.blank(learn, validate)
	if err != nil {
		return nil, err
	}
	return validate, r.learn(ctx, learn, validate, blank)
}

func (r *training) path(name string) string { return filepath.Join(r.dir, name) }

// split keeps some of the examples aside: those of fit.validate_on, or by subject or camera.
func (r *training) split(examples []data.Example) (learn, validate []data.Example, note string, err error) {
	var all []int
	for _, e := range examples {
		all = append(all, e.Index)
	}
	s := r.settings.Fit
	held, err := r.validateOn(all)
	if err == nil && len(held) == 0 {
		_, held, note = r.manifest.Validation(all, s.ValidationShare, rand.New(rand.NewPCG(s.Seed, 1)))
	}
	for _, e := range examples {
		if slices.Contains(held, e.Index) {
			validate = append(validate, e)
		} else {
			learn = append(learn, e)
		}
	}
	return learn, validate, note, err
}

// validateOn are the clips that fit.validate_on names, none where it names none of these.
func (r *training) validateOn(clips []int) (held []int, err error) {
	on := r.settings.Fit.ValidateOn
	if on == "" {
		return nil, nil
	}
	held, err = r.manifest.Meeting(clips, []string{on})
	if err != nil {
		return nil, fmt.Errorf("fit.validate_on: %w", err)
	}
	if len(held) == 0 {
		r.warn("%s: no clip to learn from has %s, so a share of all clips watches the training", r.name, on)
	}
	return held, nil
}

// keepSettings writes the settings as used; a run that goes on must have the same.
func (r *training) keepSettings() error {
	path := r.path(settingsName)
	before, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err := json.MarshalIndent(r.settings, "", "  ")
		if err != nil {
			return err
		}
		return renameio.WriteFile(path, append(text, '\n'), 0o644)
	}
	if err != nil {
		return err
	}
	var then Settings
	if err := json.Unmarshal(before, &then); err != nil {
		return fmt.Errorf("%s is no settings file of a run: %w", path, err)
	}
	if !reflect.DeepEqual(then.learning(), r.settings.learning()) {
		return fmt.Errorf("%s was begun with other settings (see %s in it): use those to go on, or start anew in another folder", r.dir, settingsName)
	}
	return nil
}

// learning is the part of the settings that decides what a training ends with.
func (s Settings) learning() Settings {
	s.Extract.Workers, s.Extract.Engine, s.Evaluate, s.Attack = 0, "", EvaluateSettings{}, train.AttackSettings{}
	s.Camera = vision.CameraSettings{}
	s.Model.Network = s.network().Name                               // runs from before there was a choice do not name it
	s.Extract.Profile = cmp.Or(s.Extract.Profile, vision.Plain.Name) // nor this
	if len(s.Model.Priors) == 0 {
		s.Model.Priors = nil // none, however that is written
	}
	if s.network().Features != pose.Fall {
		s.Model.Priors = nil
		s.Fit.AlsoShare, s.Fit.Descents = 0, 0
	}
	if s.Fit.Adversarial == 0 {
		s.Fit.AdversarialShare = 0
	}
	if s.Fit.Teachers == 0 {
		s.Fit.TeacherWeight = 0 // with --teacher the checkpoint says it
	}
	return s
}

// blank is a checkpoint with everything but what is learned.
func (r *training) blank(learn, validate []data.Example) (model.Checkpoint, error) {
	alarm, err := json.Marshal(r.settings.Alarm)
	if err != nil {
		return model.Checkpoint{}, err
	}
	extract, err := json.Marshal(r.settings.learning().Extract)
	if err != nil {
		return model.Checkpoint{}, err
	}
	spec, meta := r.settings.spec(), map[string]string{}
	if spec.Falls > 0 {
		r.activities = data.ActivitiesOf(learn, validate)
		spec = spec.Telling(len(r.activities.Everyday), len(r.activities.Falls))
		names, err := json.Marshal(r.activities.Names())
		if err != nil {
			return model.Checkpoint{}, err
		}
		meta[activitiesKey] = string(names)
	}
	maps.Copy(meta, map[string]string{
		"data":        r.name,
		"data_sha256": hashOf(learn, validate),
		"clips":       strconv.Itoa(len(learn) + len(validate)),
		extractKey:    string(extract),
		footageKey:    footages(append(slices.Clone(learn), validate...)),
		"seed":        strconv.FormatUint(r.settings.Fit.Seed, 10),
	})
	return model.Checkpoint{
		Spec: spec, Input: r.settings.input(), PoseEngine: r.front.id(), Threshold: r.settings.Alarm.Threshold, Alarm: alarm,
		Meta: meta,
	}, nil
}

// activitiesKey is where a checkpoint names the activities that its answers are, a JSON list.
const activitiesKey = "activities"

// hashOf changes with every clip, label and split that a model learns from.
func hashOf(parts ...[]data.Example) string {
	h := sha256.New()
	for i, part := range parts {
		for _, e := range part {
			fmt.Fprintf(h, "%d %s %s %v %s\n", i, e.Clip, e.Clip.Label, e.Falls, footage(&e))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// learn trains on the clips of learn, the last of which are the extra ones.
func (r *training) learn(ctx context.Context, learn, validate []data.Example, blank model.Checkpoint) error {
	s := r.settings.Fit
	solver := graph.DefaultSolver
	solver.LearningRate, solver.WeightDecay, solver.ClipNorm = s.LearningRate, s.WeightDecay, s.ClipNorm
	learner, gradient, err := newLearner(blank.Spec, s, solver)
	if err != nil {
		return err
	}
	defer learner.Close()
	teacher, err := r.ask(&blank)
	if err != nil {
		return err
	}
	defer teacher.close()
	meter, done := r.meter("fit "+r.name, s.Epochs*s.StepsPerEpoch)
	defer done()
	f := train.Fit{
		Settings: s, Learner: learner, Gradient: gradient, Input: blank.Input, Augment: r.settings.Augment,
		Train: learn[:len(learn)-len(r.extra)], Also: r.extra, Validation: validate, Dir: r.dir, Activities: r.activities, Blank: blank,
		Report: func(p train.Progress) { meter.Set(p.Step, epochNote(p)) },
	}
	if len(teacher.ensemble) > 0 {
		f.Teacher = teacher.ensemble
	}
	r.outcome, err = f.Run(ctx)
	return err
}

// learner is one that holds a machine.
type learner interface {
	train.Learner
	Close() error
}

// newLearner is the learner of a kind of network; gradient is nil where it has none by its
// windows.
func newLearner(spec model.Spec, s train.FitSettings, solver graph.SolverSettings) (l learner, gradient train.Gradient, err error) {
	if spec.Kind == model.Causal {
		l, err := graph.NewSequenceLearner(spec, spec.Init(s.Seed), s.Sequences(), solver, s.LabelSmoothing)
		return l, nil, err
	}
	one, err := graph.NewLearner(spec, spec.Init(s.Seed), s.Batch, solver)
	return one, one, err
}

func epochNote(p train.Progress) string {
	if len(p.Epochs) == 0 {
		return "epoch 1"
	}
	last := p.Epochs[len(p.Epochs)-1]
	return fmt.Sprintf("epoch %d: loss %.3f, validation loss %.3f, average precision %.3f", last.Epoch, last.Loss, last.ValLoss, last.ValAP)
}
