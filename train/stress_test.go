package train

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/data"
	"fallkit/pose"
)

const (
	seesFall  = "............########...................."
	seesNone  = "........................................"
	seesFalse = "......................########.........."
)

var atThree = data.Span{Start: 3, End: 4}

// fourClips are two falls and two others as a detector sees them.
func fourClips(a, b, c, d string) []Judged {
	return []Judged{drawnClip("a", a, atThree), drawnClip("b", b, atThree), drawnClip("c", c), drawnClip("d", d)}
}

func goodClips() []Judged { return fourClips(seesFall, seesFall, seesNone, seesNone) }

func stressOf(t testing.TB, level string, clean []Judged, harmed map[string][][]Judged) Stress {
	t.Helper()
	s := Stress{Measuring: Measuring{Alarm: quick, Resamples: 200, Seed: 1}}
	begin(t, &s, level, clean, harmed)
	return s
}

func begin(t testing.TB, s *Stress, level string, clean []Judged, harmed map[string][][]Judged) {
	t.Helper()
	s.Begin(level, clean)
	kinds := make([]string, 0, len(harmed))
	for kind := range harmed {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		for i, clips := range harmed[kind] {
			if err := s.Add(level, StressHarm{Kind: kind, About: "it hurts", Unit: "%", Severity: i + 1, Parameter: float64(10 * i)}, clips); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestStressByHand(t *testing.T) {
	half := fourClips(seesFall, seesNone, seesFalse, seesNone) // F1 is 2·1 ÷ (2 + 1 + 1)
	nothing := fourClips(seesNone, seesNone, seesNone, seesNone)
	s := stressOf(t, "poses", goodClips(), map[string][][]Judged{
		"blur": {goodClips(), half}, "dark": {half, nothing},
	})
	begin(t, &s, "pictures", goodClips()[1:3], map[string][][]Judged{"noise": {nothing[1:3]}})
	r := s.Result()
	poses, pictures := r.Levels[0], r.Levels[1]
	for name, c := range map[string]struct{ got, want float64 }{
		"clean":             {poses.Clean.EventF1.Value, 1},
		"half F1":           {poses.Kinds[0].Cells[1].EventF1.Value, 0.5},
		"half relative":     {poses.Kinds[0].Cells[1].Relative.Value, 0.5},
		"half recall":       {poses.Kinds[0].Cells[1].EventRecall.Value, 0.5},
		"half false alarms": {poses.Kinds[0].Cells[1].FalseAlarmsPerHour.Value, 1 / (30.0 / 3600)},
		"half balanced":     {poses.Kinds[0].Cells[1].BalancedAccuracy.Value, 0.5},
		"nothing F1":        {poses.Kinds[1].Cells[1].EventF1.Value, 0},
		"blur":              {poses.Kinds[0].Score.Value, 0.75},
		"dark":              {poses.Kinds[1].Score.Value, 0.25},
		"poses":             {poses.Score.Value, 0.5},
		"pictures":          {pictures.Score.Value, 0},
		"all":               {r.Score.Value, (0.75 + 0.25 + 0) / 3},
	} {
		if math.Abs(c.got-c.want) > 1e-9 {
			t.Errorf("%s: %g, want %g", name, c.got, c.want)
		}
	}
	if poses.Counts.Clips != 4 || pictures.Counts.Clips != 2 || r.Interval.Units != 4 || r.Alarm.Threshold != 0.5 {
		t.Errorf("%+v, %+v, %+v", poses.Counts, pictures.Counts, r.Interval)
	}
	if got := poses.Kinds[0].Cells[1]; got.Severity != 2 || got.Parameter != 10 || got.Counts.Found != 1 || got.Counts.FalseAlarms != 1 {
		t.Errorf("%+v", got)
	}
}

// Harm that does nothing leaves everything, for sure: clean and harmed are the same draws.
func TestStressOfNoHarmIsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clips := anyClips(t)
		s := Stress{Measuring: Measuring{Alarm: quick, Resamples: 100, Seed: 1}}
		s.Begin("poses", clips)
		if err := s.Add("poses", StressHarm{Kind: "none", Severity: 1}, clips); err != nil {
			t.Fatal(err)
		}
		r := s.Result()
		clean := r.Levels[0].Clean.EventF1
		if got := r.Levels[0].Kinds[0].Cells[0].EventF1; got != clean && clean.Defined() {
			t.Fatalf("%+v, clean %+v", got, clean)
		}
		if clean.Value > 0 {
			for _, m := range []Metric{r.Score, r.Levels[0].Score, r.Levels[0].Kinds[0].Score, r.Levels[0].Kinds[0].Cells[0].Relative} {
				if m.Value != 1 || m.Low < 1 || m.High > 1 {
					t.Fatalf("the score of no harm is %+v", m)
				}
			}
		} else if r.Score.Defined() {
			t.Fatalf("nothing was found, and the score is %+v", r.Score)
		}
	})
}

