package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"fallkit/data"
	"fallkit/data/simulate/motion"
	"fallkit/model"
	"fallkit/model/graph"
	"fallkit/pose"
	"fallkit/train"
)

// realism is what the user asked the realism verb for.
type realism struct {
	*job
	only        []string
	poses       string
	skipMissing bool
	out, json   string
	folds       int
	falls       int
}

func newRealismCommand(a *app) *cobra.Command {
	r := &realism{}
	c := &cobra.Command{
		Use:   "realism GENERATED REAL",
		Short: "Hold generated poses against real ones",
		Long: `Hold a folder of generated clips against one of real clips, both as poses: how long falls last, how
fast hips and head come down, how fast the torso turns, how long people lie; and whether classifiers can
tell windows of the two apart, and by what. Classifiers are asked about people and cameras only that they have
not learned from. Generated falls of old people are also held against what was published of real ones, in metres.

--out writes a page with plots. docs/simulate.md says what the numbers mean.`,
		Args: wants("GENERATED", "REAL"),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if r.job, err = a.job(c); err != nil {
				return err
			}
			return r.run(c.Context(), args[0], args[1])
		},
	}
	f := c.Flags()
	f.StringVar(&r.out, "out", "", "write a page with plots")
	f.StringVar(&r.json, "json", "", "write the numbers as JSON")
	f.StringSliceVar(&r.only, "only", nil, "of the real clips, those where COLUMN=VALUE only, such as dataset=urfd")
	f.StringVar(&r.poses, "poses", "", "where extract kept the poses (default: poses in FALLKIT_HOME)")
	f.BoolVar(&r.skipMissing, "skip-missing", false, "leave out clips that have no poses")
	f.IntVar(&r.folds, "folds", 5, "parts that classifiers are asked about in turn")
	f.IntVar(&r.falls, "falls", 200, "generated falls of old people that are held against published ones; 0 = none")
	profileFlag(c)
	setting(c, "seed", "fit.seed", "of the classifiers and of the generated falls")
	setting(c, "resamples", "evaluate.resamples", "of the bootstrap, for the intervals")
	return c
}

func (r *realism) run(ctx context.Context, generated, real string) error {
	switch {
	case r.folds < 2 || r.folds > 20:
		return usage("--folds is %d, and must be from 2 to 20", r.folds)
	case r.falls < 0 || r.falls > 100_000:
		return usage("--falls is %d, and must be from 0 to 100000", r.falls)
	}
	for _, path := range []string{r.out, r.json} {
		if err := writable(path); err != nil {
			return err
		}
	}
	made, err := r.footage(generated, nil)
	if err != nil {
		return err
	}
	filmed, err := r.footage(real, r.only)
	if err != nil {
		return err
	}
	s := r.comparison()
	meter, done := r.meter("realism", 2*r.folds)
	result, err := train.CompareRealism(ctx, made, filmed, s, func(n, _ int) { meter.Set(n, "") })
	done()
	if err != nil {
		return err
	}
	if r.falls > 0 {
		result.Published = published(s.Seed, r.falls)
	}
	return r.tell(&result)
}

// footage is a data folder with its poses.
func (r *realism) footage(dir string, only []string) (f train.Footage, err error) {
	if f.Manifest, err = data.Open(dir); err != nil {
		return f, err
	}
	if f.Manifest, err = f.Manifest.Only(only); err != nil {
		return f, err
	}
	front, err := r.openFront(r.poses)
	if err != nil {
		return f, err
	}
	f.Name = dir
	f.Examples, err = r.examples(front, f.Manifest, r.skipMissing)
	return f, err
}

// comparison is what windows are, and how the network learns that tells them apart.
func (r *realism) comparison() train.RealismSettings {
	in := r.settings.Input
	in.Features = pose.Skeleton
	const batch = 64
	return train.RealismSettings{
		Input: in, Stride: 0.4, Folds: r.folds, Steps: 500, Batch: batch,
		Resamples: r.settings.Evaluate.Resamples, Seed: r.settings.Fit.Seed,
		Learner: func(seed uint64) (train.CloseLearner, error) {
			spec := model.DefaultSpec
			spec.Inputs, spec.Steps = in.Channels(), in.Steps()
			solver := graph.DefaultSolver
			solver.WeightDecay, solver.ClipNorm = r.settings.Fit.WeightDecay, r.settings.Fit.ClipNorm
			return graph.NewLearner(spec, spec.Init(seed), batch, solver)
		},
	}
}

// published are the generator's own falls beside what was measured of real ones.
func published(seed uint64, n int) (all []train.RealismPublished) {
	falls := motion.MeasureFalls(seed, n)
	for _, c := range motion.Compare(falls) {
		all = append(all, train.RealismPublished{
			Name: c.What, Generated: train.SpreadOf(c.Values), Mean: c.Mean, SD: c.SD,
			Source: "Choi, Wakeling & Robinovitch 2015, “Kinematic analysis of video-captured falls experienced by older adults in long-term care”: 25 falls, mean ± standard deviation.",
		})
	}
	return all
}

func (r *realism) tell(result *train.Realism) error {
	if err := result.WriteTable(r.stdout); err != nil {
		return err
	}
	if r.json != "" {
		if err := result.WriteJSON(r.json); err != nil {
			return err
		}
	}
	if r.out == "" {
		return nil
	}
	if err := result.WritePage(r.out); err != nil {
		return err
	}
	fmt.Fprintf(r.stdout, "\npage: %s\n", r.out)
	return nil
}
