package train

import (
	"math"
	"sort"

	"fallkit/pose"
)

// Rule is the speed × angle rule: how fast hips and head came down, in body sizes a second,
// times how far the torso has turned from upright. It learns nothing but its threshold and
// is the baseline that a model has to beat. The numbers were set once, before any test clip
// was seen.
type Rule struct {
	MinScore float32 // joints below this are not seen
}

// RuleThreshold is the threshold fitted once on public clips; evaluation chooses its own.
const RuleThreshold = 0.228

// The rule's times, in seconds, and its other numbers.
const (
	ruleStep    = 0.4  // a speed is taken over this time, and an angle is the median of it
	ruleSpeed   = 1.5  // the greatest speed of this time counts
	ruleSize    = 2.5  // the body's size is measured over this time
	ruleFull    = 8.0  // body sizes a second, lying: score 1
	ruleUpright = 0.3  // share of the score that an upright torso keeps
	ruleGap     = 0.35 // poses further apart than this say nothing about the time between
)

// ScoreTrack gives NaN where the torso or the speed was not seen.
func (r Rule) ScoreTrack(t *pose.Track) TrackScores {
	out := TrackScores{Track: t.ID, Times: t.Times, Scores: make([]float64, len(t.Times))}
	heights, speeds := r.heights(t), make([]float64, len(t.Times))
	sizes, angles := make([]float64, len(t.Times)), make([]float64, len(t.Times))
	for i := range t.Times {
		speeds[i] = (heights[i] - before(t.Times, heights, i, ruleStep)) / ruleStep
		sizes[i] = t.Poses[i].BodySize(r.MinScore)
		angles[i] = math.NaN()
		if a, ok := t.Poses[i].TorsoAngle(r.MinScore); ok {
			angles[i] = a
		}
		out.Scores[i] = ruleScore(
			quantileOf(last(t.Times, speeds, i, ruleSpeed), 1),
			quantileOf(last(t.Times, sizes, i, ruleSize), 0.8),
			quantileOf(last(t.Times, angles, i, ruleStep), 0.5))
	}
	return out
}

// ruleScore takes pixels a second downwards, pixels and degrees from upright.
func ruleScore(speed, size, degrees float64) float64 {
	const smallest = 3 // pixels: below it a body is noise
	turned := ruleUpright + (1-ruleUpright)*math.Min(degrees/90, 1)
	score := math.Max(speed, 0) / math.Max(size, smallest) * turned / ruleFull
	return math.Min(score, 1) // NaN stays NaN
}

// heights is how far down the picture the hips and the head are in each pose, in pixels.
func (r Rule) heights(t *pose.Track) []float64 {
	heights := make([]float64, len(t.Poses))
	for i := range t.Poses {
		_, hips, okHips := t.Poses[i].Midpoint(r.MinScore, pose.LeftHip, pose.RightHip)
		_, head, okHead := t.Poses[i].Midpoint(r.MinScore, pose.Nose, pose.LeftEye, pose.RightEye, pose.LeftEar, pose.RightEar)
		heights[i] = math.NaN()
		if okHips && okHead {
			heights[i] = (hips + head) / 2
		}
	}
	return heights
}

// before is the value some time before entry i, between two entries by interpolation; NaN
// where it is not known.
func before(times, values []float64, i int, seconds float64) float64 {
	when := times[i] - seconds
	next := sort.SearchFloat64s(times[:i+1], when-1e-9)
	if next <= i && math.Abs(times[next]-when) < 1e-6 {
		return values[next]
	}
	if next == 0 || times[next]-times[next-1] > ruleGap {
		return math.NaN()
	}
	part := (when - times[next-1]) / (times[next] - times[next-1])
	return values[next-1] + part*(values[next]-values[next-1])
}

// last gives the known values of the time up to and with entry i.
func last(times, values []float64, i int, seconds float64) []float64 {
	var known []float64
	for k := i; k >= 0 && times[i]-times[k] <= seconds+1e-9; k-- {
		if !math.IsNaN(values[k]) {
			known = append(known, values[k])
		}
	}
	return known
}

// quantileOf sorts v and gives its q-quantile between the nearest two, NaN where v is empty.
func quantileOf(v []float64, q float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	sort.Float64s(v)
	at := q * float64(len(v)-1)
	low := int(at)
	if low == len(v)-1 {
		return v[low]
	}
	return v[low] + (at-float64(low))*(v[low+1]-v[low])
}
