package train

import (
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
)

// row is one line of a table: a name and what each measured detector got.
type row struct {
	name string
	cell func(m *Measures) string
}

// summaryRows are what a reader sees first, in the table and in the report.
var summaryRows = []row{
	{"clips: balanced accuracy", func(m *Measures) string { return m.Clip.BalancedAccuracy.Text(3) }},
	{"clips: recall", func(m *Measures) string { return m.Clip.Recall.Text(3) }},
	{"clips: specificity", func(m *Measures) string { return m.Clip.Specificity.Text(3) }},
	{"clips: F1", func(m *Measures) string { return m.Clip.F1.Text(3) }},
	{"clips: AUC", func(m *Measures) string { return m.Clip.AUC.Text(3) }},
	{"windows: average precision", func(m *Measures) string { return m.Window.AP.Text(3) }},
	{"windows: calibration error", func(m *Measures) string { return m.Window.CalibrationError.Text(3) }},
	{"suspected: recall", func(m *Measures) string { return m.Event.Recall.Text(3) }},
	{"suspected: precision", func(m *Measures) string { return m.Event.Precision.Text(3) }},
	{"suspected: F1", func(m *Measures) string { return m.Event.F1.Text(3) }},
	{"suspected: false alarms an hour", func(m *Measures) string { return m.Event.FalseAlarmsPerHour.Text(1) }},
	{"suspected: counted", func(m *Measures) string { return m.Event.Counts.Text() }},
	{"suspected: time to alarm, median", func(m *Measures) string { return m.Event.TimeToAlarm.Median.seconds() }},
	{"suspected: time to alarm, p90", func(m *Measures) string { return m.Event.TimeToAlarm.P90.seconds() }},
	{"confirmed: recall", func(m *Measures) string { return m.EventConfirmed.Recall.Text(3) }},
	{"confirmed: precision", func(m *Measures) string { return m.EventConfirmed.Precision.Text(3) }},
	{"confirmed: false alarms an hour", func(m *Measures) string { return m.EventConfirmed.FalseAlarmsPerHour.Text(1) }},
	{"confirmed: counted", func(m *Measures) string { return m.EventConfirmed.Counts.Text() }},
	{"confirmed: time to alarm, median", func(m *Measures) string { return m.EventConfirmed.TimeToAlarm.Median.seconds() }},
	{"confirmed: time to alarm, p90", func(m *Measures) string { return m.EventConfirmed.TimeToAlarm.P90.seconds() }},
	{"fallen, by seconds: recall", func(m *Measures) string { return m.Fallen.Recall.Text(3) }},
	{"fallen, by seconds: precision", func(m *Measures) string { return m.Fallen.Precision.Text(3) }},
	{"threshold loses: balanced accuracy", func(m *Measures) string { return m.Transfer.BalancedAccuracy.Loss.Text(3) }},
	{"threshold loses: suspected F1", func(m *Measures) string { return m.Transfer.EventF1.Loss.Text(3) }},
	{"threshold", func(m *Measures) string { return strconv.FormatFloat(m.Threshold, 'f', 3, 64) }},
}

// foldRows are the columns of the table of folds.
var foldRows = []row{
	{"clips", func(m *Measures) string {
		return fmt.Sprintf("%d (%s)", m.Counts.Clips, plural(m.Counts.FallClips, "fall"))
	}},
	{"balanced acc.", func(m *Measures) string { return m.Clip.BalancedAccuracy.orDash(2) }},
	{"AUC", func(m *Measures) string { return m.Clip.AUC.orDash(2) }},
	{"suspected", func(m *Measures) string { return m.Event.Counts.Text() }},
	{"confirmed", func(m *Measures) string { return m.EventConfirmed.Counts.Text() }},
	{"threshold", func(m *Measures) string { return strconv.FormatFloat(m.Threshold, 'f', 3, 64) }},
}

// orDash is Text for where there is no room for reasons.
func (m Metric) orDash(places int) string {
	if !m.Defined() {
		return "–"
	}
	return m.Text(places)
}

func (m Metric) seconds() string {
	if text := m.Text(2); m.Defined() {
		return text + " s"
	}
	return m.Text(2)
}

// Text is "found of falls, false alarms in hours".
func (c EventCounts) Text() string {
	return fmt.Sprintf("%d of %d falls, %d false in %.2f h", c.Found, c.Falls, c.FalseAlarms, c.Hours)
}

