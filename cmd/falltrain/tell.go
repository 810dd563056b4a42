package main

import (
	"fmt"
	"strings"

	"fallkit/data"
	"fallkit/train"
)

// tell prints the table, and writes the JSON and the page that were asked for.
func (e *evaluation) tell(m *data.Manifest, all []measured) error {
	var results []train.Result
	for _, one := range all {
		r, err := e.measuring(one).Result(one.protocol, one.detector, one.folds)
		if err != nil {
			return err
		}
		results = append(results, r)
	}
	if err := train.WriteTable(e.stdout, results...); err != nil {
		return err
	}
	if e.json != "" {
		if err := results[0].Write(e.json); err != nil {
			return err
		}
	}
	if e.report == "" {
		return nil
	}
	if err := e.page(m, all[0], results).Write(e.report); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "\nreport: %s\n", e.report)
	return nil
}

func (e *evaluation) measuring(one measured) train.Measuring {
	return train.Measuring{Alarm: one.alarm, Resamples: e.settings.Evaluate.Resamples, Seed: e.settings.Evaluate.Seed}
}

// page is the report about the first detector.
func (e *evaluation) page(m *data.Manifest, one measured, results []train.Result) train.Report {
	var clips []train.Judged
	for _, f := range one.folds {
		clips = append(clips, f.Clips...)
	}
	facts := train.Facts{Heading: "What was measured", Rows: [][2]string{
		{"program", "falltrain " + version}, {"data", m.Dir}, {"clips that count", strings.Join(e.only, ", ")}, {"model", e.model},
	}}
	settings := train.Facts{Heading: "Settings"}
	for _, o := range e.origins {
		settings.Rows = append(settings.Rows, [2]string{o.Key, fmt.Sprint(o.Value)})
	}
	return train.Report{
		Title: "Falls in " + describe(m), Results: results, Clips: clips, Measuring: e.measuring(one),
		MinScore: e.settings.Input.MinScore, Epochs: e.epochs(), Facts: []train.Facts{facts, settings},
	}
}

// epochs is the log that lies beside the model, nil where there is none.
func (e *evaluation) epochs() []train.EpochLog {
	if e.model == "" || e.model == ruleName {
		return nil
	}
	epochs, err := train.ReadLog(beside(e.model, train.LogName))
	if err != nil {
		return nil // a model without its run is no fault
	}
	return epochs
}
