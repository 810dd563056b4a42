package train

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// rocPlot shows recall over the share of false alarms among clips, for every threshold.
func rocPlot(clips []Judged, m Measuring) (*plot.Plot, error) {
	p := newPlot("Clips: ROC", "share of other clips taken for a fall", "share of fall clips found")
	line := plotter.XYs{{}}
	var t clipColumns
	for i := range clips {
		t.add(i, &clips[i], m.MinEvidence)
	}
	t.close()
	weight := make([]float64, len(clips))
	falls, others := 0.0, 0.0
	for _, c := range t.things {
		weight[c.clip] = 1
		falls += count(c.truth)
		others += count(!c.truth)
	}
	if falls == 0 || others == 0 {
		return nil, nil
	}
	t.clips.walk(weight, func(_, hits, wrong float64) {
		line = append(line, plotter.XY{X: wrong / others, Y: hits / falls})
	})
	if _, err := addLine(p, fmt.Sprintf("AUC %.3f", t.clips.auc(weight)), blue, line); err != nil {
		return nil, err
	}
	chance, err := addLine(p, "chance", grey, plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}})
	if err != nil {
		return nil, err
	}
	chance.Dashes = []vg.Length{vg.Points(3), vg.Points(3)}
	chosen := plotter.XYs{{X: 1 - sum(t.quiet)/sum(t.adls), Y: sum(t.caught) / sum(t.falls)}}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
	return p, addDots(p, "chosen threshold", red, chosen)
}

func sum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}

// operatingPlot shows the recall of suspected events over false alarms an hour, for every
// threshold, and where the chosen one lies.
func operatingPlot(clips []Judged, m Measuring, chosen EventMeasures) (*plot.Plot, error) {
	p := newPlot("Events: operating curve", "false alarms an hour", "share of falls found")
	line := operatingLine(Sweep(clips, m.Alarm, thresholdGrid()))
	if len(line) == 0 || !chosen.Recall.Defined() || !chosen.FalseAlarmsPerHour.Defined() {
		return nil, nil
	}
	if _, err := addLine(p, "suspected", blue, line); err != nil {
		return nil, err
	}
	at := plotter.XYs{{X: chosen.FalseAlarmsPerHour.Value, Y: chosen.Recall.Value}}
	if err := addDots(p, "chosen threshold", red, at); err != nil {
		return nil, err
	}
	p.X.Min, p.Y.Min, p.Y.Max = 0, 0, 1
	p.X.Max = max(p.X.Max, 1)
	return p, nil
}

// operatingLine goes from the highest threshold down to the one that finds the most falls.
// Below it the score hardly ever lets go, an event begins long before the fall, and the
// curve would bend back.
func operatingLine(points []Point) (line plotter.XYs) {
	most, end := math.Inf(-1), 0
	for i := len(points) - 1; i >= 0; i-- {
		p := points[i]
		if math.IsNaN(p.Recall) || math.IsNaN(p.FalseAlarmsPerHour) {
			return nil
		}
		line = append(line, plotter.XY{X: p.FalseAlarmsPerHour, Y: p.Recall})
		if p.Recall > most {
			most, end = p.Recall, len(line)
		}
	}
	return line[:end]
}
