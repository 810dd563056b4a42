package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"fallkit/data"
	"fallkit/train"
)

func newFitCommand(a *app) *cobra.Command {
	var out, poses string
	var only, teachers, also []string
	var resume, skipMissing bool
	c := &cobra.Command{
		Use:   "fit DATA... --out DIR",
		Short: "Train a model on the clips of a data folder",
		Long: `Train a model on the clips of a data folder, or of several. Some of the clips, whole subjects or cameras where
these are known, are kept aside: they say when to stop, how scores become probabilities
(fit.calibration) and which threshold to use (fit.threshold_for). The folder DIR then holds best.safetensors (the model), last.safetensors, log.jsonl, the loss as loss.png and
loss.svg, and settings.json as used. The same clips, settings and seed give the same bytes.`,
		Args: wants("DATA..."),
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return usage("fit into what? Give --out DIR, the folder of the run")
			}
			j, err := a.job(c)
			if err != nil {
				return err
			}
			if err := j.checkTeachers(teachers); err != nil {
				return err
			}
			front, err := j.openFront(poses)
			if err != nil {
				return err
			}
			m, examples, err := j.folders(front, args, only, skipMissing)
			if err != nil {
				return err
			}
			extra, err := j.extraClips(front, also, examples, skipMissing)
			if err != nil {
				return err
			}
			if err := prepareRun(out, resume); err != nil {
				return err
			}
			r := training{job: j, manifest: m, front: front, dir: out, name: with(describe(m), extra), teachers: teachers, extra: extra}
			return r.fitAll(c.Context(), examples)
		},
	}
	f := c.Flags()
	f.StringVar(&out, "out", "", "folder of the run (required)")
	f.BoolVar(&resume, "resume", false, "go on with a run that was stopped")
	f.StringSliceVar(&only, "only", nil, onlyHelp)
	f.BoolVar(&skipMissing, "skip-missing", false, "leave out clips that have no poses")
	f.StringVar(&poses, "poses", "", "where extract kept the poses (default: poses in FALLKIT_HOME)")
	f.StringSliceVar(&also, "also", nil, alsoHelp)
	f.StringSliceVar(&teachers, "teacher", nil, "models to learn from beside the labels: their mean answer is a share of each target (fit.teacher_weight)")
	profileFlag(c)
	setting(c, "validate-on", "fit.validate_on", "COLUMN=VALUE: the clips that watch the training, such as dataset=urfd; they are not learned from")
	setting(c, "network", "model.network", "what to train: "+strings.Join(networkNames(), " or "))
	setting(c, "epochs", "fit.epochs", "epochs at most")
	setting(c, "batch", "fit.batch", "windows learned together")
	setting(c, "learning-rate", "fit.learning_rate", "learning rate at its highest")
	setting(c, "adversarial", "fit.adversarial", "joints are moved against the model by so many body sizes, 0 = off")
	setting(c, "seed", "fit.seed", "of weights, split, batches and augmentation")
	return c
}

// folders are the clips of some data folders, joined, with their poses. Conditions that no
// clip of any folder meets are errors.
func (j *job) folders(f front, dirs, only []string, skipMissing bool) (*data.Manifest, []data.Example, error) {
	var all []*data.Manifest
	for _, dir := range dirs {
		m, err := data.Open(dir)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, m)
	}
	if len(all) == 1 {
		m, err := all[0].Only(only)
		if err != nil {
			return nil, nil, err
		}
		examples, err := j.examples(f, m, skipMissing)
		return m, examples, err
	}
	return j.joined(f, all, only, skipMissing)
}

// joined loads folder by folder, so that what is missing is said of the right one.
func (j *job) joined(f front, folders []*data.Manifest, only []string, skipMissing bool) (*data.Manifest, []data.Example, error) {
	var examples []data.Example
	first := 0
	for _, m := range folders {
		some, err := j.examples(f, m, skipMissing)
		if err != nil {
			return nil, nil, err
		}
		for _, e := range some {
			e.Index += first
			examples = append(examples, e)
		}
		first += len(m.Clips)
	}
	m, err := data.Join(folders...)
	if err != nil {
		return nil, nil, err
	}
	indices := make([]int, len(m.Clips))
	for i := range indices {
		indices[i] = i
	}
	kept, err := m.Meeting(indices, only)
	if err == nil && len(kept) == 0 {
		err = fmt.Errorf("none of the %d clips of these folders meets %s", len(indices), strings.Join(only, ", "))
	}
	return m, among(examples, kept), err
}

// prepareRun makes the run's folder: a new one, or with resume the one that is there.
func prepareRun(dir string, resume bool) error {
	_, err := os.Stat(filepath.Join(dir, settingsName))
	if _, none := os.Stat(filepath.Join(dir, train.LogName)); err == nil && none != nil && !resume {
		return os.Remove(filepath.Join(dir, settingsName)) // a run that ended before its first epoch
	}
	switch {
	case resume && err == nil:
		return nil
	case resume:
		return fmt.Errorf("%s holds no run to go on with: leave out --resume to start one", dir)
	case err == nil:
		return fmt.Errorf("%s already holds a run: go on with --resume, or name another folder with --out", dir)
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty: name a new folder with --out", dir)
	}
	return os.MkdirAll(dir, 0o755)
}

func (r *training) fitAll(ctx context.Context, examples []data.Example) error {
	model, err := r.fit(ctx, examples)
	if err != nil {
		return err
	}
	o := r.outcome
	why := "all epochs done"
	if o.EarlyStop {
		why = "stopped early, since the validation clips saw no better one"
	}
	fmt.Fprintf(r.stdout, "%s\tthreshold %.3f\tepoch %d of %d (%s)\n", model, r.threshold, o.Best.Epoch, len(o.Epochs), why)
	return nil
}
