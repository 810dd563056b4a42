package train

import "math"

// reliabilityBins is how many bins of equal width the calibration error is taken over (Guo
// et al. 2017, "On calibration of modern neural networks").
const reliabilityBins = 15

// windowColumns judge labelled windows. Unknown ones are counted elsewhere.
type windowColumns struct {
	things  []scored
	windows ranking
	bins    [][reliabilityBins]binSum // for each clip
}

// binSum is what the windows of one clip add to one bin of scores.
type binSum struct{ n, score, falls float64 }

func (c *windowColumns) add(i int, j *Judged) {
	var bins [reliabilityBins]binSum
	for _, w := range j.Windows {
		if math.IsNaN(w.Score) {
			continue
		}
		c.things = append(c.things, scored{i, w.Score, w.Fall})
		b := &bins[max(0, min(int(w.Score*reliabilityBins), reliabilityBins-1))]
		b.n++
		b.score += w.Score
		b.falls += count(w.Fall)
	}
	c.bins = append(c.bins, bins)
}

func (c *windowColumns) close() { c.windows = rank(c.things) }

func (c *windowColumns) ask(q *questions, m *WindowMeasures) {
	q.ask(&m.AP, c.windows.ap)
	q.ask(&m.CalibrationError, c.calibrationError)
}

// calibrationError is the expected calibration error: the mean over windows of how far the
// mean score of their bin is from the share of falls in it.
func (c *windowColumns) calibrationError(weight []float64) float64 {
	var sums [reliabilityBins]binSum
	for i, w := range weight {
		if w == 0 {
			continue
		}
		for k, b := range c.bins[i] {
			sums[k].n += w * b.n
			sums[k].score += w * b.score
			sums[k].falls += w * b.falls
		}
	}
	off, n := 0.0, 0.0
	for _, s := range sums {
		off += math.Abs(s.score - s.falls)
		n += s.n
	}
	if n == 0 {
		return math.NaN()
	}
	return off / n
}

func (c *windowColumns) noTruth() string {
	if len(c.things) == 0 {
		return "no window could be scored"
	}
	return "no window shows a fall"
}

func (c *windowColumns) bound(m *WindowMeasures) {
	m.AP = withoutInterval(m.AP, m.AP.Value == 1, "perfect order").or(c.noTruth())
	m.CalibrationError = m.CalibrationError.or("no window could be scored")
}
