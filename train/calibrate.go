package train

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"fallkit/model"
)

// The kinds of calibration that fit.calibration can ask for.
const (
	NoCalibration = "none"
	Temperature   = "temperature" // one number: how sure the network may be
	Platt         = "platt"       // two: also how many windows show a fall at all
	Isotonic      = "isotonic"    // any rising curve
)

// Calibrations are all kinds of calibration.
var Calibrations = []string{NoCalibration, Temperature, Platt, Isotonic}

// ErrNoRise is wrapped where higher scores do not mean more falls.
var ErrNoRise = errors.New("higher scores do not go with falls")

// FitCalibration fits a calibration of a kind to clips of the training side that the model
// has not learned, judged without one. It is nil for NoCalibration. Test clips must never
// be given to it.
//
// What is fitted are the labelled windows that could be scored, with the log loss. Within each class every clip
// counts the same, however many windows it has; the two classes count as they do in the
// footage. Of a class with n windows the truth is taken to be 1/(n + 2) away from certain
// (Platt 1999), so that scores that part the classes do not become certain.
func FitCalibration(kind string, clips []Judged) (*model.Calibration, error) {
	if kind == NoCalibration {
		return nil, nil
	}
	samples, err := calibrationSamples(clips)
	if err != nil {
		return nil, err
	}
	var c *model.Calibration
	switch kind {
	case Temperature:
		c = fitTemperature(samples)
	case Platt:
		c = fitPlatt(samples)
	case Isotonic:
		c = fitIsotonic(samples)
	default:
		return nil, fmt.Errorf("calibration is %q, and must be one of %v", kind, Calibrations)
	}
	if err := c.Check(); err != nil {
		return nil, fmt.Errorf("calibrating: %w (%w)", ErrNoRise, err)
	}
	return c, nil
}

// Calibrated are the clips as a calibrated model scores them; the given ones stay as they are.
func Calibrated(clips []Judged, c *model.Calibration) []Judged {
	if c == nil {
		return clips
	}
	out := slices.Clone(clips)
	for i := range out {
		j := &out[i]
		j.Scores, j.Windows = slices.Clone(j.Scores), slices.Clone(j.Windows)
		for k, t := range j.Scores {
			j.Scores[k].Scores = slices.Clone(t.Scores)
			for n, score := range t.Scores {
				j.Scores[k].Scores[n] = c.Probability(finiteLogit(score))
			}
		}
		for k, w := range j.Windows {
			j.Windows[k].Score = c.Probability(finiteLogit(w.Score))
		}
	}
	return out
}

// finiteLogit keeps scores of exactly 0 and 1 within what numbers can say.
func finiteLogit(score float64) float64 {
	const most = 700
	return min(max(logit(score), -most), most)
}

// sample is a labelled window as calibration sees it.
type sample struct {
	logit, target, weight float64 // target near 0 or 1; weights add up to 1
}

// calibrationSamples are sorted by logit, one for each window.
func calibrationSamples(clips []Judged) ([]sample, error) {
	var of, windows [2]float64 // by class: clips that have any, windows
	for i := range clips {
		for class, n := range clips[i].windowCounts() {
			windows[class] += n
			of[class] += count(n > 0)
		}
	}
	if windows[0] == 0 || windows[1] == 0 {
		return nil, fmt.Errorf("calibrating: %w: %g labelled windows show a fall, %g none", ErrOneKind, windows[1], windows[0])
	}
	targets := [2]float64{1 / (windows[0] + 2), 1 - 1/(windows[1]+2)}
	var samples []sample
	for i := range clips {
		has := clips[i].windowCounts()
		for _, w := range clips[i].Windows {
			if math.IsNaN(w.Score) {
				continue
			}
			class := int(count(w.Fall))
			share := windows[class] / (windows[0] + windows[1])
			samples = append(samples, sample{finiteLogit(w.Score), targets[class], share / of[class] / has[class]})
		}
	}
	sortSamples(samples)
	return samples, nil
}

func sortSamples(samples []sample) {
	slices.SortStableFunc(samples, func(a, b sample) int { return cmp.Compare(a.logit, b.logit) })
}

