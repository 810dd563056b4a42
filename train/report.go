package train

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"slices"

	"github.com/google/renameio/v2"
)

// Report is one page about one run, or about several side by side: the first is what the
// others are compared with. It needs no network and opens from disk.
type Report struct {
	Title  string
	Runs   []*Run
	Beside []Result // others on the same clips as the only run
}

// Facts are named values under one heading.
type Facts struct {
	Heading string
	Rows    [][2]string // name, value
}

//go:embed report.html
var reportPage string

//go:embed report.css
var reportStyle string

var reportTemplate = template.Must(template.New("report").Parse(reportPage))

// page is what the template sees.
type page struct {
	Style       template.CSS
	Title       string
	Runs        []pageRun
	Many        bool // runs
	Parts       []pagePart
	Lead        []string
	Tiles       []tile
	Comparisons []pageComparison
	Curves      []*chart
	Transfer    *table
	Lost        []string // what the brought threshold loses, in words
	Calibration []*chart
	Matrix      []heatmap
	Folds       []*table
	Groups      []groupTable
	Sections    []pageSection
	Loss        []*chart
	Cases       []pageCases
	Numbers     *table
	Footnotes   []string
	Differing   *table // facts that differ between runs
	Facts       []pageFacts
}

// pageRun is a run as the page names it.
type pageRun struct {
	Name, Colour string
	Detector     string
	Text         string // what it was measured on
}

// pagePart is an entry of the page's list of contents.
type pagePart struct{ ID, Heading string }

// pageCases are the clips of one run that went worst.
type pageCases struct {
	Run, ID       string
	Missed, False []pageCase
}

type pageCase struct {
	Clip, Text   string
	Score, Strip template.HTML
}

// pageFacts are the facts of one run.
type pageFacts struct {
	Run   string
	Facts []Facts
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
	if len(r.Runs) == 0 {
		return nil, errors.New("a report needs a run")
	}
	nameRuns(r.Runs)
	p := &page{Style: template.CSS(reportStyle), Title: r.Title, Many: len(r.Runs) > 1}
	for i, run := range r.Runs {
		p.Runs = append(p.Runs, pageRunOf(run, i))
		p.addRun(run, i)
	}
	if err := r.summary(p); err != nil {
		return nil, err
	}
	if err := r.charts(p); err != nil {
		return nil, err
	}
	p.Transfer, p.Lost, p.Groups = transferTable(r.Runs), lostBy(r.Runs), groupTables(r.Runs)
	p.Numbers = r.numbers()
	p.Differing = differingFacts(r.Runs)
	p.Parts = p.contents()
	return p, nil
}

func pageRunOf(r *Run, i int) pageRun {
	out := pageRun{Name: r.Name, Colour: css(runColour(i)), Detector: "a training that was not evaluated"}
	if e := r.Evaluation; e != nil {
		out.Detector = e.Result.Detector
		out.Text = fmt.Sprintf("%s → %s (%s). %s.", e.Result.Train, e.Result.Test, e.Result.protocolText(), e.Result.Counts.Text())
	}
	return out
}

// addRun adds what stands for each run by itself.
func (p *page) addRun(r *Run, i int) {
	p.Facts = append(p.Facts, pageFacts{r.Name, r.facts()})
	e := r.Evaluation
	if e == nil {
		return
	}
	whose := ""
	if p.Many {
		whose = ": " + r.Name
	}
	p.Matrix = append(p.Matrix, heatmapsOf(r, whose)...)
	if t := foldTable(r, whose); t != nil {
		p.Folds = append(p.Folds, t)
	}
	c := pageCases{Run: r.Name, ID: fmt.Sprintf("run-%d", i+1)}
	c.Missed, c.False = casesOf(e.Cases.Missed), casesOf(e.Cases.False)
	p.Cases = append(p.Cases, c)
	if note := e.Result.footnote(); !slices.Contains(p.Footnotes, note) {
		p.Footnotes = append(p.Footnotes, note)
	}
}

// casesOf leaves out what is no drawing.
func casesOf(cases []Case) (out []pageCase) {
	for _, c := range cases {
		shown := pageCase{Clip: c.Clip, Text: c.Text}
		if svg := string(c.Score); isDrawing(svg) {
			shown.Score = template.HTML(labelled(svg, "Score over time of "+c.Clip))
		}
		if svg := string(c.Strip); isDrawing(svg) {
			shown.Strip = template.HTML(labelled(svg, "Skeletons of "+c.Clip))
		}
		out = append(out, shown)
	}
	return out
}

// summary is what is told first: of one run its numbers, of several what sets them apart.
func (r Report) summary(p *page) error {
	if len(r.Runs) == 1 {
		if e := r.Runs[0].Evaluation; e != nil {
			p.Lead, p.Tiles = e.Result.Sentences(), tilesOf(&e.Result)
		} else {
			p.Lead = []string{"This run was not evaluated: run falltrain evaluate with its model to learn how good it is."}
		}
		return nil
	}
	for _, other := range r.Runs[1:] {
		c, err := compareRuns(r.Runs[0], other)
		if err != nil {
			return err
		}
		p.Comparisons = append(p.Comparisons, c)
	}
	return nil
}

func (r Report) charts(p *page) (err error) {
	for _, f := range []struct {
		into *[]*chart
		draw func([]*Run) ([]*chart, error)
	}{
		{&p.Curves, chartsOf(operatingChart, precisionChart, rocChart)},
		{&p.Calibration, func(runs []*Run) ([]*chart, error) {
			all, err := reliabilityCharts(runs)
			if err != nil {
				return nil, err
			}
			risk, err := riskChart(runs)
			if risk != nil {
				all = append(all, risk)
			}
			return all, err
		}},
		{&p.Loss, lossCharts},
	} {
		if *f.into, err = f.draw(r.Runs); err != nil {
			return err
		}
	}
	p.Sections, err = readSections(r.Runs)
	return err
}

// contents lists the parts that are there.
func (p *page) contents() (parts []pagePart) {
	add := func(there bool, id, heading string) {
		if there {
			parts = append(parts, pagePart{id, heading})
		}
	}
	add(true, "summary", "Summary")
	add(len(p.Curves) > 0 || p.Transfer != nil, "thresholds", "Thresholds")
	add(len(p.Calibration) > 0, "calibration", "Calibration")
	add(len(p.Matrix) > 0, "matrix", "Across data sets")
	add(len(p.Folds) > 0, "folds", "Fold by fold")
	add(len(p.Groups) > 0, "groups", "Groups")
	for _, s := range p.Sections {
		add(true, s.ID, s.Heading)
	}
	add(len(p.Loss) > 0, "training", "Training")
	add(len(p.Cases) > 0, "cases", "Worst clips")
	add(p.Numbers != nil, "numbers", "All numbers")
	add(len(p.Facts) > 0, "facts", "Settings and versions")
	return parts
}
