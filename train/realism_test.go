package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/data"
	"fallkit/model"
	"fallkit/pose"
)

// guesser is a network that learns nothing.
type guesser struct{}

func (guesser) Step(_, _, _ []float32, _ float64) (float64, error) { return 0.7, nil }
func (guesser) Score(x []float32) ([]float64, error) {
	scores := make([]float64, len(x)/(pose.DefaultInput.Steps()*pose.Channels))
	for i := range scores {
		scores[i] = 0.5
	}
	return scores, nil
}
func (guesser) Parameters() model.Parameters                             { return nil }
func (guesser) State() map[string][]float32                              { return nil }
func (guesser) Restore(_ model.Parameters, _ map[string][]float32) error { return nil }
func (guesser) Close() error                                             { return nil }

// people are clips of people who sway and whose joints jitter by so many pixels; every other
// one falls from second 2 on, within half a second.
func people(t *testing.T, name string, seed uint64, jitter float64) Footage {
	t.Helper()
	const clips = 24
	dir := t.TempDir()
	lines := []string{"dataset,clip,path,subject,camera,fps,frames,label,activity,fall_start_frame,fall_end_frame"}
	for i := range clips {
		label, span := "adl", ","
		if i%2 == 0 {
			label, span = "fall", "25,31"
		}
		lines = append(lines, fmt.Sprintf("x,c%d,c%d.mp4,s%d,,12.5,62,%s,,%s", i, i, i/2, label, span))
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("c%d.mp4", i)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "labels.csv"), []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	m, err := data.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	f := Footage{Name: name, Manifest: m}
	for i := range clips {
		e := data.Example{Index: i, Clip: &m.Clips[i], Recording: swaying(rand.New(rand.NewPCG(seed, uint64(i))), jitter, i%2 == 0)}
		if i%2 == 0 {
			e.Falls = []data.Span{{Start: 2, End: 2.48}}
		}
		f.Examples = append(f.Examples, e)
	}
	return f
}

func swaying(rng *rand.Rand, jitter float64, falls bool) *pose.Recording {
	tr := pose.Track{ID: 1}
	sway, size := rng.Float64(), 8+3*rng.Float64()
	for i := range 62 {
		time := float64(i) / 12.5
		down := 0.0
		if falls {
			down = min(1, max(0, (time-2)/0.48))
		}
		sin, cos := math.Sincos(down * math.Pi / 2)
		p := pose.Pose{Score: 0.8}
		for j := range p.Keypoints {
			wide, high := size*float64(j%3-1), size*float64(pose.Joints-j)
			x := 160 + 5*math.Sin(time+6*sway) + cos*wide + sin*high
			y := 230 - cos*high + sin*wide
			p.Keypoints[j] = pose.Keypoint{X: float32(x + jitter*rng.NormFloat64()), Y: float32(y + jitter*rng.NormFloat64()), Score: 0.9}
		}
		p.Box, _ = p.Extent(0)
		tr.Times, tr.Poses = append(tr.Times, time), append(tr.Poses, p)
	}
	return &pose.Recording{Width: 320, Height: 240, FrameTimes: tr.Times, PoseTimes: tr.Times, Tracks: []pose.Track{tr}}
}

