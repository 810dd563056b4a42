package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// chanceRun is a run over three data sets with folds, a matrix and groups.
func chanceRun(t *testing.T, name string, seed uint64, catch, noise float64) *Run {
	t.Helper()
	m := Measuring{Alarm: quick, Resamples: 100, Seed: 1}
	names := []string{"hall", "kitchen", "stairs"}
	var folds, pairs []FoldClips
	for _, on := range names {
		clips := chanceClips(rand.New(rand.NewPCG(seed, uint64(len(on)))), 24, 1, catch, noise)
		for i := range clips {
			c := &clips[i]
			c.Columns = map[string]string{"dataset": on, "activity": fmt.Sprintf("an activity with quite a long name, number %d", i%16), "light": []string{"bright", "dark"}[i%2]}
			c.Group = on + "/" + c.Group
		}
		folds = append(folds, FoldClips{on, "all but " + on, on, 0.5, clips})
		for _, from := range names {
			if from != on {
				pairs = append(pairs, FoldClips{from + " → " + on, from, on, 0.5, clips})
			}
		}
	}
	r, err := m.Result("dataset", "a model for each fold", folds)
	if err != nil {
		t.Fatal(err)
	}
	if r.Matrix, err = m.Matrix(pairs); err != nil {
		t.Fatal(err)
	}
	var clips []Judged
	for _, f := range folds {
		clips = append(clips, f.Clips...)
	}
	m.GroupBy(&r, clips, []string{"activity", "light"})
	cases, err := Illustrator{Measuring: m}.Cases(clips)
	if err != nil {
		t.Fatal(err)
	}
	facts := []Facts{{"Settings", [][2]string{{"fit.seed", fmt.Sprint(seed)}, {"alarm.threshold", "0.5"}}}}
	return &Run{Name: name, Epochs: sampleEpochs(), Evaluation: &Evaluation{Result: r, Clips: clips, Measuring: m, Cases: cases, Facts: facts}}
}

func severalRuns(t *testing.T) []*Run {
	t.Helper()
	return []*Run{chanceRun(t, "before", 1, 0.5, 0.5), chanceRun(t, "after", 2, 0.95, 0.2), chanceRun(t, "a-run-with-a-rather-long-name", 3, 0.5, 0.4)}
}

// pages are those that the browser looks at, too: make test-browser asks for them.
func pages(t *testing.T) map[string]Report {
	stressed := chanceRun(t, "after", 2, 0.9, 0.2)
	stressed.Dir = t.TempDir()
	if err := sampleStress(t).Write(filepath.Join(stressed.Dir, stressPart.file)); err != nil {
		t.Fatal(err)
	}
	attack, err := wavingResult()
	if err != nil {
		t.Fatal(err)
	}
	if err := attack.Write(filepath.Join(stressed.Dir, attackPart.file)); err != nil {
		t.Fatal(err)
	}
	return map[string]Report{
		"one":      sampleReport(t),
		"several":  {Title: "before, after and another", Runs: severalRuns(t)},
		"datasets": {Title: "Falls in three data sets", Runs: []*Run{stressed}},
		"training": {Title: "A training alone", Runs: []*Run{{Name: "fit", Epochs: sampleEpochs()}}},
	}
}

func TestPages(t *testing.T) {
	dir := os.Getenv("FALLKIT_KEEP_PAGES")
	if dir == "" {
		dir = t.TempDir()
	}
	for name, r := range pages(t) {
		path := filepath.Join(dir, name+".html")
		if err := r.Write(path); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("ZgotmplZ")) || bytes.Contains(text, []byte("NaN")) {
			t.Errorf("%s: a value was refused by the template, or is no number", name)
		}
		ids := map[string]bool{}
		for _, id := range regexp.MustCompile(` id="([^"]*)"`).FindAllSubmatch(text, -1) {
			ids[string(id[1])] = true
		}
		for _, link := range regexp.MustCompile(`href="#([^"]*)"`).FindAllSubmatch(text, -1) {
			if !ids[string(link[1])] {
				t.Errorf("%s: a link to %s leads nowhere", name, link[1])
			}
		}
	}
}

