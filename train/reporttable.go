package train

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// table is a table of the page.
type table struct {
	Caption string
	Corner  string   // above the names of the rows
	Columns []string // without the first, which names the rows
	Colours []string // of the columns, where they are runs
	Bodies  []tableBody
	Note    string
}

// tableBody is rows under one heading; "" = none.
type tableBody struct {
	Heading string
	Rows    []pageRow
}

type pageRow struct {
	Name  string
	Cells []pageCell
}

// Width is how many columns the table has.
func (t *table) Width() int { return len(t.Columns) + 1 }

// pageCell is a value and, smaller, what belongs to it, such as its interval.
type pageCell struct{ Main, Small string }

// cellOf parts a text at its interval or its reason.
func cellOf(text string) pageCell {
	for _, sign := range []string{" [", " ("} {
		if i := strings.Index(text, sign); i > 0 {
			return pageCell{text[:i], tight(text[i+1:])}
		}
	}
	return pageCell{Main: text}
}

// tight keeps a short text on one line.
func tight(text string) string {
	const short = 24
	if len(text) > short {
		return text
	}
	return strings.ReplaceAll(text, " ", "\u00a0")
}

// numbers are all numbers of the runs, and of what was measured beside the only one.
func (r Report) numbers() *table {
	var measures []*Measures
	t := &table{Caption: "All numbers, with their 95 % intervals", Corner: "number"}
	for i, run := range r.Runs {
		if run.Evaluation != nil {
			measures = append(measures, &run.Evaluation.Result.Measures)
			t.Columns = append(t.Columns, run.Name)
			if len(r.Runs) > 1 {
				t.Colours = append(t.Colours, css(runColour(i)))
			}
		}
	}
	if len(measures) == 0 {
		return nil
	}
	for i := range r.Beside {
		measures = append(measures, &r.Beside[i].Measures)
		t.Columns = append(t.Columns, r.Beside[i].Detector)
	}
	for _, line := range summaryRows {
		heading, name, ok := strings.Cut(line.name, ": ")
		if !ok {
			heading, name = "", line.name
		}
		if n := len(t.Bodies); n == 0 || t.Bodies[n-1].Heading != heading {
			t.Bodies = append(t.Bodies, tableBody{Heading: heading})
		}
		row := pageRow{Name: name}
		for _, m := range measures {
			row.Cells = append(row.Cells, cellOf(line.cell(m)))
		}
		b := &t.Bodies[len(t.Bodies)-1]
		b.Rows = append(b.Rows, row)
	}
	return t
}

// foldTable is nil where there are no folds.
func foldTable(r *Run, whose string) *table {
	folds := r.Evaluation.Result.Folds
	if len(folds) == 0 {
		return nil
	}
	t := &table{Caption: "Each fold by itself" + whose, Corner: "fold"}
	for _, c := range foldRows {
		t.Columns = append(t.Columns, c.name)
	}
	var rows []pageRow
	for i := range folds {
		line := pageRow{Name: folds[i].Name}
		for _, c := range foldRows {
			line.Cells = append(line.Cells, cellOf(c.cell(&folds[i].Measures)))
		}
		rows = append(rows, line)
	}
	t.Bodies = []tableBody{{Rows: rows}}
	return t
}

// transferTable tells what the thresholds lose that were brought along, nil where no run
// can tell.
func transferTable(runs []*Run) *table {
	t := &table{
		Caption: "What the threshold loses that was brought from the training side", Corner: "measured on",
		Columns: []string{"threshold", "balanced accuracy", "best possible", "lost", "events F1", "best possible", "lost"},
	}
	for i, r := range runs {
		if r.Evaluation == nil {
			continue
		}
		result := &r.Evaluation.Result
		if !result.Transfer.BalancedAccuracy.Loss.Defined() && !result.Transfer.EventF1.Loss.Defined() {
			continue
		}
		body := tableBody{Rows: []pageRow{transferRow("all clips", &result.Measures)}}
		if len(runs) > 1 {
			body.Heading = runs[i].Name
		}
		for k := range result.Folds {
			body.Rows = append(body.Rows, transferRow(result.Folds[k].Name, &result.Folds[k].Measures))
		}
		t.Bodies = append(t.Bodies, body)
	}
	if len(t.Bodies) == 0 {
		return nil
	}
	return t
}

