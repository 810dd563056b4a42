package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fallkit/data"
	"fallkit/internal/alarm"
	"fallkit/train"
)

// gate is what the user asked the gate verb for.
type gate struct {
	*job
	model, against, poses, json string
	only                        []string
	skipMissing                 bool
	recall, accuracy, rate      float64
	bounds                      train.GateBounds
}

func newGateCommand(a *app) *cobra.Command {
	g := &gate{}
	c := &cobra.Command{
		Use:   "gate [NAME=]DATA... --model NEW --against OLD",
		Short: "Fail where a new model is worse than an old one",
		Long: `Compare two models on labelled clips, each with its own threshold, and fail where the new one is
worse: for scripts that must not ship a worse model. A number counts as worse on a set where the
95 % interval of new − old lies wholly on the bad side: for falls noticed, false alarms an hour and the
balanced accuracy of clips. NEW and OLD are model files or names of rules. Bounds that must hold whatever the old
model did can be added.

Exit status: 0 every condition holds, 1 one does not (each is told in one sentence), 2 it could not be
measured.`,
		Args: wants("DATA..."),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if g.job, err = a.job(c); err != nil {
				return err
			}
			g.bounds = train.NoBounds()
			for _, b := range []struct {
				flag     string
				from, to *float64
			}{{"min-event-recall", &g.recall, &g.bounds.MinEventRecall}, {"min-balanced-accuracy", &g.accuracy, &g.bounds.MinBalancedAccuracy}, {"max-false-alarms-per-hour", &g.rate, &g.bounds.MaxFalseAlarmsPerHour}} {
				if c.Flags().Changed(b.flag) {
					*b.to = *b.from
				}
			}
			return g.exitUsage(c.Context(), g.run(c.Context(), args))
		},
	}
	f := c.Flags()
	f.StringVar(&g.model, "model", "", "the new model, or the name of an untrained rule (required)")
	f.StringVar(&g.against, "against", "", "the old model, or the name of an untrained rule (required)")
	f.Float64Var(&g.recall, "min-event-recall", 0, "share of falls that the new model must notice on every set, 0 to 1")
	f.Float64Var(&g.accuracy, "min-balanced-accuracy", 0, "balanced accuracy of clips that it must reach on every set, 0 to 1")
	f.Float64Var(&g.rate, "max-false-alarms-per-hour", 0, "false alarms an hour that it may raise on every set")
	f.StringVar(&g.json, "json", "", "write every condition as JSON")
	f.StringSliceVar(&g.only, "only", nil, onlyHelp)
	f.StringVar(&g.poses, "poses", "", "where extract kept the poses (default: poses in FALLKIT_HOME)")
	f.BoolVar(&g.skipMissing, "skip-missing", false, "leave out clips that have no poses")
	setting(c, "resamples", "evaluate.resamples", "of the bootstrap, for the intervals")
	return c
}

// exitUsage makes whatever kept the gate from measuring a matter of usage, so that 1 always
// says that a condition does not hold.
func (g *gate) exitUsage(ctx context.Context, err error) error {
	var failed train.GateError
	if err == nil || errors.As(err, &failed) || ctx.Err() != nil {
		return err
	}
	return usageError{err}
}

func (g *gate) run(ctx context.Context, args []string) error {
	if err := g.check(); err != nil {
		return err
	}
	sets, err := namedSets(args)
	if err != nil {
		return err
	}
	sides := make([]gateSide, 2) // old, new
	for i, name := range []string{g.against, g.model} {
		if sides[i], err = g.side(name); err != nil {
			return err
		}
	}
	result := train.Gate{Old: sides[0].name, New: sides[1].name}
	meter, done := g.meter("gate", 2*len(sets))
	defer done()
	for i, s := range sets {
		found := make([]*train.Evaluation, len(sides))
		for k := range sides {
			if found[k], err = sides[k].evaluate(ctx, g, s); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			meter.Set(2*i+k+1, s.name)
		}
		if err := result.Add(s.name, found[0], found[1], g.bounds); err != nil {
			return err
		}
	}
	done()
	return g.tell(&result)
}

