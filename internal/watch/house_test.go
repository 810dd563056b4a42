package watch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"fallkit/internal/alarm"
	"fallkit/pose"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// liveEyes see a drawing by the clock, again and again, as long as they are well.
type liveEyes struct {
	drawing drawing
	fails   func(i int) error // before the i-th picture; it may hang or panic, too

	mutex  sync.Mutex
	counts Counts
	rates  []float64
}

func (e *liveEyes) Counts() Counts {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.counts
}

func (e *liveEyes) SetRate(rate float64) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.rates = append(e.rates, rate)
}

func (e *liveEyes) came() {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.counts.Frames++
	e.counts.Up, e.counts.Last = true, time.Now()
}

func (e *liveEyes) Watch(ctx context.Context, each func(View)) error {
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	begin := time.Now()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
		if e.fails != nil {
			if err := e.fails(i); err != nil {
				return err
			}
		}
		e.came()
		v := drawn{e.drawing}.view(i%len(e.drawing.life), begin)
		v.Frame.Time, v.At = float64(i)/10, time.Now()
		v.Took = 20 * time.Millisecond
		each(v)
	}
}

// pass lets time go by in a synctest bubble.
func pass(d time.Duration) { <-time.After(d) }

// living is a house of cameras by the clock.
func living(eyes map[string]Eyes) (*House, *box) {
	b := new(box)
	h := &House{Desk: deskFor(nil), Outbox: b}
	for _, name := range []string{"hall", "kitchen"} {
		if e := eyes[name]; e != nil {
			h.Cameras = append(h.Cameras, &Camera{Name: name, Eyes: e, Scorer: func() Scorer { return byScore{} }, Alarm: quickly, Rate: 12.5, Lowest: 4, Blind: DefaultBlind})
		}
	}
	return h, b
}

// start runs a house until stop is called.
func start(t *testing.T, h *House) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// kinds are those that a camera's reports have, in their order.
func (b *box) kinds(camera string) string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	var all []string
	for _, r := range b.reports {
		if r.Camera == camera {
			all = append(all, r.Kind)
		}
	}
	return strings.Join(all, " ")
}

var oneFall = drawing{1, times("u", 100) + times("F", 10) + times("l", 3000)}

// TestOneCameraDoesNotTouchTheOthers: whatever happens to the kitchen's camera, the hall's sees
// the fall, and the kitchen is told to be blind.
func TestOneCameraDoesNotTouchTheOthers(t *testing.T) {
	for _, c := range []struct {
		name  string
		fails func(release chan struct{}) func(int) error
		hangs bool
	}{
		{"hangs", func(release chan struct{}) func(int) error {
			return func(i int) error {
				if i == 20 {
					<-release
				}
				return nil
			}
		}, true},
		{"dies", func(chan struct{}) func(int) error { return func(int) error { return errors.New("burnt out") } }, false},
		{"panics", func(chan struct{}) func(int) error { return func(int) error { panic("a picture of nothing") } }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				hall, kitchen := &liveEyes{drawing: oneFall}, &liveEyes{drawing: drawing{1, "u"}, fails: c.fails(release)}
				h, b := living(map[string]Eyes{"hall": hall, "kitchen": kitchen})
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- h.Run(ctx) }()
				pass(2 * time.Minute)
				if got := b.kinds("hall"); got != "suspected confirmed" {
					t.Errorf("the hall told %q", got)
				}
				if got := b.kinds("kitchen"); got != "blind" {
					t.Errorf("the kitchen told %q", got)
				}
				if err := h.Ready(); err == nil || !strings.Contains(err.Error(), "kitchen") || strings.Contains(err.Error(), "hall") {
					t.Errorf("ready: %v", err)
				}
				cancel()
				err := <-ended
				if c.hangs != (err != nil && strings.Contains(err.Error(), "kitchen")) {
					t.Errorf("ended with %v", err)
				}
				close(release)
				synctest.Wait()
			})
		})
	}
}

func TestACameraThatPanicsComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := 3
		eyes := &liveEyes{drawing: oneFall}
		eyes.fails = func(i int) error {
			if i == 5 && bad > 0 {
				bad--
				panic("a picture of nothing")
			}
			return nil
		}
		h, b := living(map[string]Eyes{"hall": eyes})
		stop := start(t, h)
		pass(time.Minute)
		if s := h.State()[0]; s.Restarts != 3 || s.Blind != "" || b.kinds("hall") != "suspected confirmed" {
			t.Errorf("%+v, told %q", s, b.kinds("hall"))
		}
		if err := errors.Join(h.Ready(), h.Turning()); err != nil {
			t.Error(err)
		}
		stop()
	})
}