func TestStressDoesNotMindTheOrderOfClips(t *testing.T) {
	half := fourClips(seesFall, seesNone, seesFalse, seesNone)
	a := stressOf(t, "poses", goodClips(), map[string][][]Judged{"blur": {half}})
	clean := goodClips()
	slices.Reverse(clean)
	slices.Reverse(half)
	b := stressOf(t, "poses", clean, map[string][][]Judged{"blur": {half}})
	if x, y := a.Result(), b.Result(); !reflect.DeepEqual(x.Score, y.Score) {
		t.Errorf("%+v and %+v", x.Score, y.Score)
	}
}

func TestStressRefusesOtherClips(t *testing.T) {
	s := stressOf(t, "poses", goodClips(), nil)
	if err := s.Add("poses", StressHarm{Kind: "blur", Severity: 1}, goodClips()[1:]); err == nil || !strings.Contains(err.Error(), "other clips") {
		t.Error(err)
	}
	if err := s.Add("pictures", StressHarm{Kind: "blur", Severity: 1}, goodClips()); err == nil {
		t.Error("a level is there that was not begun")
	}
}

func TestStressIsReadBackAsItWasWritten(t *testing.T) {
	s := stressOf(t, "poses", goodClips(), map[string][][]Judged{"blur": {goodClips(), fourClips(seesFall, seesNone, seesFalse, seesNone)}})
	r := s.Result()
	r.Detector, r.Test, r.Seed = "a model", "here", 7
	path := filepath.Join(t.TempDir(), "stress.json")
	if err := r.Write(path); err != nil {
		t.Fatal(err)
	}
	got, err := ReadStress(path)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(r) // where no number is told both have null
	b, _ := json.Marshal(got)
	if !bytes.Equal(a, b) {
		t.Errorf("written\n%s\nread\n%s", a, b)
	}
	text, _ := os.ReadFile(path)
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"format", "detector", "test", "learned", "seed", "alarm", "score", "levels", "interval"} {
		if _, there := tree[key]; !there {
			t.Errorf("no key %q", key)
		}
	}
	cell := tree["levels"].([]any)[0].(map[string]any)["kinds"].([]any)[0].(map[string]any)["cells"].([]any)[1].(map[string]any)
	for _, key := range []string{"severity", "parameter", "relative", "event_f1", "event_recall", "false_alarms_per_hour", "clip_balanced_accuracy", "clip_coverage", "counts"} {
		if _, there := cell[key]; !there {
			t.Errorf("no key %q in a cell", key)
		}
	}
}

