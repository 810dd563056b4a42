package main

import (
	"context"
	"fmt"

	"fallkit/data"
	"fallkit/train"
)

// tell prints the table, and writes the JSON, the page and the folder that were asked for.
func (e *evaluation) tell(ctx context.Context, m *data.Manifest, examples []data.Example, all []measured) error {
	var results []train.Result
	for _, one := range all {
		r, err := e.result(one)
		if err != nil {
			return err
		}
		results = append(results, r)
	}
	if err := ctx.Err(); err != nil { // nothing is written that was not asked for any more
		return err
	}
	if err := train.WriteTable(e.stdout, results...); err != nil {
		return err
	}
	if e.json != "" {
		if err := results[0].Write(e.json); err != nil {
			return err
		}
	}
	if e.report == "" && e.out == "" {
		return nil
	}
	kept, err := e.kept(m, examples, all[0], results[0])
	if err != nil {
		return err
	}
	if e.out != "" {
		if err := kept.Save(e.out); err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "\nkept: %s\n", e.out)
	}
	if e.report == "" {
		return nil
	}
	run := &train.Run{Name: kept.Result.Detector, Evaluation: kept, Epochs: kept.Epochs}
	page := train.Report{Title: "Falls in " + describe(m), Runs: []*train.Run{run}, Beside: results[1:]}
	if err := page.Write(e.report); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "\nreport: %s\n", e.report)
	return nil
}

// result makes numbers of what one detector said.
func (e *evaluation) result(one measured) (train.Result, error) {
	measuring := e.measuring(one)
	protocol := one.protocol
	r, err := measuring.Result(protocol, one.detector, one.folds)
	if err != nil {
		return r, err
	}
	if len(one.matrix) > 0 {
		if r.Matrix, err = measuring.Matrix(one.matrix); err != nil {
			return r, err
		}
	}
	measuring.GroupBy(&r, clipsOf(one.folds), e.by)
	return r, nil
}

func clipsOf(folds []train.FoldClips) (clips []train.Judged) {
	for _, f := range folds {
		clips = append(clips, f.Clips...)
	}
	return clips
}

func (e *evaluation) measuring(one measured) train.Measuring {
	s := e.settings.Evaluate
	return train.Measuring{Alarm: one.alarm, MinEvidence: s.MinEvidence, Resamples: s.Resamples, Seed: s.Seed}
}

// kept is all about one detector that a report needs.
func (e *evaluation) kept(m *data.Manifest, examples []data.Example, one measured, result train.Result) (*train.Evaluation, error) {
	clips := clipsOf(one.folds)
	drawer := train.Illustrator{Measuring: e.measuring(one), MinScore: e.settings.Input.MinScore}
	cases, err := drawer.Cases(clips)
	if err != nil {
		return nil, err
	}
	facts, err := e.facts(m, examples)
	if err != nil {
		return nil, err
	}
	return &train.Evaluation{
		Result: result, Clips: clips, Measuring: drawer.Measuring, Cases: cases,
		Epochs: e.epochs(), Facts: facts,
	}, nil
}

// epochs is the log that lies beside the model, nil where there is none.
func (e *evaluation) epochs() []train.EpochLog {
	if e.model == "" || isName(e.model) {
		return nil
	}
	epochs, err := train.ReadLog(beside(e.model, train.LogName))
	if err != nil {
		return nil // a model without its run is no fault
	}
	return epochs
}
