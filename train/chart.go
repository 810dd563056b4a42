package train

import (
	"fmt"
	"html"
	"html/template"
	"image/color"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// chart is a drawing on the page. Title and legend are text of the page, so that they
// wrap, can be read aloud and never cover the drawing.
type chart struct {
	Title string
	Keys  []key
	SVG   template.HTML
	Note  string
}

// key is a line of a chart's legend.
type key struct {
	Name   string
	Colour string // as CSS has it
	Shape  string // "line", "dash" or "dot"
}

func lineKey(name string, c color.Color) key { return key{name, css(c), "line"} }
func dashKey(name string, c color.Color) key { return key{name, css(c), "dash"} }
func dotKey(name string, c color.Color) key  { return key{name, css(c), "dot"} }

func css(c color.Color) string {
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

// newChart draws a plot; label tells those who cannot see it what it shows.
func newChart(title, label string, p *plot.Plot, keys ...key) (*chart, error) {
	return chartOf(title, label, figureWidth, figureHeight, p, keys...)
}

// chartOf draws a plot in a size of its own; the smaller, the larger its text looks.
func chartOf(title, label string, width, height vg.Length, p *plot.Plot, keys ...key) (*chart, error) {
	p.Title.Text, p.Legend = "", plot.NewLegend()
	svg, err := svgOf(width, height, p)
	if err != nil {
		return nil, err
	}
	return drawnChart(title, label, svg, keys...), nil
}

// labelled gives an <svg> element a name for screen readers, and a title.
func labelled(svg, label string) string {
	if !strings.HasPrefix(svg, "<svg") {
		return svg
	}
	text := html.EscapeString(label)
	head, rest, ok := strings.Cut(svg, ">")
	if !ok {
		return svg
	}
	head = strings.Replace(head, ` role="img"`, "", 1)
	return head + ` role="img" aria-label="` + text + `"><title>` + text + "</title>" + rest
}

// runColours tell runs apart, on light paper and on dark, the first being the accent's.
var runColours = []color.Color{blue, orange, green, color.RGBA{0xa0, 0x6c, 0xd5, 0xff}, color.RGBA{0xc2, 0x4d, 0x80, 0xff}, grey}

func runColour(i int) color.Color { return runColours[min(i, len(runColours)-1)] }
