package train

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// scorePlot shows a clip's scores over time, its falls, its threshold and the events raised.
func scorePlot(j *Judged, events []Detection) (*plot.Plot, error) {
	p := newPlot("", "seconds", "score")
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, max(j.Seconds, 0.1), 0, 1
	for _, f := range j.Falls {
		if err := addSpan(p, f.Start, f.End); err != nil {
			return nil, err
		}
	}
	limit, err := addLine(p, "", red, plotter.XYs{{X: 0, Y: j.Threshold}, {X: p.X.Max, Y: j.Threshold}})
	if err != nil {
		return nil, err
	}
	limit.Dashes = []vg.Length{vg.Points(4), vg.Points(3)}
	for i, t := range j.Scores {
		for _, piece := range pieces(t) {
			if _, err := addLine(p, "", trackColours[i%len(trackColours)], piece); err != nil {
				return nil, err
			}
		}
	}
	p.X.Max = max(j.Seconds, 0.1)
	var raised plotter.XYs
	for _, e := range events {
		raised = append(raised, plotter.XY{X: e.Confirmed, Y: j.Threshold})
	}
	if len(raised) == 0 {
		return p, nil
	}
	return p, addDots(p, "", red, raised)
}

func addSpan(p *plot.Plot, from, to float64) error {
	box, err := plotter.NewPolygon(plotter.XYs{{X: from, Y: 0}, {X: to, Y: 0}, {X: to, Y: 1}, {X: from, Y: 1}})
	if err != nil {
		return fmt.Errorf("drawing a fall: %w", err)
	}
	box.Color, box.LineStyle.Width = color.NRGBA{0xd9, 0x48, 0x0f, 0x30}, 0
	p.Add(box)
	return nil
}

// pieces cuts a track's scores where they are unknown.
func pieces(t TrackScores) (out []plotter.XYs) {
	var piece plotter.XYs
	for i, s := range t.Scores {
		if !math.IsNaN(s) {
			piece = append(piece, plotter.XY{X: t.Times[i], Y: s})
			continue
		}
		if len(piece) > 0 {
			out, piece = append(out, piece), nil
		}
	}
	if len(piece) > 0 {
		out = append(out, piece)
	}
	return out
}