func TestPageOfSeveralRunsSaysWhatIsBeyondChance(t *testing.T) {
	p, err := Report{Title: "t", Runs: severalRuns(t)}.page()
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Comparisons) != 2 || len(p.Tiles) > 0 {
		t.Fatalf("%d comparisons and %d tiles", len(p.Comparisons), len(p.Tiles))
	}
	first := p.Comparisons[0]
	if !strings.HasPrefix(first.Lead[0], "after noticed ") || !strings.HasSuffix(first.Lead[0], "points more of the falls than before (95 % interval "+between(first.Lead[0], "interval ", ")")+"): beyond chance.") {
		t.Errorf("%q", first.Lead[0])
	}
	if first.Rows[0].Verdict != "better" || len(first.Rows) != len(comparedKinds) {
		t.Errorf("%+v", first.Rows[0])
	}
	if len(p.Curves) != 3 || len(p.Curves[0].Keys) != 4 {
		t.Errorf("the operating curve does not show three runs: %+v", p.Curves[0].Keys)
	}
	if p.Differing == nil || len(p.Differing.Bodies[0].Rows) != 1 || p.Differing.Bodies[0].Rows[0].Name != "Settings: fit.seed" {
		t.Errorf("what differs: %+v", p.Differing)
	}
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

func TestStressOnThePage(t *testing.T) {
	p, err := pages(t)["datasets"].page()
	if err != nil {
		t.Fatal(err)
	}
	want := sampleStress(t)
	kinds := 0
	for _, l := range want.Levels {
		kinds += len(l.Kinds)
	}
	if len(p.Sections) != 2 || len(p.Sections[0].Parts) != 1 || kinds == 0 {
		t.Fatalf("%+v of %d kinds", p.Sections, kinds)
	}
	if part := p.Sections[0].Parts[0]; len(part.Charts) != kinds || len(part.Tables) != len(want.Levels) || !strings.Contains(part.Text, percent(want.Score.Value)) {
		t.Errorf("%d charts of %d kinds, %d tables of %d levels, %q", len(part.Charts), kinds, len(part.Tables), len(want.Levels), part.Text)
	}
}

func TestAttackOnThePage(t *testing.T) {
	p, err := pages(t)["datasets"].page()
	if err != nil {
		t.Fatal(err)
	}
	want, err := wavingResult()
	if err != nil {
		t.Fatal(err)
	}
	part := p.Sections[1].Parts[0]
	if len(part.Charts) != 2 || len(part.Tables) != 2 || part.Charts[0].Title != "Hiding falls" || len(part.Charts[0].Keys) != len(want.Hide.Methods) {
		t.Fatalf("%d charts and %d tables", len(part.Charts), len(part.Tables))
	}
	rows := part.Tables[0].Bodies[0].Rows
	if len(rows) != len(want.Hide.Methods[0].Budgets)+1 || rows[0].Name != "0 px" || rows[0].Cells[0].Main != rounded(want.Hide.Methods[0].Budgets[0].Held.Value, 2) {
		t.Errorf("%+v", rows)
	}
}

func TestHeatmap(t *testing.T) {
	maps := heatmapsOf(chanceRun(t, "run", 2, 0.9, 0.2), "")
	if len(maps) != 2 || len(maps[0].Rows) != 4 || maps[0].Rows[3].Name != "all others" {
		t.Fatalf("%+v", maps)
	}
	for i, row := range maps[0].Rows[:3] {
		for k, c := range row.Cells {
			if (c.Text == "") != (i == k) {
				t.Errorf("trained on %s, tested on %s: %q", row.Name, maps[0].Columns[k], c.Text)
			}
		}
	}
	if c := warm(Metric{Value: 0.75, Low: 0.7, High: 0.8}, 0.5, ""); c.Style != "--heat:28%" && c.Style != "--heat:27%" {
		t.Errorf("halfway from a coin: %s", c.Style)
	}
}

func TestGroupsStandSurelyWorstFirst(t *testing.T) {
	group := func(value string, wrong, of int) GroupResult {
		return GroupResult{Column: "light", Value: value, Wrong: wrong, Share: float64(wrong) / float64(of), Measures: Measures{Counts: Counts{Clips: of}}}
	}
	r := &Run{Name: "r", Evaluation: &Evaluation{Result: Result{Groups: []GroupResult{group("odd", 1, 1), group("dark", 20, 40), group("bright", 0, 200)}}}}
	tables := groupTables([]*Run{r, {Name: "training only"}})
	var order []string
	for _, row := range tables[0].Rows {
		order = append(order, row.Value)
	}
	if got := strings.Join(order, " "); got != "dark odd bright" {
		t.Errorf("order: %s", got)
	}
}

