package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/data"
)

func TestOperatingCurvesAtARate(t *testing.T) {
	line := froc{{0, 0.2}, {4, 0.6}, {8, 1}}
	for _, c := range []struct{ rate, at, mean float64 }{
		{0, 0.2, math.NaN()}, {2, 0.4, 0.3}, {4, 0.6, 0.4}, {6, 0.8, 0.5}, {8, 1, 0.6}, {16, 1, 0.8},
	} {
		if got := line.at(c.rate); !close9(got, c.at) {
			t.Errorf("at %g: %g, want %g", c.rate, got, c.at)
		}
		if got := line.mean(c.rate); !math.IsNaN(c.mean) && !close9(got, c.mean) {
			t.Errorf("mean up to %g: %g, want %g", c.rate, got, c.mean)
		}
	}
	if !math.IsNaN(froc(nil).at(1)) || !math.IsNaN(froc(nil).mean(1)) {
		t.Error("no curve has a recall")
	}
}

func TestEnvelopeKeepsWhatNoThresholdBeats(t *testing.T) {
	got := froc{{0, 0}, {3, 0.5}, {1, 0.5}, {1, 0.4}, {2, 0.4}, {5, 0.9}, {math.Inf(1), 1}}.envelope()
	if want := (froc{{0, 0}, {1, 0.5}, {5, 0.9}}); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestCurveByHand: two falls and half an hour, with 0.9 for one fall and for one false alarm,
// and 0.45 for the other fall.
func TestCurveByHand(t *testing.T) {
	clips := []Judged{
		drawnClip("a", "........####........", data.Span{Start: 2, End: 3}),
		drawnClip("b", "........++++........", data.Span{Start: 2, End: 3}),
		drawnClip("c", "........####........"),
	}
	o := operatingOf(clips, quick)
	hours := sumOf(o.hours, []float64{1, 1, 1})
	if calm := (1.0 + 1.0 + clips[2].Seconds) / 3600; math.Abs(hours-calm) > 0.5/3600 {
		t.Fatalf("%g h away from falls", hours)
	}
	c := o.curve([]float64{1, 1, 1})
	if c.at(0) != 0 || !close9(c.at(1/hours), 1) || !close9(c.at(0.5/hours), 0.5) {
		t.Errorf("%v", c)
	}
	// Without the false alarm both falls are found at none.
	if c := o.curve([]float64{1, 1, 0}); c.at(0) != 1 {
		t.Errorf("%v", c)
	}
	if o.curve([]float64{0, 0, 1}) != nil {
		t.Error("a curve without falls")
	}
}

func TestCurvesNeverGoDown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clips := anyClips(t)
		o, weight := operatingOf(clips, quick), make([]float64, len(clips))
		for i := range weight {
			weight[i] = float64(rapid.IntRange(0, 3).Draw(t, "weight"))
		}
		c := o.curve(weight)
		if c == nil {
			return
		}
		before := 0.0
		for rate := 0.0; rate < 3000; rate = 2*rate + 0.5 {
			now := c.at(rate)
			if now < before-1e-12 || now > 1+1e-12 {
				t.Fatalf("%g at %g after %g: %v", now, rate, before, c)
			}
			if m := c.mean(rate); rate > 0 && (m > now+1e-12 || m < c.at(0)-1e-12) {
				t.Fatalf("mean %g up to %g, where the recall is %g", m, rate, now)
			}
			before = now
		}
		// No threshold does better than the curve.
		for k := range o.found {
			wrong, hours := sumOf(o.false[k], weight), sumOf(o.hours, weight)
			if recall := sumOf(o.found[k], weight) / sumOf(o.falls, weight); hours > 0 && c.at(wrong/hours) < recall-1e-12 {
				t.Fatalf("%g at %g", recall, wrong/hours)
			}
		}
	})
}

var thesisPair = []ThesisVariant{
	{Name: ThesisGeneralist, About: "many"},
	{Name: ThesisFull, About: "falls"},
	{Name: "only-luck", Prior: "luck", Base: ThesisFull},
}

// thesisRuns are runs of each variant in two folds of ten clips, the score of a fall being
// loud: 0.9 or 0.45, and 0.45 in every fourth everyday clip.
func thesisRuns(seeds int, loud map[string]string) (runs []*ThesisRun) {
	for _, v := range thesisPair {
		for seed := range seeds {
			for fold := range 2 {
				r := &ThesisRun{Key: "k", Protocol: CrossDataset, Variant: v.Name, Fold: fmt.Sprintf("set%d", fold), Seed: uint64(seed + 1), Parameters: 10, Answers: 2}
				for i := range 10 {
					name := fmt.Sprintf("clip-%d", i)
					clip := drawnClip(name, "....................")
					switch {
					case i%2 == 0:
						clip = drawnClip(name, "........"+loud[v.Name]+"........", data.Span{Start: 2, End: 3})
					case i%4 == 1:
						clip = drawnClip(name, "........++++........")
					}
					clip.Columns = map[string]string{"dataset": r.Fold}
					clip.Group = r.Fold + name
					r.Clips = append(r.Clips, clip)
				}
				runs = append(runs, r)
			}
		}
	}
	return runs
}

