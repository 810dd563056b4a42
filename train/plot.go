package train

import (
	"bytes"
	"fmt"
	"image/color"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Colours that can be told apart, on light paper and on dark.
var (
	blue   = color.RGBA{0x2f, 0x8f, 0xdd, 0xff}
	orange = color.RGBA{0xe0, 0x7b, 0x22, 0xff}
	green  = color.RGBA{0x2b, 0x9a, 0x4e, 0xff}
	red    = color.RGBA{0xd9, 0x48, 0x0f, 0xff}
	grey   = color.RGBA{0x90, 0x90, 0x98, 0xff}
	faint  = color.NRGBA{0x90, 0x90, 0x98, 0x40}
)

// A figure of the report, and where its legend begins. The text stays readable on a phone.
const (
	figureWidth  = 4.4 * vg.Inch
	figureHeight = 3.4 * vg.Inch
	legendAt     = 1.9 * vg.Inch
)

var trackColours = []color.Color{blue, orange, green, grey}

// newPlot is an empty plot in the house's style: no background, a faint grid.
func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = color.Transparent
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.Padding = vg.Points(6)
	for _, style := range []*draw.TextStyle{&p.Title.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label, &p.Legend.TextStyle} {
		style.Font.Variant = "Sans"
		style.Font.Size = font.Length(10)
	}
	p.Title.TextStyle.Font.Size = font.Length(12)
	p.Legend.Left, p.Legend.XOffs = true, legendAt // text grows to the right, into free space
	p.Legend.Padding, p.Legend.ThumbnailWidth = vg.Points(2), vg.Points(14)
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = faint, faint
	p.Add(grid)
	return p
}

// addLine adds a line through points that are all numbers. A line without points is left out.
func addLine(p *plot.Plot, name string, c color.Color, points plotter.XYs) (*plotter.Line, error) {
	if len(points) == 0 {
		return nil, nil
	}
	line, err := plotter.NewLine(points)
	if err != nil {
		return nil, fmt.Errorf("drawing %s: %w", name, err)
	}
	line.Color, line.Width = c, vg.Points(1.6)
	p.Add(line)
	if name != "" {
		p.Legend.Add(name, line)
	}
	return line, nil
}

func addDots(p *plot.Plot, name string, c color.Color, points plotter.XYs) error {
	dots, err := plotter.NewScatter(points)
	if err != nil {
		return fmt.Errorf("drawing %s: %w", name, err)
	}
	dots.GlyphStyle = draw.GlyphStyle{Color: c, Radius: vg.Points(4), Shape: draw.CircleGlyph{}}
	p.Add(dots)
	if name != "" {
		p.Legend.Add(name, dots)
	}
	return nil
}

// svgOf draws plots side by side as one <svg> element whose black is the text's colour.
func svgOf(width, height vg.Length, plots ...*plot.Plot) (string, error) {
	canvas := vgsvg.New(width, height)
	drawBeside(draw.New(canvas), plots)
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return "", fmt.Errorf("drawing a plot: %w", err)
	}
	text := b.String()
	return paperless.Replace(text[max(strings.Index(text, "<svg"), 0):]), nil
}

// paperless lets a drawing stand on any background, in the reader's font.
var paperless = strings.NewReplacer(
	"stroke:#000000", "stroke:currentColor", "fill:#000000", "fill:currentColor",
	"font-family:Liberation Sans", "font-family:Arial,Helvetica,sans-serif", // of the same widths
)

func drawBeside(c draw.Canvas, plots []*plot.Plot) {
	tiles := draw.Tiles{Rows: 1, Cols: len(plots), PadX: vg.Points(14), PadTop: vg.Points(4), PadRight: vg.Points(10), PadLeft: vg.Points(2), PadBottom: vg.Points(2)}
	for i, p := range plots {
		p.Draw(tiles.At(c, i, 0))
	}
}