// TestAFullDiskLosesNothing: what the outbox refuses is handed over again, once, in its order.
func TestAFullDiskLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, b := living(map[string]Eyes{"hall": &liveEyes{drawing: oneFall}})
		var log bytes.Buffer
		h.Log = slog.New(slog.NewTextHandler(&log, nil))
		b.fail(errDisk)
		stop := start(t, h)
		pass(time.Minute)
		if err := h.Ready(); err == nil || !strings.Contains(err.Error(), "events cannot be kept: no space left") {
			t.Errorf("ready: %v", err)
		}
		if err := h.Acknowledge(h.Open()[0].ID, "anna"); !errors.Is(err, errDisk) {
			t.Errorf("an answer that is not kept: %v", err)
		}
		b.fail(nil)
		pass(3 * time.Second)
		if got := b.kinds("hall"); got != "suspected confirmed acknowledged" {
			t.Errorf("kept %q", got)
		}
		if err := h.Ready(); err != nil {
			t.Error(err)
		}
		stop()
		if n := strings.Count(log.String(), "events cannot be kept"); n != 1 {
			t.Errorf("the log says so %d times", n)
		}
	})
}

func TestTheDeskGoesOnAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away := &liveEyes{drawing: drawing{1, "u"}, fails: func(int) error { return errors.New("no route to host") }}
		h, b := living(map[string]Eyes{"hall": &liveEyes{drawing: oneFall}, "kitchen": away})
		stop := start(t, h)
		pass(time.Minute)
		stop()

		again, second := living(map[string]Eyes{"hall": &liveEyes{drawing: drawing{1, "u"}}, "kitchen": &liveEyes{drawing: drawing{1, "u"}}})
		if err := json.Unmarshal(b.desk, again.Desk); err != nil {
			t.Fatal(err)
		}
		if n := len(again.Open()); n != 2 {
			t.Fatalf("%d incidents are open after the restart", n)
		}
		stop = start(t, again)
		pass(25 * time.Minute)
		if got := second.kinds("kitchen"); got != "seeing cleared" {
			t.Errorf("the kitchen told %q", got)
		}
		if got := second.kinds("hall"); got != "long_lie escalated" {
			t.Errorf("the hall told %q", got)
		}
		stop()
	})
}

func TestStuckIsNotSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		eyes := &liveEyes{drawing: drawing{1, "u"}}
		h, b := living(map[string]Eyes{"hall": eyes})
		h.Cameras[0].Scorer = func() Scorer { return hanging(release) }
		stop := start(t, h)
		for range 60 { // pictures come, though the pipeline hangs
			pass(time.Second)
			eyes.came()
		}
		if err := h.Turning(); err == nil || !strings.Contains(err.Error(), "hall stands still") {
			t.Errorf("turning: %v", err)
		}
		if s := h.State()[0]; s.Blind != stuck || b.kinds("hall") != "blind" {
			t.Errorf("%+v, told %q", s, b.kinds("hall"))
		}
		close(release)
		stop()
	})
}

// hanging scores nothing until it is released.
type hanging chan struct{}

func (h hanging) Update(_ float64, p pose.Pose) float64 { <-h; return 0 }

func TestOverloadLowersTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		eyes := &liveEyes{drawing: drawing{1, "u"}}
		h, _ := living(map[string]Eyes{"hall": eyes})
		h.Cameras[0].Scorer = func() Scorer { return slowly(90 * time.Millisecond) }
		stop := start(t, h)
		pass(20 * time.Second)
		stop()
		if len(eyes.rates) == 0 || eyes.rates[0] != 10 {
			t.Errorf("rates %v", eyes.rates)
		}
	})
}

// slowly takes its time.
type slowly time.Duration

func (s slowly) Update(float64, pose.Pose) float64 { pass(time.Duration(s)); return 0 }