func TestThesisTellsTheBetterFromTheWorse(t *testing.T) {
	m := Measuring{Alarm: quick, Resamples: 200, Seed: 1}
	runs := thesisRuns(2, map[string]string{ThesisGeneralist: "++++", ThesisFull: "####", "only-luck": "####"})
	thesis, err := m.MeasureThesis(thesisPair, runs, []string{CrossDataset})
	if err != nil {
		t.Fatal(err)
	}
	p := &thesis.Protocols[0]
	if got := p.Of(ThesisFull).Metrics[thesisHeadline]; got.Value != 1 {
		t.Errorf("%+v", got)
	}
	d := p.difference(ThesisGeneralist, ThesisFull).Metrics[thesisHeadline]
	if !(d.Low > 0) || d.Value <= 0.5 || !strings.Contains(strings.Join(p.Sentences(), " "), "more than chance makes") {
		t.Errorf("%+v: %v", d, p.Sentences())
	}
	// A prior that changes nothing is worth nothing, to the last bit.
	if len(p.Priors) != 1 || p.Priors[0].Last != nil {
		t.Fatalf("%+v", p.Priors)
	}
	if luck := p.Priors[0].Alone.Metrics[thesisHeadline]; luck.Value != 0 || !math.IsNaN(luck.Low) || luck.Note == "" {
		t.Errorf("%+v", luck)
	}
	if p.Folds[0].Clips != 10 || p.Folds[0].Falls != 5 || len(p.Of(ThesisFull).Seeds) != 2 {
		t.Errorf("%+v", p.Folds)
	}
	again, err := m.MeasureThesis(thesisPair, runs, []string{CrossDataset})
	a, _ := json.Marshal(thesis)
	b, _ := json.Marshal(again)
	if err != nil || string(a) != string(b) {
		t.Errorf("the same runs give other numbers (%v)", err)
	}
	pageSaysSo(t, thesis)
}

func pageSaysSo(t *testing.T, thesis *Thesis) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "thesis.html")
	thesis.Facts = []Facts{{Heading: "Settings", Rows: [][2]string{{"fit.epochs", "<12>"}}}}
	if err := thesis.WritePage(path); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Across data sets", "specialist − generalist", "&lt;12&gt;", "What each prior adds by itself", "<svg", "more than chance makes"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// What was not run to its end is left out, and what was said of other clips is an error.
func TestThesisOfWhatIsThere(t *testing.T) {
	m := Measuring{Alarm: quick, Resamples: 50, Seed: 1}
	loud := map[string]string{ThesisGeneralist: "++++", ThesisFull: "####", "only-luck": "####"}
	runs := thesisRuns(2, loud)
	thesis, err := m.MeasureThesis(thesisPair, runs[:7], []string{CrossDataset}) // the specialist's second seed lacks a fold
	if err != nil {
		t.Fatal(err)
	}
	p := &thesis.Protocols[0]
	if p.Of("only-luck") != nil || len(p.Of(ThesisFull).Seeds) != 1 || len(p.Of(ThesisGeneralist).Seeds) != 2 {
		t.Errorf("%+v", p.Variants)
	}
	runs[3].Clips[4].Fall = false
	if _, err := m.MeasureThesis(thesisPair, runs, []string{CrossDataset}); err == nil || !strings.Contains(err.Error(), "is not the same in all runs") {
		t.Errorf("%v", err)
	}
	runs[3].Clips = runs[3].Clips[:9]
	if _, err := m.MeasureThesis(thesisPair, runs, []string{CrossDataset}); err == nil || !strings.Contains(err.Error(), "has 9 clips, and had 10 before") {
		t.Errorf("%v", err)
	}
	if _, err := m.MeasureThesis(thesisPair, nil, []string{CrossDataset}); err == nil || !strings.Contains(err.Error(), "there are no runs") {
		t.Errorf("%v", err)
	}
}

func TestThesisRunsAreKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "said.json.gz")
	if _, err := OpenThesisRun(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	run := thesisRuns(1, map[string]string{ThesisGeneralist: "+?++"})[0]
	for i := range run.Clips {
		run.Clips[i].Threshold = 0.5
	}
	if err := run.Save(path); err != nil {
		t.Fatal(err)
	}
	got, err := OpenThesisRun(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range run.Clips {
		run.Clips[i].Windows = nil
	}
	run.Format = ResultFormat
	if fmt.Sprintf("%+v", got.Clips) != fmt.Sprintf("%+v", run.Clips) || got.Key != "k" || got.Seed != 1 {
		t.Errorf("read %+v\nkept %+v", got, run)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 10, len(whole) / 2, len(whole) - 1} {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenThesisRun(path); err == nil || !strings.Contains(err.Error(), "delete it, and it is made again") {
			t.Errorf("%d of %d bytes: %v", n, len(whole), err)
		}
	}
}

func FuzzThesisRun(f *testing.F) {
	path := filepath.Join(f.TempDir(), "said.json.gz")
	run := thesisRuns(1, map[string]string{ThesisGeneralist: "++++"})[0]
	for i := range run.Clips {
		run.Clips[i].Threshold = 0.5
	}
	if err := run.Save(path); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := decodeThesisRun(strings.NewReader(string(text)))
		if err != nil {
			return
		}
		for i := range r.Clips {
			if err := r.Clips[i].check(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
