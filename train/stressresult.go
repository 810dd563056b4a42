package train

import (
	"encoding/json"
	"fmt"
	"os"

	"fallkit/internal/alarm"
)

// StressFormat is the version of a stress result's JSON. docs/stress.md lists its keys;
// within a version keys are added and never changed.
const StressFormat = 1

// StressResult is what harm does to a detector.
type StressResult struct {
	Format   int            `json:"format"`
	Detector string         `json:"detector"` // what was measured, in words
	Test     string         `json:"test"`     // what it was measured on
	Learned  int            `json:"learned"`  // how many of the clips it had learned from
	Seed     uint64         `json:"seed"`     // of the harms
	Alarm    alarm.Settings `json:"alarm"`
	Score    Metric         `json:"score"` // mean relative performance under corruption, over all kinds
	Levels   []StressLevel  `json:"levels"`
	Interval Interval       `json:"interval"`
}

// StressLevel is where the harm came in: "pictures", before the pose network, or "poses",
// after it.
type StressLevel struct {
	Level  string         `json:"level"`
	Counts Counts         `json:"counts"` // of the level's clips
	Clean  StressMeasures `json:"clean"`  // of these clips, without harm
	Score  Metric         `json:"score"`  // mean of its kinds'
	Kinds  []StressKind   `json:"kinds"`
}

// StressKind is one kind of harm.
type StressKind struct {
	Kind  string       `json:"kind"`
	About string       `json:"about"`
	Unit  string       `json:"unit"`  // of the cells' parameter
	Score Metric       `json:"score"` // mean of its cells' relative performance
	Cells []StressCell `json:"cells"` // by severity
}

// StressCell is one kind of harm at one severity.
type StressCell struct {
	Severity  int     `json:"severity"`
	Parameter float64 `json:"parameter"`
	Relative  Metric  `json:"relative"` // event F1 ÷ clean event F1
	StressMeasures
}

// StressMeasures are about suspected events and clips, as docs/metrics.md defines them.
type StressMeasures struct {
	EventF1            Metric      `json:"event_f1"`
	EventRecall        Metric      `json:"event_recall"`
	FalseAlarmsPerHour Metric      `json:"false_alarms_per_hour"`
	BalancedAccuracy   Metric      `json:"clip_balanced_accuracy"`
	Coverage           Metric      `json:"clip_coverage"` // share of the clips of which enough could be scored
	Counts             EventCounts `json:"counts"`
}

// Write replaces a file with the result as JSON.
func (r StressResult) Write(path string) error {
	return writeJSON(path, r)
}

// ReadStress reads what Write wrote.
func ReadStress(path string) (StressResult, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return StressResult{}, fmt.Errorf("reading a stress result: %w", err)
	}
	var r StressResult
	if err := json.Unmarshal(text, &r); err != nil {
		return StressResult{}, fmt.Errorf("reading the stress result %s: %w: run \"falltrain stress\" again", path, err)
	}
	if r.Format != StressFormat || len(r.Levels) == 0 {
		return StressResult{}, fmt.Errorf("%s is no stress result of format %d: run \"falltrain stress\" again", path, StressFormat)
	}
	return r, nil
}
