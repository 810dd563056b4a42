package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"fallkit/data"
	"fallkit/model"
	"fallkit/model/graph"
	"fallkit/train"
)

// teachersKey is where a checkpoint notes the sums of the models that it learned from, and how
// much they counted.
const teachersKey = "teachers"

// checkTeachers tells what does not go with teachers by name.
func (j *job) checkTeachers(named []string) error {
	switch s := j.settings.Fit; {
	case s.Teachers > 0 && len(named) > 0:
		return usage("fit.teachers trains teachers, and --teacher names some: use one of them")
	case s.CalibrationFolds > 0 && len(named) > 0:
		return usage("fit.calibration_folds holds clips out, which the models of --teacher may know: set it to 0, or use fit.teachers")
	}
	return nil
}

// checkSequences tells what networks that learn from whole sequences do not know.
func (r *training) checkSequences() error {
	if r.settings.spec().Kind != model.Causal {
		return nil
	}
	for _, one := range []struct {
		name string
		set  bool
	}{{"fit.teachers", r.settings.Fit.Teachers > 0}, {"--teacher", len(r.teachers) > 0}} {
		if one.set {
			return usage("%s is for networks that learn from windows, and %s learns from sequences: leave it out", one.name, r.settings.Model.Network)
		}
	}
	return nil
}

// trainTeachers trains the models of fit.teachers, each with a seed of its own and on the very
// clips that this training learns from, in folders within the run's.
func (r *training) trainTeachers(ctx context.Context, learn, validate []data.Example) error {
	s := r.settings.Fit
	for i := range s.Teachers {
		own := *r.job
		own.settings.Fit.Teachers = 0
		own.settings.Fit.Seed = s.Seed + uint64(i+1)<<32 // none that anybody would choose
		one := training{
			job: &own, manifest: r.manifest, front: r.front, within: true,
			dir: r.path(fmt.Sprintf("teacher-%d", i+1)), name: fmt.Sprintf("%s, teacher %d of %d", r.name, i+1, s.Teachers),
		}
		if err := one.alone(ctx, learn, validate); err != nil {
			return fmt.Errorf("teacher %d of %d: %w", i+1, s.Teachers, err)
		}
		r.teachers = append(r.teachers, one.path(train.BestName))
	}
	return nil
}

// alone trains with the clips divided already, and without calibration.
func (r *training) alone(ctx context.Context, learn, validate []data.Example) error {
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return err
	}
	if err := r.keepSettings(); err != nil {
		return err
	}
	blank, err := r.blank(learn, validate)
	if err != nil {
		return err
	}
	return r.learn(ctx, learn, validate, blank)
}

// teacher is what is asked during a training.
type teacher struct{ ensemble train.Ensemble }

func (t teacher) close() {
	for _, n := range t.ensemble {
		_ = n.Close() // a graph in memory: nothing can be lost
	}
}

// ask opens the teachers of a training and notes in its blank checkpoint which they are, and
// that what they learned from is known to it, too.
func (r *training) ask(blank *model.Checkpoint) (t teacher, err error) {
	const together = 32 // windows: more make it no faster
	var sums []string
	for _, path := range r.teachers {
		c, err := model.Load(path)
		if err != nil {
			return t, err
		}
		if err := canTeach(c, blank); err != nil {
			return t, fmt.Errorf("%s cannot be a teacher: %w", path, err)
		}
		n, err := graph.NewScorer(c.Spec, c.Parameters, together)
		if err != nil {
			return t, fmt.Errorf("%s: %w", path, err)
		}
		t.ensemble = append(t.ensemble, n)
		sum, err := hashOfFile(path)
		if err != nil {
			return t, err
		}
		sums = append(sums, sum[:12])
		blank.Meta[footageKey] = union(blank.Meta[footageKey], c.Meta[footageKey])
	}
	if len(sums) > 0 {
		blank.Meta[teachersKey] = fmt.Sprintf("%g of %s", r.settings.Fit.TeacherWeight, strings.Join(sums, " "))
	}
	return t, nil
}

// canTeach tells what keeps a model from judging the windows of another.
func canTeach(c, pupil *model.Checkpoint) error {
	switch {
	case c.Input != pupil.Input:
		return fmt.Errorf("it sees %s features of %g s at %g Hz, and the new model another input", featuresName(c), c.Input.Seconds, c.Input.RateHz)
	case c.PoseEngine != pupil.PoseEngine:
		return fmt.Errorf("it knows poses of %s", c.PoseEngine)
	}
	return nil
}

func featuresName(c *model.Checkpoint) string {
	if c.Input.Features == "" {
		return "skeleton"
	}
	return string(c.Input.Features)
}

// union is the words of both lists, each once, in their order.
func union(a, b string) string {
	words := strings.Fields(a)
	for _, w := range strings.Fields(b) {
		if !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}
