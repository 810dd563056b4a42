package vision

import (
	"cmp"
	"math"
	"slices"

	"fallkit/pose"
)

// heads are the outputs of MoveNet MultiPose, one after the other in one array
// [channel, row, column] on a grid of a quarter of the input's size. Regress and offset
// have y and x of each joint in turn.
type heads struct {
	rows, columns  int
	center         []float32 // 1 channel, a logit
	scale, shift   []float32 // the box: 2 channels each, height and width, y and x
	heat           []float32 // 17 channels of logits
	regress, local []float32 // 34 channels each
}

// channels is how many of them all heads have together.
const channels = 1 + 2 + 2 + pose.Joints + 2*pose.Joints + 2*pose.Joints

// cell is the side of a grid cell in pixels of the network's input.
const cell = 4

// countedScore is what a joint's score must exceed to count in the person's score: the
// network's own graph has this number.
const countedScore = 0.127

func splitHeads(out []float32, rows, columns int) heads {
	n := rows * columns
	next := func(channels int) []float32 {
		part := out[:channels*n]
		out = out[channels*n:]
		return part
	}
	return heads{
		rows: rows, columns: columns,
		center: next(1), scale: next(2), shift: next(2),
		heat: next(pose.Joints), regress: next(2 * pose.Joints), local: next(2 * pose.Joints),
	}
}

// decode finds people, best first, in pixels of the network's input. It follows the
// network's own TensorFlow graph (MoveNet MultiPose), except that a joint's score is
// taken for its own person and not as the greatest over all people.
func (h *heads) decode(maxPeople int, minScore float32) []pose.Pose {
	var people []pose.Pose
	for _, p := range h.peaks(maxPeople, minScore) {
		if person := h.person(p); person.Score >= minScore {
			people = append(people, person)
		}
	}
	slices.SortStableFunc(people, func(a, b pose.Pose) int { return cmp.Compare(b.Score, a.Score) })
	return people
}

// peaks are the cells where a person's centre may be: not below any within two cells.
// A person's score is at most its centre's, so centres below minScore are left out.
func (h *heads) peaks(maxPeople int, minScore float32) []int {
	least := logit(minScore)
	var found []int
	for i, v := range h.center {
		if float64(v) >= least && h.isPeak(i) {
			found = append(found, i)
		}
	}
	slices.SortStableFunc(found, func(a, b int) int { return cmp.Compare(h.center[b], h.center[a]) })
	return found[:min(len(found), maxPeople)]
}

func (h *heads) isPeak(i int) bool {
	y, x := i/h.columns, i%h.columns
	for v := max(0, y-2); v <= min(h.rows-1, y+2); v++ {
		for u := max(0, x-2); u <= min(h.columns-1, x+2); u++ {
			if h.center[v*h.columns+u] > h.center[i] {
				return false
			}
		}
	}
	return true
}

// person reads the person whose centre is cell i.
func (h *heads) person(i int) pose.Pose {
	var p pose.Pose
	box := h.box(i)
	sum, counted := float32(0), 0
	for j := range p.Keypoints {
		k := h.keypoint(i, j, box)
		p.Keypoints[j] = k
		if k.Score > countedScore {
			sum += k.Score
			counted++
		}
	}
	p.Box = pose.Box{X0: box.X0 * cell, Y0: box.Y0 * cell, X1: box.X1 * cell, Y1: box.Y1 * cell}
	p.Score = float32(sigmoid(float64(h.center[i]))) * sum / float32(max(counted, 1))
	return p
}

// box is in cells, within the grid.
func (h *heads) box(i int) pose.Box {
	n := h.rows * h.columns
	y := float32(i/h.columns) + h.shift[i]
	x := float32(i%h.columns) + h.shift[n+i]
	height, width := max(h.scale[i], 0)/2, max(h.scale[n+i], 0)/2
	bottom, right := float32(h.rows), float32(h.columns)
	return pose.Box{
		X0: within(x-width, right), Y0: within(y-height, bottom),
		X1: within(x+width, right), Y1: within(y+height, bottom),
	}
}

// within puts v between 0 and most; what is not a number becomes 0.
func within(v, most float32) float32 {
	if !(v > 0) {
		return 0
	}
	return min(v, most)
}

// keypoint is joint j of the person at cell i: the cell in the box with the greatest
// sigmoid(heat) · exp(-d²/σ), d being the distance to where the person's centre expects
// the joint and σ = 0.3 · the grid's shorter side; then moved by that cell's offset.
//
// It compares logarithms: log sigmoid(v) <= min(v, 0), so nearly every cell is out after
// one multiplication, without an exponential.
func (h *heads) keypoint(i, j int, box pose.Box) pose.Keypoint {
	n := h.rows * h.columns
	ry := float64(float32(i/h.columns) + h.regress[2*j*n+i])
	rx := float64(float32(i%h.columns) + h.regress[(2*j+1)*n+i])
	heat := h.heat[j*n : (j+1)*n]
	sharp := -1 / (0.3 * float64(min(h.rows, h.columns)))
	best, at := math.Inf(-1), -1
	x0, x1 := int(math.Ceil(float64(box.X0))), min(int(math.Ceil(float64(box.X1))), h.columns)
	y0, y1 := int(math.Ceil(float64(box.Y0))), min(int(math.Ceil(float64(box.Y1))), h.rows)
	for y := y0; y < y1; y++ {
		dy := float64(y) - ry
		row := sharp * dy * dy
		if row <= best {
			continue
		}
		for x := x0; x < x1; x++ {
			dx := float64(x) - rx
			far := row + sharp*dx*dx
			v := float64(heat[y*h.columns+x])
			if far+min(v, 0) <= best {
				continue
			}
			if w := far + logSigmoid(v); w > best {
				best, at = w, y*h.columns+x
			}
		}
	}
	if at < 0 {
		return pose.Keypoint{}
	}
	return sound(pose.Keypoint{
		X:     (float32(at%h.columns) + h.local[(2*j+1)*n+at]) * cell,
		Y:     (float32(at/h.columns) + h.local[2*j*n+at]) * cell,
		Score: float32(math.Exp(best)),
	})
}

// sound gives k, or a missing joint where k has a number that is none.
func sound(k pose.Keypoint) pose.Keypoint {
	for _, v := range [...]float32{k.X, k.Y, k.Score} {
		if math.IsNaN(float64(v)) || math.Abs(float64(v)) > 1e6 {
			return pose.Keypoint{}
		}
	}
	return k
}

func sigmoid(v float64) float64 { return 1 / (1 + math.Exp(-v)) }

func logSigmoid(v float64) float64 { return min(v, 0) - math.Log1p(math.Exp(-math.Abs(v))) }

func logit(p float32) float64 { return math.Log(float64(p) / (1 - float64(p))) }
