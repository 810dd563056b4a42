package vision

import (
	"context"
	"errors"
	"image"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

func TestRun(t *testing.T) {
	path := film(t, 25, walk(256, 256, 50))
	var frames []pose.Frame
	var done, total int
	r, err := Run(context.Background(), Source{Path: path}, standinEngine(t), Options{Progress: func(d, n int) {
		if d < done || d > n {
			t.Errorf("progress %d of %d after %d", d, n, done)
		}
		done, total = d, n
	}}, func(f pose.Frame) Caption {
		frames = append(frames, f)
		return Caption{}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Check(); err != nil {
		t.Error(err)
	}
	if len(r.FrameTimes) != 50 || len(r.PoseTimes) != 25 || len(frames) != 25 || done != 50 || total != 50 {
		t.Errorf("%d frames, %d poses, %d calls, progress %d of %d", len(r.FrameTimes), len(r.PoseTimes), len(frames), done, total)
	}
	if r.Width != 256 || r.Height != 256 || !near(r.Duration(), 2, 1e-6) {
		t.Errorf("%dx%d pictures for %g s", r.Width, r.Height, r.Duration())
	}
	if len(r.Tracks) != 1 || r.Tracks[0].ID != 1 || !slices.Equal(r.Tracks[0].Times, r.PoseTimes) {
		t.Fatalf("%d tracks, the first %+v", len(r.Tracks), r.Tracks[0].Times)
	}
	for i, p := range r.Tracks[0].Poses {
		want := walkAt(256, 256, 2*i)
		dx, dy := standinJoint(0)
		if k := p.Keypoints[0]; !near(float64(k.X), float64(want.X)+4*dx, 5) || !near(float64(k.Y), float64(want.Y)+4*dy, 5) {
			t.Errorf("pose %d: nose at %.1f, %.1f, the disc at %v", i, k.X, k.Y, want)
		}
		if frames[i].Time != r.PoseTimes[i] || len(frames[i].People) != 1 || frames[i].People[0].Pose != p {
			t.Errorf("call %d got other people than the recording", i)
		}
	}
}

// That a frame is skipped must not show: the poses with an overlay are those without.
func TestRunIsTheSameWithOverlay(t *testing.T) {
	path := film(t, 30, walk(256, 192, 40))
	e := standinEngine(t)
	overlay := filepath.Join(t.TempDir(), "over.mp4")
	a, err := Run(context.Background(), Source{Path: path}, e, Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Run(context.Background(), Source{Path: path}, e, Options{Overlay: overlay}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a.PoseTimes, b.PoseTimes) || !slices.Equal(a.Tracks[0].Poses, b.Tracks[0].Poses) {
		t.Error("the overlay changes the poses")
	}
	f, err := openFile(overlay)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	if f.total() != 40 || !near(f.rate(), 30, .01) {
		t.Errorf("the overlay has %d frames at %g a second", f.total(), f.rate())
	}
	onlyFiles(t, filepath.Dir(overlay), "over.mp4")
}

func onlyFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if !slices.Equal(got, want) {
		t.Errorf("the folder holds %v, want %v", got, want)
	}
}

func TestRunOptions(t *testing.T) {
	path := film(t, 25, walk(256, 192, 50))
	e := standinEngine(t)
	for _, c := range []struct {
		name          string
		seconds, fps  float64
		frames, poses int
	}{
		{"all, every frame", 0, 25, 50, 50},
		{"more than there are", 0, 100, 50, 50},
		{"one second", 1, 5, 25, 5},
		{"longer than the video", 60, 12.5, 50, 25},
	} {
		r, err := Run(context.Background(), Source{Path: path, Seconds: c.seconds}, e, Options{FPS: c.fps}, nil)
		if err != nil || len(r.FrameTimes) != c.frames || len(r.PoseTimes) != c.poses {
			t.Errorf("%s: %d frames and %d poses, want %d and %d (%v)", c.name, len(r.FrameTimes), len(r.PoseTimes), c.frames, c.poses, err)
		}
	}
	for name, run := range map[string]func() error{
		"negative rate": func() error {
			_, err := Run(context.Background(), Source{Path: path}, e, Options{FPS: -1}, nil)
			return err
		},
		"rate is no number": func() error {
			_, err := Run(context.Background(), Source{Path: path}, e, Options{FPS: math.NaN()}, nil)
			return err
		},
		"negative seconds": func() error {
			_, err := Run(context.Background(), Source{Path: path, Seconds: -1}, e, Options{}, nil)
			return err
		},
		"no path": func() error { _, err := Run(context.Background(), Source{}, e, Options{}, nil); return err },
		"no such folder": func() error {
			_, err := Run(context.Background(), Source{Path: path}, e, Options{Overlay: filepath.Join(t.TempDir(), "none", "o.mp4")}, nil)
			return err
		},
	} {
		if err := run(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestRunStops(t *testing.T) {
	path := film(t, 25, walk(256, 192, 50))
	overlay := filepath.Join(t.TempDir(), "over.mp4")
	ctx, cancel := context.WithCancel(context.Background())
	calls := 0
	r, err := Run(ctx, Source{Path: path}, standinEngine(t), Options{Overlay: overlay}, func(pose.Frame) Caption {
		if calls++; calls == 10 {
			cancel()
		}
		return Caption{}
	})
	if !errors.Is(err, context.Canceled) || calls != 10 {
		t.Errorf("%d calls, %v", calls, err)
	}
	if r == nil || len(r.PoseTimes) != 10 {
		t.Error("what was seen is lost")
	}
	onlyFiles(t, filepath.Dir(overlay))
}

// An old overlay stays whole when the new one is broken off.
func TestRunKeepsTheOldOverlay(t *testing.T) {
	path := film(t, 25, walk(256, 192, 20))
	overlay := filepath.Join(t.TempDir(), "over.mp4")
	os.WriteFile(overlay, []byte("old"), 0o644)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := Run(ctx, Source{Path: path}, standinEngine(t), Options{Overlay: overlay}, func(pose.Frame) Caption {
		cancel()
		return Caption{}
	})
	old, _ := os.ReadFile(overlay)
	if err == nil || string(old) != "old" {
		t.Errorf("%v; the old overlay is %q", err, old)
	}
}

// The frame's pixels show the caption, from its frame on.
func TestOverlayShowsCaptions(t *testing.T) {
	const width, height = 640, 480
	path := film(t, 10, walk(width, height, 20))
	overlay := filepath.Join(t.TempDir(), "over.mp4")
	_, err := Run(context.Background(), Source{Path: path}, standinEngine(t), Options{FPS: 5, Overlay: overlay}, func(f pose.Frame) Caption {
		c := Caption{Score: f.Time / 2, Threshold: .5}
		if f.Time >= 1 {
			c.Banner = "FALL SUSPECTED"
		}
		return c
	})
	if err != nil {
		t.Fatal(err)
	}
	red := func(c gocv.Vecb) bool { return c[2] > 150 && c[1] < 100 }
	for i, picture := range pictures(t, overlay) {
		if banner := red(picture.GetVecbAt(4, 4)); banner != (i >= 10) {
			t.Errorf("frame %d: banner is %v", i, banner)
		}
		score := float64(i-i%2) / 10 / 2
		filled := 0
		for x := range width {
			if c := picture.GetVecbAt(height-10, x); red(c) || (c[1] > 140 && c[2] < 120) {
				filled++
			}
		}
		if want := score * 440; !near(float64(filled), want, 25) {
			t.Errorf("frame %d: %d pixels of the bar are filled, want about %.0f", i, filled, want)
		}
	}
}

func pictures(t *testing.T, path string) (all []gocv.Mat) {
	t.Helper()
	f, err := openFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	for {
		if _, err := f.next(context.Background()); err != nil {
			return all
		}
		m := gocv.NewMat()
		t.Cleanup(func() { m.Close() })
		if ok, err := f.picture(&m); !ok || err != nil {
			t.Fatal(ok, err)
		}
		all = append(all, m)
	}
}

func TestOddSizes(t *testing.T) {
	e := standinEngine(t)
	for _, size := range []image.Point{{255, 193}, {101, 77}, {641, 481}, {32, 400}} {
		m := image.NewRGBA(image.Rectangle{Max: size})
		path := film(t, 25, func(yield func(image.Image) bool) {
			for range 4 {
				if !yield(m) {
					return
				}
			}
		})
		overlay := filepath.Join(t.TempDir(), "over.mp4")
		r, err := Run(context.Background(), Source{Path: path}, e, Options{Overlay: overlay}, func(pose.Frame) Caption { return Caption{Banner: "FALL", Score: .9, Threshold: .5} })
		if err != nil {
			t.Errorf("%v: %v", size, err)
			continue
		}
		if r.Width != size.X&^1 || r.Height != size.Y&^1 || len(r.Tracks) != 0 {
			t.Errorf("%v: recorded as %dx%d", size, r.Width, r.Height)
		}
	}
}

func TestExtractor(t *testing.T) {
	x, err := OpenExtractor(standinFile(t), DefaultEngine, 12.5)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	r, err := x.Extract(context.Background(), film(t, 25, walk(256, 192, 50)), nil)
	if err != nil || len(r.PoseTimes) != 25 || len(r.Tracks) != 1 {
		t.Fatalf("%v: %d poses, %d tracks", err, len(r.PoseTimes), len(r.Tracks))
	}
	if s := x.Spent(); s.Forwards != 25 || s.Network <= 0 {
		t.Errorf("spent %+v", s)
	}
	if _, err := OpenExtractor(standinFile(t), DefaultEngine, -1); err == nil {
		t.Error("a negative rate is taken")
	}
}
