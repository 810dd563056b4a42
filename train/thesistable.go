package train

import (
	"fmt"
	"io"
	"math"
	"sort"
	"strings"
	"text/tabwriter"
)

// protocolTitles are for people.
var protocolTitles = map[string]string{CrossDataset: "across data sets", Within: "inside data sets"}

// Sentences say what came out of a protocol.
func (p *ThesisProtocol) Sentences() (lines []string) {
	title := protocolTitles[p.Protocol]
	for _, pair := range [][2]string{{ThesisGeneralist, ThesisFull}, {ThesisBodies, ThesisFull}, {ThesisGeneralist, ThesisBare}, {ThesisBare, ThesisFull}} {
		d := p.difference(pair[0], pair[1])
		if d == nil {
			continue
		}
		m := d.Metrics[thesisHeadline]
		lines = append(lines, fmt.Sprintf("%s, %s minus %s: %s of the falls noticed at 5 false alarms an hour%s.",
			firstUpper(title), pair[1], pair[0], signedPoints(m), verdictOf(m)))
	}
	for _, how := range []struct {
		text string
		of   func(*ThesisPrior) *ThesisDifference
	}{
		{"what a prior adds by itself", func(one *ThesisPrior) *ThesisDifference { return one.Alone }},
		{"what a prior adds to all others", func(one *ThesisPrior) *ThesisDifference { return one.Last }},
	} {
		if line := p.priorSentence(how.of); line != "" {
			lines = append(lines, fmt.Sprintf("%s, %s: %s.", firstUpper(title), how.text, line))
		}
	}
	return lines
}

// priorSentence names the priors from the one that is worth the most to the one that is worth
// the least, and which of them chance did not make; "" where none was measured.
func (p *ThesisProtocol) priorSentence(of func(*ThesisPrior) *ThesisDifference) string {
	type worth struct {
		name   string
		metric Metric
	}
	var list []worth
	for i := range p.Priors {
		if d := of(&p.Priors[i]); d != nil && d.Metrics[thesisHeadline].Defined() {
			list = append(list, worth{p.Priors[i].Prior, d.Metrics[thesisHeadline]})
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].metric.Value > list[j].metric.Value })
	var words []string
	beyond := 0
	for _, w := range list {
		mark := ""
		if w.metric.Low > 0 || w.metric.High < 0 {
			mark = " (beyond chance)"
			beyond++
		}
		words = append(words, fmt.Sprintf("%s %+.1f%s", w.name, 100*w.metric.Value, mark))
	}
	if len(words) == 0 {
		return ""
	}
	if beyond == 0 {
		words = append(words, "each of which chance may have made")
	}
	return strings.Join(words, ", ")
}

func firstUpper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// verdictOf tells whether chance may have made a difference.
func verdictOf(m Metric) string {
	switch {
	case !m.Defined() || math.IsNaN(m.Low):
		return ""
	case m.Low > 0:
		return ", more than chance makes"
	case m.High < 0:
		return ", worse than chance makes"
	}
	return ", which chance may have made"
}

// signedPoints tells a difference of shares, in points of a hundred, with its interval.
func signedPoints(m Metric) string {
	if !m.Defined() {
		return "– (" + m.Note + ")"
	}
	text := fmt.Sprintf("%+.1f points", 100*m.Value)
	if !math.IsNaN(m.Low) {
		text += fmt.Sprintf(" [%+.1f, %+.1f]", 100*m.Low, 100*m.High)
	}
	return text
}

// text tells a metric in its unit.
func (k thesisMetric) text(m Metric) string {
	if k.points {
		return m.Text(3)
	}
	return m.Text(1)
}

// change tells a difference in its unit.
func (k thesisMetric) change(m Metric) string {
	if k.points {
		return signedPoints(m)
	}
	if !m.Defined() || math.IsNaN(m.Low) {
		return m.Text(1)
	}
	return fmt.Sprintf("%+.1f [%+.1f, %+.1f]", m.Value, m.Low, m.High)
}

