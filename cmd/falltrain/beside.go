package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fallkit/data"
	"fallkit/internal/config"
	"fallkit/train"
)

// others are the detectors that are measured on the same clips, for comparison.
type others struct {
	names     []string
	baselines bool // all rules
}

func (e *evaluation) besideFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringSliceVar(&e.others.names, "beside", nil, "measure these on the same clips too: names of detectors, or files of models without --folds")
	f.BoolVar(&e.others.baselines, "baselines", false, "measure all untrained rules on the same clips too")
}

// checkNames looks at the names before any work is done, and takes up the network that
// --folds is to train where --model names one.
func (e *evaluation) checkNames() error {
	if e.folds == "" && isNetwork(e.model) {
		return usageError{noDetector(e.model)}
	}
	for _, name := range e.others.names {
		switch {
		case e.folds == "" && isNetwork(name):
			return usage("--beside: %w", noDetector(name))
		case e.folds != "" && !isName(name):
			return usage("--beside %s: with --folds it must be a name, one of %s", name, strings.Join(slices.Concat(ruleNames(), networkNames()), ", "))
		}
		if !isName(name) { // found out now, not after an hour of training
			if _, err := e.openDetector(name); err != nil {
				return fmt.Errorf("--beside: %w", err)
			}
		}
	}
	if isNetwork(e.model) {
		e.trainNetwork(e.model)
	}
	return nil
}

// trainNetwork is as if the user had set model.network.
func (j *job) trainNetwork(name string) {
	j.settings.Model.Network = name
	for i := range j.origins {
		if o := &j.origins[i]; o.Key == "model.network" {
			o.Value, o.Place = name, config.Place{Flag: "model"}
		}
	}
}

// besides lists what else is to be measured, each once.
func (e *evaluation) besides() []string {
	var names []string
	if e.beside {
		names = append(names, ruleNames()[0])
	}
	if e.others.baselines {
		names = append(names, ruleNames()...)
	}
	names = append(names, e.others.names...)
	seen := map[string]bool{e.canonical(e.model): true}
	return slices.DeleteFunc(names, func(name string) bool {
		name = e.canonical(name)
		was := seen[name]
		seen[name] = true
		return was
	})
}

// canonical gives one name to what is the same: a rule's alias, and the network that is
// trained where none is named.
func (e *evaluation) canonical(name string) string {
	if r, ok := train.RuleNamed(name); ok {
		return r.Name
	}
	if name == "" && e.folds != "" {
		return e.settings.Model.Network
	}
	return name
}

// measureOthers measures what stands beside. What cannot be measured is left out of the
// table, with its reason.
func (e *evaluation) measureOthers(ctx context.Context, m *data.Manifest, examples []data.Example) ([]measured, error) {
	var all []measured
	for _, name := range e.besides() {
		one, err := e.measureOther(ctx, name, m, examples)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			e.log.Warn("left out of the table", "detector", name, "reason", err)
			continue
		}
		all = append(all, one)
	}
	return all, nil
}

func (e *evaluation) measureOther(ctx context.Context, name string, m *data.Manifest, examples []data.Example) (measured, error) {
	other, own := *e, *e.job
	other.job, other.model = &own, name
	if isNetwork(name) {
		own.settings.Model.Network = name
		if e.out != "" {
			other.out = filepath.Join(e.out, name)
		}
		return other.measure(ctx, m, examples)
	}
	var err error
	if other.detector, err = e.openDetector(name); err != nil {
		return measured{}, err
	}
	if d := other.detector; d.engine != "" && d.engine != e.detector.engine && e.detector.engine != "" {
		return measured{}, fmt.Errorf("%s has learned from poses of %q, and these are of %q", name, d.engine, e.detector.engine)
	}
	return other.measure(ctx, m, examples)
}

// inTurnTitle names what is measured with --folds, for people.
func (e *evaluation) inTurnTitle() string {
	if r, ok := train.RuleNamed(e.model); ok {
		return r.Title
	}
	return e.settings.network().Name + ", a model for each fold"
}
