package train

import (
	"errors"
	"fmt"
	"html/template"
	"math"
	"slices"
)

// pageComparison is what sets one run apart from the first.
type pageComparison struct {
	A, B     string
	Lead     []string
	Rows     []differenceRow
	Interval string // how the intervals were made
}

type differenceRow struct {
	Name, A, B, Difference, Small string
	Verdict                       string // "better", "worse" or ""
	Bar                           template.HTML
}

// compareRuns gives words without numbers where the two cannot be compared.
func compareRuns(a, b *Run) (pageComparison, error) {
	out := pageComparison{A: a.Name, B: b.Name}
	for _, r := range []*Run{a, b} {
		if r.Evaluation == nil {
			out.Lead = append(out.Lead, r.Name+" was not evaluated, so there is nothing to compare.")
			return out, nil
		}
	}
	c, err := Compare(a.Evaluation, b.Evaluation)
	if errors.Is(err, ErrNothingShared) {
		out.Lead = []string{fmt.Sprintf("%s and %s were measured on different clips, so nothing can be said of their difference.", b.Name, a.Name)}
		return out, nil
	}
	if err != nil {
		return out, fmt.Errorf("%s against %s: %w", b.Name, a.Name, err)
	}
	out.Lead = c.Sentences(a.Name, b.Name)
	out.Interval = fmt.Sprintf("95 %% intervals of the differences: %s drawn anew %d times, the same for both runs. Of twenty numbers that are truly even, one seems beyond chance.",
		plural(c.Interval.Units, c.Interval.Unit), c.Interval.Resamples)
	scales := c.scales()
	for i := range c.Differences {
		out.Rows = append(out.Rows, c.Differences[i].row(scales))
	}
	return out, nil
}

// scales are the greatest differences of each unit: bars of one unit have one scale.
func (c *Comparison) scales() map[unit]float64 {
	scales := map[unit]float64{}
	for _, d := range c.Differences {
		for _, v := range []float64{d.Difference.Value, d.Difference.Low, d.Difference.High} {
			if !math.IsNaN(v) {
				scales[d.kind.unit] = max(scales[d.kind.unit], math.Abs(v))
			}
		}
	}
	return scales
}

func (d *Difference) row(scales map[unit]float64) differenceRow {
	m, u := d.Difference, d.kind.unit
	row := differenceRow{Name: d.kind.name, A: u.level(d.A), B: u.level(d.B), Difference: "–", Small: m.Note}
	if !m.Defined() {
		return row
	}
	row.Difference = d.signed(m.Value)
	if !math.IsNaN(m.Low) {
		row.Small = fmt.Sprintf("%s to %s", d.signed(m.Low), d.signed(m.High))
	}
	row.Verdict = map[int]string{1: "better", -1: "worse"}[d.Beyond()]
	row.Bar = d.bar(scales[u])
	return row
}

// bar draws the difference about its middle, what is better to the right.
func (d *Difference) bar(scale float64) template.HTML {
	m := d.Difference
	low, high := m.Low, m.High
	if math.IsNaN(low) || math.IsNaN(high) {
		low, high = m.Value, m.Value
	}
	at := func(v float64) float64 {
		if d.kind.lower {
			v = -v
		}
		if scale == 0 {
			return 100
		}
		return 100 + 92*v/scale
	}
	ends := []float64{at(low), at(high)}
	slices.Sort(ends)
	class := "even"
	if d.Beyond() != 0 {
		class = "beyond"
	}
	return template.HTML(fmt.Sprintf(`<svg class="forest %s" viewBox="0 0 200 20" aria-hidden="true"><path class="zero" d="M100 0V20"/>`+
		`<path class="range" d="M%.1f 10H%.1f"/><circle class="dot" cx="%.1f" cy="10" r="4.5"/></svg>`, class, ends[0], ends[1], at(m.Value)))
}

// differingFacts are those that are not the same in all runs, nil where there are none.
func differingFacts(runs []*Run) *table {
	if len(runs) < 2 {
		return nil
	}
	t := &table{Caption: "What differs between the runs", Corner: "setting"}
	var names []string
	values := make([]map[string]string, len(runs))
	for i, r := range runs {
		t.Columns, t.Colours = append(t.Columns, r.Name), append(t.Colours, css(runColour(i)))
		values[i] = map[string]string{}
		for _, f := range r.facts() {
			for _, row := range f.Rows {
				if name := f.Heading + ": " + row[0]; !slices.Contains(names, name) {
					names = append(names, name)
				}
				values[i][f.Heading+": "+row[0]] = row[1]
			}
		}
	}
	var body tableBody
	for _, name := range names {
		row, differ := pageRow{Name: name}, false
		for i := range runs {
			row.Cells = append(row.Cells, pageCell{Main: named(values[i][name])})
			differ = differ || values[i][name] != values[0][name]
		}
		if differ {
			body.Rows = append(body.Rows, row)
		}
	}
	if len(body.Rows) == 0 {
		return nil
	}
	t.Bodies = []tableBody{body}
	return t
}
