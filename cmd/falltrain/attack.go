package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"fallkit/data"
	"fallkit/model"
	"fallkit/model/graph"
	"fallkit/train"
)

// attacking is what the user asked the attack verb for.
type attacking struct {
	*job
	model, poses, direction string
	json, out               string
	only                    []string
	clips                   int
	skipMissing             bool
	detector                detector
}

func newAttackCommand(a *app) *cobra.Command {
	k := &attacking{}
	c := &cobra.Command{
		Use:   "attack DATA --model M",
		Short: "Measure how little joints must move to deceive a model",
		Long: `Move the joints of recorded poses against a model, by a few pixels in the picture, and measure how
little is enough to hide a fall that it finds, and to fake one where it is quiet. Joints are moved by
the gradient of the model's score (FGSM, PGD, and PGD that keeps every bone's length) and, for
comparison, by random noise of the same size. What decides is the alarm on the moved poses.

It says what the worst noise of a given size does, not what noise is likely. The folder of --out
holds attack.json, attack.png and attack.svg. The same clips, settings and seed give the same bytes.`,
		Args: wants("DATA"),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if k.job, err = a.job(c); err != nil {
				return err
			}
			return k.run(c.Context(), args[0])
		},
	}
	f := c.Flags()
	f.StringVar(&k.model, "model", "", "the model to attack, or the name of an untrained rule (random noise only): "+strings.Join(ruleNames(), ", ")+" (required)")
	f.StringVar(&k.direction, "direction", "both", "hide, fake or both")
	f.StringSliceVar(&k.only, "only", nil, onlyHelp)
	f.IntVar(&k.clips, "clips", 0, "attack so many clips only, of every data set and label the same share; 0 = all")
	f.StringVar(&k.poses, "poses", "", "where extract kept the poses (default: poses in FALLKIT_HOME)")
	f.BoolVar(&k.skipMissing, "skip-missing", false, "leave out clips that have no poses")
	f.StringVar(&k.json, "json", "", "write the result as JSON")
	f.StringVar(&k.out, "out", "", "folder for attack.json, attack.png and attack.svg")
	profileFlags(c)
	setting(c, "budgets", "attack.budgets", "pixels that each joint may be moved in x and in y, ascending")
	setting(c, "steps", "attack.steps", "steps of projected gradient descent")
	setting(c, "seed", "attack.seed", "of random starts, random noise and the choice of clips")
	setting(c, "resamples", "evaluate.resamples", "of the bootstrap, for the intervals")
	must(c.RegisterFlagCompletionFunc("direction", cobra.FixedCompletions([]string{train.AttackHide, train.AttackFake, "both"}, cobra.ShellCompDirectiveNoFileComp)))
	return c
}

func (k *attacking) run(ctx context.Context, dir string) (err error) {
	if err := k.check(); err != nil {
		return err
	}
	if k.detector, err = k.openDetector(k.model); err != nil {
		return err
	}
	if err := k.adopt(k.detector); err != nil {
		return err
	}
	m, examples, err := k.examplesOf(dir)
	if err != nil {
		return err
	}
	if n := k.detector.knows(examples); n > 0 {
		k.warn("%d of %s were learned from: others may be hidden or faked with less", n, plural(len(examples), "clip"))
	}
	if !k.hasGradient() {
		k.warn("the %s has no gradient by joints to follow: it is met with random noise alone", k.detector.name)
	}
	result, err := k.attack(ctx, m, examples)
	if err != nil {
		return err
	}
	return k.tell(result)
}

func (k *attacking) check() error {
	switch {
	case k.model == "":
		return usage("attack what? Give --model FILE")
	case k.direction != train.AttackHide && k.direction != train.AttackFake && k.direction != "both":
		return usage("--direction is %q, and must be hide, fake or both", k.direction)
	case k.clips < 0:
		return usage("--clips is %d, and must be 0 (all) or above", k.clips)
	}
	if k.out != "" {
		if err := writable(filepath.Join(k.out, train.AttackName)); err != nil {
			return err
		}
	}
	return writable(k.json)
}

// examplesOf are the clips of the data folder that --only and --clips let through.
func (k *attacking) examplesOf(dir string) (*data.Manifest, []data.Example, error) {
	m, err := data.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	if m, err = m.Only(k.only); err != nil {
		return nil, nil, err
	}
	front, err := k.openFront(k.poses)
	if err != nil {
		return nil, nil, err
	}
	examples, err := k.examples(front, m, k.skipMissing)
	if err != nil || k.clips == 0 {
		return m, examples, err
	}
	return m, data.Sample(examples, k.clips, k.settings.Attack.Seed), nil
}

func (k *attacking) attack(ctx context.Context, m *data.Manifest, examples []data.Example) (train.AttackResult, error) {
	judged, err := k.judge(ctx, k.detector, examples, m)
	if err != nil {
		return train.AttackResult{}, err
	}
	alarm, err := k.alarmFor(k.detector)
	if err != nil {
		return train.AttackResult{}, err
	}
	open, err := k.victim()
	if err != nil {
		return train.AttackResult{}, err
	}
	meter, done := k.meter("attack", len(examples))
	defer done()
	result, err := train.Attack{
		Settings: k.settings.Attack, Input: k.detector.input, Alarm: alarm, Open: open,
		Hide: k.direction != train.AttackFake, Fake: k.direction != train.AttackHide,
		Workers: runtime.GOMAXPROCS(0), Resamples: k.settings.Evaluate.Resamples,
		Report: func(done, total int) {
			meter.Set(len(examples)-total+done, fmt.Sprintf("%d of %d targets", done, total))
		},
	}.Run(ctx, judged)
	result.Detector, result.Train, result.Test = k.detector.name, k.detector.learned, describe(m)
	if err == nil && len(result.Clips) == 0 {
		err = errors.New("there is nothing to attack: no fall is found and no everyday clip is quiet, so that none can be hidden or faked")
	}
	return result, err
}

// hasGradient tells whether the detector is a network whose features are joints and bones.
func (k *attacking) hasGradient() bool {
	_, rule := train.RuleNamed(k.model)
	return !rule && k.detector.input.Features.OfJoints()
}

// victim opens the detector for each worker: a model with its gradient.
func (k *attacking) victim() (func() (train.Victim, error), error) {
	if !k.hasGradient() {
		return func() (train.Victim, error) { return train.Victim{Scorer: k.detector.open()}, nil }, nil
	}
	c, err := model.Load(k.model)
	if err != nil {
		return nil, err
	}
	return func() (train.Victim, error) {
		const together = 32 // windows: more make it no faster
		slope, err := graph.NewSlope(c.Spec, c.Parameters, together)
		if err != nil {
			return train.Victim{}, fmt.Errorf("%s: %w", k.model, err)
		}
		return train.Victim{Scorer: k.detector.open(), Gradient: slope, Close: slope.Close}, nil
	}, nil
}

// tell prints the table and writes the files that were asked for.
func (k *attacking) tell(r train.AttackResult) error {
	if err := r.WriteTable(k.stdout); err != nil {
		return err
	}
	fmt.Fprintln(k.stdout)
	for _, s := range r.Sentences() {
		fmt.Fprintln(k.stdout, s)
	}
	if k.json != "" {
		if err := r.Write(k.json); err != nil {
			return err
		}
	}
	if k.out == "" {
		return nil
	}
	if err := train.WriteAttack(r, k.out); err != nil {
		return err
	}
	fmt.Fprintf(k.stdout, "\nattack: %s\n", filepath.Join(k.out, train.AttackName))
	return nil
}
