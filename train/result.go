package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sort"

	"fallkit/internal/alarm"
)

// ResultFormat is the version of the result's JSON. docs/metrics.md lists its keys; within a
// version keys are added and never changed.
const ResultFormat = 1

// Result is what an evaluation found: over all clips, and for each fold.
type Result struct {
	Format   int            `json:"format"`
	Protocol string         `json:"protocol"` // Fixed, Within or CrossDataset
	Cut      string         `json:"cut"`      // what the folds were cut by: "dataset", "subject", "camera"; "" = none
	Detector string         `json:"detector"` // what was measured, in words
	Train    string         `json:"train"`    // what it had learned from
	Test     string         `json:"test"`     // what it was measured on
	Alarm    alarm.Settings `json:"alarm"`    // its threshold is the result's
	Measures
	Folds  []FoldResult  `json:"folds"`
	Matrix []FoldResult  `json:"matrix,omitempty"` // of CrossDataset: each data set's model on each other data set
	Risk   RiskCurve     `json:"risk"`
	Groups []GroupResult `json:"groups,omitempty"` // of the columns that were asked for, the worst first
}

// The protocols.
const (
	Fixed        = "fixed"         // one detector, one data folder
	Within       = "within"        // folds that hold out subjects or cameras
	CrossDataset = "cross-dataset" // folds that hold out data sets
)

// FoldResult is what was found in one fold.
type FoldResult struct {
	Name  string `json:"name"`
	Train string `json:"train"`
	Test  string `json:"test"`
	Measures
}

// Measures are all numbers about a set of clips.
type Measures struct {
	Clip           ClipMeasures     `json:"clip"`
	Window         WindowMeasures   `json:"window"`
	Event          EventMeasures    `json:"event"`           // suspected events
	EventConfirmed EventMeasures    `json:"event_confirmed"` // confirmed events
	Fallen         FallenMeasures   `json:"fallen"`          // the state of lying after a fall
	Transfer       TransferMeasures `json:"transfer"`        // what the threshold loses that was brought along
	Threshold      float64          `json:"threshold"`       // over folds: the median of theirs; each clip is judged with its own fold's
	Counts         Counts           `json:"counts"`
	Interval       Interval         `json:"interval"`
}

// ClipMeasures judge a clip as a whole by its highest score. Clips that are unknown count
// in Coverage alone.
type ClipMeasures struct {
	BalancedAccuracy Metric `json:"balanced_accuracy"` // mean of recall and specificity
	Recall           Metric `json:"recall"`
	Specificity      Metric `json:"specificity"`
	F1               Metric `json:"f1"`
	AUC              Metric `json:"auc"`      // whatever the threshold
	Coverage         Metric `json:"coverage"` // share of clips that are not unknown
}

// WindowMeasures judge every labelled window.
type WindowMeasures struct {
	AP               Metric `json:"ap"`
	CalibrationError Metric `json:"calibration_error"`
}

// FallenMeasures judge the state of lying after a fall, by its seconds: whether a confirmed
// event holds while somebody lies.
type FallenMeasures struct {
	Recall    Metric        `json:"recall"`
	Precision Metric        `json:"precision"`
	F1        Metric        `json:"f1"`
	Seconds   FallenSeconds `json:"seconds"`
}

// FallenSeconds are what the fallen measures are made of.
type FallenSeconds struct {
	Fallen  float64 `json:"fallen"`  // somebody lay
	Claimed float64 `json:"claimed"` // the alarm said so, where it is known
	Right   float64 `json:"right"`   // both
}

// TransferMeasures tell what the thresholds that were brought from the training side lose
// against those that would have been best for the test clips.
type TransferMeasures struct {
	BalancedAccuracy Transfer `json:"balanced_accuracy"` // of clips
	EventF1          Transfer `json:"event_f1"`          // of suspected events
}

// Transfer is the best value that any threshold reaches, and how much lower ours is.
type Transfer struct {
	Best Metric `json:"best"`
	Loss Metric `json:"loss"`
}

// EventMeasures judge the alarms of one kind as a watcher meets them.
type EventMeasures struct {
	Recall             Metric      `json:"recall"`
	Precision          Metric      `json:"precision"` // found falls ÷ (found falls + false alarms)
	F1                 Metric      `json:"f1"`
	FalseAlarmsPerHour Metric      `json:"false_alarms_per_hour"`
	FalseAlarmsPerDay  Metric      `json:"false_alarms_per_day"`
	TimeToAlarm        TimeToAlarm `json:"time_to_alarm_s"`
	Counts             EventCounts `json:"counts"`
}

// TimeToAlarm is in seconds from the body at rest to the alarm, negative where it came earlier.
type TimeToAlarm struct {
	Median Metric `json:"median"`
	P90    Metric `json:"p90"`
}

// EventCounts are what the event measures are made of.
type EventCounts struct {
	Falls       int     `json:"falls"`        // that could be found
	Found       int     `json:"found"`        // that were
	LeftOut     int     `json:"left_out"`     // whose clip ends too soon after them to confirm
	FalseAlarms int     `json:"false_alarms"` // several within 5 s are one
	Hours       float64 `json:"hours"`        // of footage away from falls
}

