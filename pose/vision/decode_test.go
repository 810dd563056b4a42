package vision

import (
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"fallkit/pose"
)

// literal is the decoding as the formulae are written, in float64, without a shortcut:
// all cells, all exponentials. It shares nothing with decode.go.
func literal(out []float32, rows, columns, maxPeople int, minScore float64) []pose.Pose {
	at := func(channel, y, x int) float64 { return float64(out[(channel*rows+y)*columns+x]) }
	s := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	type peak struct {
		y, x int
		c    float64
	}
	var peaks []peak
	for y := 0; y < rows; y++ {
		for x := 0; x < columns; x++ {
			greatest := 0.0
			for v := -2; v <= 2; v++ {
				for u := -2; u <= 2; u++ {
					if y+v >= 0 && y+v < rows && x+u >= 0 && x+u < columns {
						greatest = math.Max(greatest, s(at(0, y+v, x+u)))
					}
				}
			}
			if c := s(at(0, y, x)); c == greatest {
				peaks = append(peaks, peak{y, x, c})
			}
		}
	}
	slices.SortStableFunc(peaks, func(a, b peak) int {
		if a.c > b.c {
			return -1
		}
		return 1
	})
	var people []pose.Pose
	for _, p := range peaks[:min(maxPeople, len(peaks))] {
		cy, cx := float64(p.y)+at(3, p.y, p.x), float64(p.x)+at(4, p.y, p.x)
		h, w := math.Max(at(1, p.y, p.x), 0), math.Max(at(2, p.y, p.x), 0)
		clip := func(v float64, most int) float64 { return math.Min(math.Max(v, 0), float64(most)) }
		y0, y1, x0, x1 := clip(cy-h/2, rows), clip(cy+h/2, rows), clip(cx-w/2, columns), clip(cx+w/2, columns)
		person := pose.Pose{Box: pose.Box{X0: float32(4 * x0), Y0: float32(4 * y0), X1: float32(4 * x1), Y1: float32(4 * y1)}}
		sum, n := 0.0, 0.0
		for k := 0; k < 17; k++ {
			ry, rx := float64(p.y)+at(22+2*k, p.y, p.x), float64(p.x)+at(23+2*k, p.y, p.x)
			best, by, bx := 0.0, -1, -1
			for y := 0; y < rows; y++ {
				for x := 0; x < columns; x++ {
					if float64(y) < y0 || float64(y) >= y1 || float64(x) < x0 || float64(x) >= x1 {
						continue
					}
					d2 := (float64(y)-ry)*(float64(y)-ry) + (float64(x)-rx)*(float64(x)-rx)
					v := s(at(5+k, y, x)) * math.Exp(-d2/(0.3*math.Min(float64(rows), float64(columns))))
					if v > best {
						best, by, bx = v, y, x
					}
				}
			}
			if by < 0 {
				continue
			}
			person.Keypoints[k] = pose.Keypoint{
				X: float32(4 * (float64(bx) + at(57+2*k, by, bx))), Y: float32(4 * (float64(by) + at(56+2*k, by, bx))), Score: float32(best),
			}
			if best > 0.127 {
				sum += best
				n++
			}
		}
		if person.Score = float32(p.c * sum / math.Max(n, 1)); float64(person.Score) >= minScore {
			people = append(people, person)
		}
	}
	slices.SortStableFunc(people, func(a, b pose.Pose) int {
		if a.Score > b.Score {
			return -1
		}
		return 1
	})
	return people
}

// randomHeads look like a network's: logits mostly low, boxes and bodies a part of the grid.
func randomHeads(rng *rand.Rand, rows, columns int) []float32 {
	out := make([]float32, channels*rows*columns)
	n := rows * columns
	for i := range out {
		v := rng.NormFloat64()
		switch channel := i / n; {
		case channel == 0:
			v = 3*v - 3
		case channel <= 2:
			v = 12 + 8*v
		case channel <= 4:
			v *= 2
		case channel < 22:
			v = 4*v - 4
		case channel < 56:
			v *= 8
		}
		out[i] = float32(v)
	}
	return out
}

func TestDecodeIsTheFormula(t *testing.T) {
	people := 0
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 7))
		rows, columns := []int{64, 48, 40}[seed%3], []int{64, 64, 72}[seed%3]
		out := randomHeads(rng, rows, columns)
		h := splitHeads(out, rows, columns)
		got, want := h.decode(6, 0.05), literal(out, rows, columns, 6, 0.05)
		people += len(want)
		if len(got) != len(want) {
			t.Fatalf("seed %d: %d people, want %d", seed, len(got), len(want))
		}
		for i := range want {
			samePose(t, &got[i], &want[i])
		}
	}
	if people < 30 {
		t.Errorf("only %d people were compared", people)
	}
}

func samePose(t *testing.T, got, want *pose.Pose) {
	t.Helper()
	if !near(float64(got.Score), float64(want.Score), 1e-5) {
		t.Errorf("score is %g, want %g", got.Score, want.Score)
	}
	pairs := [][2]float32{{got.Box.X0, want.Box.X0}, {got.Box.Y0, want.Box.Y0}, {got.Box.X1, want.Box.X1}, {got.Box.Y1, want.Box.Y1}}
	for j := range want.Keypoints {
		a, b := got.Keypoints[j], want.Keypoints[j]
		pairs = append(pairs, [2]float32{a.X, b.X}, [2]float32{a.Y, b.Y}, [2]float32{100 * a.Score, 100 * b.Score})
	}
	for i, p := range pairs {
		if !near(float64(p[0]), float64(p[1]), 2e-3) {
			t.Errorf("number %d is %g, want %g", i, p[0], p[1])
		}
	}
}

