package train

import (
	"fmt"
	"math"
)

// chartsOf puts charts that are there one after the other.
func chartsOf(draw ...func([]*Run) (*chart, error)) func([]*Run) ([]*chart, error) {
	return func(runs []*Run) (all []*chart, err error) {
		for _, d := range draw {
			f, err := d(runs)
			if err != nil {
				return nil, err
			}
			if f != nil {
				all = append(all, f)
			}
		}
		return all, nil
	}
}

// reliabilityCharts are one for each run: their bins would hide each other.
func reliabilityCharts(runs []*Run) (all []*chart, err error) {
	for i, r := range runs {
		if r.Evaluation == nil {
			continue
		}
		p, err := reliabilityPlot(r.Evaluation.Clips)
		if err != nil {
			return nil, err
		}
		if p == nil {
			continue
		}
		ece := WindowReliability(r.Evaluation.Clips, ReliabilityBins).ECE
		title := "Reliability" + ofRun(runs, i)
		f, err := newChart(title, title+": share of windows that show a fall, over their score", p,
			lineKey(fmt.Sprintf("calibration error %.3f, over bins of equal count", ece), blue), dashKey("scores that are probabilities", grey))
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// lossCharts are those of every run that was trained.
func lossCharts(runs []*Run) (all []*chart, err error) {
	for i, r := range runs {
		if len(r.Epochs) == 0 {
			continue
		}
		plots, err := lossPlots(r.Epochs)
		if err != nil {
			return nil, err
		}
		loss, err := newChart("Loss"+ofRun(runs, i), "Log loss over epochs", plots[0], lineKey("training", blue), lineKey("validation", orange))
		if err != nil {
			return nil, err
		}
		ap, err := newChart("Validation"+ofRun(runs, i), "Average precision of validation windows over epochs", plots[1],
			lineKey("average precision", orange), dotKey(fmt.Sprintf("best: epoch %d", bestEpoch(r.Epochs)), red))
		if err != nil {
			return nil, err
		}
		all = append(all, loss, ap)
	}
	return all, nil
}

// bestEpoch is the one whose model fit keeps: the first with the least validation loss.
func bestEpoch(epochs []EpochLog) (best int) {
	least := math.Inf(1)
	for _, e := range epochs {
		if e.ValLoss < least {
			least, best = e.ValLoss, e.Epoch
		}
	}
	return best
}

// ofRun names a run where there are several.
func ofRun(runs []*Run, i int) string {
	if len(runs) < 2 {
		return ""
	}
	return " of " + runs[i].Name
}
