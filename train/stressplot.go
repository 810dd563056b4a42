package train

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"strings"

	"github.com/google/renameio/v2"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Stress curves are small multiples, so many in a row.
const (
	stressColumns = 4
	stressWidth   = 2.2 * vg.Inch
	stressHeight  = 1.75 * vg.Inch
)

// StressFigure holds the curves of one level as one <svg> element for a page, its black
// being the text's colour.
type StressFigure struct{ Level, SVG string }

// StressFigures draws a result for a page, level by level.
func StressFigures(r StressResult) ([]StressFigure, error) {
	var figures []StressFigure
	for i := range r.Levels {
		plots, err := StressPlots(r.Levels[i])
		if err != nil {
			return nil, err
		}
		canvas := vgsvg.New(stressSize(len(plots)))
		drawGrid(draw.New(canvas), plots)
		var b bytes.Buffer
		if _, err := canvas.WriteTo(&b); err != nil {
			return nil, fmt.Errorf("drawing stress curves: %w", err)
		}
		text := b.String()
		figures = append(figures, StressFigure{r.Levels[i].Level, paperless.Replace(text[max(strings.Index(text, "<svg"), 0):])})
	}
	return figures, nil
}

// WriteStressPlots draws the curves of a level into two files, a PNG and an SVG.
func WriteStressPlots(l StressLevel, png, svg string) error {
	w, h := stressSize(len(l.Kinds))
	if err := writeStress(png, vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(144))}, l); err != nil {
		return err
	}
	return writeStress(svg, vgsvg.New(w, h), l)
}

func writeStress(path string, c drawing, l StressLevel) error {
	plots, err := StressPlots(l)
	if err != nil {
		return err
	}
	paper := draw.New(c)
	paper.FillPolygon(color.White, []vg.Point{paper.Min, {X: paper.Max.X, Y: paper.Min.Y}, paper.Max, {X: paper.Min.X, Y: paper.Max.Y}})
	drawGrid(paper, plots)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return fmt.Errorf("drawing %s: %w", path, err)
	}
	if err := renameio.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

func stressSize(plots int) (width, height vg.Length) {
	return stressColumns * stressWidth, vg.Length(stressRows(plots)) * stressHeight
}

func stressRows(plots int) int { return max(1, (plots+stressColumns-1)/stressColumns) }

func drawGrid(c draw.Canvas, plots []*plot.Plot) {
	tiles := draw.Tiles{
		Rows: stressRows(len(plots)), Cols: stressColumns, PadX: vg.Points(10), PadY: vg.Points(10),
		PadTop: vg.Points(4), PadRight: vg.Points(8), PadLeft: vg.Points(2), PadBottom: vg.Points(2),
	}
	for i, p := range plots {
		p.Draw(tiles.At(c, i%stressColumns, i/stressColumns))
	}
}

// StressPlots draws a curve for each kind of harm of a level: event F1 over severity, 0
// being the clips as they are, with its 95 % interval and a dashed line where it began.
func StressPlots(l StressLevel) ([]*plot.Plot, error) {
	plots := make([]*plot.Plot, len(l.Kinds))
	for i := range l.Kinds {
		p, err := stressPlot(l.Clean.EventF1, &l.Kinds[i])
		if err != nil {
			return nil, err
		}
		plots[i] = p
	}
	return plots, nil
}

func stressPlot(clean Metric, k *StressKind) (*plot.Plot, error) {
	title := strings.ReplaceAll(k.Kind, "_", " ")
	if k.Score.Defined() {
		title += ": " + rounded(k.Score.Value, 2)
	}
	p := newPlot(title, "severity", "event F1")
	smaller(p)
	points, low, high := stressCurve(clean, k)
	if err := addBand(p, low, high); err != nil {
		return nil, err
	}
	if len(points) > 0 && clean.Defined() {
		before, err := addLine(p, "", grey, plotter.XYs{{X: 0, Y: clean.Value}, {X: 5, Y: clean.Value}})
		if err != nil {
			return nil, err
		}
		before.Dashes = []vg.Length{vg.Points(3), vg.Points(3)}
	}
	if _, err := addLine(p, "", blue, points); err != nil {
		return nil, err
	}
	if err := addStressDots(p, points); err != nil {
		return nil, err
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 5, 0, 1
	return p, nil
}

// smaller suits many plots on one page.
func smaller(p *plot.Plot) {
	p.X.Tick.Marker, p.Y.Tick.Marker = wholeTicks{}, plot.ConstantTicks{
		{Value: 0, Label: "0"}, {Value: 0.25}, {Value: 0.5, Label: "0.5"}, {Value: 0.75}, {Value: 1, Label: "1"},
	}
	p.Title.TextStyle.Font.Size = font.Length(9)
	p.Title.Padding = vg.Points(3)
	for _, style := range []*draw.TextStyle{&p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label} {
		style.Font.Size = font.Length(7.5)
	}
}

// stressCurve goes from the clean value through the cells that have one.
func stressCurve(clean Metric, k *StressKind) (points, low, high plotter.XYs) {
	add := func(severity int, m Metric) {
		if !m.Defined() {
			return
		}
		x := float64(severity)
		points = append(points, plotter.XY{X: x, Y: m.Value})
		if !math.IsNaN(m.Low) && !math.IsNaN(m.High) {
			low, high = append(low, plotter.XY{X: x, Y: m.Low}), append(high, plotter.XY{X: x, Y: m.High})
		}
	}
	add(0, clean)
	for _, c := range k.Cells {
		add(c.Severity, c.EventF1)
	}
	return points, low, high
}

// addBand fills what lies between two lines.
func addBand(p *plot.Plot, low, high plotter.XYs) error {
	if len(low) < 2 {
		return nil
	}
	around := append(plotter.XYs{}, low...)
	for i := len(high) - 1; i >= 0; i-- {
		around = append(around, high[i])
	}
	band, err := plotter.NewPolygon(around)
	if err != nil {
		return fmt.Errorf("drawing an interval: %w", err)
	}
	band.Color, band.LineStyle.Width = color.NRGBA{blue.R, blue.G, blue.B, 0x38}, 0
	p.Add(band)
	return nil
}

func addStressDots(p *plot.Plot, points plotter.XYs) error {
	if len(points) == 0 {
		return nil
	}
	dots, err := plotter.NewScatter(points)
	if err != nil {
		return fmt.Errorf("drawing a curve: %w", err)
	}
	dots.GlyphStyle = draw.GlyphStyle{Color: blue, Radius: vg.Points(2.2), Shape: draw.CircleGlyph{}}
	p.Add(dots)
	return nil
}
