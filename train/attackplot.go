package train

import (
	"fmt"
	"image/color"
	"math"
	"path/filepath"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

var attackColours = map[string]color.Color{AttackRandom: grey, AttackFGSM: blue, AttackPGD: red, AttackPGDBones: orange}

// AttackPlots draws, for each direction, the share that holds over the budget: one curve for
// each method. Budgets stand on a logarithmic axis that begins with 0, no attack. They are
// meant to stand beside each other, each of the report's size.
func AttackPlots(r AttackResult) ([]*plot.Plot, error) {
	var plots []*plot.Plot
	for _, told := range []struct {
		side     *AttackSide
		title, y string
	}{{r.Hide, "Hiding falls", "share of falls found"}, {r.Fake, "Faking falls", "share of everyday clips quiet"}} {
		if told.side == nil || len(told.side.Methods) == 0 {
			continue
		}
		p, err := attackPlot(told.side, told.title, told.y)
		if err != nil {
			return nil, err
		}
		plots = append(plots, p)
	}
	return plots, nil
}

func attackPlot(s *AttackSide, title, y string) (*plot.Plot, error) {
	p := newPlot(title, "pixels that each joint may be moved", y)
	axis := budgetAxis{}
	for _, point := range s.Methods[0].Budgets {
		axis = append(axis, point.Px)
	}
	for k, m := range s.Methods {
		var line plotter.XYs
		for _, point := range m.Budgets {
			if point.Held.Defined() {
				line = append(line, plotter.XY{X: axis.at(point.Px), Y: point.Held.Value})
			}
		}
		colour, known := attackColours[m.Method]
		if !known {
			colour = green
		}
		drawn, err := addLine(p, m.title(), colour, line)
		if err != nil {
			return nil, err
		}
		if drawn == nil {
			continue
		}
		drawn.Width = vg.Points(max(1, 3.4-0.8*float64(k))) // where curves lie on each other, the lower ones stand out
		dots, err := plotter.NewScatter(line)
		if err != nil {
			return nil, fmt.Errorf("drawing %s: %w", m.title(), err)
		}
		dots.GlyphStyle = draw.GlyphStyle{Color: colour, Radius: vg.Points(max(1, 3.2-float64(k)/2)), Shape: draw.CircleGlyph{}}
		p.Add(dots)
	}
	p.X.Tick.Marker = axis
	p.X.Min, p.X.Max = axis.at(0), axis.at(axis[len(axis)-1])
	p.Y.Min, p.Y.Max = 0, 1
	p.Legend.XOffs, p.Legend.YOffs = vg.Points(6), vg.Points(4)
	return p, nil
}

// budgetAxis places budgets, the first of which is 0: evenly by their logarithm, and 0 one
// doubling before the next.
type budgetAxis []float64

func (a budgetAxis) at(px float64) float64 {
	if px == 0 {
		return -1
	}
	return math.Log2(px / a[1])
}

// Ticks marks the budgets.
func (a budgetAxis) Ticks(_, _ float64) (ticks []plot.Tick) {
	for _, px := range a {
		ticks = append(ticks, plot.Tick{Value: a.at(px), Label: fmt.Sprintf("%g", px)})
	}
	return ticks
}

// The files that WriteAttack leaves in a folder.
const (
	AttackName    = "attack.json"
	attackPNGName = "attack.png"
	attackSVGName = "attack.svg"
)

// WriteAttack puts attack.json, attack.png and attack.svg into a folder that is there.
func WriteAttack(r AttackResult, dir string) error {
	if err := r.Write(filepath.Join(dir, AttackName)); err != nil {
		return err
	}
	sides, err := AttackPlots(r)
	if err != nil || len(sides) == 0 {
		return err
	}
	width := vg.Length(len(sides)) * figureWidth
	png := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, figureHeight), vgimg.UseDPI(144))}
	if err := saveDrawing(filepath.Join(dir, attackPNGName), png, sides); err != nil {
		return err
	}
	return saveDrawing(filepath.Join(dir, attackSVGName), vgsvg.New(width, figureHeight), sides)
}