func TestReadStressRefusesWhatIsNone(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"empty": "", "half": `{"format": 1, "levels": [`, "other": `{"format": 1, "protocol": "fixed"}`, "future": `{"format": 2, "levels": [{}]}`} {
		path := filepath.Join(dir, name)
		os.WriteFile(path, []byte(text), 0o644)
		if _, err := ReadStress(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadStress(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func FuzzReadStress(f *testing.F) {
	s := stressOf(f, "poses", goodClips(), map[string][][]Judged{"blur": {goodClips()}})
	text, err := json.Marshal(s.Result())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"format":1,"levels":[{"kinds":[{"kind":"x","cells":null}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "s.json")
		os.WriteFile(path, text, 0o644)
		r, err := ReadStress(path)
		if err != nil {
			return
		}
		if err := WriteStressTable(io.Discard, r); err != nil {
			t.Error(err)
		}
	})
}

func sampleStress(t *testing.T) StressResult {
	t.Helper()
	half := fourClips(seesFall, seesNone, seesFalse, seesNone)
	s := stressOf(t, "poses", goodClips(), map[string][][]Judged{"joint_jitter": {goodClips(), half}, "pose_roll": {half}})
	begin(t, &s, "pictures", goodClips()[:3], map[string][][]Judged{"darkness": {half[:3]}})
	r := s.Result()
	r.Detector, r.Test = "a model", "here"
	return r
}

func TestStressTable(t *testing.T) {
	var b bytes.Buffer
	if err := WriteStressTable(&b, sampleStress(t)); err != nil {
		t.Fatal(err)
	}
	golden(t, "stress.txt", b.Bytes())
}

func TestStressPlots(t *testing.T) {
	r := sampleStress(t)
	figures, err := StressFigures(r)
	if err != nil || len(figures) != 2 || figures[0].Level != "poses" {
		t.Fatal(err, len(figures))
	}
	for _, f := range figures {
		if !strings.HasPrefix(f.SVG, "<svg") || strings.Contains(f.SVG, "#000000") {
			t.Errorf("%s: not an <svg> in the reader's colour", f.Level)
		}
		for d := xml.NewDecoder(strings.NewReader(f.SVG)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}
	if !strings.Contains(figures[0].SVG, "joint jitter: 0.75") {
		t.Error("the title does not say kind and score")
	}
	dir := t.TempDir()
	png, svg := filepath.Join(dir, "s.png"), filepath.Join(dir, "s.svg")
	if err := WriteStressPlots(r.Levels[0], png, svg); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{png, svg} {
		if info, err := os.Stat(path); err != nil || info.Size() < 1000 {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := WriteStressPlots(r.Levels[0], filepath.Join(dir, "none", "s.png"), svg); err == nil {
		t.Error("a folder that is not there takes a picture")
	}
	nothing := stressOf(t, "poses", fourClips(seesNone, seesNone, seesNone, seesNone), map[string][][]Judged{"blur": {goodClips()}})
	if _, err := StressFigures(nothing.Result()); err != nil {
		t.Errorf("a detector that finds nothing cannot be drawn: %v", err)
	}
}

// Frames that are lost change neither the falls' times nor the footage, and the number of
// workers changes nothing.
func TestRescoreKeepsTheTruth(t *testing.T) {
	clips := examples()
	judging := Judging{Input: pose.DefaultInput, Stride: 0.5, Open: func() (TrackScorer, error) { return Rule{MinScore: 0.1}, nil }, Workers: 1}
	clean, err := judging.Run(context.Background(), clips)
	if err != nil {
		t.Fatal(err)
	}
	for i := range clean {
		clean[i].Threshold = 0.5
	}
	short := func(i int) (*pose.Recording, error) {
		r := *clips[i].Recording
		r.FrameTimes, r.PoseTimes, r.Tracks = r.FrameTimes[:2], r.PoseTimes[:2], nil
		return &r, nil
	}
	var before []Judged
	for workers := range 4 {
		judging.Workers = workers
		got, err := judging.Rescore(context.Background(), clean, short)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if got[i].Seconds != clean[i].Seconds || !slices.Equal(got[i].Falls, clean[i].Falls) || len(got[i].Scores) != 0 {
				t.Errorf("clip %d: %+v", i, got[i])
			}
		}
		if before != nil && !reflect.DeepEqual(got, before) {
			t.Error("the number of workers changes the result")
		}
		before = got
	}
	if _, err := judging.Rescore(context.Background(), clean, func(int) (*pose.Recording, error) { return nil, io.ErrUnexpectedEOF }); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := judging.Rescore(stopped, clean, short); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// 22 kinds at 5 severities, 200 clips, as a full run measures them.
func BenchmarkStressResult(b *testing.B) {
	clips := manyClips(200)
	s := Stress{Measuring: Measuring{Alarm: quick, Resamples: DefaultResamples, Seed: 1}}
	s.Begin("poses", clips)
	for _, kind := range strings.Split("abcdefghijklmnopqrstuv", "") {
		for severity := 1; severity <= 5; severity++ {
			if err := s.Add("poses", StressHarm{Kind: kind, Severity: severity}, clips); err != nil {
				b.Fatal(err)
			}
		}
	}
	for b.Loop() {
		s.Result()
	}
}
