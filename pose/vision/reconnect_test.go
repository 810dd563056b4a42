package vision

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gocv.io/x/gocv"
	"pgregory.net/rapid"
)

// life is a camera that is opened again and again: each script is what it does then, nil
// = it does not open. After the last one it stays away.
type life struct {
	scripts []*script
	opened  []time.Duration // when it was tried, from the start
	start   time.Time
}

func (l *life) open() (grabber, error) {
	l.opened = append(l.opened, time.Since(l.start))
	if n := len(l.opened); n <= len(l.scripts) && l.scripts[n-1] != nil {
		return l.scripts[n-1], nil
	}
	return nil, errors.New("refused")
}

// watch starts a camera that reconnects and draws no chance: pauses are full.
func (l *life) watch(ctx context.Context, c *camera) *camera {
	l.start = time.Now()
	c.name, c.open, c.watch.Reconnect = "cam", l.open, true
	c.watch.Jitter = func() float64 { return 0 }
	c.freeze.patience = frozenTime
	c.start(ctx)
	return c
}

func TestCameraComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := life{scripts: []*script{{waits: every(40*time.Millisecond, 3)}, nil, nil, {waits: []time.Duration{40 * time.Millisecond, 40 * time.Millisecond, time.Second}}}}
		var told []CameraChange
		c := l.watch(t.Context(), &camera{silence: 30 * time.Second, watch: Watch{Changed: func(n CameraChange) { told = append(told, n) }}})
		defer c.close()
		// 0.25 s, 0.5 s and 1 s of waiting lie between the third picture and the next opening
		for i, want := range []float64{0, .04, .08, .08 + 1.75 + .04, .08 + 1.75 + .08} {
			if now, err := c.next(t.Context()); err != nil || !near(now, want, 1e-9) {
				t.Fatalf("frame %d at %g s, want %g: %v", i, now, want, err)
			}
		}
		n := c.watch.Health.Counts()
		if n.Frames != 5 || n.Reconnects != 1 || n.Stalls != 0 || n.Drops != 0 || !n.Up || n.Last != time.Now() {
			t.Errorf("%+v", n)
		}
		if len(told) != 3 || !told[0].Up || told[1].Up || !told[2].Up || told[2].Away != 1790*time.Millisecond {
			t.Errorf("told %+v", told)
		} else if m := told[1].Err.Error(); m != "camera cam stopped: the stream has ended" {
			t.Error(m)
		}
		if !l.scripts[0].closed {
			t.Error("the first capture stays open")
		}
	})
}

func TestCameraThatStallsComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := life{scripts: []*script{{waits: []time.Duration{time.Second, 3 * time.Second, time.Second}}, {waits: every(time.Second, 2)}}}
		c := l.watch(t.Context(), &camera{})
		defer c.close()
		for i, want := range []float64{0, 4.25, 5.25} { // the picture after the stall is old, and not given
			if now, err := c.next(t.Context()); err != nil || !near(now, want, 1e-9) {
				t.Fatalf("frame %d at %g s, want %g: %v", i, now, want, err)
			}
		}
		if n := c.watch.Health.Counts(); n.Stalls != 1 || n.Reconnects != 1 || n.Frames != 3 {
			t.Errorf("%+v", n)
		}
	})
}

// still gives the same picture for ever.
type still struct{ script }

func (s *still) grab() (bool, error) {
	<-time.After(100 * time.Millisecond)
	return true, nil
}

func (s *still) retrieve(into *gocv.Mat) (bool, error) {
	m := gocv.NewMatWithSizeFromScalar(gocv.NewScalar(7, 7, 7, 0), 40, 40, gocv.MatTypeCV8UC3)
	defer m.Close()
	m.CopyTo(into)
	return true, nil
}

