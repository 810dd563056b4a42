package train

// comparedKind is a number that evaluations are compared by.
type comparedKind struct {
	key   string // where it stands in the result's JSON
	name  string // for tables
	lower bool   // the lower the better
	unit  unit

	more, fewer string // what B did, of so much, than A: "found %s more falls than"

	// parts make a mean of ratios. Where there are none, other is the number.
	parts   func(t *columns) []part
	counted bool // what stands below is a count of chances, so that the rule of three holds
	other   func(t *columns) statistic
}

// part is a ratio of two columns.
type part struct{ above, below []float64 }

// unit is how a difference is told.
type unit int

const (
	points   unit = iota // of a hundred
	anHour               // so many an hour
	seconds              // of time
	fraction             // a number from 0 to 1
)

// comparedKinds are in the order in which a reader wants them.
var comparedKinds = []comparedKind{
	{
		key: "event.recall", name: "falls noticed", unit: points, more: "noticed %s more of the falls than", fewer: "noticed %s fewer of the falls than", counted: true,
		parts: func(t *columns) []part { return []part{{t.suspected.found, t.suspected.falls}} },
	},
	{
		key: "event.false_alarms_per_hour", name: "false alarms an hour", lower: true, unit: anHour, more: "raised %s more false alarms an hour than", fewer: "raised %s fewer false alarms an hour than", counted: true,
		parts: func(t *columns) []part { return []part{{t.suspected.falseAlarms, t.suspected.hours}} },
	},
	{
		key: "clip.balanced_accuracy", name: "clips: balanced accuracy", unit: points, more: "told whole clips apart better by %s than", fewer: "told whole clips apart worse by %s than", counted: true,
		parts: func(t *columns) []part {
			return []part{{t.clip.caught, t.clip.falls}, {t.clip.quiet, t.clip.adls}}
		},
	},
	{
		key: "event.time_to_alarm_s.median", name: "time to alarm, median", lower: true, unit: seconds, more: "raised its median alarm %s later than", fewer: "raised its median alarm %s earlier than",
		other: func(t *columns) statistic { return quantileAt(t.suspected.delays, 0.5) },
	},
	{
		key: "event.precision", name: "alarms that were right", unit: points,
		parts: func(t *columns) []part { return []part{{t.suspected.found, t.suspected.raised}} },
	},
	{
		key: "event.f1", name: "events: F1", unit: fraction,
		parts: func(t *columns) []part { return []part{{t.suspected.twice, t.suspected.both}} },
	},
	{
		key: "event_confirmed.recall", name: "falls confirmed", unit: points, counted: true,
		parts: func(t *columns) []part { return []part{{t.confirmed.found, t.confirmed.falls}} },
	},
	{
		key: "event_confirmed.false_alarms_per_hour", name: "confirmed false alarms an hour", lower: true, unit: anHour, counted: true,
		parts: func(t *columns) []part { return []part{{t.confirmed.falseAlarms, t.confirmed.hours}} },
	},
	{
		key: "clip.recall", name: "clips: recall", unit: points, counted: true,
		parts: func(t *columns) []part { return []part{{t.clip.caught, t.clip.falls}} },
	},
	{
		key: "clip.specificity", name: "clips: specificity", unit: points, counted: true,
		parts: func(t *columns) []part { return []part{{t.clip.quiet, t.clip.adls}} },
	},
	{key: "clip.auc", name: "clips: AUC", unit: fraction, other: func(t *columns) statistic { return t.clip.clips.auc }},
	{key: "window.ap", name: "windows: average precision", unit: fraction, other: func(t *columns) statistic { return t.window.windows.ap }},
	{key: "window.calibration_error", name: "windows: calibration error", lower: true, unit: fraction, other: func(t *columns) statistic { return t.window.calibrationError }},
}

func (k *comparedKind) statistic(t *columns) statistic {
	if k.parts == nil {
		return k.other(t)
	}
	var ratios []statistic
	for _, p := range k.parts(t) {
		ratios = append(ratios, ratio(p.above, p.below))
	}
	return mean(ratios...)
}

// differ counts the units in which two detectors were counted differently, -1 where nothing
// is counted.
func (k *comparedKind) differ(a, b *columns, units [][]int) (n int) {
	if k.parts == nil {
		return -1
	}
	pa, pb := k.parts(a), k.parts(b)
	for _, unit := range units {
		other := false
		for _, i := range unit {
			for p := range pa {
				other = other || pa[p].above[i] != pb[p].above[i] || pa[p].below[i] != pb[p].below[i]
			}
		}
		n += int(count(other))
	}
	return n
}
