package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"runtime"

	"fallkit/data"
	"fallkit/internal/alarm"
	"fallkit/internal/config"
	"fallkit/model"
	"fallkit/model/graph"
	"fallkit/pose"
	"fallkit/train"
)

// detector is what is measured or used: a model, or an untrained rule.
type detector struct {
	name      string
	learned   string // the data that it learned from, for people
	clips     string // the footages that it learned from, as Meta has them
	hash      string // sha256 of the model's file, "" = no file
	input     pose.Input
	threshold float64
	engine    string                            // of the poses that it knows, "" = any
	extract   ExtractSettings                   // how they were found
	alarm     json.RawMessage                   // as it was trained, nil = as set
	open      func() train.TrackScorer          // one for each goroutine
	recorded  func() (train.TrackScorer, error) // the same for finished recordings, faster
	watch     func() train.Live                 // one for each source; without name and alarm
}

// openDetector takes a checkpoint's file, or a rule by its name.
func (j *job) openDetector(name string) (detector, error) {
	if r, ok := train.RuleNamed(name); ok {
		in := j.settings.Input
		scorer := func() train.TrackScorer { return r.Scorer(in.MinScore) }
		return detector{
			name: r.Title, learned: "nothing", input: in, threshold: r.Threshold,
			open:     scorer,
			recorded: func() (train.TrackScorer, error) { return scorer(), nil },
			watch:    func() train.Live { return train.Live{Rule: scorer(), Reach: r.Reach} },
		}, nil
	}
	c, err := model.Load(name)
	if errors.Is(err, fs.ErrNotExist) {
		return detector{}, noDetector(name)
	}
	if err != nil {
		return detector{}, err
	}
	d, err := modelDetector(c, name)
	if err != nil {
		return d, err
	}
	d.hash, err = hashOfFile(name)
	return d, err
}

func hashOfFile(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", sha256.Sum256(text)), nil
}

func modelDetector(c *model.Checkpoint, name string) (detector, error) {
	if c.Spec.Kind == model.Causal {
		return streamDetector(c, name)
	}
	p, err := model.NewPredictor(c)
	if err != nil {
		return detector{}, fmt.Errorf("%s: %w", name, err)
	}
	d := detector{
		name: name, learned: c.Meta["data"], clips: c.Meta[footageKey], input: c.Input, threshold: c.Threshold, engine: c.PoseEngine, alarm: c.Alarm,
		open:     func() train.TrackScorer { return &train.WindowScorer{Input: c.Input, Scorer: p.Clone()} },
		watch:    func() train.Live { return train.Live{Input: c.Input, Scorer: p.Clone()} },
		recorded: func() (train.TrackScorer, error) { return batchScorer(c) },
	}
	err = d.readExtract(c)
	return d, err
}

// streamDetector is a model that takes poses one by one.
func streamDetector(c *model.Checkpoint, name string) (detector, error) {
	s, err := model.NewStream(c)
	if err != nil {
		return detector{}, fmt.Errorf("%s: %w", name, err)
	}
	one := func() train.Streamer { return s.Fresh() }
	d := detector{
		name: name, learned: c.Meta["data"], clips: c.Meta[footageKey], input: c.Input, threshold: c.Threshold, engine: c.PoseEngine, alarm: c.Alarm,
		open:     func() train.TrackScorer { return train.StreamScorer{Open: one} },
		watch:    func() train.Live { return train.Live{Input: c.Input, Open: one} },
		recorded: func() (train.TrackScorer, error) { return train.StreamScorer{Open: one}, nil },
	}
	err = d.readExtract(c)
	return d, err
}

// readExtract takes up how the poses were extracted that a model learned from.
func (d *detector) readExtract(c *model.Checkpoint) error {
	if err := json.Unmarshal([]byte(c.Meta[extractKey]), &d.extract); err != nil {
		return fmt.Errorf("%s does not say how its poses were extracted: train it anew", d.name)
	}
	return nil
}

var _ train.Network = (*graph.Scorer)(nil)

// batchScorer is a model for finished recordings.
func batchScorer(c *model.Checkpoint) (train.TrackScorer, error) {
	const together = 32 // windows: more make it no faster
	s, err := graph.NewScorer(c.Spec, c.Parameters, together)
	if err != nil {
		return nil, err
	}
	return &train.BatchScorer{Input: c.Input, Network: s, Probability: c.Calibration.Probability, Batch: together}, nil
}

// extractKey is where a checkpoint keeps the settings of its poses' extraction.
const extractKey = "extract"

// alarmFor is the alarm that goes with a detector: the model's own, but for what the user
// has set.
func (j *job) alarmFor(d detector) (alarm.Settings, error) {
	s := j.settings.Alarm
	if d.alarm != nil {
		if err := json.Unmarshal(d.alarm, &s); err != nil {
			return s, fmt.Errorf("%s: alarm settings: %w", d.name, err)
		}
	}
	s.Threshold = d.threshold
	set := j.settings.Alarm
	for _, o := range j.origins {
		if o.Place == (config.Place{}) {
			continue
		}
		switch o.Key {
		case "alarm.threshold":
			s.Threshold = set.Threshold
		case "alarm.release":
			s.Release = set.Release
		case "alarm.suspect_seconds":
			s.SuspectSeconds = set.SuspectSeconds
		case "alarm.confirm_seconds":
			s.ConfirmSeconds = set.ConfirmSeconds
		case "alarm.hold_seconds":
			s.HoldSeconds = set.HoldSeconds
		case "alarm.cool_down":
			s.CoolDown = set.CoolDown
		}
	}
	return s, nil
}

// judge scores the clips with a detector.
func (j *job) judge(ctx context.Context, d detector, examples []data.Example, m *data.Manifest) ([]train.Judged, error) {
	judging := train.Judging{
		Input: d.input, Stride: j.settings.Fit.Stride, Open: d.recorded, Workers: runtime.GOMAXPROCS(0),
		Group: func(e *data.Example) string { return m.Group(e.Index) },
	}
	return judging.Run(ctx, examples)
}

// thresholdFor chooses a detector's threshold on clips of the training side.
func (j *job) thresholdFor(ctx context.Context, d detector, examples []data.Example, m *data.Manifest) (float64, error) {
	judged, err := j.judge(ctx, d, examples, m)
	if err != nil {
		return math.NaN(), err
	}
	s, err := j.alarmFor(d)
	if err != nil {
		return math.NaN(), err
	}
	choice, err := train.ChooseThreshold(judged, s, j.objectiveFor(judged))
	return choice.Threshold, err
}

// objectiveFor is what the threshold is to be chosen for, or balanced accuracy where no
// fall has its times.
func (j *job) objectiveFor(judged []train.Judged) train.Objective {
	for i := range judged {
		if len(judged[i].Falls) > 0 {
			return j.settings.Fit.ThresholdFor
		}
	}
	return train.ForBalancedAccuracy
}
