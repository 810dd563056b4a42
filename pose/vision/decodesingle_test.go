package vision

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"fallkit/pose"
)

// literalSingle is the single-pose decoding as the formulae are written, all cells, in
// float64. It shares nothing with decodesingle.go.
func literalSingle(out []float32, rows, columns int) (p pose.Pose) {
	at := func(channel, y, x int) float64 { return float64(out[(channel*rows+y)*columns+x]) }
	s := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	argmax := func(channel int, ey, ex float64) (by, bx int) {
		best := -1.0
		for y := 0; y < rows; y++ {
			for x := 0; x < columns; x++ {
				d := math.Sqrt(math.Pow(float64(y)-ey, 2) + math.Pow(float64(x)-ex, 2))
				if v := s(at(channel, y, x)) / (d + 1.8); v > best {
					best, by, bx = v, y, x
				}
			}
		}
		return by, bx
	}
	cy, cx := argmax(0, float64(rows/2), float64(columns/2))
	for k := 0; k < 17; k++ {
		y, x := argmax(1+k, float64(cy)+at(18+2*k, cy, cx), float64(cx)+at(19+2*k, cy, cx))
		p.Keypoints[k] = pose.Keypoint{
			X: float32(4 * (float64(x) + at(53+2*k, y, x))), Y: float32(4 * (float64(y) + at(52+2*k, y, x))), Score: float32(s(at(1+k, y, x))),
		}
	}
	return p
}

// randomSingle look like a network's heads: logits mostly low, joints a part of the grid
// away from the centre.
func randomSingle(rng *rand.Rand, rows, columns int) []float32 {
	out := make([]float32, singleChannels*rows*columns)
	n := rows * columns
	for i := range out {
		v := rng.NormFloat64()
		switch channel := i / n; {
		case channel == 0:
			v = 3*v - 3
		case channel < 18:
			v = 4*v - 4
		case channel < 52:
			v *= 8
		}
		out[i] = float32(v)
	}
	return out
}

func TestSingleDecodeIsTheFormula(t *testing.T) {
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 8))
		rows, columns := []int{48, 64, 40}[seed%3], []int{48, 64, 72}[seed%3]
		out := randomSingle(rng, rows, columns)
		if seed%5 == 4 { // everything seen well, and everything hardly
			for i := range out[:18*rows*columns] {
				out[i] += float32(seed%2*16) - 4
			}
		}
		h := splitSingle(out, rows, columns)
		got, want := h.decode(), literalSingle(out, rows, columns)
		samePose(t, &got, &want)
	}
}

// The same over everything in between, and where many cells are equal: the first is taken.
func TestSingleDecodeOfEqualCells(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rows, columns := rapid.IntRange(1, 12).Draw(r, "rows"), rapid.IntRange(1, 12).Draw(r, "columns")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 1))
		steps := rapid.IntRange(1, 5).Draw(r, "steps")
		out := make([]float32, singleChannels*rows*columns)
		for i := range out {
			out[i] = float32(rng.IntN(2*steps+1) - steps)
		}
		h := splitSingle(out, rows, columns)
		got, want := h.decode(), literalSingle(out, rows, columns)
		for j := range got.Keypoints {
			if a, b := got.Keypoints[j], want.Keypoints[j]; !near(float64(a.X), float64(b.X), 1e-3) || !near(float64(a.Y), float64(b.Y), 1e-3) {
				r.Fatalf("joint %d is at %v, want %v", j, a, b)
			}
		}
	})
}

// Whatever a network puts out, keypoints are numbers.
func TestSingleDecodeOfAnything(t *testing.T) {
	values := rapid.SampledFrom([]float32{0, -1, 1, 7, 100, -100, 1e30, -1e30, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))})
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(1, 9).Draw(t, "rows"), rapid.IntRange(1, 9).Draw(t, "columns")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		some := rapid.SliceOfN(values, 1, 20).Draw(t, "values")
		out := make([]float32, singleChannels*rows*columns)
		for i := range out {
			out[i] = some[rng.IntN(len(some))]
		}
		h := splitSingle(out, rows, columns)
		for _, k := range h.decode().Keypoints {
			if !(k.Score >= 0 && k.Score <= 1) || !(math.Abs(float64(k.X)) <= 1e6) || !(math.Abs(float64(k.Y)) <= 1e6) {
				t.Fatalf("keypoint %v", k)
			}
		}
	})
}

// BenchmarkDecodeSingle is a crop's pose in heads like Lightning's.
func BenchmarkDecodeSingle(b *testing.B) {
	h := splitSingle(randomSingle(rand.New(rand.NewPCG(1, 1)), 48, 48), 48, 48)
	for b.Loop() {
		h.decode()
	}
}
