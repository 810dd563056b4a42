package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"

	"fallkit/data"
	"fallkit/internal/selftest"
	"fallkit/model"
	"fallkit/train"
)

// finish puts calibration, threshold and the answers to the built-in poses into the best
// checkpoint.
func (r *training) finish(ctx context.Context, examples, validate []data.Example) error {
	best, err := model.Load(r.path(train.BestName))
	if err != nil {
		return err
	}
	best.Calibration = nil // of a run that was stopped after this
	if best.Decoder, err = r.decoder(best, examples, validate); err != nil {
		return err
	}
	judged, err := r.unlearned(ctx, best, examples, validate)
	if err != nil {
		return err
	}
	if best.Calibration, err = r.calibration(judged); err != nil {
		return err
	}
	if judged, err = r.forThreshold(ctx, best, examples, judged); err != nil {
		return err
	}
	if r.threshold, err = r.chooseThreshold(best, train.Calibrated(judged, best.Calibration)); err != nil {
		return err
	}
	best.Threshold = r.threshold
	if err := selftest.Record(best); err != nil {
		return err
	}
	return best.Save(r.path(train.BestName))
}

// decoder is what goes over the network's answers: none but for one that answers step by step.
func (r *training) decoder(best *model.Checkpoint, examples, validate []data.Example) (*model.Decoder, error) {
	switch {
	case best.Spec.Kind != model.Causal:
		return nil, nil
	case best.Spec.Phased():
		return train.FitDecoder(best, examples, validate)
	case best.Spec.Falls > 0 || r.smooth:
		return train.FitSmoothing(best, validate)
	}
	return nil, nil
}

// forThreshold are the clips that the threshold is chosen on, judged without calibration:
// those that calibrate. A specialist's own scale carries over from clip to clip better than a
// handful of validation clips can tell, learned or not: there it is all clips.
func (r *training) forThreshold(ctx context.Context, best *model.Checkpoint, examples []data.Example, unlearned []train.Judged) ([]train.Judged, error) {
	if best.Spec.Kind != model.Causal || r.settings.Fit.CalibrationFolds > 0 {
		return unlearned, nil
	}
	plain := *best
	plain.Calibration = nil
	return r.judgeWith(ctx, &plain, train.BestName, examples)
}

// unlearned are clips of the training side as models score them that have not learned them.
func (r *training) unlearned(ctx context.Context, best *model.Checkpoint, examples, validate []data.Example) ([]train.Judged, error) {
	if r.settings.Fit.CalibrationFolds > 0 {
		return r.crossFit(ctx, examples)
	}
	return r.judgeWith(ctx, best, train.BestName, validate)
}

func (r *training) judgeWith(ctx context.Context, c *model.Checkpoint, name string, examples []data.Example) ([]train.Judged, error) {
	d, err := modelDetector(c, name)
	if err != nil {
		return nil, err
	}
	return r.judge(ctx, d, examples, r.manifest)
}

// crossFit trains a model without one part of the clips after the other and lets it judge
// that part. Each lies in a folder of its own within the run's, so that a run that was
// stopped goes on.
func (r *training) crossFit(ctx context.Context, examples []data.Example) ([]train.Judged, error) {
	all := make([]int, len(examples))
	for i := range examples {
		all[i] = examples[i].Index
	}
	s := r.settings.Fit
	parts, _ := r.manifest.Parts(all, s.CalibrationFolds, rand.New(rand.NewPCG(s.Seed, 2)))
	var judged []train.Judged
	for i, part := range parts {
		rest := among(examples, without(all, part))
		if what := lacking(rest); what != "" {
			r.warn("%s: part %d of %d is left out of the calibration: the other clips hold no %s to learn from", r.name, i+1, len(parts), what)
			continue
		}
		one := training{
			job: r.job, manifest: r.manifest, front: r.front, within: true, extra: r.extra,
			dir: r.path(fmt.Sprintf("part-%d", i+1)), name: fmt.Sprintf("%s but part %d of %d", r.name, i+1, len(parts)),
		}
		more, err := one.held(ctx, rest, among(examples, part))
		if err != nil {
			return nil, fmt.Errorf("part %d of %d, for the calibration: %w", i+1, len(parts), err)
		}
		judged = append(judged, more...)
	}
	return judged, nil
}

func without(all, part []int) (rest []int) {
	out := map[int]bool{}
	for _, i := range part {
		out[i] = true
	}
	for _, i := range all {
		if !out[i] {
			rest = append(rest, i)
		}
	}
	return rest
}

// held trains on some clips and judges others.
func (r *training) held(ctx context.Context, learn, judge []data.Example) ([]train.Judged, error) {
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return nil, err
	}
	if _, err := r.train(ctx, learn); err != nil {
		return nil, err
	}
	best, err := model.Load(r.path(train.BestName))
	if err != nil {
		return nil, err
	}
	return r.judgeWith(ctx, best, train.BestName, judge)
}

// calibration is what suits the clips, or none where they do not say enough.
func (r *training) calibration(judged []train.Judged) (*model.Calibration, error) {
	c, err := train.FitCalibration(r.settings.Fit.Calibration, judged)
	if errors.Is(err, train.ErrOneKind) || errors.Is(err, train.ErrNoRise) {
		r.warn("%s: the scores stay uncalibrated: %v", r.name, err)
		return nil, nil
	}
	return c, err
}

// chooseThreshold is the threshold that suits the clips, or the one set where they do not
// say enough.
func (r *training) chooseThreshold(best *model.Checkpoint, judged []train.Judged) (float64, error) {
	d, err := modelDetector(best, train.BestName)
	if err != nil {
		return 0, err
	}
	alarm, err := r.alarmFor(d)
	if err != nil {
		return 0, err
	}
	choose := train.ChooseThreshold
	if best.Spec.Kind == model.Causal {
		choose = train.ChooseCautiously
	}
	choice, err := choose(judged, alarm, r.objectiveFor(judged))
	if errors.Is(err, train.ErrOneKind) {
		r.warn("%s: the threshold stays at %g: %v", r.name, r.settings.Alarm.Threshold, err)
		return r.settings.Alarm.Threshold, nil
	}
	return choice.Threshold, err
}