// lostBy tells in words what the table of transferTable says of all clips.
func lostBy(runs []*Run) (sentences []string) {
	for _, r := range runs {
		if r.Evaluation == nil {
			continue
		}
		who := "The threshold"
		if len(runs) > 1 {
			who = r.Name + ": the threshold"
		}
		t := &r.Evaluation.Result.Transfer
		switch b, f := t.BalancedAccuracy.Loss, t.EventF1.Loss; {
		case !b.Defined() || !f.Defined():
		case b.Value == 0 && f.Value == 0:
			sentences = append(sentences, who+" that was brought from the training side is as good here as any.")
		default:
			sentences = append(sentences, fmt.Sprintf("%s that was brought from the training side loses %s of balanced accuracy%s and %s of the events’ F1%s against the best one for these clips.",
				who, points.much(b.Value), upTo(b, points), fraction.text(f.Value), upTo(f, fraction)))
		}
	}
	return sentences
}

// upTo is an interval in brackets, "" where there is none.
func upTo(m Metric, u unit) string {
	if math.IsNaN(m.Low) || math.IsNaN(m.High) {
		return ""
	}
	return strings.ReplaceAll(fmt.Sprintf(" (interval %s to %s)", u.text(m.Low), u.text(m.High)), "-", "−")
}

func transferRow(name string, m *Measures) pageRow {
	row := pageRow{Name: name, Cells: []pageCell{{Main: decimal(m.Threshold, 3)}}}
	for _, one := range []struct {
		got Metric
		t   Transfer
	}{{m.Clip.BalancedAccuracy, m.Transfer.BalancedAccuracy}, {m.Event.F1, m.Transfer.EventF1}} {
		row.Cells = append(row.Cells, pageCell{Main: one.got.bare(3)}, pageCell{Main: one.t.Best.bare(3)}, cellOf(one.t.Loss.orDash(3)))
	}
	return row
}

// bare is the value alone.
func (m Metric) bare(places int) string {
	if !m.Defined() {
		return "–"
	}
	return rounded(m.Value, places)
}

// tile is one number that stands large at the top.
type tile struct {
	Name, Value, Small string
	Bar                template.HTML // where it lies between nothing and all; "" = it has no end
}

// tilesOf are the numbers that a reader asks for first.
func tilesOf(r *Result) (tiles []tile) {
	if m := r.Event.Recall; m.Defined() {
		c := r.Event.Counts
		tiles = append(tiles, tile{"falls noticed", percent(m.Value), fmt.Sprintf("%d of %d; 95 %% interval %s to %s", c.Found, c.Falls, percent(m.Low), percent(m.High)), shareBar(m)})
	}
	if m := r.Event.FalseAlarmsPerHour; m.Defined() {
		c := r.Event.Counts
		tiles = append(tiles, tile{"false alarms an hour", rounded(m.Value, 1), fmt.Sprintf("%d in %.2f h; interval %.1f to %.1f", c.FalseAlarms, c.Hours, m.Low, m.High), ""})
	}
	if m := r.Event.TimeToAlarm.Median; m.Defined() {
		small := "median, after the body is at rest"
		if m.Value < 0 {
			small = "median; negative: before the body is at rest"
		}
		tiles = append(tiles, tile{"time to alarm", seconds.level(m.Value), small, ""})
	}
	if m := r.Clip.BalancedAccuracy; m.Defined() {
		tiles = append(tiles, tile{"whole clips told apart", percent(m.Value), fmt.Sprintf("balanced accuracy; interval %s to %s; a coin: 50 %%", percent(m.Low), percent(m.High)), shareBar(m)})
	}
	return tiles
}

// shareBar draws a share from 0 to 1 with its interval. The numbers beside it say the same.
func shareBar(m Metric) template.HTML {
	low, high := m.Low, m.High
	if math.IsNaN(low) || math.IsNaN(high) {
		low, high = m.Value, m.Value
	}
	low, high = max(low, 0), min(high, 1)
	return template.HTML(fmt.Sprintf(`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">`+
		`<rect class="rail" x="0" y="3" width="100" height="2"/><rect class="span" x="%.2f" y="1.5" width="%.2f" height="5"/><rect class="mark" x="%.2f" y="0" width="1.2" height="8"/></svg>`,
		100*low, 100*(high-low), min(98.8, max(0, 100*m.Value-0.6))))
}
