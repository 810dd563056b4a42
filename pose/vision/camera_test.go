package vision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// script is a camera that gives a picture after each of these times, then ends. A
// picture's brightness is its number.
type script struct {
	waits  []time.Duration
	blanks int // so many pictures, from the second on, are missing
	given  int
	closed bool
}

func (s *script) grab() (bool, error) {
	if s.given == len(s.waits) {
		return false, nil
	}
	<-time.After(s.waits[s.given])
	s.given++
	return true, nil
}

func (s *script) retrieve(into *gocv.Mat) (bool, error) {
	if s.given > 1 && s.given <= 1+s.blanks {
		return false, nil
	}
	m := gocv.NewMatWithSizeFromScalar(gocv.NewScalar(float64(s.given), 0, 0, 0), 4, 4, gocv.MatTypeCV8UC3)
	defer m.Close()
	m.CopyTo(into)
	return true, nil
}

func (s *script) close() { s.closed = true }

func every(interval time.Duration, n int) (waits []time.Duration) {
	for range n {
		waits = append(waits, interval)
	}
	return waits
}

func (s *script) start(ctx context.Context) *camera {
	return startCamera(ctx, func() (grabber, error) { return s, nil })
}

// number is which picture the camera stands at.
func number(t *testing.T, c *camera) int {
	m := gocv.NewMat()
	defer m.Close()
	if ok, err := c.picture(&m); !ok || err != nil {
		t.Fatal(ok, err)
	}
	return int(m.GetVecbAt(0, 0)[0])
}

func TestCameraGivesTheNewestFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{waits: every(40*time.Millisecond, 100)}
		c := s.start(t.Context())
		defer c.close()
		for i, want := range []struct {
			number int
			time   float64
		}{{1, 0}, {5, .16}, {9, .32}, {13, .48}} {
			now, err := c.next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if n := number(t, c); n != want.number || !near(now, want.time, 1e-9) {
				t.Errorf("look %d: picture %d at %g s, want %d at %g s", i, n, now, want.number, want.time)
			}
			<-time.After(160 * time.Millisecond) // a slow pose network
			synctest.Wait()
		}
	})
}

func TestCameraSkipsFramesWithoutPicture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{waits: every(40*time.Millisecond, 10), blanks: 3}
		c := s.start(t.Context())
		defer c.close()
		for _, want := range []float64{0, .16, .2} {
			if now, err := c.next(t.Context()); err != nil || !near(now, want, 1e-9) {
				t.Errorf("a picture at %g s, want %g s (%v)", now, want, err)
			}
		}
	})
}

func TestCameraFailures(t *testing.T) {
	for _, c := range []struct {
		name   string
		waits  []time.Duration
		blanks int
		want   string
		after  time.Duration
	}{
		{"ends", every(40*time.Millisecond, 3), 0, "the stream has ended", 120 * time.Millisecond},
		{"a stall that FFmpeg covers with an old frame", []time.Duration{time.Millisecond, 3 * time.Second}, 0, "stalled: no picture for 3s", 3001 * time.Millisecond},
		{"many frames without picture", every(10*time.Millisecond, 500), 200, "the stream has ended", 1010 * time.Millisecond},
		{"hangs for long", []time.Duration{time.Millisecond, time.Minute}, 0, "no picture for 10s", 10001 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				s := &script{waits: c.waits, blanks: c.blanks}
				camera := s.start(t.Context())
				var err error
				for err == nil {
					_, err = camera.next(t.Context())
				}
				if took := time.Since(start); !strings.Contains(err.Error(), c.want) || took != c.after {
					t.Errorf("after %v: %v; want %q after %v", took, err, c.want, c.after)
				}
				camera.close()
				if !s.closed {
					t.Error("the camera stays open")
				}
			})
		})
	}
}

