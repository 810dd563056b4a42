package main

import (
	"cmp"
	"encoding/json"
	"fmt"

	"fallkit/internal/alarm"
	"fallkit/internal/config"
	"fallkit/internal/watch"
	"fallkit/model"
	"fallkit/models/base"
	"fallkit/pose"
)

// detector is a model with all that it needs to watch.
type detector struct {
	name      string
	front     front
	alarm     alarm.Settings
	input     pose.Input
	predictor *model.Predictor
	stream    *model.Stream // in the predictor's place, of a model that takes poses one by one
}

// comesAlong is what the built-in model is called.
const comesAlong = "the model that comes along"

// openDetector reads the model that the settings name, and refuses one whose poses this
// program cannot give.
func openDetector(s Settings, origins config.Origins) (*detector, error) {
	name := cmp.Or(s.Model.Path, comesAlong)
	c, err := readModel(s.Model.Path)
	if err != nil {
		return nil, err
	}
	return detectorOf(c, name, s, origins)
}

// detectorOf is a model that is to watch.
func detectorOf(c *model.Checkpoint, name string, s Settings, origins config.Origins) (d *detector, err error) {
	d = &detector{name: name, input: c.Input}
	if err := d.adopt(c); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if d.front, err = frontOf(c); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	d.alarm, err = alarmOf(c, s.Alarm, origins)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return d, nil
}

// frontOf is the pose front end that gives a model its poses; an error where none can.
func frontOf(c *model.Checkpoint) (front, error) {
	e, err := extractionOf(c.Meta)
	if err != nil {
		return front{}, err
	}
	f, err := newFront(e)
	if err != nil {
		return front{}, err
	}
	if id := f.engineID(); c.PoseEngine != "" && id != c.PoseEngine {
		return front{}, fmt.Errorf("it has learned from poses of %q, and this program gives those of %q: train it anew", c.PoseEngine, id)
	}
	return f, nil
}

func readModel(path string) (*model.Checkpoint, error) {
	if path != "" {
		return model.Load(path)
	}
	c, err := model.Read(base.Checkpoint)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", comesAlong, err)
	}
	return c, nil
}

// alarmOf is the model's own alarm, but for what the user has set.
func alarmOf(c *model.Checkpoint, set alarm.Settings, origins config.Origins) (alarm.Settings, error) {
	s := set
	if c.Alarm != nil {
		if err := json.Unmarshal(c.Alarm, &s); err != nil {
			return s, fmt.Errorf("alarm settings: %w", err)
		}
	}
	s.Threshold = c.Threshold
	for _, v := range []struct {
		key      string
		to, from *float64
	}{
		{"alarm.threshold", &s.Threshold, &set.Threshold},
		{"alarm.release", &s.Release, &set.Release},
		{"alarm.suspect_seconds", &s.SuspectSeconds, &set.SuspectSeconds},
		{"alarm.confirm_seconds", &s.ConfirmSeconds, &set.ConfirmSeconds},
		{"alarm.hold_seconds", &s.HoldSeconds, &set.HoldSeconds},
		{"alarm.cool_down", &s.CoolDown, &set.CoolDown},
	} {
		if isSet(origins, v.key) {
			*v.to = *v.from
		}
	}
	return s, s.Check()
}

func isSet(origins config.Origins, key string) bool {
	for _, o := range origins {
		if o.Key == key {
			return o.Place != (config.Place{})
		}
	}
	return false
}

// adopt takes the network up, as its kind is used.
func (d *detector) adopt(c *model.Checkpoint) (err error) {
	if c.Spec.Kind == model.Causal {
		d.stream, err = model.NewStream(c)
		return err
	}
	d.predictor, err = model.NewPredictor(c)
	return err
}

// scorer follows one person.
func (d *detector) scorer() watch.Scorer {
	if d.stream != nil {
		return streaming{d.stream.Fresh()}
	}
	return &pose.Moving{Input: d.input, Score: d.predictor.Clone().Score}
}

// streaming is a model that takes poses one by one.
type streaming struct{ *model.Stream }

// Update takes the newest pose and gives its score.
func (s streaming) Update(time float64, p pose.Pose) float64 { return s.Score(time, &p) }