// WriteTable writes results of the same clips side by side for people at a terminal, then
// the folds of the first.
func WriteTable(w io.Writer, results ...Result) error {
	if len(results) == 0 {
		return nil
	}
	first := &results[0]
	fmt.Fprintf(w, "%s → %s   (%s)\n%s\n\n", first.Train, first.Test, first.protocolText(), first.Counts.Text())
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(results) > 1 {
		for _, r := range results {
			fmt.Fprintf(t, "\t%s", r.Detector)
		}
		fmt.Fprintln(t)
	}
	for _, line := range summaryRows {
		fmt.Fprint(t, line.name)
		for i := range results {
			fmt.Fprintf(t, "\t%s", line.cell(&results[i].Measures))
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	fmt.Fprintf(w, "\n%s\n", first.footnote())
	if err := writeFolds(w, "fold", first.Folds); err != nil {
		return err
	}
	if err := writeFolds(w, "one on another", first.Matrix); err != nil {
		return err
	}
	return writeGroups(w, first.Groups)
}

func (r *Result) protocolText() string {
	if r.Cut == "" {
		return r.Protocol
	}
	return r.Protocol + ", folds by " + r.Cut
}

func writeFolds(w io.Writer, title string, folds []FoldResult) error {
	if len(folds) == 0 {
		return nil
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, title)
	for _, column := range foldRows {
		fmt.Fprintf(t, "\t%s", column.name)
	}
	fmt.Fprintln(t)
	for i := range folds {
		fmt.Fprint(t, folds[i].Name)
		for _, column := range foldRows {
			fmt.Fprintf(t, "\t%s", column.cell(&folds[i].Measures))
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("writing the table of folds: %w", err)
	}
	return nil
}

// groupRows are the columns of the table of groups.
var groupRows = []row{
	{"clips", func(m *Measures) string {
		return fmt.Sprintf("%d (%s)", m.Counts.Clips, plural(m.Counts.FallClips, "fall"))
	}},
	{"recall", func(m *Measures) string { return m.Clip.Recall.orDash(2) }},
	{"specificity", func(m *Measures) string { return m.Clip.Specificity.orDash(2) }},
	{"falls suspected", func(m *Measures) string { return m.Event.Recall.orDash(2) }},
	{"falls confirmed", func(m *Measures) string { return m.EventConfirmed.Recall.orDash(2) }},
	{"suspected", func(m *Measures) string { return m.Event.Counts.Text() }},
}

// writeGroups writes one table for each column.
func writeGroups(w io.Writer, groups []GroupResult) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	column := ""
	for i := range groups {
		g := &groups[i]
		if i == 0 || g.Column != column {
			column = g.Column
			fmt.Fprintf(t, "\n%s\twrong", column)
			for _, r := range groupRows {
				fmt.Fprintf(t, "\t%s", r.name)
			}
			fmt.Fprintln(t)
		}
		fmt.Fprintf(t, "%s\t%d", named(g.Value), g.Wrong)
		for _, r := range groupRows {
			fmt.Fprintf(t, "\t%s", r.cell(&g.Measures))
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("writing the table of groups: %w", err)
	}
	return nil
}

// named is a value of a column, or a dash.
func named(value string) string {
	if value == "" {
		return "–"
	}
	return value
}

// Text says in a line what was measured.
func (c Counts) Text() string {
	text := fmt.Sprintf("%s, %d with a fall, %.2f h of footage", plural(c.Clips, "clip"), c.FallClips, c.Hours)
	if c.Trials < c.Clips {
		text += fmt.Sprintf("; %s, since several cameras saw the same", plural(c.Trials, "trial"))
	}
	if c.Untimed > 0 {
		text += fmt.Sprintf("; %s without times, judged as clips only", plural(c.Untimed, "fall"))
	}
	if c.Unknown > 0 {
		text += fmt.Sprintf("; %s (%d with a fall) unknown, since too little of a person was seen: counted apart", plural(c.Unknown, "clip"), c.UnknownFall)
	}
	return text
}

// footnote says how the intervals were made and which falls were left out.
func (r *Measures) footnote() string {
	unit := "clips"
	if r.Interval.Unit == "group" {
		unit = "groups of clips (same subject or camera)"
	}
	text := fmt.Sprintf("[95 %% interval] by drawing %d %s anew, %d times; by the rule of three where nothing was missed or nothing false.", r.Interval.Units, unit, r.Interval.Resamples)
	if n := r.EventConfirmed.Counts.LeftOut; n > 0 {
		text += fmt.Sprintf("\nconfirmed: without %s whose clips end before an alarm could be confirmed.", plural(n, "fall"))
	}
	return text
}