func TestCameraThatDoesNotOpen(t *testing.T) {
	c := startCamera(t.Context(), func() (grabber, error) { return nil, errors.New("refused") })
	defer c.close()
	if _, err := c.next(t.Context()); err == nil || !strings.Contains(err.Error(), "cam does not answer: refused") {
		t.Error(err)
	}
}

func TestCameraIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := &script{waits: every(time.Second, 100)}
		c := s.start(ctx)
		if _, err := c.next(ctx); err != nil {
			t.Fatal(err)
		}
		cancel()
		if _, err := c.next(ctx); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		c.close()
		if !s.closed || s.given > 2 {
			t.Errorf("closed: %v, after %d pictures", s.closed, s.given)
		}
	})
}

func TestLiveSourcesThatAreNot(t *testing.T) {
	e := standinEngine(t)
	for path, want := range map[string]string{
		"/dev/video93":                            "no such file",
		"rtsp://me:secret@127.0.0.1:9/live":       "does not answer",
		filepath.Join(t.TempDir(), "nothing.mp4"): "does not answer",
	} {
		_, err := Run(t.Context(), Source{Path: path, Live: true, Seconds: 1}, e, Options{}, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the message tells the password: %v", err)
		}
	}
}

// A real stream: JPEG pictures over HTTP, as many cameras send them.
func TestRunOnAStream(t *testing.T) {
	stopped := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(stopped)
		w.Header().Set("Content-Type", "multipart/x-mixed-replace; boundary=frame")
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for i := 0; r.Context().Err() == nil; i++ {
			var b bytes.Buffer
			jpeg.Encode(&b, disc(256, 192, image.Pt(60+i%100, 96)), nil)
			fmt.Fprintf(w, "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n", b.Len(), b.Bytes())
			w.(http.Flusher).Flush()
			<-tick.C
		}
	}))
	defer server.Close()
	overlay := filepath.Join(t.TempDir(), "over.mp4")
	calls := 0
	r, err := Run(t.Context(), Source{Path: server.URL, Live: true, Seconds: 1}, standinEngine(t), Options{FPS: 10, Overlay: overlay},
		func(f pose.Frame) Caption { calls++; return Caption{Score: .2} })
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Check(); err != nil {
		t.Error(err)
	}
	if calls < 2 || calls > 10 || calls != len(r.PoseTimes) || r.Width != 256 || len(r.Tracks) == 0 {
		t.Errorf("%d calls, %d poses, %d tracks, %d wide", calls, len(r.PoseTimes), len(r.Tracks), r.Width)
	}
	if last := r.FrameTimes[len(r.FrameTimes)-1]; last >= 1 {
		t.Errorf("goes on until %g s", last)
	}
	f, err := openFile(overlay)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	if want := int(r.FrameTimes[len(r.FrameTimes)-1]*10) + 1; f.total() != want || !near(f.rate(), 10, .01) {
		t.Errorf("the overlay has %d frames at %g a second, want %d at 10", f.total(), f.rate(), want)
	}
	<-stopped
}

// startCamera starts one that is not opened again.
func startCamera(ctx context.Context, open func() (grabber, error)) *camera {
	c := &camera{name: "cam", open: open, silence: silence}
	c.start(ctx)
	return c
}

// Whoever watches without end stops by an interrupt: the overlay is kept and can be read.
func TestAWatchThatIsStoppedKeepsItsOverlay(t *testing.T) {
	url := motion(t, 1_000_000, nil)
	overlay := filepath.Join(t.TempDir(), "over.mp4")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	calls := 0
	r, err := Run(ctx, Source{Path: url, Live: true}, standinEngine(t), Options{FPS: 10, Overlay: overlay}, func(pose.Frame) Caption {
		if calls++; calls == 3 {
			stop()
		}
		return Caption{}
	})
	if !errors.Is(err, context.Canceled) || r == nil || len(r.PoseTimes) != 3 {
		t.Fatalf("%v, %d calls", err, calls)
	}
	f, err := openFile(overlay)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	if f.total() < 1 {
		t.Error("the overlay is empty")
	}
}
