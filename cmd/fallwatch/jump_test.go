package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"io"
	"iter"
	"net/http"
	"net/http/cookiejar"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"fallkit/data/simulate"
	"fallkit/internal/alarm"
	"fallkit/internal/rtsptest"
)

// set is a time as the clock would have shown it had it been set by d: what it says of the day is
// another, and what the kernel's monotonic clock says, which Go carries along, is the same. d is whole
// seconds. (A process cannot be given a wall clock of its own: Linux' time namespaces have none.)
func set(t time.Time, d time.Duration) time.Time {
	const seconds = 30 // the bits below them are nanoseconds: see time.Time
	*(*uint64)(unsafe.Pointer(&t)) += uint64(d/time.Second) << seconds
	return t
}

func TestAClockThatIsSetKeepsItsSteps(t *testing.T) {
	a := time.Now()
	b := time.Now()
	for _, d := range []time.Duration{time.Hour, -time.Hour} {
		if jumped := set(b, d); jumped.Sub(a) != b.Sub(a) || jumped.Round(0).Sub(b.Round(0)) != d {
			t.Errorf("set by %v: %v after, and %v by the wall", d, jumped.Sub(a), jumped.Round(0).Sub(b.Round(0)))
		}
	}
}

// TestAPicturesTimeFollowsTheClock: after the clock was set, pictures are told of by the new one.
func TestAPicturesTimeFollowsTheClock(t *testing.T) {
	zero := time.Now()
	e := &eyes{now: func() time.Time { return set(zero.Add(10*time.Second), time.Hour) }}
	if at := e.moment(zero, 9); at.Round(0).Sub(zero.Round(0)) != time.Hour+9*time.Second || at.Sub(zero) != 9*time.Second {
		t.Errorf("%v after the first picture by the wall, and %v", at.Round(0).Sub(zero.Round(0)), at.Sub(zero))
	}
}

// TestFaultClockJumps is the daemon whole, whose clock jumps an hour on and back, again and again:
// falls are noticed and told at once, with the clock's new time; no camera is blind for it; what waits
// for another attempt is not kept waiting; who has signed in stays so.
func TestFaultClockJumps(t *testing.T) {
	needFaults(t)
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skipf("ffmpeg makes the stream, and it is missing: %v", err)
	}
	clip, err := rtsptest.Encode(int(simulate.DefaultSettings.FPS), fallAndNobody(fallClip()))
	if err != nil {
		t.Fatal(err)
	}
	camera := playing(t, &rtsptest.Camera{Clip: clip})
	hook := listen(t)
	defer hook.CloseClientConnections()
	dir, address := t.TempDir(), freePort(t)
	file := filepath.Join(dir, "fallwatch.yaml")
	write(t, file, fmt.Sprintf(`
state: {dir: %q}
cameras: [{name: hall, url: %q}]
desk: {cool_down_seconds: 0, same_seconds: 0, escalate_minutes: 59, repeat_minutes: 59, long_lie_minutes: 59}
notify:
  channels: [{name: hook, type: webhook, url: %q, everything: true}]
  contacts: [{name: anna, channels: [hook]}]
web: {listen: %q, tls: {off: true}}
`, filepath.Join(dir, "state"), camera.URL(), hook.URL, address))
	var offset atomic.Int64
	log := lines{grown: make(chan struct{}, 1)}
	a := newApp(nil, nil, io.Discard, &log)
	a.now = func() time.Time { return set(time.Now(), time.Duration(offset.Load())) }
	root := newRoot(a, verbs)
	root.SetArgs([]string{"run", "--config", file})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan int, 1)
	go func() { ended <- a.exit(ctx, root.ExecuteContext(ctx)) }()
	hook.waitFor(t, alarm.Confirmed)
	who := signedIn(t, "http://"+address, &log)

	const jumps = 6
	var slowest time.Duration
	var blind, falls int
	for n := range jumps {
		d := []time.Duration{time.Hour, -2 * time.Hour, time.Hour}[n%3]
		offset.Add(int64(d))
		jumped, by := time.Now(), time.Duration(offset.Load())
		hook.drain()
		for told := ""; told != alarm.Confirmed; {
			select {
			case r := <-hook.reports:
				switch told = r.Kind; told {
				case alarm.Blind, alarm.Seeing:
					blind++
				case alarm.Escalated, alarm.LongLie:
					t.Errorf("jump %d by %v: %+v for time that did not pass", n+1, d, r)
				}
				late := set(time.Now(), by).Round(0).Sub(r.Time)
				if told == alarm.Confirmed && (late < 0 || late > 5*time.Second) {
					t.Errorf("jump %d by %v: a fall was told %v after the time that its report has", n+1, d, late)
				}
			case <-time.After(time.Minute):
				t.Fatalf("nobody was told of a fall within a minute of jump %d by %v:\n%s", n+1, d, &log)
			}
		}
		falls++
		slowest = max(slowest, time.Since(jumped))
		for _, path := range []string{"/readyz", "/api/v1/me", "/api/v1/incidents"} {
			if answer, err := who.Get("http://" + address + path); err != nil || answer.StatusCode != http.StatusOK {
				t.Errorf("jump %d by %v: %s: %v, %v", n+1, d, path, answer, err)
			} else {
				answer.Body.Close()
			}
		}
	}
	if blind > 0 || strings.Contains(log.String(), "kind=blind") {
		t.Errorf("the camera was called blind:\n%s", &log)
	}
	cancel()
	if code := <-ended; code != exitDone {
		t.Errorf("exit code %d:\n%s", code, &log)
	}
	who.CloseIdleConnections()
	t.Logf("the clock of the daemon jumped %d times by 1 to 2 h, on and back, while the monotonic one went on: %d falls were confirmed and told, each within %.0f s of the jump (the camera shows one again and again) and with the new time; nobody was called for time that did not pass, the camera was never called blind, /readyz stayed 200 and the session held",
		jumps, falls, slowest.Seconds())
}

// fallAndNobody shows a fall and then an empty room for so long that whoever falls next is somebody
// else.
func fallAndNobody(c simulate.Clip) iter.Seq[image.Image] {
	const empty = 13 // seconds
	return func(yield func(image.Image) bool) {
		for p := range pictures(c) {
			if !yield(p) {
				return
			}
		}
		for p := range c.Empty(empty * int(simulate.DefaultSettings.FPS)) {
			if !yield(p) {
				return
			}
		}
	}
}

// drain forgets what was told so far.
func (h *heard) drain() {
	for len(h.reports) > 0 {
		<-h.reports
	}
}

var firstPassword = regexp.MustCompile(`password ([a-z0-9-]+):`)

// signedIn is a browser of the page's first user.
func signedIn(t *testing.T, page string, log *lines) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	who := &http.Client{Jar: jar}
	password := firstPassword.FindStringSubmatch(log.String())
	if password == nil {
		t.Fatalf("no password is told:\n%s", log)
	}
	answer, err := who.Get(page + "/api/v1/signin")
	if err != nil {
		t.Fatal(err)
	}
	var before struct{ CSRF string }
	if err := json.NewDecoder(answer.Body).Decode(&before); err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	text, _ := json.Marshal(map[string]string{"name": "admin", "password": password[1]})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, page+"/api/v1/signin", bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-CSRF-Token", before.CSRF)
	if answer, err = who.Do(r); err != nil || answer.StatusCode != http.StatusNoContent {
		t.Fatalf("sign in: %v, %v", answer, err)
	}
	answer.Body.Close()
	return who
}
