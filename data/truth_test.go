package data

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoadTruthTakesPosesWhereTheyAre(t *testing.T) {
	x := labelledFolder(t)
	run(t, x)
	got, posed, err := LoadTruth(x.Manifest, x.Store, x.EngineID, x.FPS)
	if err != nil || posed != 4 {
		t.Fatal(posed, err)
	}
	want, _, err := LoadExamples(x.Manifest, x.Store, x.EngineID, x.FPS)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestLoadTruthGoesByFPSWithoutPoses(t *testing.T) {
	x := labelledFolder(t)
	x.Manifest.Clips = x.Manifest.Clips[:1]
	got, posed, err := LoadTruth(x.Manifest, Store{Dir: filepath.Join(t.TempDir(), "nowhere")}, x.EngineID, x.FPS)
	if err != nil || posed != 0 {
		t.Fatal(posed, err)
	}
	e := got[0]
	if d := cmp.Diff([]Span{{0.4, 0.8}}, e.Falls); d != "" || len(e.States) != 2 || len(e.Recording.FrameTimes) != 50 || len(e.Recording.Tracks) != 0 {
		t.Errorf("falls -want +got:\n%s\n%d states, %d frames", d, len(e.States), len(e.Recording.FrameTimes))
	}
	if s := e.Recording.Duration(); s < 2-1e-9 || s > 2+1e-9 {
		t.Errorf("50 frames at 25 a second last %g s", s)
	}
}

func TestLoadTruthNamesClipsWithoutALength(t *testing.T) {
	x := labelledFolder(t)
	_, _, err := LoadTruth(x.Manifest, x.Store, x.EngineID, x.FPS)
	lacking := (*LengthError)(nil)
	if !errors.As(err, &lacking) || len(lacking.Clips) != 3 {
		t.Fatal(err)
	}
	want := "3 of 4 clips of " + x.Manifest.Dir + " have no length (a/untimed and others): fill in their fps and frames in labels.csv, or run \"falltrain extract " + x.Manifest.Dir + "\""
	if err.Error() != want {
		t.Errorf("%s\nwant %s", err, want)
	}
}