// Whatever a network puts out, poses are numbers, at most 6, and their boxes in the grid.
func TestDecodeOfAnything(t *testing.T) {
	values := rapid.SampledFrom([]float32{0, -1, 1, 7, 100, -100, 1e30, -1e30, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))})
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(1, 9).Draw(t, "rows"), rapid.IntRange(1, 9).Draw(t, "columns")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		some := rapid.SliceOfN(values, 1, 20).Draw(t, "values")
		out := make([]float32, channels*rows*columns)
		for i := range out {
			out[i] = some[rng.IntN(len(some))]
		}
		h := splitHeads(out, rows, columns)
		people := h.decode(6, 0.15)
		if len(people) > 6 {
			t.Fatalf("%d people", len(people))
		}
		for _, p := range people {
			if b := p.Box; !(b.X0 >= 0 && b.Y0 >= 0 && b.X1 <= float32(4*columns) && b.Y1 <= float32(4*rows)) {
				t.Fatalf("box %v is not in the grid", b)
			}
			for _, k := range p.Keypoints {
				if !(k.Score >= 0 && k.Score <= 1) || !(math.Abs(float64(k.X)) <= 1e6) || !(math.Abs(float64(k.Y)) <= 1e6) {
					t.Fatalf("keypoint %v", k)
				}
			}
			if !(p.Score >= 0.15 && p.Score <= 1.000001) {
				t.Fatalf("score %v", p.Score)
			}
		}
	})
}

// The picture lies letterboxed in the network's input: its poses come back to its own pixels.
func TestPosesAreInPicturePixels(t *testing.T) {
	e := standinEngine(t)
	for _, size := range []image.Point{{256, 256}, {320, 240}, {240, 320}, {640, 360}, {1280, 720}, {100, 80}} {
		scale := 256 / float64(max(size.X, size.Y))
		picture := disc(size.X, size.Y, image.Pt(size.X/2, size.Y/2))
		if scale < 1 { // a disc that is as large in the network's input
			picture = bigDisc(size, 24/scale)
		}
		m, err := fromImage(picture)
		if err != nil {
			t.Fatal(err)
		}
		people, err := e.poses(&m)
		m.Close()
		if err != nil || len(people) != 1 {
			t.Errorf("%v: %d people, %v", size, len(people), err)
			continue
		}
		for j, k := range people[0].Keypoints {
			dx, dy := standinJoint(j)
			x, y := float64(size.X)/2+4*dx/scale, float64(size.Y)/2+4*dy/scale
			if !near(float64(k.X), x, 5/scale) || !near(float64(k.Y), y, 5/scale) {
				t.Errorf("%v: %v at %.1f, %.1f, want near %.1f, %.1f", size, pose.Joint(j), k.X, k.Y, x, y)
			}
		}
		b := people[0].Box
		if w := float64(b.Width()); w < 1 || w > 4*standinWidth/scale+1 || b.X1 > float32(size.X) || b.Y1 > float32(size.Y) {
			t.Errorf("%v: box %v", size, b)
		}
	}
}

func TestSeveralPeople(t *testing.T) {
	e := standinEngine(t)
	m, err := fromImage(disc(256, 256, image.Pt(50, 60), image.Pt(190, 70), image.Pt(120, 190)))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	people, err := e.poses(&m)
	if err != nil || len(people) != 3 {
		t.Fatalf("%d people, %v; want 3", len(people), err)
	}
}

func TestDistinct(t *testing.T) {
	at := func(x, y, score float32) pose.Pose {
		p := pose.Pose{Score: score, Box: pose.Box{X0: x, Y0: y, X1: x + 40, Y1: y + 100}}
		for j := range p.Keypoints {
			p.Keypoints[j] = pose.Keypoint{X: x + float32(j%3)*10, Y: y + float32(j)*6, Score: .6}
		}
		return p
	}
	missing := at(100, 100, .3)
	for j := range missing.Keypoints {
		missing.Keypoints[j].Score = 0
	}
	for _, c := range []struct {
		name   string
		people []pose.Pose
		want   int
	}{
		{"nobody", nil, 0},
		{"one", []pose.Pose{at(0, 0, .5)}, 1},
		{"the same twice", []pose.Pose{at(0, 0, .5), at(0, 0, .4)}, 1},
		{"two pixels apart", []pose.Pose{at(0, 0, .5), at(2, 1, .4)}, 1},
		{"side by side", []pose.Pose{at(0, 0, .5), at(35, 0, .4)}, 2},
		{"behind each other", []pose.Pose{at(0, 0, .5), at(14, 6, .4)}, 2},
		{"three, two of them one", []pose.Pose{at(0, 0, .5), at(90, 0, .4), at(1, 0, .3)}, 2},
		{"without joints", []pose.Pose{at(100, 100, .5), missing}, 2},
	} {
		got := distinct(slices.Clone(c.people), DefaultEngine.SameOverlap)
		if len(got) != c.want {
			t.Errorf("%s: %d people, want %d", c.name, len(got), c.want)
		}
		if len(got) > 0 && got[0].Score != c.people[0].Score {
			t.Errorf("%s: the better one is gone", c.name)
		}
	}
}
