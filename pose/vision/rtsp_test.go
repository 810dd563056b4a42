package vision

import (
	"context"
	"errors"
	"image"
	"io"
	"iter"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gocv.io/x/gocv"

	"fallkit/internal/rtsptest"
	"fallkit/pose"
)

// These tests read a real stream in real time. Each goes on until what it waits for has
// come; none asks how long that took.

// clip is a disc that walks, as H.264, made once for all tests of a size.
func clip(t *testing.T, width, height int) *rtsptest.Clip {
	t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skipf("ffmpeg makes the stream, and it is missing: make setup installs it: %v", err)
	}
	clips.Lock()
	defer clips.Unlock()
	size := image.Pt(width, height)
	if clips.made[size] == nil {
		c, err := rtsptest.Encode(20, noisy(walk(width, height, 30)))
		if err != nil {
			t.Fatal(err)
		}
		clips.made[size] = c
	}
	return clips.made[size]
}

// noisy gives pictures lowest rows that change, as a sensor does.
func noisy(pictures iter.Seq[image.Image]) iter.Seq[image.Image] {
	return func(yield func(image.Image) bool) {
		i := 0
		for p := range pictures {
			m := p.(*image.RGBA)
			last := m.Pix[len(m.Pix)-16*m.Stride:]
			for j := range last {
				last[j] = byte(17 * i % 61)
			}
			if i++; !yield(m) {
				return
			}
		}
	}
}

var clips = struct {
	sync.Mutex
	made map[image.Point]*rtsptest.Clip
}{made: map[image.Point]*rtsptest.Clip{}}

func serve(t *testing.T, c *rtsptest.Camera) *rtsptest.Camera {
	t.Helper()
	if c.Clip == nil {
		c.Clip = clip(t, 256, 192)
	}
	if err := c.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// withPassword puts user and password into a URL.
func withPassword(url, who string) string { return strings.Replace(url, "://", "://"+who+"@", 1) }

// viewer watches a camera in a test.
type viewer struct {
	*camera
	t       *testing.T
	ctx     context.Context
	changes chan CameraChange
	times   []float64
}

func watch(t *testing.T, s Source) *viewer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // instead of hanging
	t.Cleanup(cancel)
	v := &viewer{t: t, ctx: ctx, changes: make(chan CameraChange, 100)}
	s.Live, s.Watch.Reconnect, s.Watch.Health = true, true, new(Health)
	s.Watch.Changed = func(c CameraChange) { v.changes <- c }
	s.Watch.Jitter = func() float64 { return 1 }
	r, err := s.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.close)
	c, ok := r.(*camera)
	if !ok {
		t.Fatalf("a live source gives %T", r)
	}
	v.camera = c
	return v
}

// frames looks at n more.
func (v *viewer) frames(n int) {
	v.t.Helper()
	for range n {
		now, err := v.next(v.ctx)
		if err != nil {
			v.t.Fatal(err)
		}
		if k := len(v.times); k > 0 && !(now > v.times[k-1]) {
			v.t.Fatalf("frame %d is at %g s, the one before at %g s", k, now, v.times[k-1])
		}
		v.times = append(v.times, now)
	}
}

// change waits for the next change, while it looks at frames.
func (v *viewer) change(up bool, reason string) CameraChange {
	v.t.Helper()
	select {
	case c := <-v.changes:
		if c.Up != up || !up && !strings.Contains(c.Err.Error(), reason) {
			v.t.Fatalf("the camera is up: %v, away for %v, because %v; want %v %q", c.Up, c.Away, c.Err, up, reason)
		}
		return c
	case <-v.ctx.Done():
		v.t.Fatal("nothing changes")
	}
	return CameraChange{}
}

func TestRTSP(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"tcp", "udp"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			server := serve(t, &rtsptest.Camera{})
			v := watch(t, Source{Path: server.URL(), Camera: CameraSettings{Transport: transport}})
			v.frames(20)
			m := gocv.NewMat()
			defer m.Close()
			if ok, err := v.picture(&m); !ok || err != nil || m.Cols() != 256 || m.Rows() != 192 {
				t.Errorf("a picture of %dx%d: %v, %v", m.Cols(), m.Rows(), ok, err)
			}
			if got := server.Transports(); !slices.Equal(got, []string{transport}) {
				t.Errorf("the stream came over %v", got)
			}
			if n := v.watch.Health.Counts(); !n.Up || n.Frames < 20 || n.Reconnects != 0 || n.Last.IsZero() {
				t.Errorf("%+v", n)
			}
		})
	}
}

