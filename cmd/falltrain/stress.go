package main

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"fallkit/data"
)

// stress is what the user asked the stress verb for.
type stress struct {
	*job
	choice      stressChoice
	model       string
	poses       string // where they are kept
	json, out   string
	only        []string
	skipMissing bool
	sheet       string
	seed        uint64
}

func newStressCommand(a *app) *cobra.Command {
	s := &stress{}
	c := &cobra.Command{
		Use:   "stress DATA --model FILE",
		Short: "Measure how a model bears darkness, blur, lost frames and other harm",
		Long: `Measure what is left of a model's event F1 when harm comes to the pictures, before the pose
network sees them, or to the poses, after it: 14 and 8 kinds, at five severities each. The score is
the mean share that is left. The threshold is the model's own throughout.

Harm to poses is measured on all clips. Harm to pictures needs the pose network for every clip, kind
and severity, and is measured on some of the clips (--clips); its poses are kept with those of
extract. Stop it whenever you like; the next run goes on.

--preset quick is for every change of a model: severities 1, 3 and 5, all harm to poses, and four
kinds of harm to the pictures of 8 clips.

With --sheet, DATA is a video, and a picture is written of what each harm does to it.`,
		Args: wants("DATA"),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if s.job, err = a.job(c); err != nil {
				return err
			}
			if s.sheet != "" && !strings.EqualFold(filepath.Ext(s.sheet), ".png") {
				return usage("--sheet %s is written as PNG: give it a name that ends in .png", s.sheet)
			}
			if s.sheet != "" {
				return s.drawSheet(c.Context(), args[0])
			}
			if err := s.choice.settle(c.Flags().Changed); err != nil {
				return usageError{err}
			}
			return s.run(c.Context(), args[0])
		},
	}
	f := c.Flags()
	f.StringVar(&s.model, "model", "", "the model to measure, or the name of an untrained rule: "+strings.Join(ruleNames(), ", ")+" (required)")
	f.StringVar(&s.choice.preset, "preset", "full", "full, or quick for continuous integration")
	f.StringVar(&s.choice.level, "level", "all", "where harm comes in: pictures, poses or all")
	f.StringSliceVar(&s.choice.kinds, "kinds", nil, "these kinds of harm only")
	f.IntSliceVar(&s.choice.severities, "severities", nil, "of 1 to 5 (default: all)")
	f.IntVar(&s.choice.clips, "clips", 24, "how many clips harm comes to the pictures of; 0 = all")
	f.Uint64Var(&s.seed, "seed", 1, "of the harm, and of the choice of clips")
	f.StringSliceVar(&s.only, "only", nil, onlyHelp)
	f.StringVar(&s.poses, "poses", "", "where extract kept the poses (default: poses in FALLKIT_HOME)")
	f.BoolVar(&s.skipMissing, "skip-missing", false, "leave out clips that have no poses")
	f.StringVar(&s.json, "json", "", "write the result as JSON")
	f.StringVar(&s.out, "out", "", "folder for stress.json and the curves as PNG and SVG")
	f.StringVar(&s.sheet, "sheet", "", "write a PNG of every harm to the video's pictures, and measure nothing")
	setting(c, "workers", "extract.workers", "videos at the same time")
	setting(c, "engine", "extract.engine", engineHelp)
	profileFlags(c)
	setting(c, "resamples", "evaluate.resamples", "of the bootstrap, for the intervals")
	return c
}

func (s *stress) run(ctx context.Context, dir string) error {
	if s.model == "" {
		return usage("stress what? Give --model FILE, or --model rule")
	}
	if err := s.makeFolders(); err != nil {
		return err
	}
	d, err := s.openDetector(s.model)
	if err != nil {
		return err
	}
	if err := s.adopt(d); err != nil {
		return err
	}
	m, err := data.Open(dir)
	if err != nil {
		return err
	}
	if m, err = m.Only(s.only); err != nil {
		return err
	}
	front, err := s.openFront(s.poses)
	if err != nil {
		return err
	}
	examples, err := s.examples(front, m, s.skipMissing)
	if err != nil {
		return err
	}
	if err := needTimes(examples, dir); err != nil {
		return err
	}
	return s.measure(ctx, d, m, front, examples)
}

const stressName = "stress.json" // in the folder of --out

// makeFolders is done now, not after an hour of work.
func (s *stress) makeFolders() error {
	if s.out != "" {
		if err := writable(filepath.Join(s.out, stressName)); err != nil {
			return err
		}
	}
	return writable(s.json)
}
