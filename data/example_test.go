package data

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// labelledFolder has one clip of each kind, and its poses: frames come at 25 a second.
func labelledFolder(t *testing.T) *Extraction {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "set")
	write(t, filepath.Join(dir, "labels.csv"), header+
		"a,timed,1.mp4,,,25,50,fall,,10,20\n"+
		"a,untimed,2.mp4,,,,,fall,,,\n"+
		"a,adl,3.mp4,,,,,adl,,,\n"+
		"a,beyond,4.mp4,,,,,fall,,30,90\n")
	write(t, filepath.Join(dir, "a", "segments.csv"), "dataset,clip,start_frame,end_frame,state\na,timed,21,49,lying\na,timed,0,9,walking\n")
	for _, v := range []string{"1.mp4", "2.mp4", "3.mp4", "4.mp4"} {
		write(t, filepath.Join(dir, v), v)
	}
	x, _ := extraction(t, dir, 50)
	return x
}

func TestLoadExamples(t *testing.T) {
	x := labelledFolder(t)
	run(t, x)
	got, missing, err := LoadExamples(x.Manifest, x.Store, x.EngineID, x.FPS)
	if err != nil || len(missing) != 0 {
		t.Fatal(missing, err)
	}
	want := []Example{
		{Index: 0, Falls: []Span{{0.4, 0.8}}, States: []StateSpan{{Span{0, 0.36}, "walking"}, {Span{0.84, 1.96}, "lying"}}},
		{Index: 1, Untimed: true},
		{Index: 2},
		{Index: 3, Falls: []Span{{1.2, 1.96}}, Warning: "clip a/beyond: fall_end_frame is 90, and the last frame that the video gave is number 49"},
	}
	for i := range want {
		want[i].Clip = &x.Manifest.Clips[i]
		want[i].Video = sha(want[i].Clip.Path) // what stands in these videos
		if got[i].Recording == nil || len(got[i].Recording.FrameTimes) != 50 {
			t.Errorf("example %d has no recording", i)
		}
		got[i].Recording = nil
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestLoadExamplesTellsWhatIsMissing(t *testing.T) {
	x := labelledFolder(t)
	load := func() ([]Example, []*Clip, error) { return LoadExamples(x.Manifest, x.Store, x.EngineID, x.FPS) }
	dir := x.Manifest.Dir
	for _, tc := range []struct {
		name, want string
		change     func()
		examples   int
	}{
		{"no extraction yet", `4 of 4 clips of ` + dir + ` have no poses (a/timed and others): run "falltrain extract ` + dir + `"`, func() {}, 0},
		{"all there", "", func() { run(t, x) }, 4},
		{"a video changed", `1 of 4 clips of ` + dir + ` have no poses (a/adl): run "falltrain extract ` + dir + `"`, func() { write(t, filepath.Join(dir, "3.mp4"), "new") }, 3},
		{"a video and a pose file are gone", `3 of 4 clips of ` + dir + ` have no poses (a/timed and others): run "falltrain extract ` + dir + `"`, func() {
			os.Remove(filepath.Join(dir, "1.mp4"))
			write(t, x.Store.Path(Key(sha("2.mp4"), x.EngineID, x.FPS)), "cut")
		}, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.change()
			examples, missing, err := load()
			if len(examples) != tc.examples || len(examples)+len(missing) != 4 {
				t.Errorf("%d examples, %d missing", len(examples), len(missing))
			}
			if tc.want == "" && err == nil {
				return
			}
			var told *MissingError
			if !errors.As(err, &told) || err.Error() != tc.want {
				t.Errorf("error %v\nwanted %s", err, tc.want)
			}
		})
	}
}

// TestSharedData opens the real clips where they are at hand.
func TestSharedData(t *testing.T) {
	dir := os.Getenv("FALLKIT_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	if _, err := os.Stat(filepath.Join(dir, "labels.csv")); err != nil {
		t.Skipf("no real clips in %s (FALLKIT_DATA names another folder)", dir)
	}
	m, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	falls, adl := m.Count()
	if falls != 132 || adl != 75 || len(m.Segments) != 966 {
		t.Errorf("%d falls, %d adl, %d segments", falls, adl, len(m.Segments))
	}
	for by, want := range map[string]int{"dataset": 3, "camera": 6, "subject": 11} {
		folds, err := m.Folds(by)
		if err != nil || len(folds) != want {
			t.Errorf("%d folds by %s, %v", len(folds), by, err)
		}
	}
	for i := range m.Clips {
		if !exists(m.VideoPath(i)) {
			t.Errorf("no video of %s", &m.Clips[i])
		}
	}
}
