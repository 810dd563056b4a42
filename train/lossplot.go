package train

import (
	"bytes"
	"fmt"
	"image/color"
	"io"
	"math"

	"github.com/google/renameio/v2"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

func lossPlots(epochs []EpochLog) ([]*plot.Plot, error) {
	var loss, valLoss, valAP plotter.XYs
	kept := bestEpoch(epochs)
	var best plotter.XY
	for _, e := range epochs {
		x := float64(e.Epoch)
		loss = append(loss, plotter.XY{X: x, Y: e.Loss})
		valLoss = append(valLoss, plotter.XY{X: x, Y: e.ValLoss})
		valAP = append(valAP, plotter.XY{X: x, Y: e.ValAP})
		if e.Epoch == kept {
			best = plotter.XY{X: x, Y: e.ValAP}
		}
	}
	left, right := newPlot("Loss", "epoch", "log loss"), newPlot("Validation", "epoch", "average precision")
	left.X.Tick.Marker, right.X.Tick.Marker = wholeTicks{}, wholeTicks{}
	if _, err := addLine(left, "training", blue, loss); err != nil {
		return nil, err
	}
	if _, err := addLine(left, "validation", orange, valLoss); err != nil {
		return nil, err
	}
	if _, err := addLine(right, "", orange, valAP); err != nil {
		return nil, err
	}
	if err := addDots(right, fmt.Sprintf("best: epoch %.0f", best.X), red, plotter.XYs{best}); err != nil {
		return nil, err
	}
	left.Y.Min, left.Legend.Top = 0, true
	right.Y.Max = 1
	return []*plot.Plot{left, right}, nil
}

// wholeTicks marks whole numbers only.
type wholeTicks struct{}

// Ticks gives about six of them.
func (wholeTicks) Ticks(low, high float64) (ticks []plot.Tick) {
	step := 1.0
	for _, s := range []float64{2, 5, 10, 20, 50, 100, 200, 500, 1000} {
		if (high-low)/step > 6 {
			step = s
		}
	}
	for v := math.Ceil(low/step) * step; v <= high; v += step {
		ticks = append(ticks, plot.Tick{Value: v, Label: fmt.Sprintf("%.0f", v)})
	}
	return ticks
}

// WriteLossPlot draws a run's log.jsonl into two files, a PNG and an SVG. It is an error
// where the log holds no epoch yet.
func WriteLossPlot(log, png, svg string) error {
	epochs, err := ReadLog(log)
	if err != nil {
		return err
	}
	if len(epochs) == 0 {
		return fmt.Errorf("drawing %s: it holds no epoch yet", log)
	}
	if err := writeImage(png, vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(lossWidth, lossHeight), vgimg.UseDPI(144))}, epochs); err != nil {
		return err
	}
	return writeImage(svg, vgsvg.New(lossWidth, lossHeight), epochs)
}

const lossWidth, lossHeight = 2 * figureWidth, figureHeight

// drawing is a canvas that can be saved.
type drawing interface {
	vg.CanvasSizer
	io.WriterTo
}

func writeImage(path string, c drawing, epochs []EpochLog) error {
	plots, err := lossPlots(epochs)
	if err != nil {
		return err
	}
	return saveDrawing(path, c, plots)
}

// saveDrawing replaces a file with plots side by side on white paper.
func saveDrawing(path string, c drawing, plots []*plot.Plot) error {
	c.SetColor(color.White)
	w, h := c.Size()
	paper := vg.Path{}
	paper.Move(vg.Point{})
	paper.Line(vg.Point{X: w})
	paper.Line(vg.Point{X: w, Y: h})
	paper.Line(vg.Point{Y: h})
	paper.Close()
	c.Fill(paper)
	drawBeside(draw.New(c), plots)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return fmt.Errorf("drawing %s: %w", path, err)
	}
	if err := renameio.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
