package train

import (
	"fmt"
	"html/template"
	"math"
	"slices"
)

// heatmap shows one number for every pair of a training and a test data set.
type heatmap struct {
	Caption string
	Columns []string // what was tested on
	Rows    []heatRow
}

type heatRow struct {
	Name  string // what was trained on
	Cells []heatCell
}

// heatCell has no text where there is no such pair.
type heatCell struct {
	Text, Small string
	Style       template.CSS
}

// heatmapsOf draws a run's matrix of data sets, and below it what was trained on all others.
// whose says whose they are, "" where there is one run only.
func heatmapsOf(r *Run, whose string) []heatmap {
	result := &r.Evaluation.Result
	if len(result.Matrix) == 0 {
		return nil
	}
	pairs := slices.Clone(result.Matrix)
	var trains, tests []string
	for _, p := range pairs {
		trains, tests = append(trains, p.Train), append(tests, p.Test)
	}
	slices.Sort(trains)
	slices.Sort(tests)
	trains, tests = slices.Compact(trains), slices.Compact(tests)
	if len(tests) > 2 { // with two data sets the folds are the pairs
		const others = "all others"
		for _, f := range result.Folds {
			f.Train = others
			pairs = append(pairs, f)
		}
		trains = append(trains, others)
	}
	of := func(caption string, cell func(*Measures) heatCell) heatmap {
		h := heatmap{Caption: caption + whose, Columns: tests}
		for _, from := range trains {
			row := heatRow{Name: from}
			for _, on := range tests {
				row.Cells = append(row.Cells, cellFor(pairs, from, on, cell))
			}
			h.Rows = append(h.Rows, row)
		}
		return h
	}
	return []heatmap{
		of("Balanced accuracy of whole clips", func(m *Measures) heatCell {
			b := m.Clip.BalancedAccuracy
			return warm(b, 0.5, tight(fmt.Sprintf("%s to %s", rounded(b.Low, 2), rounded(b.High, 2))))
		}),
		of("Share of falls noticed", func(m *Measures) heatCell {
			c := m.Event.Counts
			return warm(m.Event.Recall, 0, tight(fmt.Sprintf("%d of %d,", c.Found, c.Falls))+" "+tight(fmt.Sprintf("%d false", c.FalseAlarms)))
		}),
	}
}

func cellFor(pairs []FoldResult, from, on string, cell func(*Measures) heatCell) heatCell {
	for i := range pairs {
		if pairs[i].Train == from && pairs[i].Test == on {
			return cell(&pairs[i].Measures)
		}
	}
	return heatCell{}
}

// warm colours a share: none at least and below, the accent at 1.
func warm(m Metric, least float64, small string) heatCell {
	if !m.Defined() {
		return heatCell{Text: "–"}
	}
	if math.IsNaN(m.Low) {
		small = ""
	}
	const most = 55 // percent: the text stays readable on it
	part := max(0, (m.Value-least)/(1-least))
	return heatCell{rounded(m.Value, 2), small, template.CSS(fmt.Sprintf("--heat:%.0f%%", most*part))}
}