// A camera that gives few pictures a second, as in the dark, is opened all the same.
func TestRTSPFewPictures(t *testing.T) {
	t.Parallel()
	few, err := rtsptest.Encode(5, noisy(walk(256, 192, 30)))
	if err != nil {
		t.Skip(err)
	}
	server := serve(t, &rtsptest.Camera{Clip: few})
	v := watch(t, Source{Path: server.URL()})
	v.frames(5)
	if n := server.Connections(); n != 1 {
		t.Errorf("it took %d connections", n)
	}
}

// A large picture comes in fragments (FU-A) and is put together again.
func TestRTSPLargePictures(t *testing.T) {
	t.Parallel()
	server := serve(t, &rtsptest.Camera{Clip: clip(t, 1280, 720)})
	v := watch(t, Source{Path: server.URL()})
	v.frames(5)
	got, want := gocv.NewMat(), gocv.NewMat()
	defer got.Close()
	defer want.Close()
	if _, err := v.picture(&got); err != nil || got.Cols() != 1280 || got.Rows() != 720 {
		t.Fatalf("%dx%d: %v", got.Cols(), got.Rows(), err)
	}
	// the disc is in the middle of the height, wherever it has walked to
	row := got.Region(image.Rect(0, 355, 1280, 365))
	defer row.Close()
	_, bright, _, _ := gocv.MinMaxLoc(single(t, row))
	if bright < 200 {
		t.Errorf("the disc's brightness is %g", bright)
	}
}

// single is one channel of a picture.
func single(t *testing.T, m gocv.Mat) gocv.Mat {
	grey := gocv.NewMat()
	t.Cleanup(func() { grey.Close() })
	gocv.CvtColor(m, &grey, gocv.ColorBGRToGray)
	return grey
}

func TestRTSPPassword(t *testing.T) {
	t.Parallel()
	for _, digest := range []bool{false, true} {
		name := map[bool]string{false: "basic", true: "digest"}[digest]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, &rtsptest.Camera{User: "anna", Password: "geheim7", Digest: digest})
			watch(t, Source{Path: withPassword(server.URL(), "anna:geheim7")}).frames(3)

			wrong := Source{
				Path: withPassword(server.URL(), "anna:falsch8"), Live: true, Camera: DefaultCamera, Watch: Watch{Reconnect: true},
			}
			before, refused := server.Connections(), server.Refused()
			_, err := Run(t.Context(), wrong, standinEngine(t), Options{}, nil)
			if err == nil || !strings.Contains(err.Error(), "does not answer") || !strings.Contains(err.Error(), server.Address()) {
				t.Errorf("wrong password: %v", err)
			} else if strings.Contains(err.Error(), "falsch8") || strings.Contains(err.Error(), "anna") || strings.Contains(err.Error(), "\n") {
				t.Errorf("the message tells too much: %v", err)
			}
			if server.Refused() == refused {
				t.Error("the wrong password was not asked for")
			}
			if n := server.Connections() - before; n != 1 {
				t.Errorf("a wrong password was tried on %d connections, and cameras lock accounts", n)
			}
		})
	}
}

func TestRTSPFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		transport string
		fault     rtsptest.Fault
		reason    string
		stalls    int
	}{
		{"mute", "tcp", rtsptest.Fault{Kind: rtsptest.Mute}, "does not answer", 0},
		{"no such stream at first", "tcp", rtsptest.Fault{Kind: rtsptest.Missing}, "does not answer", 0},
		{"hangs", "tcp", rtsptest.Fault{Kind: rtsptest.Hang, After: 40}, "stalled: no picture for", 1},
		{"hangs", "udp", rtsptest.Fault{Kind: rtsptest.Hang, After: 40}, "stalled: no picture for", 1},
		{"cut off", "tcp", rtsptest.Fault{Kind: rtsptest.Cut, After: 40}, "stopped: the stream has ended", 0},
	} {
		t.Run(c.name+" "+c.transport, func(t *testing.T) {
			t.Parallel()
			server := serve(t, &rtsptest.Camera{Faults: []rtsptest.Fault{c.fault}})
			v := watch(t, Source{Path: server.URL(), Camera: CameraSettings{Transport: c.transport}})
			if c.fault.After > 0 {
				v.frames(1)
				v.change(true, "")
			}
			away := v.change(false, c.reason)
			back := v.change(true, "")
			v.frames(5)
			if !strings.Contains(away.Err.Error(), server.Address()) {
				t.Errorf("which camera? %v", away.Err)
			}
			if back.Away <= 0 {
				t.Errorf("it was away for %v", back.Away)
			}
			n := v.watch.Health.Counts()
			if want := min(1, c.fault.After); n.Stalls < c.stalls || n.Reconnects < want || !n.Up {
				t.Errorf("%+v", n)
			}
		})
	}
}

func TestRTSPGarbage(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"tcp", "udp"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			server := serve(t, &rtsptest.Camera{Faults: []rtsptest.Fault{{Kind: rtsptest.Garbage, After: 30}, {Kind: rtsptest.Garbage, After: 30}}})
			v := watch(t, Source{Path: server.URL(), Camera: CameraSettings{Transport: transport}})
			v.frames(100) // whether it holds or comes back
			m := gocv.NewMat()
			defer m.Close()
			if _, err := v.picture(&m); err != nil || m.Cols() != 256 || m.Rows() != 192 {
				t.Errorf("a picture of %dx%d: %v", m.Cols(), m.Rows(), err)
			}
		})
	}
}

// The size changes in the stream, which OpenCV does not tell: the camera is opened again,
// and poses stay in the first picture's pixels.
func TestRTSPResize(t *testing.T) {
	t.Parallel()
	small, large := image.Pt(256, 192), image.Pt(512, 384)
	for _, c := range []struct {
		name     string
		from, to image.Point
	}{{"larger", small, large}, {"smaller", large, small}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, &rtsptest.Camera{
				Clip: clip(t, c.from.X, c.from.Y), Other: clip(t, c.to.X, c.to.Y), Faults: []rtsptest.Fault{{Kind: rtsptest.Resize, After: 40}},
			})
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			var health Health
			camera := newCamera(Source{Path: server.URL(), Camera: CameraSettings{Transport: "tcp"}, Watch: Watch{Reconnect: true, Health: &health}})
			camera.freeze.patience = time.Second
			camera.start(ctx)
			defer camera.close()
			source := &resizing{reader: camera, want: c.to, after: 8}
			e := standinEngine(t)
			s := &session{finder: newFinder(e), reader: source, grid: grid{Rate: 20}, picture: gocv.NewMat(), spare: gocv.NewMat()}
			defer s.close()
			if err := s.all(ctx, 0); err != nil {
				t.Fatal(err)
			}
			got := s.recording()
			if err := got.Check(); err != nil {
				t.Error(err)
			}
			if size := image.Pt(got.Width, got.Height); size != c.from {
				t.Errorf("the recording is of %v", size)
			}
			if n := health.Counts(); n.Reconnects == 0 || n.Stalls == 0 {
				t.Errorf("%+v", n)
			}
			wellPlaced(t, got, source.since)
		})
	}
}

// wellPlaced checks the poses from a moment on: the disc walks in the middle of the height.
func wellPlaced(t *testing.T, r *pose.Recording, since float64) {
	t.Helper()
	looked := 0
	for _, track := range r.Tracks {
		for i, p := range track.Poses {
			if track.Times[i] < since {
				continue
			}
			looked++
			height := float64(r.Height)
			_, dy := standinJoint(0)
			cell := 4 * height / 192 // of the network's input, in the picture's pixels
			if y := float64(p.Keypoints[0].Y); !near(y, height/2+cell*dy, 3*cell) || p.Box.X1 > float32(r.Width) || p.Box.Y1 > float32(height) {
				t.Errorf("at %.2f s: nose at height %.1f of %.0f, box %v", track.Times[i], y, height, p.Box)
			}
		}
	}
	if looked == 0 {
		t.Errorf("no pose since %.2f s", since)
	}
}