// A picture that never changes is opened again, ever less often.
func TestCameraThatFreezes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var opened []time.Duration
		start := time.Now()
		var why error
		c := &camera{name: "cam", freeze: freeze{patience: frozenTime}, open: func() (grabber, error) {
			opened = append(opened, time.Since(start).Truncate(time.Second))
			return &still{}, nil
		}}
		c.watch = Watch{Reconnect: true, Jitter: func() float64 { return 0 }, Changed: func(n CameraChange) {
			if !n.Up {
				why = n.Err
			}
		}}
		c.start(t.Context())
		<-time.After(40 * time.Second)
		synctest.Wait()
		c.close()
		want := []time.Duration{0, 5 * time.Second, 15 * time.Second, 36 * time.Second}
		if len(opened) != len(want) {
			t.Fatalf("opened at %v, want %v", opened, want)
		}
		for i := range want {
			if opened[i] != want[i] {
				t.Fatalf("opened at %v, want %v", opened, want)
			}
		}
		if why == nil || !strings.Contains(why.Error(), "camera cam froze: the same picture for 20s") {
			t.Error(why)
		}
	})
}

func TestBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := life{}
		c := l.watch(t.Context(), &camera{})
		<-time.After(20 * time.Second)
		synctest.Wait()
		c.close()
		// 0.25, 0.5, 1, 2, 4, 5, 5 seconds apart
		want := []time.Duration{0, 250, 750, 1750, 3750, 7750, 12750, 17750}
		for i := range want {
			if len(l.opened) != len(want) || l.opened[i] != want[i]*time.Millisecond {
				t.Fatalf("tried at %v, want %v ms", l.opened, want)
			}
		}
	})
}

// Chance takes at most half of a pause, and no pause exceeds 5 s.
func TestJitter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.Float64Range(0, 1)
		b := backoff{jitter: func() float64 { return draw.Draw(t, "chance") }}
		full := firstPause
		for range rapid.IntRange(1, 20).Draw(t, "tries") {
			if got := b.next(); got < full/2 || got > full || got > longestPause {
				t.Fatalf("pause %v, and must be from %v to %v", got, full/2, full)
			}
			full = min(2*full, longestPause)
		}
		b.reset()
		if got := b.next(); got > firstPause {
			t.Fatalf("%v after a picture", got)
		}
	})
}

func TestCameraThatStaysAway(t *testing.T) {
	seen := []*script{{waits: every(time.Second, 2)}}
	for _, c := range []struct {
		name    string
		scripts []*script
		camera  *camera
		frames  int
		want    string // "" = the end
		after   time.Duration
	}{
		{"never seen", nil, &camera{silence: 10 * time.Second}, 0, "camera cam does not answer: refused", 0},
		{"seen", seen, &camera{silence: 10 * time.Second}, 2, "camera cam gave no picture for 10s: it does not answer: refused", 12 * time.Second},
		{"seen, for some seconds", seen, &camera{silence: 10 * time.Second, seconds: 5 * time.Second}, 2, "", 6 * time.Second},
		{"never seen, for some seconds, waited for", nil, &camera{seconds: 5 * time.Second}, 0, "camera cam gave no picture for 15s: it does not answer: refused", 15 * time.Second},
		{"hangs in a read", []*script{{waits: []time.Duration{time.Second, 20 * time.Second}}}, &camera{silence: 10 * time.Second}, 1, "camera cam gave no picture for 10s", 11 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := life{}
				for _, s := range c.scripts {
					l.scripts = append(l.scripts, &script{waits: s.waits})
				}
				camera := l.watch(t.Context(), c.camera)
				defer camera.close()
				frames := 0
				var err error
				for {
					if _, err = camera.next(t.Context()); err != nil {
						break
					}
					frames++
				}
				if took := time.Since(l.start); frames != c.frames || took != c.after {
					t.Errorf("%d frames in %v, want %d in %v", frames, took, c.frames, c.after)
				}
				if c.want == "" && !errors.Is(err, io.EOF) || c.want != "" && err.Error() != c.want {
					t.Errorf("%v, want %q", err, c.want)
				}
			})
		})
	}
}

// Counts may be read while the camera is at work (the race detector looks).
func TestHealthWhileReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := life{scripts: []*script{{waits: every(time.Millisecond, 200)}}}
		c := l.watch(t.Context(), &camera{silence: time.Second})
		defer c.close()
		last := CameraCounts{}
		for last.Frames < 200 {
			<-time.After(500 * time.Microsecond)
			n := c.watch.Health.Counts()
			if n.Frames < last.Frames || n.Drops < last.Drops || n.Drops > n.Frames || n.Last.Before(last.Last) {
				t.Fatalf("%+v after %+v", n, last)
			}
			last = n
		}
		if last.Drops != 199 { // nobody looked
			t.Errorf("%+v", last)
		}
	})
}
