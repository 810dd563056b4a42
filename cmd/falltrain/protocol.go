package main

import (
	"slices"
	"strings"

	"fallkit/data"
	"fallkit/train"
)

// protocols by name.
var protocols = []string{train.Fixed, train.Within, train.CrossDataset}

// check also settles what the folds are cut by.
func (e *evaluation) check() error {
	switch {
	case e.protocol != "" && !slices.Contains(protocols, e.protocol):
		return usage("--protocol is %q, and must be one of %s", e.protocol, strings.Join(protocols, ", "))
	case e.protocol == train.Fixed && e.folds != "":
		return usage("--protocol fixed measures one model: leave out --folds")
	case e.protocol == train.Fixed && e.model == "":
		return usage("--protocol fixed measures one model: name it with --model")
	case e.protocol == train.Within && e.folds == "dataset":
		return usage("--protocol within keeps to subjects and cameras: --folds dataset belongs to cross-dataset")
	case e.protocol == train.CrossDataset && e.folds != "" && e.folds != "dataset":
		return usage("--protocol cross-dataset cuts by data set: leave out --folds %s", e.folds)
	case e.protocol == train.CrossDataset:
		e.folds = "dataset"
	case e.protocol == train.Within && e.folds == "":
		e.folds = "subject"
	}
	switch {
	case e.folds == "" && e.model == "":
		return usage("evaluate what? Give --model FILE, or --folds to train models in turn")
	case e.folds != "" && e.model != "" && !isName(e.model):
		return usage("--model %s has learned already, and --folds trains anew: give one of them", e.model)
	case e.folds != "" && e.train != "":
		return usage("--folds chooses thresholds on its own training clips: leave out --train")
	case e.folds == "" && len(e.also) > 0:
		return usage("--also gives more clips to the trainings of --folds, and %s learns nothing: leave it out", e.model)
	case e.folds != "" && !slices.Contains(data.FoldKinds, e.folds):
		return usage("--folds is %q, and must be one of %s", e.folds, strings.Join(data.FoldKinds, ", "))
	}
	return e.checkNames()
}
