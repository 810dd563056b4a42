package simulate_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fallkit/data"
	"fallkit/data/simulate"
)

func small(clips int) simulate.Settings {
	return simulate.Settings{Preset: simulate.Demo, Clips: clips, Seed: 4, Width: 96, Height: 72, FPS: 8}
}

// digest stands in for a video encoder: it writes a checksum of the pixels.
func digest(path string, fps float64, frames iter.Seq[image.Image]) error {
	sum, n := sha256.New(), 0
	for f := range frames {
		sum.Write(f.(*image.RGBA).Pix)
		n++
	}
	return os.WriteFile(path, fmt.Appendf(nil, "%d frames at %g: %x\n", n, fps, sum.Sum(nil)), 0o644)
}

// contents is every file of a folder by name.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func fill(t *testing.T, dir string, s simulate.Settings) map[string]string {
	t.Helper()
	if err := simulate.WriteFolder(t.Context(), dir, s, digest, nil); err != nil {
		t.Fatal(err)
	}
	return contents(t, dir)
}

func TestFolderIsADataFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	var told []string
	s := small(4)
	s.KeypointsEvery = 1
	err := simulate.WriteFolder(t.Context(), dir, s, digest, func(done, total int) { told = append(told, fmt.Sprint(done, "/", total)) })
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"1/4", "2/4", "3/4", "4/4"}; !cmp.Equal(told, want) {
		t.Errorf("progress was %v, want %v", told, want)
	}
	m, err := data.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	clips := simulate.Plan(s)
	if len(m.Clips) != len(clips) {
		t.Fatalf("labels.csv has %d clips, want %d", len(m.Clips), len(clips))
	}
	for i, have := range m.Clips {
		want := clips[i]
		f, err := want.Film(simulate.Exact{})
		if err != nil {
			t.Fatal(err)
		}
		o := f.Outline
		if have.Dataset != simulate.Dataset || have.ID != want.Name || have.Label != want.Label || have.Activity != want.Activity || have.Subject != want.Subject || have.Camera != want.Camera {
			t.Errorf("clip %d reads as %+v, want %+v", i, have, want)
		}
		if have.FPS != s.FPS || have.Frames != o.Frames || have.FallStart != o.FallStart || have.FallEnd != o.FallEnd {
			t.Errorf("clip %s reads as %+v, want %+v", have.ID, have, o)
		}
		if _, err := os.Stat(m.VideoPath(i)); err != nil {
			t.Error(err)
		}
	}
	truth, err := data.ReadKeypoints(filepath.Join(dir, "keypoints.json"))
	if err != nil || len(truth.Images) < 4*len(clips) || truth.Images[0].Path != "videos/"+clips[0].Name+".mp4" || truth.Images[1].Frame != 8 {
		t.Errorf("%v, %v", truth, err)
	}
	if len(m.Segments) < len(clips) {
		t.Errorf("segments.csv has %d segments", len(m.Segments))
	}
}

func TestSameSettingsSameBytes(t *testing.T) {
	s := small(4)
	first := fill(t, t.TempDir(), s)
	s.Workers = 3
	if diff := cmp.Diff(first, fill(t, t.TempDir(), s)); diff != "" {
		t.Error(diff)
	}
}

func TestBrokenRunIsTakenUp(t *testing.T) {
	whole := fill(t, t.TempDir(), small(4))
	dir := t.TempDir()
	full := errors.New("no space left on device")
	calls := 0
	err := simulate.WriteFolder(t.Context(), dir, small(4), func(path string, fps float64, frames iter.Seq[image.Image]) error {
		calls++
		if calls == 3 {
			os.WriteFile(path, []byte("half a video"), 0o644)
			return full
		}
		return digest(path, fps, frames)
	}, nil)
	if !errors.Is(err, full) || !strings.Contains(err.Error(), "make clip") {
		t.Fatalf("got %v", err)
	}
	for name := range contents(t, dir) {
		if strings.Contains(name, "unfinished") || name == "labels.csv" {
			t.Errorf("%s was left behind", name)
		}
	}
	made := 0
	err = simulate.WriteFolder(t.Context(), dir, small(4), func(path string, fps float64, frames iter.Seq[image.Image]) error {
		made++
		return digest(path, fps, frames)
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if made != 2 {
		t.Errorf("the second run made %d clips, want the 2 that were missing", made)
	}
	if diff := cmp.Diff(whole, contents(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestCancelledRunLeavesNoHalfClip(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	err := simulate.WriteFolder(ctx, dir, small(4), func(path string, fps float64, frames iter.Seq[image.Image]) error {
		n := 0
		return digest(path, fps, func(yield func(image.Image) bool) {
			for f := range frames {
				if n++; n == 5 {
					cancel()
				}
				if !yield(f) {
					return
				}
			}
		})
	}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if files := contents(t, dir); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
}

func TestFolderIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		prepare  func(t *testing.T, dir string)
		settings simulate.Settings
		says     string
	}{
		"somebody's files": {
			func(t *testing.T, dir string) { os.WriteFile(filepath.Join(dir, "thesis.txt"), []byte("x"), 0o644) },
			small(2), "is not empty and was not made by simulate",
		},
		"somebody's videos": {
			func(t *testing.T, dir string) {
				os.Mkdir(filepath.Join(dir, "videos"), 0o755)
				os.WriteFile(filepath.Join(dir, "videos", "wedding.mp4"), []byte("x"), 0o644)
			},
			small(2), "is not empty and was not made by simulate",
		},
		"other settings": {
			func(t *testing.T, dir string) { fill(t, dir, small(2)) },
			small(4), "made with other settings",
		},
		"settings that cannot be": {
			func(t *testing.T, dir string) {},
			simulate.Settings{},
			"clips is 0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c.prepare(t, dir)
			before := contents(t, dir)
			err := simulate.WriteFolder(t.Context(), dir, c.settings, digest, nil)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("got %v, want it to say %q", err, c.says)
			}
			if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
				t.Errorf("the folder was changed: %s", diff)
			}
		})
	}
}

func TestLazyWriterIsFoundOut(t *testing.T) {
	err := simulate.WriteFolder(t.Context(), t.TempDir(), small(1), func(path string, _ float64, frames iter.Seq[image.Image]) error {
		for range frames {
			break
		}
		return os.WriteFile(path, []byte("one frame"), 0o644)
	}, nil)
	if err == nil || !strings.Contains(err.Error(), "the writer took 1 of") {
		t.Fatalf("got %v", err)
	}
}
