package train

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// reliabilityPlot shows for the labelled windows, from low scores to high, what share of
// them shows a fall. Scores that are probabilities lie on the dashed line. It is nil where
// there are no windows of both kinds.
func reliabilityPlot(clips []Judged) (*plot.Plot, error) {
	r := WindowReliability(clips, ReliabilityBins)
	if !r.defined() {
		return nil, nil
	}
	p := newPlot("Windows: reliability", "mean score", "share that shows a fall")
	points := make(plotter.XYs, len(r.Bins))
	for i, b := range r.Bins {
		points[i] = plotter.XY{X: b.Score, Y: b.Share}
	}
	perfect, err := addLine(p, "score = share", grey, plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}})
	if err != nil {
		return nil, err
	}
	perfect.Dashes = []vg.Length{vg.Points(3), vg.Points(3)}
	if _, err := addLine(p, fmt.Sprintf("calibration error %.3f", r.ECE), blue, points); err != nil {
		return nil, err
	}
	p.Legend.Top, p.Legend.XOffs = true, vg.Points(4) // the corner that a rising line leaves free
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
	return p, addDots(p, "", blue, points)
}
