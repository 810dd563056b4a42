package train

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"

	"github.com/google/renameio/v2"
	"gonum.org/v1/plot"
)

// Report is one page about one evaluation. It needs no network and opens from disk.
type Report struct {
	Title string
	Evaluation
	Beside []Result // others on the same clips
}

// Facts are named values under one heading.
type Facts struct {
	Heading string
	Rows    [][2]string // name, value
}

//go:embed report.html
var reportPage string

var reportTemplate = template.Must(template.New("report").Parse(reportPage))

// page is what the template sees.
type page struct {
	Title     string
	Summary   []string
	Detectors []string
	Rows      []pageRow
	Footnote  string
	Columns   []string
	Folds     []pageRow
	Plots     []template.HTML
	Loss      []template.HTML
	Missed    []Case
	False     []Case
	Facts     []Facts
}

type pageRow struct {
	Name  string
	Cells []string
}

// Write replaces a file with the page.
func (r Report) Write(path string) error {
	p, err := r.page()
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	var b bytes.Buffer
	if err := reportTemplate.Execute(&b, p); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := renameio.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

func (r Report) page() (*page, error) {
	first := &r.Result
	p := &page{Title: r.Title, Summary: first.Sentences(), Footnote: first.footnote(), Facts: r.Facts, Missed: r.Cases.Missed, False: r.Cases.False}
	results := append([]Result{r.Result}, r.Beside...)
	for i := range results {
		p.Detectors = append(p.Detectors, results[i].Detector)
	}
	p.Rows = summaryOf(results)
	p.Columns, p.Folds = foldTable(first.Folds)
	return p, r.plots(p)
}

func summaryOf(results []Result) []pageRow {
	rows := make([]pageRow, len(summaryRows))
	for i, line := range summaryRows {
		rows[i].Name = line.name
		for k := range results {
			rows[i].Cells = append(rows[i].Cells, line.cell(&results[k].Measures))
		}
	}
	return rows
}

func foldTable(folds []FoldResult) (columns []string, rows []pageRow) {
	for _, c := range foldRows {
		columns = append(columns, c.name)
	}
	for i := range folds {
		line := pageRow{Name: folds[i].Name}
		for _, c := range foldRows {
			line.Cells = append(line.Cells, c.cell(&folds[i].Measures))
		}
		rows = append(rows, line)
	}
	return columns, rows
}

func (r Report) plots(p *page) error {
	roc, err := rocPlot(r.Clips, r.Measuring)
	if err != nil {
		return err
	}
	curve, err := operatingPlot(r.Clips, r.Measuring, r.Result.Event)
	if err != nil {
		return err
	}
	if p.Plots, err = figures(curve, roc); err != nil || len(r.Epochs) == 0 {
		return err
	}
	loss, err := lossPlots(r.Epochs)
	if err != nil {
		return err
	}
	p.Loss, err = figures(loss...)
	return err
}

// figures draws plots one by one; nil ones are left out.
func figures(plots ...*plot.Plot) (drawn []template.HTML, err error) {
	for _, p := range plots {
		if p == nil {
			continue
		}
		svg, err := svgOf(figureWidth, figureHeight, p)
		if err != nil {
			return nil, err
		}
		drawn = append(drawn, template.HTML(svg))
	}
	return drawn, nil
}
