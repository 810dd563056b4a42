package train

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// share makes a plot whose axes both go from 0 to 1.
func share(x, y string) *plot.Plot {
	p := newPlot("", x, y)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
	return p
}

func addDashes(p *plot.Plot, points plotter.XYs) error {
	line, err := addLine(p, "", grey, points)
	if err == nil && line != nil {
		line.Dashes = []vg.Length{vg.Points(3), vg.Points(3)}
	}
	return err
}

// operatingChart shows the recall of suspected events over false alarms an hour, for
// every threshold of each run, and where the chosen one lies. It is nil where no run has both.
func operatingChart(runs []*Run) (*chart, error) {
	p := newPlot("", "false alarms an hour", "share of falls found")
	var keys []key
	right := 1.0
	for i, r := range runs {
		e := r.Evaluation
		if e == nil || !e.Result.Event.Recall.Defined() || !e.Result.Event.FalseAlarmsPerHour.Defined() {
			continue
		}
		line := operatingLine(Sweep(e.Clips, e.Measuring.Alarm, thresholdGrid()))
		if len(line) == 0 {
			continue
		}
		if _, err := addLine(p, "", runColour(i), line); err != nil {
			return nil, err
		}
		at := plotter.XY{X: e.Result.Event.FalseAlarmsPerHour.Value, Y: e.Result.Event.Recall.Value}
		if err := addDots(p, "", runColour(i), plotter.XYs{at}); err != nil {
			return nil, err
		}
		right = max(right, at.X, line[len(line)-1].X)
		keys = append(keys, lineKey(r.Name, runColour(i)))
	}
	if len(keys) == 0 {
		return nil, nil
	}
	keys = append(keys, key{"at the chosen threshold", "currentColor", "dot"})
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, right*1.03, 0, 1
	return newChart("Operating curve", "Share of falls found over false alarms an hour, for all thresholds", p, keys...)
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

// rocChart shows recall over the share of false alarms among clips, for every threshold.
func rocChart(runs []*Run) (*chart, error) {
	p := share("share of other clips taken for a fall", "share of fall clips found")
	if err := addDashes(p, plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}}); err != nil {
		return nil, err
	}
	var keys []key
	for i, r := range runs {
		if r.Evaluation == nil {
			continue
		}
		t := r.Evaluation.clipColumns()
		line, auc := rocLine(t)
		if line == nil {
			continue
		}
		if _, err := addLine(p, "", runColour(i), line); err != nil {
			return nil, err
		}
		chosen := plotter.XYs{{X: 1 - sum(t.quiet)/sum(t.adls), Y: sum(t.caught) / sum(t.falls)}}
		if err := addDots(p, "", runColour(i), chosen); err != nil {
			return nil, err
		}
		keys = append(keys, lineKey(fmt.Sprintf("%s, area %.3f", r.Name, auc), runColour(i)))
	}
	if len(keys) == 0 {
		return nil, nil
	}
	keys = append(keys, dashKey("chance", grey), key{"at the chosen threshold", "currentColor", "dot"})
	return newChart("Whole clips: ROC", "Share of fall clips found over share of other clips taken for a fall, for all thresholds", p, keys...)
}

func (e *Evaluation) clipColumns() *clipColumns {
	t := &clipColumns{}
	for i := range e.Clips {
		t.add(i, &e.Clips[i], e.Measuring.MinEvidence)
	}
	t.close()
	return t
}

// rocLine is nil where the clips are of one kind.
func rocLine(t *clipColumns) (line plotter.XYs, auc float64) {
	weight := make([]float64, len(t.all))
	falls, others := 0.0, 0.0
	for _, c := range t.things {
		weight[c.clip] = 1
		falls += count(c.truth)
		others += count(!c.truth)
	}
	if falls == 0 || others == 0 {
		return nil, math.NaN()
	}
	line = plotter.XYs{{}}
	t.clips.walk(weight, func(_, hits, wrong float64) {
		line = append(line, plotter.XY{X: wrong / others, Y: hits / falls})
	})
	return line, t.clips.auc(weight)
}

// precisionChart shows the precision of windows over their recall.
func precisionChart(runs []*Run) (*chart, error) {
	p := share("recall: fall windows found", "precision")
	var keys []key
	for i, r := range runs {
		if r.Evaluation == nil {
			continue
		}
		line, ap := precisionLine(r.Evaluation.Clips)
		if line == nil {
			continue
		}
		if _, err := addLine(p, "", runColour(i), line); err != nil {
			return nil, err
		}
		keys = append(keys, lineKey(fmt.Sprintf("%s, average %.3f", r.Name, ap), runColour(i)))
	}
	if len(keys) == 0 {
		return nil, nil
	}
	return newChart("Windows: precision and recall", "Precision of windows over their recall, for all thresholds", p, keys...)
}

// precisionLine is nil where no window shows a fall. Points that nobody could tell apart
// are left out.
func precisionLine(clips []Judged) (line plotter.XYs, ap float64) {
	var w windowColumns
	for i := range clips {
		w.add(i, &clips[i])
	}
	w.close()
	weight := make([]float64, len(clips))
	for i := range weight {
		weight[i] = 1
	}
	falls := 0.0
	for _, s := range w.windows {
		falls += count(s.truth)
	}
	if falls == 0 {
		return nil, math.NaN()
	}
	const same = 0.003
	last := plotter.XY{X: math.Inf(-1)}
	w.windows.walk(weight, func(_, hits, others float64) {
		at := plotter.XY{X: hits / falls, Y: hits / (hits + others)}
		if math.Abs(at.X-last.X) > same || math.Abs(at.Y-last.Y) > same {
			line, last = append(line, at), at
		}
	})
	return line, w.windows.ap(weight)
}

// riskChart shows the share of wrong verdicts among the clips that are surest.
func riskChart(runs []*Run) (*chart, error) {
	p := newPlot("", "share of clips answered, the surest first", "share of them answered wrongly")
	var keys []key
	for i, r := range runs {
		if r.Evaluation == nil || len(r.Evaluation.Result.Risk.Points) < 2 {
			continue
		}
		var line plotter.XYs
		for _, at := range r.Evaluation.Result.Risk.Points {
			line = append(line, plotter.XY{X: at.Coverage, Y: at.Risk})
		}
		if _, err := addLine(p, "", runColour(i), line); err != nil {
			return nil, err
		}
		keys = append(keys, lineKey(fmt.Sprintf("%s, mean %.3f", r.Name, r.Evaluation.Result.Risk.Area), runColour(i)))
	}
	if len(keys) == 0 {
		return nil, nil
	}
	p.X.Min, p.X.Max, p.Y.Min = 0, 1, 0
	p.Y.Max = max(p.Y.Max, 0.1)
	return newChart("Leaving open what is unsure", "Share of wrong verdicts among the surest clips, over how many are answered", p, keys...)
}

func sum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}