// resizing ends some pictures after the size has changed.
type resizing struct {
	reader
	want  image.Point
	after int
	seen  int
	now   float64
	since float64 // when the first of that size came
}

func (r *resizing) next(ctx context.Context) (now float64, err error) {
	if r.seen >= r.after {
		return 0, io.EOF
	}
	r.now, err = r.reader.next(ctx)
	return r.now, err
}

func (r *resizing) picture(into *gocv.Mat) (bool, error) {
	ok, err := r.reader.picture(into)
	if image.Pt(into.Cols(), into.Rows()) == r.want {
		if r.seen++; r.seen == 1 {
			r.since = r.now
		}
	}
	return ok, err
}

func TestRTSPServerGoneAndBack(t *testing.T) {
	t.Parallel()
	server := serve(t, &rtsptest.Camera{})
	address := server.Address()
	v := watch(t, Source{Path: server.URL()})
	v.change(true, "")
	v.frames(3)
	server.Close()
	v.change(false, "")
	again := &rtsptest.Camera{Clip: server.Clip}
	if err := again.Start(address); err != nil {
		t.Skipf("somebody else has taken the port meanwhile: %v", err)
	}
	defer again.Close()
	v.change(true, "")
	v.frames(5)
	if n := v.watch.Health.Counts(); n.Reconnects != 1 || again.Connections() == 0 {
		t.Errorf("%+v, %d connections", n, again.Connections())
	}
}

// A pose network that is slower than the camera sees the newest picture, and what it
// misses is counted.
func TestRTSPNewestFrameWins(t *testing.T) {
	t.Parallel()
	server := serve(t, &rtsptest.Camera{})
	v := watch(t, Source{Path: server.URL()})
	v.frames(1)
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for v.watch.Health.Counts().Drops < 10 { // nobody looks
		select {
		case <-poll.C:
		case <-v.ctx.Done():
			t.Fatalf("%+v", v.watch.Health.Counts())
		}
	}
	v.frames(2)
	n := v.watch.Health.Counts()
	if n.Frames < 11 || n.Drops > n.Frames-len(v.times) {
		t.Errorf("%+v, %d looked at", n, len(v.times))
	}
}

// detect's way: it ends after its seconds, though the camera is away by then.
func TestRunEndsThoughTheCameraIsAway(t *testing.T) {
	gone := make([]rtsptest.Fault, 50)
	for i := range gone {
		gone[i] = rtsptest.Fault{Kind: rtsptest.Missing}
	}
	gone[0] = rtsptest.Fault{Kind: rtsptest.Cut, After: 40}
	server := serve(t, &rtsptest.Camera{Faults: gone})
	var health Health
	var away error
	s := Source{Path: server.URL(), Live: true, Seconds: 4, Watch: Watch{Reconnect: true, Health: &health, Changed: func(c CameraChange) {
		if !c.Up {
			away = c.Err
		}
	}}}
	r, err := Run(t.Context(), s, standinEngine(t), Options{}, func(pose.Frame) Caption { return Caption{} })
	if err != nil || len(r.PoseTimes) == 0 {
		t.Fatalf("%v, %v", r, err)
	}
	if n := health.Counts(); n.Up || n.Frames == 0 || away == nil {
		t.Errorf("%+v: %v", n, away)
	}
}

func TestSilenceIsAnError(t *testing.T) {
	t.Parallel()
	gone := slices.Repeat([]rtsptest.Fault{{Kind: rtsptest.Missing}}, 50)
	gone[0] = rtsptest.Fault{Kind: rtsptest.Cut, After: 40}
	server := serve(t, &rtsptest.Camera{Faults: gone})
	s := Source{Path: server.URL(), Live: true, Camera: CameraSettings{Silence: 1}, Watch: Watch{Reconnect: true}}
	_, err := Run(t.Context(), s, standinEngine(t), Options{}, nil)
	if err == nil || !strings.Contains(err.Error(), "gave no picture for 1s") || errors.Is(err, ErrCorrupt) {
		t.Errorf("%v", err)
	}
}