// From the tables of Newcombe 1998, "Two-sided confidence intervals for the single
// proportion: comparison of seven methods", method 3.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		if m := wilson(c.k, c.n); abs(m.Low-c.low) > 5e-5 || abs(m.High-c.high) > 5e-5 {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", c.k, c.n, m.Low, m.High, c.low, c.high)
		}
	}
}

func abs(v float64) float64 { return max(v, -v) }

func TestOpenRun(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenRun(dir); !errors.Is(err, ErrNoRun) {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := OpenRun(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("no folder is no error")
	}
	if err := writeLog(filepath.Join(dir, LogName), sampleEpochs()); err != nil {
		t.Fatal(err)
	}
	if r, err := OpenRun(dir); err != nil || r.Evaluation != nil || len(r.Epochs) != 24 {
		t.Errorf("a training: %+v, %v", r, err)
	}
	if err := chanceRun(t, "x", 1, 0.5, 0.5).Evaluation.Save(dir); err != nil {
		t.Fatal(err)
	}
	r, err := OpenRun(dir)
	if err != nil || len(r.Evaluation.Clips) != 72 || r.Name != filepath.Base(dir) {
		t.Fatalf("both: %+v, %v", r, err)
	}
	if got := strings.Join(r.Datasets(), " "); got != "hall kitchen stairs" {
		t.Errorf("data sets: %s", got)
	}
	if err := os.WriteFile(filepath.Join(dir, LogName), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenRun(dir); err == nil || !strings.Contains(err.Error(), "log.jsonl line 1") {
		t.Errorf("a broken log: %v", err)
	}
}

func TestSectionsReadWhatOthersLeft(t *testing.T) {
	before := sections
	t.Cleanup(func() { sections = before })
	sections = []section{{id: "weather", heading: "Weather", file: "weather.json", about: "How it does in rain.", read: func(path string) (*sectionPart, error) {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var rain string
		if err := json.Unmarshal(text, &rain); err != nil {
			return nil, err
		}
		return &sectionPart{Text: rain, Charts: []*chart{drawnChart("Rain", "rain over time", "<svg></svg>")}}, nil
	}}}
	dir := t.TempDir()
	path := filepath.Join(dir, "weather.json")
	if err := os.WriteFile(path, []byte(`"wet & cold"`), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := OpenRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(dir, "report.html")
	if err := (Report{Title: "t", Runs: []*Run{r}}).Write(page); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"wet &amp; cold", `href="#weather"`, `aria-label="rain over time"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if err := os.WriteFile(path, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := (Report{Title: "t", Runs: []*Run{r}}).Write(page); err == nil || !strings.Contains(err.Error(), "Weather") {
		t.Errorf("a broken file: %v", err)
	}
}

func TestRunsOfOneNameAreToldApart(t *testing.T) {
	runs := []*Run{{Name: "a", Dir: "x/a"}, {Name: "a", Dir: "y/a"}, {Name: "b"}}
	nameRuns(runs)
	if runs[0].Name != "x/a" || runs[1].Name != "y/a" || runs[2].Name != "b" {
		t.Errorf("%q %q %q", runs[0].Name, runs[1].Name, runs[2].Name)
	}
}

func TestRunsOnOtherClipsCannotBeCompared(t *testing.T) {
	a, b := chanceRun(t, "a", 1, 0.5, 0.5), chanceRun(t, "b", 1, 0.5, 0.5)
	for i := range b.Evaluation.Clips {
		b.Evaluation.Clips[i].Clip += "x"
	}
	c, err := compareRuns(a, b)
	if err != nil || len(c.Rows) > 0 || !strings.Contains(c.Lead[0], "different clips") {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = compareRuns(a, &Run{Name: "training"})
	if err != nil || !strings.Contains(c.Lead[0], "training was not evaluated") {
		t.Errorf("%+v, %v", c, err)
	}
}
