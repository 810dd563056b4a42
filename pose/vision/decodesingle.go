package vision

import (
	"math"

	"fallkit/pose"
)

// singleHeads are the outputs of MoveNet Lightning and Thunder, one after the other in
// one array [channel, row, column] on a grid of a quarter of the input's size, as those
// of MultiPose are.
type singleHeads struct {
	rows, columns  int
	center         []float32 // 1 channel, a logit
	heat           []float32 // 17 channels of logits
	regress, local []float32 // 34 channels each
}

// singleChannels is how many of them all heads have together.
const singleChannels = 1 + pose.Joints + 2*pose.Joints + 2*pose.Joints

// nearness is the distance, in cells, that is added to every other: a cell counts by
// sigmoid(logit) / (distance + nearness). The network's own graph has this number.
const nearness = 1.8

func splitSingle(out []float32, rows, columns int) singleHeads {
	n := rows * columns
	next := func(channels int) []float32 {
		part := out[:channels*n]
		out = out[channels*n:]
		return part
	}
	return singleHeads{
		rows: rows, columns: columns,
		center: next(1), heat: next(pose.Joints), regress: next(2 * pose.Joints), local: next(2 * pose.Joints),
	}
}

// decode gives the pose of the one person in the middle, in pixels of the network's
// input, without a box and without a score of the whole. It follows the network's own
// TensorFlow graph (MoveNet SinglePose); a joint's score is its heat alone.
func (h *singleHeads) decode() pose.Pose {
	var p pose.Pose
	i := h.strongest(h.center, float64(h.rows/2), float64(h.columns/2))
	if i < 0 {
		return p
	}
	n := h.rows * h.columns
	for j := range p.Keypoints {
		y := float64(float32(i/h.columns) + h.regress[2*j*n+i])
		x := float64(float32(i%h.columns) + h.regress[(2*j+1)*n+i])
		heat := h.heat[j*n : (j+1)*n]
		at := h.strongest(heat, y, x)
		if at < 0 {
			continue
		}
		p.Keypoints[j] = sound(pose.Keypoint{
			X:     (float32(at%h.columns) + h.local[(2*j+1)*n+at]) * cell,
			Y:     (float32(at/h.columns) + h.local[2*j*n+at]) * cell,
			Score: float32(sigmoid(float64(heat[at]))),
		})
	}
	return p
}

// strongest is the cell with the greatest sigmoid(logit) / (distance to (y, x) +
// nearness), the first of equals; -1 where there is none.
//
// No cell is nearer than 0, so a logit below that of best · nearness is out after one
// comparison; the cell where the joint is expected comes first, to make best high soon.
func (h *singleHeads) strongest(logits []float32, y, x float64) int {
	best, at, least := -1.0, -1, float32(math.Inf(-1))
	try := func(i int) {
		dy, dx := float64(i/h.columns)-y, float64(i%h.columns)-x
		w := sigmoid(float64(logits[i])) / (math.Sqrt(dy*dy+dx*dx) + nearness)
		if w > best || (w == best && i < at) {
			best, at = w, i
			least = lowest(best * nearness)
		}
	}
	if i := h.nearest(y, x); i >= 0 {
		try(i)
	}
	for i, v := range logits {
		if v >= least {
			try(i)
		}
	}
	return at
}

// lowest is a logit a little below that of p.
func lowest(p float64) float32 {
	if !(p > 0 && p < 1) {
		return float32(math.Inf(-1))
	}
	v := math.Log(p / (1 - p))
	return float32(v - 1e-4*(1+math.Abs(v)))
}

// nearest is the cell at a place, or -1 where that is no number.
func (h *singleHeads) nearest(y, x float64) int {
	if math.IsNaN(y) || math.IsNaN(x) {
		return -1
	}
	row := min(max(math.Round(y), 0), float64(h.rows-1))
	column := min(max(math.Round(x), 0), float64(h.columns-1))
	return int(row)*h.columns + int(column)
}
