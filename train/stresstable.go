package train

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// WriteStressTable writes a result for people at a terminal: a row for each kind of harm,
// the event F1 at each severity, and the score.
func WriteStressTable(w io.Writer, r StressResult) error {
	fmt.Fprintf(w, "%s under harm: event F1 of suspected events, by severity\n", r.Detector)
	severities := r.severities()
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i := range r.Levels {
		l := &r.Levels[i]
		fmt.Fprintf(t, "\n%s, %s\tclean", l.Level, plural(l.Counts.Clips, "clip"))
		for _, s := range severities {
			fmt.Fprintf(t, "\t%d", s)
		}
		fmt.Fprintln(t, "\tscore")
		for k := range l.Kinds {
			fmt.Fprintf(t, "%s\t%s%s\t%s\n", l.Kinds[k].Kind, l.Clean.EventF1.point(2), l.Kinds[k].row(severities), l.Kinds[k].Score.Text(2))
		}
		fmt.Fprintf(t, "%s together\t%s\t%s\n", plural(len(l.Kinds), "kind"), gaps(len(severities)), l.Score.Text(3))
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	unit := "clips"
	if r.Interval.Unit == "group" {
		unit = "groups of clips (same subject or camera)"
	}
	_, err := fmt.Fprintf(w, "\nstress score %s: what is left of the clean F1, mean over severities, then over kinds\n[95 %% interval] by drawing %d %s anew, %d times\n",
		r.Score.Text(3), r.Interval.Units, unit, r.Interval.Resamples)
	return err
}

// gaps are empty cells.
func gaps(n int) string { return string(slices.Repeat([]byte{'\t'}, n)) }

func (k *StressKind) row(severities []int) (cells string) {
	for _, s := range severities {
		cells += "\t"
		if i := slices.IndexFunc(k.Cells, func(c StressCell) bool { return c.Severity == s }); i >= 0 {
			cells += k.Cells[i].EventF1.point(2)
		}
	}
	return cells
}

// severities are those that occur, ascending.
func (r *StressResult) severities() (all []int) {
	for _, l := range r.Levels {
		for _, k := range l.Kinds {
			for _, c := range k.Cells {
				if !slices.Contains(all, c.Severity) {
					all = append(all, c.Severity)
				}
			}
		}
	}
	slices.Sort(all)
	return all
}

// point is the value alone.
func (m Metric) point(places int) string {
	if !m.Defined() {
		return "–"
	}
	return rounded(m.Value, places)
}
