package data

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fallkit/pose"
)

// posedFolder is a data folder of one clip of poses and one of video.
func posedFolder(t *testing.T) (dir string, r *pose.Recording) {
	dir = t.TempDir()
	r = &pose.Recording{Width: 64, Height: 48, FrameTimes: []float64{0, 0.1, 0.2}, PoseTimes: []float64{0, 0.1, 0.2}}
	r.Tracks = []pose.Track{{ID: 1, Times: []float64{0, 0.1}, Poses: make([]pose.Pose, 2)}}
	if err := WritePoses(filepath.Join(dir, "a.parquet"), "made up", 10, r); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("b.mp4", "no video")
	write(labelsFile, "dataset,clip,path,subject,camera,fps,frames,label,activity,fall_start_frame,fall_end_frame\n"+
		"x,a,a.parquet,s1,,10,3,fall,,1,2\nx,b,b.mp4,s1,,10,3,adl,,,\n")
	return dir, r
}

func TestClipsOfPosesNeedNoExtraction(t *testing.T) {
	dir, want := posedFolder(t)
	m, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !m.Clips[0].Posed() || m.Clips[1].Posed() {
		t.Fatal("the first clip is poses, and the second a video")
	}
	store := Store{Dir: filepath.Join(t.TempDir(), "store")}
	examples, missing, err := LoadExamples(m, store, "an engine", 10)
	var m1 *MissingError
	if !errors.As(err, &m1) || len(examples) != 1 || len(missing) != 1 || missing[0].ID != "b" {
		t.Fatalf("%d examples, missing %v: %v", len(examples), missing, err)
	}
	if got := examples[0].Recording; len(got.Tracks) != len(want.Tracks) || got.Width != want.Width || examples[0].Video == "" {
		t.Errorf("the recording is %+v", got)
	}

	m.Clips = m.Clips[:1]
	x := Extraction{Manifest: m, Store: store, EngineID: "an engine", FPS: 10, Open: func() (Extractor, error) { return nil, errors.New("opened") }}
	result, err := x.Run(context.Background())
	if err != nil || result.Cached != 1 || result.Done != 0 || len(result.Failed) != 0 || result.Keys[0] != "" {
		t.Errorf("extraction: %+v, %v", result, err)
	}
	if _, err := os.Stat(filepath.Join(store.Dir, indexFile)); err == nil {
		if text, _ := os.ReadFile(filepath.Join(store.Dir, indexFile)); strings.Contains(string(text), "x,a,") {
			t.Error("poses.csv names a file that is not in the store")
		}
	}
}

// Poses that extraction found in a video are those of one engine and rate; made-up ones, as
// above, go with all.
func TestClipsOfPosesOfAnotherEngineAreRefused(t *testing.T) {
	dir, r := posedFolder(t)
	m, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	m.Clips = m.Clips[:1]
	path, store := filepath.Join(dir, "a.parquet"), Store{Dir: t.TempDir()}
	for _, c := range []struct {
		has  Origin
		good bool
	}{
		{Origin{"", "made up", 25}, true},
		{Origin{"", "", 0}, true},
		{Origin{"a video", "an engine", 10}, true},
		{Origin{"a video", "an engine", 25}, false},
		{Origin{"a video", "the other", 10}, false},
	} {
		text, err := encodePoses(c.has, r)
		if err == nil {
			err = os.WriteFile(path, text, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
		examples, _, err := LoadExamples(m, store, "an engine", 10)
		other := (*OtherPosesError)(nil)
		switch {
		case c.good && (err != nil || len(examples) != 1):
			t.Errorf("%+v: %d examples, %v", c.has, len(examples), err)
		case !c.good && (!errors.As(err, &other) || other.Has != c.has || other.File != path || len(examples) > 0):
			t.Errorf("%+v: %d examples, %v", c.has, len(examples), err)
		}
		if truth, posed, err := LoadTruth(m, store, "an engine", 10); err != nil || len(truth) != 1 || posed != 1 {
			t.Errorf("%+v: the truth needs no poses: %d clips, %d posed, %v", c.has, len(truth), posed, err)
		}
	}
}

func TestDamagedClipsOfPosesAreNamed(t *testing.T) {
	dir, _ := posedFolder(t)
	path := filepath.Join(dir, "a.parquet")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 1
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	m, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	m.Clips = m.Clips[:1]
	store := Store{Dir: filepath.Join(t.TempDir(), "store")}
	_, _, err = LoadExamples(m, store, "an engine", 10)
	if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "x/a") || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	x := Extraction{Manifest: m, Store: store, EngineID: "an engine", FPS: 10, Open: func() (Extractor, error) { return nil, errors.New("opened") }}
	result, err := x.Run(context.Background())
	if err != nil || len(result.Failed) != 1 {
		t.Errorf("extraction: %+v, %v", result, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, _, err = LoadExamples(m, store, "an engine", 10); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without the file: %v", err)
	}
}