// windowCounts counts labelled windows without and with a fall, those that could be scored.
func (j *Judged) windowCounts() (n [2]float64) {
	for _, w := range j.Windows {
		n[int(count(w.Fall))] += count(!math.IsNaN(w.Score))
	}
	return n
}

// calibrationLoss is the log loss of a line in log-odds.
func calibrationLoss(samples []sample, slope, offset float64) (loss float64) {
	for _, s := range samples {
		x := slope*s.logit + offset
		loss += s.weight * (math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) - s.target*x)
	}
	return loss
}

// fitTemperature narrows an interval of slopes, even in logarithms, to the one of the
// lowest loss: the loss is convex in the slope.
func fitTemperature(samples []sample) *model.Calibration {
	const reach = 7.0 // slopes from 1/1100 to 1100
	golden := (math.Sqrt(5) - 1) / 2
	low, high := -reach, reach
	loss := func(x float64) float64 { return calibrationLoss(samples, math.Exp(x), 0) }
	for high-low > 1e-9 {
		a, b := high-golden*(high-low), low+golden*(high-low)
		if loss(a) <= loss(b) {
			high = b
		} else {
			low = a
		}
	}
	return &model.Calibration{Slope: math.Exp((low + high) / 2)}
}

// fitPlatt is Newton's method with steps halved until the loss falls (Lin, Lin & Weng 2007,
// "A note on Platt's probabilistic outputs for support vector machines").
func fitPlatt(samples []sample) *model.Calibration {
	slope, offset := 1.0, 0.0
	loss := calibrationLoss(samples, slope, offset)
	for range 100 {
		ds, do := newtonStep(samples, slope, offset)
		step := 1.0
		for step > 1e-10 && !(calibrationLoss(samples, slope+step*ds, offset+step*do) < loss) {
			step /= 2
		}
		if step <= 1e-10 {
			break
		}
		slope, offset = slope+step*ds, offset+step*do
		loss = calibrationLoss(samples, slope, offset)
	}
	return &model.Calibration{Slope: slope, Offset: offset}
}

// newtonStep goes to where the loss would be lowest if it were a parabola.
func newtonStep(samples []sample, slope, offset float64) (ds, do float64) {
	const ridge = 1e-12 // keeps the matrix from being singular
	gs, g, hss, hso, hoo := 0.0, 0.0, ridge, 0.0, ridge
	for _, s := range samples {
		p := sigmoid(slope*s.logit + offset)
		e, v := s.weight*(p-s.target), s.weight*p*(1-p)
		gs, g = gs+e*s.logit, g+e
		hss, hso, hoo = hss+v*s.logit*s.logit, hso+v*s.logit, hoo+v
	}
	det := hss*hoo - hso*hso
	return -(hoo*gs - hso*g) / det, -(hss*g - hso*gs) / det
}

// block is neighbouring samples that share one probability.
type block struct{ weight, logit, target float64 } // logit and target are means

func (b block) with(c block) block {
	w := b.weight + c.weight
	return block{w, (b.weight*b.logit + c.weight*c.logit) / w, (b.weight*b.target + c.weight*c.target) / w}
}

// pool joins neighbours until their targets rise: pool adjacent violators (Ayer et al.
// 1955), which gives the rising curve of the least squared error. Samples of one logit
// are one block from the start.
func pool(samples []sample) (blocks []block) {
	for i := 0; i < len(samples); {
		next := block{samples[i].weight, samples[i].logit, samples[i].target}
		for i++; i < len(samples) && samples[i].logit == next.logit; i++ {
			joined := next.with(block{samples[i].weight, samples[i].logit, samples[i].target})
			joined.logit = next.logit
			next = joined
		}
		for len(blocks) > 0 && blocks[len(blocks)-1].target >= next.target {
			next = blocks[len(blocks)-1].with(next)
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, next)
	}
	return blocks
}

// fitIsotonic puts a knot into the middle of each block.
func fitIsotonic(samples []sample) *model.Calibration {
	c := &model.Calibration{Slope: 1}
	for _, b := range pool(samples) {
		if n := len(c.Knots); n > 0 && b.logit <= c.Knots[n-1].Logit {
			continue // too close to be told apart
		}
		c.Knots = append(c.Knots, model.Knot{Logit: b.logit, Odds: logit(b.target)})
	}
	return c
}
