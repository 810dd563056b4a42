package train

import (
	"slices"
)

// thesisMetric is a number that variants are held against each other by.
type thesisMetric struct {
	key, name string
	lower     bool // the lower the better
	points    bool // a share, told in points of a hundred
}

// thesisRates are the false alarms an hour at which recall is told.
var thesisRates = []float64{1, 2, 5, 10, 20}

// thesisReach is the rate up to which the mean recall is taken, false alarms an hour.
const thesisReach = 10.0

// The keys of the number that was chosen as the one that counts before anything was run, and
// of the honest one beside it.
const (
	thesisHeadline = "recall_at_5"
	thesisBrought  = "brought.balanced_events"
)

// ThesisMetrics' keys stand in the JSON.
var thesisMetrics = []thesisMetric{
	{"recall_at_1", "falls noticed at 1 false alarm an hour", false, true},
	{"recall_at_2", "falls noticed at 2 false alarms an hour", false, true},
	{"recall_at_5", "falls noticed at 5 false alarms an hour", false, true},
	{"recall_at_10", "falls noticed at 10 false alarms an hour", false, true},
	{"recall_at_20", "falls noticed at 20 false alarms an hour", false, true},
	{"mean_recall", "mean of falls noticed at 0 to 10 false alarms an hour", false, true},
	{"clip.auc", "clips: AUC, mean of the folds", false, true},
	{"brought.recall", "with the threshold brought: falls noticed", false, true},
	{"brought.false_alarms_per_hour", "with the threshold brought: false alarms an hour", true, false},
	{"brought.balanced_accuracy", "with the threshold brought: balanced accuracy of clips", false, true},
	{"brought.balanced_events", "with the threshold brought: mean of falls noticed and of quiet everyday clips", false, true},
}

func thesisMetricNamed(key string) thesisMetric {
	i := slices.IndexFunc(thesisMetrics, func(m thesisMetric) bool { return m.key == key })
	return thesisMetrics[i]
}
