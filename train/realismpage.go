package train

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/google/renameio/v2"
	"gonum.org/v1/plot/plotter"
)

//go:embed realism.html
var realismPage string

// realismTemplate has the charts and tables of the report.
var realismTemplate = template.Must(template.Must(reportTemplate.Clone()).New("realism").Parse(realismPage))

// realismView is what the page's template sees.
type realismView struct {
	Style      template.CSS
	Title      string
	Sides      []pageRun
	Lead       []string
	Falls      []*chart
	Published  []*chart
	Tables     map[string]*table
	Footnotes  []string
	Statistics *table
}

// WriteJSON replaces a file with the numbers.
func (r *Realism) WriteJSON(path string) error { return writeJSON(path, r) }

// WritePage replaces a file with one page that needs no network and opens from disk.
func (r *Realism) WritePage(path string) error {
	v, err := r.view()
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	var b bytes.Buffer
	if err := realismTemplate.ExecuteTemplate(&b, "realism", v); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := renameio.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

func (r *Realism) view() (*realismView, error) {
	v := &realismView{Style: template.CSS(reportStyle), Title: "Generated beside real poses", Lead: r.Sentences(), Footnotes: r.footnotes()}
	for i, s := range []RealismSide{r.Generated, r.Real} {
		v.Sides = append(v.Sides, pageRun{Name: s.Name, Colour: css(runColour(i)), Text: s.text()})
	}
	for i := range r.Falls {
		c, err := r.Falls[i].chart()
		if err != nil {
			return nil, err
		}
		v.Falls = append(v.Falls, c)
	}
	for i := range r.Published {
		c, err := r.Published[i].chart()
		if err != nil {
			return nil, err
		}
		v.Published = append(v.Published, c)
	}
	v.Tables = map[string]*table{"falls": r.fallTable(), "published": r.publishedTable(), "told": r.toldTable(), "windows": r.windowTable()}
	v.Statistics = r.statisticTable()
	return v, nil
}

func (s *RealismSide) text() string {
	return fmt.Sprintf("%s, %s, %.2f h, %s of the same subject or camera, pictures of %s, %.1f poses a second",
		plural(s.Clips, "clip"), plural(s.Falls, "fall"), s.Hours, plural(s.Groups, "group"), strings.Join(s.Sizes, ", "), s.Rate)
}

// Sentences say what came out.
func (r *Realism) Sentences() (lines []string) {
	if len(r.Classifiers) > 0 {
		c := r.Classifiers[0]
		lines = append(lines, fmt.Sprintf("Told apart: of a generated and a real window, %s find the real one with a chance of %s (0.5 is guessing, 1 is never wrong).", c.Name, c.AUC.Text(3)))
	}
	var names []string
	for _, s := range r.Statistics {
		if !s.Place && len(names) < 5 {
			names = append(names, fmt.Sprintf("%s (%.2f)", s.Name, s.AUC))
		}
	}
	if len(names) > 0 {
		lines = append(lines, "What tells the most by itself: "+strings.Join(names, "; ")+".")
	}
	return lines
}

func (r *Realism) footnotes() []string {
	return []string{
		fmt.Sprintf("[95 %% interval] by drawing the groups of clips (same subject, else camera) of either side anew, %d times. No group is both learned from and asked about.", r.Interval.Resamples),
		"Both sides give equally many windows of each kind, spread over their clips. Labels mark a fall's onset differently from set to set: URFD up to half a second early, Le2i 0.2 to 0.3 s late.",
	}
}

// chart shows the shares of generated and real falls below each value.
func (q *RealismQuantity) chart() (*chart, error) {
	p := newPlot("", q.Unit, "share of falls below")
	for i, s := range []RealismSpread{q.Generated, q.Real} {
		if _, err := addLine(p, "", runColour(i), s.steps()); err != nil {
			return nil, err
		}
	}
	p.Y.Min, p.Y.Max, p.X.Min, p.X.Max = 0, 1, 0, rightEnd(q.Generated, q.Real)
	c, err := newChart(q.Name, q.Name+", "+q.Unit+": share of generated and of real falls below each value", p,
		lineKey(fmt.Sprintf("generated, n = %d", q.Generated.N), runColour(0)), lineKey(fmt.Sprintf("real, n = %d", q.Real.N), runColour(1)))
	if c != nil {
		c.Note = fmt.Sprintf("%s; greatest distance %.2f", q.About, q.Distance)
	}
	return c, err
}

// chart shows generated falls over the published mean and its standard deviation.
func (q *RealismPublished) chart() (*chart, error) {
	p := newPlot("", q.Name, "share of falls below")
	keys := []key{lineKey(fmt.Sprintf("generated, n = %d", q.Generated.N), runColour(0))}
	if q.SD > 0 {
		low, high := q.Mean-q.SD, q.Mean+q.SD
		if err := addBand(p, plotter.XYs{{X: low, Y: 0}, {X: high, Y: 0}}, plotter.XYs{{X: low, Y: 1}, {X: high, Y: 1}}); err != nil {
			return nil, err
		}
		if err := addDashes(p, plotter.XYs{{X: q.Mean, Y: 0}, {X: q.Mean, Y: 1}}); err != nil {
			return nil, err
		}
		keys = append(keys, dashKey(fmt.Sprintf("published: %.2f ± %.2f", q.Mean, q.SD), grey))
	}
	if _, err := addLine(p, "", runColour(0), q.Generated.steps()); err != nil {
		return nil, err
	}
	p.Y.Min, p.Y.Max, p.X.Min, p.X.Max = 0, 1, 0, max(rightEnd(q.Generated), q.Mean+2*q.SD)
	return newChart(q.Name, q.Name+": share of generated falls below each value, over the published mean and standard deviation", p, keys...)
}

// rightEnd leaves the few out of a drawing that would squeeze all others.
func rightEnd(of ...RealismSpread) (most float64) {
	for _, s := range of {
		if len(s.values) > 0 {
			most = max(most, min(1.5*s.High, 6*s.Median, s.values[len(s.values)-1]))
		}
	}
	return max(most, 1e-3)
}

// steps is the share of the values below each of them.
func (s *RealismSpread) steps() (line plotter.XYs) {
	for i, v := range s.values {
		n := float64(len(s.values))
		line = append(line, plotter.XY{X: v, Y: float64(i) / n}, plotter.XY{X: v, Y: float64(i+1) / n})
	}
	return line
}

func (s *RealismSpread) cell() pageCell {
	if s.N == 0 {
		return pageCell{Main: "–"}
	}
	return pageCell{fmt.Sprintf("%.2f", s.Median), fmt.Sprintf("%.2f to %.2f", s.Low, s.High)}
}

func (r *Realism) fallTable() *table {
	t := &table{Caption: "Falls as poses and labels show them: median, and 5th to 95th percentile", Corner: "quantity", Columns: []string{"generated", "real", "distance"}}
	var rows []pageRow
	for i := range r.Falls {
		q := &r.Falls[i]
		rows = append(rows, pageRow{q.Name + ", " + q.Unit, []pageCell{q.Generated.cell(), q.Real.cell(), {Main: fmt.Sprintf("%.2f", q.Distance)}}})
	}
	t.Bodies = []tableBody{{Rows: rows}}
	return t
}

func (r *Realism) publishedTable() *table {
	if len(r.Published) == 0 {
		return nil
	}
	t := &table{Caption: "Generated falls of people over 65, as they were made, beside published ones", Corner: "quantity", Columns: []string{"generated", "published"}, Note: r.Published[0].Source}
	var rows []pageRow
	for i := range r.Published {
		q := &r.Published[i]
		published := pageCell{Main: "–"}
		if q.SD > 0 {
			published = pageCell{Main: fmt.Sprintf("%.2f ± %.2f", q.Mean, q.SD)}
		}
		rows = append(rows, pageRow{q.Name, []pageCell{q.Generated.cell(), published}})
	}
	t.Bodies = []tableBody{{Rows: rows}}
	return t
}

func (r *Realism) toldTable() *table {
	t := &table{Caption: "How well generated windows are told from real ones", Corner: "classifier", Columns: []string{"AUC", "what it is"}}
	var rows []pageRow
	for _, c := range r.Classifiers {
		rows = append(rows, pageRow{c.Name, []pageCell{cellOf(c.AUC.Text(3)), {Small: c.About}}})
	}
	t.Bodies = []tableBody{{Rows: rows}}
	return t
}

func (r *Realism) windowTable() *table {
	t := &table{Caption: "Windows", Corner: "that end", Columns: []string{"generated", "real", "used of either"}}
	var rows []pageRow
	for _, w := range r.Windows {
		rows = append(rows, pageRow{w.Kind, []pageCell{{Main: fmt.Sprint(w.Generated)}, {Main: fmt.Sprint(w.Real)}, {Main: fmt.Sprint(w.Used)}}})
	}
	t.Bodies = []tableBody{{Rows: rows}}
	return t
}

func (r *Realism) statisticTable() *table {
	t := &table{
		Caption: "What the trees go by, what one number alone tells, and its medians; lengths in body sizes", Corner: "statistic of a window", Columns: []string{"the trees go by it", "AUC", "generated", "real"},
		Note: "Where in the picture somebody is, no classifier above looks at: no model does, and rooms differ.",
	}
	bodies := map[bool]*tableBody{false: {Heading: "of the person"}, true: {Heading: "of the place in the picture"}}
	for _, s := range r.Statistics {
		b := bodies[s.Place]
		b.Rows = append(b.Rows, pageRow{s.Name, []pageCell{{Main: fmt.Sprintf("%.0f %%", 100*s.Used)}, {Main: fmt.Sprintf("%.2f", s.AUC)}, {Main: fmt.Sprintf("%.3g", s.Generated)}, {Main: fmt.Sprintf("%.3g", s.Real)}}})
	}
	t.Bodies = []tableBody{*bodies[false], *bodies[true]}
	return t
}

// mostTold is how many statistics the table for a terminal shows.
const mostTold = 15

// WriteTable writes the comparison for people at a terminal.
func (r *Realism) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "generated: %s\nreal: %s\n", r.Generated.text(), r.Real.text())
	fmt.Fprintf(t, "\nfalls\tgenerated\treal\tdistance\n")
	for i := range r.Falls {
		q := &r.Falls[i]
		fmt.Fprintf(t, "%s, %s\t%s\t%s\t%.2f\n", q.Name, q.Unit, q.Generated.text(), q.Real.text(), q.Distance)
	}
	fmt.Fprintf(t, "\nwindows told apart by\tAUC\n")
	for _, c := range r.Classifiers {
		fmt.Fprintf(t, "%s\t%s\n", c.Name, c.AUC.Text(3))
	}
	fmt.Fprintf(t, "\none number alone\tthe trees go by it\tAUC\tgenerated\treal\n")
	n := 0
	for _, s := range r.Statistics {
		if n++; !s.Place && n <= mostTold {
			fmt.Fprintf(t, "%s\t%.0f %%\t%.2f\t%.3g\t%.3g\n", s.Name, 100*s.Used, s.AUC, s.Generated, s.Real)
		}
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	fmt.Fprintf(w, "\n%s\n", r.footnotes()[0])
	return nil
}

func (s *RealismSpread) text() string {
	if s.N == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f (%.2f to %.2f)", s.Median, s.Low, s.High)
}