func (g *gate) check() error {
	switch {
	case g.model == "":
		return usage("gate what? Name the new model with --model")
	case g.against == "":
		return usage("gate against what? Name the old model with --against")
	case !(g.recall >= 0 && g.recall <= 1):
		return usage("--min-event-recall is %g, and must be from 0 to 1", g.recall)
	case !(g.accuracy >= 0 && g.accuracy <= 1):
		return usage("--min-balanced-accuracy is %g, and must be from 0 to 1", g.accuracy)
	case !(g.rate >= 0) || math.IsInf(g.rate, 1):
		return usage("--max-false-alarms-per-hour is %g, and must be at least 0", g.rate)
	}
	return writable(g.json)
}

// tell prints every condition, and is an error where one does not hold.
func (g *gate) tell(result *train.Gate) error {
	if err := result.Close(); err != nil {
		return err
	}
	if g.json != "" {
		if err := result.Write(g.json); err != nil {
			return err
		}
	}
	if err := result.WriteTable(g.stdout); err != nil {
		return err
	}
	if !result.Passed {
		return train.GateError{Sentences: result.Failed()}
	}
	return nil
}

// namedSet is a data folder and what it is called.
type namedSet struct{ name, dir string }

// namedSets takes DATA and NAME=DATA; a folder whose own name has a "=" is taken as it is.
func namedSets(args []string) (sets []namedSet, err error) {
	for _, arg := range args {
		s := namedSet{filepath.Base(filepath.Clean(arg)), arg}
		if name, dir, ok := strings.Cut(arg, "="); ok {
			if _, err := os.Stat(arg); err != nil {
				s = namedSet{name, dir}
			}
		}
		if s.name == "" || s.dir == "" {
			return nil, usage("%q names no set: write NAME=DATA", arg)
		}
		if slices.ContainsFunc(sets, func(o namedSet) bool { return o.name == s.name }) {
			return nil, usage("two sets are called %s: write NAME=%s", s.name, s.dir)
		}
		sets = append(sets, s)
	}
	return sets, nil
}

// gateSide is one of the two detectors, with the settings that its poses need.
type gateSide struct {
	*job
	detector
	alarm alarm.Settings
}

func (g *gate) side(name string) (s gateSide, err error) {
	own := *g.job // adopt changes it
	s.job = &own
	if s.detector, err = own.openDetector(name); err != nil {
		return s, err
	}
	if err := own.adopt(s.detector); err != nil {
		return s, err
	}
	s.alarm, err = own.alarmFor(s.detector)
	return s, err
}

// evaluate judges the clips of a set, each with the detector's own threshold.
func (s *gateSide) evaluate(ctx context.Context, g *gate, set namedSet) (*train.Evaluation, error) {
	m, err := data.Open(set.dir)
	if err != nil {
		return nil, err
	}
	if m, err = m.Only(g.only); err != nil {
		return nil, err
	}
	front, err := s.openFront(g.poses)
	if err != nil {
		return nil, err
	}
	examples, err := s.examples(front, m, g.skipMissing)
	if err != nil {
		return nil, err
	}
	if n := s.knows(examples); n > 0 {
		s.warn("%s: %s has learned from %d of %s, so it looks better there than it is", set.name, s.name, n, plural(len(examples), "clip"))
	}
	clips, err := s.job.judge(ctx, s.detector, examples, m)
	for i := range clips {
		clips[i].Threshold, clips[i].Recording = s.alarm.Threshold, nil
	}
	v := s.settings.Evaluate
	return &train.Evaluation{Clips: clips, Measuring: train.Measuring{Alarm: s.alarm, MinEvidence: v.MinEvidence, Resamples: v.Resamples, Seed: v.Seed}}, err
}