func compareFor(t *testing.T, a, b Footage) Realism {
	t.Helper()
	s := RealismSettings{
		Input: pose.DefaultInput, Stride: 0.4, Folds: 4, Steps: 1, Batch: 4, Resamples: 200, Seed: 1,
		Learner: func(uint64) (CloseLearner, error) { return guesser{}, nil },
	}
	r, err := CompareRealism(context.Background(), a, b, s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func aucOf(r *Realism, name string) Metric {
	for _, c := range r.Classifiers {
		if c.Name == name {
			return c.AUC
		}
	}
	return Metric{Value: math.NaN()}
}

func TestSidesThatAreAlikeAreNotToldApart(t *testing.T) {
	r := compareFor(t, people(t, "a", 1, 0.5), people(t, "b", 2, 0.5))
	if m := aucOf(&r, "boosted trees"); m.Low > 0.5 || m.High < 0.5 {
		t.Errorf("two draws of the same are told apart: %s", m.Text(3))
	}
	if m := aucOf(&r, "network"); m.Value != 0.5 {
		t.Errorf("a network that guesses has an AUC of %s", m.Text(3))
	}
}

func TestNoiseIsToldAndNamed(t *testing.T) {
	r := compareFor(t, people(t, "exact", 1, 0.05), people(t, "noisy", 2, 1.5))
	if m := aucOf(&r, "boosted trees"); m.Value < 0.98 || m.Low > m.Value || m.High < m.Value {
		t.Errorf("a jitter thirty times as great is hardly told: %s", m.Text(3))
	}
	if first := r.Statistics[0]; !strings.Contains(first.Name, "jitter") && !strings.Contains(first.Name, "spread") || first.Real <= first.Generated {
		t.Errorf("what tells most is %+v", first)
	}
	for _, w := range r.Windows {
		if w.Used != min(w.Generated, w.Real) || w.Used == 0 {
			t.Errorf("windows %+v", w)
		}
	}
}

func TestGroupsAreNotCutByFolds(t *testing.T) {
	f := people(t, "a", 1, 0.5)
	s := RealismSettings{Input: pose.DefaultInput, Stride: 0.4, Folds: 5}
	windows := windowsOf(&f, &s)
	for i := range windows {
		windows[i].real = i%2 == 0
	}
	tl := &teller{RealismSettings: s, windows: windows}
	if err := tl.divide(rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Fatal(err)
	}
	fold := map[string]int{}
	for _, w := range tl.windows {
		key := fmt.Sprint(w.group, w.real)
		if before, ok := fold[key]; ok && before != w.fold {
			t.Fatalf("group %s is in folds %d and %d", key, before, w.fold)
		}
		fold[key] = w.fold
	}
}

func TestFallsOfPosesAreMeasured(t *testing.T) {
	f := people(t, "a", 1, 0.2)
	for _, q := range fallQuantities(f.Examples, f.Examples, 0.15) {
		if q.Distance != 0 {
			t.Errorf("%s: falls are %g from themselves", q.Name, q.Distance)
		}
		switch q.Name {
		case "fall, from onset to rest":
			if math.Abs(q.Real.Median-0.48) > 1e-9 {
				t.Errorf("%s: %+v", q.Name, q.Real)
			}
		case "torso, fastest turn": // 90° within 0.48 s
			if q.Real.Median < 180 || q.Real.Median > 230 {
				t.Errorf("%s: %+v", q.Name, q.Real)
			}
		}
	}
}

func TestKolmogorov(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOfN(rapid.IntRange(0, 9), 1, 20).Draw(t, "a")
		b := rapid.SliceOfN(rapid.IntRange(0, 9), 1, 20).Draw(t, "b")
		below := func(v []int, x int) (share float64) {
			for _, y := range v {
				share += count(y <= x) / float64(len(v))
			}
			return share
		}
		want := 0.0
		for x := range 10 {
			want = max(want, math.Abs(below(a, x)-below(b, x)))
		}
		floats := func(v []int) (out []float64) {
			for _, x := range v {
				out = append(out, float64(x))
			}
			return SpreadOf(out).values
		}
		if got := kolmogorov(floats(a), floats(b)); math.Abs(got-want) > 1e-9 {
			t.Fatalf("%g, and counting gives %g", got, want)
		}
	})
}

func TestBoostingLearnsWhatNoColumnTellsAlone(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	draw := func(n int) (rows [][]float64, truth []bool) {
		for range n {
			row := []float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}
			truth = append(truth, row[0]*row[1] > 0)
			if rng.Float64() < 0.1 {
				row[2] = math.NaN()
			}
			rows = append(rows, row)
		}
		return rows, truth
	}
	b := boost(draw(1500))
	rows, truth := draw(500)
	right := 0.0
	for i := range rows {
		right += count(b.score(rows[i]) > 0 == truth[i])
	}
	if right < 450 {
		t.Errorf("%g of 500 are right", right)
	}
}

func TestRealismPage(t *testing.T) {
	r := compareFor(t, people(t, "<made>", 1, 0.05), people(t, "filmed", 2, 1))
	r.Published = []RealismPublished{{"hips, fastest downward, m/s", SpreadOf([]float64{1.5, 2, 2.5}), 2.14, 0.63, "somebody 2015"}}
	dir := t.TempDir()
	if err := r.WritePage(filepath.Join(dir, "page.html")); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(dir, "page.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"&lt;made&gt;", "boosted trees", "2.14 ± 0.63", "<svg", "jitter", "somebody 2015"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(string(page), "<made>") || strings.Contains(string(page), "src=\"http") {
		t.Error("the page holds what it must not")
	}
	if err := r.WriteJSON(filepath.Join(dir, "r.json")); err != nil {
		t.Fatal(err)
	}
}
