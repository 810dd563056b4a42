package verdict

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fallkit/data"
	"fallkit/internal/watch"
	"fallkit/pose"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// evidence of a camera, with a pose for each time.
func evidence(t *testing.T, camera, engine string, times ...float64) json.RawMessage {
	t.Helper()
	e := watch.Evidence{
		Camera: camera, Width: 64, Height: 48, Track: 3, Start: noon, Times: times,
		Poses: make([]pose.Pose, len(times)), Scores: make([]float64, len(times)), Engine: engine, FPS: 10,
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// clips are those of the folder as training sees them: name, label, camera, poses.
func clips(t *testing.T, dir string) (all []string) {
	t.Helper()
	m, err := data.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	examples, _, err := data.LoadExamples(m, data.Store{Dir: t.TempDir()}, "an engine", 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range examples {
		c := e.Clip
		if c.Dataset != "fallwatch" || c.FPS != 10 || c.Timed() || c.Frames != len(e.Recording.PoseTimes) || e.Untimed != (c.Label == data.LabelFall) || e.Warning != "" {
			t.Errorf("%+v: %+v", c, e)
		}
		all = append(all, strings.Join([]string{c.ID, c.Label, c.Camera, c.Extra["said_by"]}, " "))
	}
	return all
}

func TestVerdictsAreADataFolder(t *testing.T) {
	f := &Folder{Dir: filepath.Join(t.TempDir(), "clips")}
	keep := func(incident string, fall bool, raw json.RawMessage) {
		t.Helper()
		if err := f.Keep(Verdict{incident, fall, "anna", noon}, raw); err != nil {
			t.Fatal(err)
		}
	}
	want := func(all ...string) {
		t.Helper()
		if got := clips(t, f.Dir); !slices.Equal(got, all) {
			t.Errorf("the folder has %q, want %q", got, all)
		}
	}
	keep("1-fall-2", true, evidence(t, "hall", "an engine", -0.5, 0, 0.5))
	want("1-fall-2 fall hall anna")
	keep("0-fall-1", false, evidence(t, "kitchen", "an engine", 0, 1))
	want("0-fall-1 adl kitchen anna", "1-fall-2 fall hall anna")
	keep("1-fall-2", false, evidence(t, "hall", "an engine", -0.5, 0, 0.5)) // another word
	want("0-fall-1 adl kitchen anna", "1-fall-2 adl hall anna")
	keep("2-drill", true, nil)
	keep("3-nobody", true, evidence(t, "hall", "an engine"))
	want("0-fall-1 adl kitchen anna", "1-fall-2 adl hall anna")

	// Two cameras that saw one fall are one trial.
	var both watch.Evidence
	var other watch.Evidence
	for e, camera := range map[*watch.Evidence]string{&both: "hall", &other: "stairs"} {
		if err := json.Unmarshal(evidence(t, camera, "an engine", 0, 1), e); err != nil {
			t.Fatal(err)
		}
	}
	both.Also = []watch.Evidence{other}
	raw, err := json.Marshal(both)
	if err != nil {
		t.Fatal(err)
	}
	keep("4", true, raw)
	want("0-fall-1 adl kitchen anna", "1-fall-2 adl hall anna", "4 fall hall anna", "4+stairs fall stairs anna")
	if text, err := os.ReadFile(filepath.Join(f.Dir, labelsFile)); err != nil || strings.Count(string(text), ",4,anna") != 2 {
		t.Errorf("%s, %v", text, err)
	}
	if err := f.TakeBack("4"); err != nil {
		t.Fatal(err)
	}
	want("0-fall-1 adl kitchen anna", "1-fall-2 adl hall anna")

	// Whatever became of the list, it is made of the clips.
	for _, spoilt := range []string{"", "dataset,clip\n", "\"", "dataset,clip,path,subject,camera,fps,frames,label,activity,fall_start_frame,fall_end_frame,trial,said_by\nfallwatch,9,9.json,,,,,fall,,,,,\n"} {
		write(t, filepath.Join(f.Dir, labelsFile), spoilt)
		keep("0-fall-1", false, evidence(t, "kitchen", "an engine", 0, 1))
		want("0-fall-1 adl kitchen anna", "1-fall-2 adl hall anna")
	}
	write(t, filepath.Join(f.Dir, "0-broken.json"), "{")
	for range 2 {
		if err := f.TakeBack("1-fall-2"); err != nil {
			t.Fatal(err)
		}
	}
	want("0-fall-1 adl kitchen anna")
	if err := f.TakeBack("0-fall-1"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(f.Dir, labelsFile)); !os.IsNotExist(err) {
		t.Errorf("the list of no clips: %v", err)
	}
	if err := (&Folder{Dir: filepath.Join(t.TempDir(), "nowhere")}).TakeBack("x"); err != nil {
		t.Error(err)
	}
	if err := f.Keep(Verdict{Incident: "bad"}, json.RawMessage(`{"times": [0]}`)); err == nil {
		t.Error("poses that cannot be are kept")
	}
	if err := f.Keep(Verdict{Incident: "bad"}, json.RawMessage(`[]`)); err == nil {
		t.Error("what is no evidence is kept")
	}
}

// TestOldPosesAreNotMixedUp: those of another pose network, and of nobody knows which, are refused.
func TestOldPosesAreNotMixedUp(t *testing.T) {
	for _, engine := range []string{"", "another engine"} {
		f := &Folder{Dir: t.TempDir()}
		if err := f.Keep(Verdict{"1", true, "anna", noon}, evidence(t, "hall", engine, 0, 1)); err != nil {
			t.Fatal(err)
		}
		m, err := data.Open(f.Dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := data.LoadExamples(m, data.Store{Dir: t.TempDir()}, "an engine", 10); err == nil {
			t.Errorf("poses of %q are learned from as those of another", engine)
		}
	}
}

func TestOldClipsAndTheirLinesGo(t *testing.T) {
	f := &Folder{Dir: t.TempDir()}
	for i, name := range []string{"a", "b", "c"} {
		if err := f.Keep(Verdict{name, false, "anna", noon}, evidence(t, "hall", "an engine", 0, 1)); err != nil {
			t.Fatal(err)
		}
		day := noon.AddDate(0, 0, i)
		if err := os.Chtimes(f.path(name), day, day); err != nil {
			t.Fatal(err)
		}
	}
	list := filepath.Join(f.Dir, labelsFile)
	if err := os.Chtimes(list, noon.AddDate(-1, 0, 0), noon.AddDate(-1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if n, err := f.Prune(noon.AddDate(0, 0, 1), 0); n != 1 || err != nil {
		t.Errorf("%d clips went, %v", n, err)
	}
	if got := clips(t, f.Dir); !slices.Equal(got, []string{"b adl hall anna", "c adl hall anna"}) {
		t.Errorf("left are %q", got)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