func TestWhatPeopleDo(t *testing.T) {
	h, b := play(t, deskFor(nil), drawing{1, times("u", 10) + times("F", 20)})
	open := h.Open()
	if len(open) != 1 {
		t.Fatalf("%d open", len(open))
	}
	if err := h.Acknowledge(open[0].ID, "anna"); err != nil {
		t.Fatal(err)
	}
	if err := h.SetMode(alarm.Away); err != nil || h.Mode() != alarm.Away {
		t.Error(err, h.Mode())
	}
	bed := alarm.Zone{Name: "bed", Kind: alarm.LyingAllowed, Points: [][2]float64{{0, 0}, {1, 0}, {1, 1}}}
	if err := h.SetZones("hall", []alarm.Zone{bed}); err != nil {
		t.Fatal(err)
	}
	if z, err := h.Zones("hall"); err != nil || len(z) != 1 || z[0].Name != "bed" {
		t.Error(z, err)
	}
	if err := h.Drill("hall", "anna"); err != nil {
		t.Fatal(err)
	}
	if got := b.kinds("hall"); got != "suspected confirmed acknowledged drill suspected confirmed" {
		t.Errorf("told %q", got)
	}
	kept := deskFor(nil)
	if err := json.Unmarshal(b.desk, kept); err != nil || kept.Mode() != alarm.Away || len(kept.Zones("hall")) != 1 {
		t.Errorf("kept %s, %v", b.desk, err)
	}
	for name, err := range map[string]error{
		"no open incident": h.Acknowledge("x", "anna"),
		"mode":             h.SetMode("party"),
		"no camera":        h.Drill("attic", "anna"),
		"corners":          h.SetZones("hall", []alarm.Zone{{Name: "x", Kind: alarm.Ignore}}),
		"attic":            h.SetZones("attic", nil),
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := h.Subscribe("attic"); err == nil {
		t.Error("somebody watches the attic")
	}
}

func TestTheNewestWins(t *testing.T) {
	h, _ := simulated(drawn{{1, times("u", 20)}}, deskFor(nil))
	h.begin()
	live, end, err := h.Subscribe("hall")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Watch(t.Context(), h.Cameras[0]); err != nil {
		t.Fatal(err)
	}
	l := <-live
	if at := l.Time.Sub(noon); at != 1900*time.Millisecond || len(l.People) != 1 || l.People[0].Track != 1 || len(l.People[0].Keypoints) != 17 {
		t.Errorf("at %v: %+v", at, l)
	}
	end()
	end()
	if _, more := <-live; more {
		t.Error("the channel is open after its end")
	}
	if text, err := json.Marshal(l); err != nil || !strings.Contains(string(text), `"width":100`) {
		t.Errorf("%s, %v", text, err)
	}
}

// TestTwoCamerasOfARoomRaiseOneAlarm: the second camera, which sees the fall a second later, joins
// in; what each has seen is kept; and when both have seen the person up, it is told once.
func TestTwoCamerasOfARoomRaiseOneAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		life := func(before int) *liveEyes {
			return &liveEyes{drawing: drawing{1, times("u", before) + times("F", 20) + times("l", 100) + times("u", 600)}}
		}
		h, b := living(map[string]Eyes{"hall": life(100), "kitchen": life(110)})
		h.Desk = deskFor(func(s *alarm.DeskSettings) {
			s.Rooms = map[string]string{"hall": "downstairs", "kitchen": "downstairs"}
		})
		for i, c := range h.Cameras {
			c.Engine, c.Rate = []string{"one", "another"}[i], 0
		}
		stop := start(t, h)
		pass(30 * time.Second)
		stop()
		if hall, kitchen := b.kinds("hall"), b.kinds("kitchen"); hall != "suspected confirmed recovered" || kitchen != "also_seen" {
			t.Errorf("the hall told %q, and the kitchen %q", hall, kitchen)
		}
		if len(b.evidence) != 1 {
			t.Fatalf("evidence of %d incidents", len(b.evidence))
		}
		for _, e := range b.evidence {
			if e.Camera != "hall" || e.Engine != "one" || len(e.Also) != 1 || e.Also[0].Camera != "kitchen" || e.Also[0].Engine != "another" {
				t.Fatalf("kept of %s, and of %+v", e.Camera, e.Also)
			}
			for _, view := range append([]Evidence{e}, e.Also...) {
				if from, to := view.Times[0], view.Times[len(view.Times)-1]; from > -9 || to < 4.8 {
					t.Errorf("the %s is kept from %.1f s to %.1f s", view.Camera, from, to)
				}
			}
		}
	})
}