// Counts say what the clips were.
type Counts struct {
	Clips          int     `json:"clips"`
	Trials         int     `json:"trials"` // clips, those that several cameras saw counted once
	FallClips      int     `json:"fall_clips"`
	Falls          int     `json:"falls"`         // labelled ones with times
	Untimed        int     `json:"untimed"`       // fall clips without times: judged as clips only
	Unknown        int     `json:"unknown"`       // clips of which too little could be scored to say that there was no fall
	UnknownFall    int     `json:"unknown_falls"` // those of them that show a fall
	Windows        int     `json:"windows"`
	FallWindows    int     `json:"fall_windows"`
	UnknownWindows int     `json:"unknown_windows"` // of which nothing could be told
	Hours          float64 `json:"hours"`           // of all footage
	ScoredHours    float64 `json:"scored_hours"`    // of it, for which there is a score
}

// FoldClips is a fold's test clips, judged.
type FoldClips struct {
	Name, Train, Test string
	Threshold         float64
	Clips             []Judged
}

// Result measures each fold by itself and all their clips together. One fold is a result
// without folds: a model on a data folder. The clips' thresholds are set to their fold's.
//
// protocol is Fixed, or what the folds were cut by (one of data.FoldKinds).
func (m Measuring) Result(protocol, detector string, folds []FoldClips) (Result, error) {
	if err := checkFolds(folds); err != nil {
		return Result{}, err
	}
	out := Result{Format: ResultFormat, Protocol: protocol, Detector: detector, Alarm: m.Alarm, Folds: []FoldResult{}}
	if protocol != Fixed {
		out.Protocol, out.Cut = protocolOf(protocol), protocol
	}
	var all []Judged
	for _, f := range folds {
		for i := range f.Clips {
			f.Clips[i].Threshold, f.Clips[i].Fold = f.Threshold, f.Name
		}
		all = append(all, f.Clips...)
		if len(folds) > 1 {
			out.Folds = append(out.Folds, FoldResult{Name: f.Name, Train: f.Train, Test: f.Test, Measures: m.Measure(f.Clips)})
		}
	}
	out.Measures = m.Measure(all)
	out.Risk = m.Risk(all)
	out.Threshold = medianThreshold(folds)
	out.Alarm.Threshold = out.Threshold
	out.Train, out.Test = foldNames(folds)
	return out, nil
}

// Matrix measures each pair of a training and a test data set by itself.
func (m Measuring) Matrix(pairs []FoldClips) ([]FoldResult, error) {
	if err := checkFolds(pairs); err != nil {
		return nil, err
	}
	var out []FoldResult
	for _, f := range pairs {
		clips := slices.Clone(f.Clips) // a fold may have the same ones
		for i := range clips {
			clips[i].Threshold, clips[i].Fold = f.Threshold, f.Name
		}
		out = append(out, FoldResult{Name: f.Name, Train: f.Train, Test: f.Test, Measures: m.Measure(clips)})
	}
	return out, nil
}

func protocolOf(cut string) string {
	if cut == "dataset" {
		return CrossDataset
	}
	return Within
}

func checkFolds(folds []FoldClips) error {
	if len(folds) == 0 {
		return errors.New("measuring: there is no clip to measure")
	}
	for _, f := range folds {
		switch {
		case len(f.Clips) == 0:
			return fmt.Errorf("measuring fold %q: it has no test clip", f.Name)
		case !(f.Threshold > 0 && f.Threshold <= 1):
			return fmt.Errorf("measuring fold %q: its threshold is %g, and must be above 0 and at most 1", f.Name, f.Threshold)
		}
	}
	return nil
}

func medianThreshold(folds []FoldClips) float64 {
	thresholds := make([]float64, len(folds))
	for i, f := range folds {
		thresholds[i] = f.Threshold
	}
	return quantileOf(thresholds, 0.5)
}

func foldNames(folds []FoldClips) (train, test string) {
	if len(folds) == 1 {
		return folds[0].Train, folds[0].Test
	}
	return "the other folds", fmt.Sprintf("%d folds in turn", len(folds))
}

// Write replaces a file with the result as JSON.
func (r Result) Write(path string) error {
	return writeJSON(path, r)
}

// ReadResult reads what Write wrote.
func ReadResult(path string) (Result, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Result{}, fmt.Errorf("reading a result: %w", err)
	}
	var r Result
	if err := json.Unmarshal(text, &r); err != nil {
		return Result{}, fmt.Errorf("reading the result %s: %w: evaluate again", path, err)
	}
	if r.Format != ResultFormat {
		return Result{}, fmt.Errorf("%s is a result of format %d, and this program reads format %d: evaluate again", path, r.Format, ResultFormat)
	}
	return r, nil
}

// Worst gives the clips that were judged worst: the falls that were missed, lowest score
// first, and the false alarms, highest score first.
func (m Measuring) Worst(clips []Judged, most int) (missed, falseAlarms []Judged) {
	for i := range clips {
		suspected, _ := eventTallies(&clips[i], m.alarmOf(&clips[i]))
		says := clips[i].verdict(m.MinEvidence)
		if suspected.found < suspected.falls || clips[i].Fall && says != SaysFall {
			missed = append(missed, clips[i])
		}
		if suspected.falseAlarms > 0 || !clips[i].Fall && says == SaysFall {
			falseAlarms = append(falseAlarms, clips[i])
		}
	}
	above := func(c *Judged) float64 { s, _ := c.Highest(); return s - c.Threshold }
	sort.SliceStable(missed, func(i, j int) bool { return above(&missed[i]) < above(&missed[j]) })
	sort.SliceStable(falseAlarms, func(i, j int) bool { return above(&falseAlarms[i]) > above(&falseAlarms[j]) })
	return missed[:min(most, len(missed))], falseAlarms[:min(most, len(falseAlarms))]
}
