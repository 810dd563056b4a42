package vision

import (
	"context"
	"image"
	"iter"
	"path/filepath"
	"testing"

	"fallkit/pose"
)

// Who moves is not in the median; a disc that stands still is.
func TestStillVideo(t *testing.T) {
	path := film(t, 25, walk(256, 192, 60))
	e := standinEngine(t)
	out := filepath.Join(t.TempDir(), "still.mp4")
	if err := WriteStill(context.Background(), path, 20, 1, out); err != nil {
		t.Fatal(err)
	}
	onlyFiles(t, filepath.Dir(out), "still.mp4")
	r, err := Run(context.Background(), Source{Path: out}, e, Options{}, nil)
	if err != nil || len(r.FrameTimes) != 20 || len(r.Tracks) != 0 {
		t.Fatalf("%d frames, %d people, %v", len(r.FrameTimes), len(r.Tracks), err)
	}
	if err := WriteStill(context.Background(), filepath.Join(t.TempDir(), "none.mp4"), 20, 1, out); err == nil {
		t.Error("a still of nothing")
	}
}

func TestRunMoved(t *testing.T) {
	e := standinEngine(t)
	frames, least := 0, 1.0
	err := RunMoved(context.Background(), film(t, 12.5, walk(256, 192, 60)), e, Options{}, func(f pose.Frame, moved []float64) {
		frames++
		if len(moved) != len(f.People) {
			t.Fatalf("%d people, %d shares", len(f.People), len(moved))
		}
		for _, m := range moved {
			least = min(least, m)
		}
	})
	if err != nil || frames != 60 || least < 0.1 {
		t.Errorf("%d frames; of the walker's box %.2f moved, %v", frames, least, err)
	}
	// A film in which nothing moves.
	still := film(t, 12.5, repeated(disc(256, 192, walkAt(256, 192, 20)), 20))
	err = RunMoved(context.Background(), still, e, Options{}, func(f pose.Frame, moved []float64) {
		if len(moved) != 1 || moved[0] > 0.02 {
			t.Errorf("%.2f s: %v moved", f.Time, moved)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func repeated(m image.Image, frames int) iter.Seq[image.Image] {
	return func(yield func(image.Image) bool) {
		for range frames {
			if !yield(m) {
				return
			}
		}
	}
}