// thesisColumns are the metrics of the tables, with the columns' names.
var thesisColumns = []struct{ key, name string }{
	{"recall_at_1", "at 1/h"}, {"recall_at_2", "at 2/h"}, {"recall_at_5", "at 5/h"}, {"recall_at_10", "at 10/h"}, {"mean_recall", "mean 0–10/h"}, {"clip.auc", "AUC"},
}

// WriteTable writes what came out for people at a terminal.
func (t *Thesis) WriteTable(w io.Writer) error {
	for i := range t.Protocols {
		if err := t.Protocols[i].writeTable(w); err != nil {
			return fmt.Errorf("writing the table: %w", err)
		}
	}
	return nil
}

func (p *ThesisProtocol) writeTable(w io.Writer) error {
	fmt.Fprintf(w, "%s\n", strings.ToUpper(protocolTitles[p.Protocol]))
	for _, f := range p.Folds {
		fmt.Fprintf(w, "tested on %s: %s, %s, %.2f h away from falls\n", f.Name, plural(f.Clips, "clip"), plural(f.Falls, "fall"), f.Hours)
	}
	fmt.Fprintln(w)
	for _, s := range p.Sentences() {
		fmt.Fprintln(w, s)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "\nfalls noticed at equal false alarms\tparameters\tanswers\tseeds")
	for _, c := range thesisColumns {
		fmt.Fprintf(t, "\t%s", c.name)
	}
	fmt.Fprint(t, "\tthreshold brought\n")
	for i := range p.Variants {
		v := &p.Variants[i]
		fmt.Fprintf(t, "%s\t%d\t%d\t%d", v.Name, v.Parameters, v.Answers, len(v.Seeds))
		for _, c := range thesisColumns {
			fmt.Fprintf(t, "\t%s", thesisMetricNamed(c.key).text(v.Metrics[c.key]))
		}
		fmt.Fprintf(t, "\t%s\n", v.broughtText())
	}
	fmt.Fprint(t, "\ndifference\tat 5/h\tmean 0–10/h\tAUC\tthreshold brought: recall\tfalse alarms an hour\n")
	for i := range p.Differences {
		d := &p.Differences[i]
		fmt.Fprintf(t, "%s − %s", d.B, d.A)
		for _, key := range []string{thesisHeadline, "mean_recall", "clip.auc", "brought.recall", "brought.false_alarms_per_hour"} {
			fmt.Fprintf(t, "\t%s", thesisMetricNamed(key).change(d.Metrics[key]))
		}
		fmt.Fprintln(t)
	}
	if len(p.Priors) > 0 {
		fmt.Fprint(t, "\nwhat a prior is worth\talone, at 5/h\talone, mean 0–10/h\tbeside all others, at 5/h\tbeside all others, mean 0–10/h\n")
	}
	for i := range p.Priors {
		one := &p.Priors[i]
		fmt.Fprint(t, one.Prior)
		for _, d := range []*ThesisDifference{one.Alone, one.Last} {
			for _, key := range []string{thesisHeadline, "mean_recall"} {
				fmt.Fprintf(t, "\t%s", d.text(key))
			}
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n\n", p.footnote())
	return err
}

// text is a dash where there is no difference.
func (d *ThesisDifference) text(key string) string {
	if d == nil {
		return "–"
	}
	return thesisMetricNamed(key).change(d.Metrics[key])
}

func (m *ThesisMeasure) broughtText() string {
	return fmt.Sprintf("%d of %d falls, %d false", m.Found, m.Falls, m.False)
}

func (p *ThesisProtocol) footnote() string {
	unit := "clips"
	if p.Interval.Unit == "group" {
		unit = "groups of clips (same subject or camera)"
	}
	return fmt.Sprintf("[95 %% interval] by drawing %d %s and the seeds anew, %d times, the same for all. Of twenty differences that are truly none, one seems beyond chance. "+
		"At equal false alarms each model is at the threshold that gives it so many on the very clips of its fold, known afterwards; a part of an alarm is the mean of drawing lots between two thresholds.",
		p.Interval.Units, unit, p.Interval.Resamples)
}
