package train

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

//go:embed thesis.html
var thesisPage string

// thesisTemplate has the charts and tables of the report.
var thesisTemplate = template.Must(template.Must(reportTemplate.Clone()).New("thesis").Parse(thesisPage))

// thesisView is what the page's template sees.
type thesisView struct {
	Style     template.CSS
	Title     string
	Lead      []string
	Protocols []thesisPart
	Variants  *table
	Facts     []Facts
}

// thesisPart is one protocol on the page.
type thesisPart struct {
	ID, Heading, About string
	Charts             []*chart
	Tables             []*table
	Footnote           string
}

// WritePage replaces a file with one page that needs no network and opens from disk.
func (t *Thesis) WritePage(path string) error {
	v, err := t.view()
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	var b bytes.Buffer
	if err := thesisTemplate.ExecuteTemplate(&b, "thesis", v); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := renameio.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

func (t *Thesis) view() (*thesisView, error) {
	v := &thesisView{Style: template.CSS(reportStyle), Title: "Specialist against generalist", Facts: t.Facts, Variants: t.variantTable()}
	for i := range t.Protocols {
		p := &t.Protocols[i]
		v.Lead = append(v.Lead, p.Sentences()...)
		part := thesisPart{
			ID: p.Protocol, Heading: firstUpper(protocolTitles[p.Protocol]), About: p.about(), Footnote: p.footnote(),
			Tables: []*table{p.numberTable(), p.differenceTable(), p.priorTable()},
		}
		part.Tables = slices.DeleteFunc(part.Tables, func(t *table) bool { return t == nil })
		for _, draw := range []func() (*chart, error){p.curves, p.forest, p.alone, p.last} {
			c, err := draw()
			if err != nil {
				return nil, err
			}
			if c != nil {
				part.Charts = append(part.Charts, c)
			}
		}
		v.Protocols = append(v.Protocols, part)
	}
	return v, nil
}

func (p *ThesisProtocol) about() string {
	var folds []string
	for _, f := range p.Folds {
		folds = append(folds, fmt.Sprintf("%s (%s, %s, %.2f h away from falls)", f.Name, plural(f.Clips, "clip"), plural(f.Falls, "fall"), f.Hours))
	}
	return "Kept away from the trainings and tested on, one after the other: " + strings.Join(folds, "; ") + "."
}

// curves are recall over false alarms of what the thesis is about.
func (p *ThesisProtocol) curves() (*chart, error) {
	plot := newPlot("", "false alarms an hour, each model at the same", "share of falls noticed")
	var keys []key
	for i, name := range []string{ThesisFull, ThesisGeneralist, ThesisBare, ThesisBodies} {
		v := p.Of(name)
		if v == nil {
			continue
		}
		var line plotter.XYs
		for _, point := range v.Curve {
			line = append(line, plotter.XY{X: point.FalseAlarmsPerHour, Y: point.Recall})
		}
		if _, err := addLine(plot, "", runColour(i), line); err != nil {
			return nil, err
		}
		keys = append(keys, lineKey(name, runColour(i)))
	}
	if len(keys) == 0 {
		return nil, nil
	}
	plot.Y.Max, plot.X.Min = 1, 0
	if plot.Y.Min >= 1 {
		plot.Y.Min = 0 // every fall noticed, whatever the threshold
	}
	return newChart("Falls noticed at equal false alarms", "Share of falls noticed over false alarms an hour, by variant", plot, keys...)
}

// worthAxis is what the differences are drawn over.
const worthAxis = "points, at 5 false alarms an hour"

// namedDifference is a difference with the name that it has in a drawing.
type namedDifference struct {
	name string
	of   *ThesisDifference
}

// forest shows the differences that the thesis is about and those to other networks.
func (p *ThesisProtocol) forest() (*chart, error) {
	var list []namedDifference
	for i := range p.Differences {
		d := &p.Differences[i]
		if v := p.Of(d.A); v.Prior != "" || p.Of(d.B).Prior != "" {
			continue
		}
		list = append(list, namedDifference{d.B + " − " + d.A, d})
	}
	return drawDifferences("Differences", worthAxis, list, false)
}

func (p *ThesisProtocol) alone() (*chart, error) {
	return p.worth("What each prior adds by itself", func(one *ThesisPrior) *ThesisDifference { return one.Alone })
}

func (p *ThesisProtocol) last() (*chart, error) {
	return p.worth("What each prior adds to all others", func(one *ThesisPrior) *ThesisDifference { return one.Last })
}

func (p *ThesisProtocol) worth(title string, of func(*ThesisPrior) *ThesisDifference) (*chart, error) {
	var list []namedDifference
	for i := range p.Priors {
		if d := of(&p.Priors[i]); d != nil {
			list = append(list, namedDifference{p.Priors[i].Prior, d})
		}
	}
	return drawDifferences(title, worthAxis, list, true)
}

// drawDifferences draws each with its interval, from the top down, as bars or as dots; nil
// where there are none.
func drawDifferences(title, axis string, list []namedDifference, bars bool) (*chart, error) {
	if len(list) == 0 {
		return nil, nil
	}
	p := newPlot("", axis, "")
	var names []string
	far := 1.0
	for i, d := range list {
		m, y := d.of.Metrics[thesisHeadline], float64(len(list)-1-i)
		names = append([]string{d.name}, names...)
		if !m.Defined() {
			continue
		}
		v := 100 * m.Value
		far = math.Max(far, math.Abs(v))
		colour := grey
		if m.Low > 0 || m.High < 0 {
			colour = blue
		}
		if bars {
			line, err := addLine(p, "", colour, plotter.XYs{{X: 0, Y: y}, {X: v, Y: y}})
			if err != nil {
				return nil, err
			}
			line.Width = vg.Points(9)
		} else if err := addDots(p, "", colour, plotter.XYs{{X: v, Y: y}}); err != nil {
			return nil, err
		}
		if !math.IsNaN(m.Low) && !math.IsNaN(m.High) {
			far = math.Max(far, 100*math.Max(math.Abs(m.Low), math.Abs(m.High)))
			if _, err := addLine(p, "", orange, plotter.XYs{{X: 100 * m.Low, Y: y}, {X: 100 * m.High, Y: y}}); err != nil {
				return nil, err
			}
		}
	}
	if err := addDashes(p, plotter.XYs{{X: 0, Y: -0.5}, {X: 0, Y: float64(len(list)) - 0.5}}); err != nil {
		return nil, err
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -1.05*far, 1.05*far, -0.6, float64(len(list))-0.4
	p.Y.Tick.Marker = namedTicks(names)
	p.Y.LineStyle.Width, p.Y.Tick.LineStyle.Width, p.Y.Padding = 0, 0, vg.Points(24) // room for readers whose letters are wide
	height := vg.Length(1.1+0.26*float64(len(list))) * vg.Inch
	c, err := chartOf(title, title+": "+axis, figureWidth, height, p, lineKey("95 % interval", orange))
	if c != nil {
		c.Note = "Blue where the interval leaves out 0."
	}
	return c, err
}

// namedTicks writes names at 0, 1, 2 …
func namedTicks(names []string) plot.ConstantTicks {
	var ticks plot.ConstantTicks
	for i, name := range names {
		ticks = append(ticks, plot.Tick{Value: float64(i), Label: name})
	}
	return ticks
}

func (p *ThesisProtocol) numberTable() *table {
	t := &table{Caption: "Falls noticed at equal false alarms, and with the threshold that the training side chose", Corner: "variant"}
	for _, k := range thesisMetrics {
		t.Columns = append(t.Columns, k.name)
	}
	t.Columns = append(t.Columns, "counted, all seeds")
	var rows []pageRow
	for i := range p.Variants {
		v := &p.Variants[i]
		row := pageRow{Name: v.Name}
		for _, k := range thesisMetrics {
			row.Cells = append(row.Cells, cellOf(k.text(v.Metrics[k.key])))
		}
		row.Cells = append(row.Cells, pageCell{Main: strings.ReplaceAll(v.broughtText(), " ", "\u00a0"), Small: plural(len(v.Seeds), "seed")})
		rows = append(rows, row)
	}
	t.Bodies = []tableBody{{Rows: rows}}
	return t
}

func (p *ThesisProtocol) differenceTable() *table {
	if len(p.Differences) == 0 {
		return nil
	}
	t := &table{Caption: "Differences, on the same clips and seeds", Corner: "difference"}
	for _, k := range thesisMetrics {
		t.Columns = append(t.Columns, k.name)
	}
	var rows []pageRow
	for i := range p.Differences {
		d := &p.Differences[i]
		row := pageRow{Name: d.B + " − " + d.A}
		for _, k := range thesisMetrics {
			row.Cells = append(row.Cells, cellOf(k.change(d.Metrics[k.key])))
		}
		rows = append(rows, row)
	}
	t.Bodies = []tableBody{{Rows: rows}}
	return t
}

func (p *ThesisProtocol) priorTable() *table {
	if len(p.Priors) == 0 {
		return nil
	}
	t := &table{
		Caption: "What each prior is worth", Corner: "prior",
		Columns: []string{"alone: at 5 false alarms an hour", "alone: mean from 0 to 10", "beside all others: at 5", "beside all others: mean from 0 to 10"},
		Note:    "Alone: the variant with this prior minus the one with none; of scales and lookback minus the one with kinematics or phases only, without which they do nothing. Beside all others: the full specialist minus the one that lacks this prior; without kinematics there are no scales either, and without phases no look-back and no descent as a factor.",
	}
	var rows []pageRow
	for i := range p.Priors {
		one := &p.Priors[i]
		row := pageRow{Name: one.Prior}
		for _, d := range []*ThesisDifference{one.Alone, one.Last} {
			for _, key := range []string{thesisHeadline, "mean_recall"} {
				row.Cells = append(row.Cells, cellOf(d.text(key)))
			}
		}
		rows = append(rows, row)
	}
	t.Bodies = []tableBody{{Rows: rows}}
	return t
}

// variantTable says what the variants are.
func (t *Thesis) variantTable() *table {
	out := &table{Caption: "What was trained", Corner: "variant", Columns: []string{"what it is", "parameters", "answers", "over the answers (first run)"}}
	var rows []pageRow
	for i := range t.Protocols {
		for k := range t.Protocols[i].Variants {
			v := &t.Protocols[i].Variants[k]
			if slices.ContainsFunc(rows, func(r pageRow) bool { return r.Name == v.Name }) {
				continue
			}
			rows = append(rows, pageRow{v.Name, []pageCell{{Main: v.About}, {Main: fmt.Sprint(v.Parameters)}, {Main: fmt.Sprint(v.Answers)}, {Main: v.Decoder}}})
		}
	}
	out.Bodies = []tableBody{{Rows: rows}}
	return out
}
