package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"fallkit/data/simulate"
	"fallkit/internal/alarm"
	"fallkit/internal/config"
	"fallkit/internal/journal"
	"fallkit/internal/rtsptest"
	"fallkit/internal/watch"
	"fallkit/pose"
	"fallkit/pose/vision"
	"fallkit/pose/weights"
	"fallkit/train"
)

func needNetworks(t *testing.T) {
	t.Helper()
	home, err := weights.Home()
	if err == nil {
		err = weights.Verify(home, network)
	}
	if err != nil {
		t.Skipf("no pose networks: %v", err)
	}
}

// heard is a webhook that remembers what it was told.
type heard struct {
	*httptest.Server
	reports chan alarm.Report
}

func listen(t *testing.T) *heard {
	h := &heard{reports: make(chan alarm.Report, 100)}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Report alarm.Report }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		h.reports <- body.Report
	}))
	t.Cleanup(h.Close)
	return h
}

// waitFor gives the next report of a kind.
func (h *heard) waitFor(t *testing.T, kind string) alarm.Report {
	t.Helper()
	late := time.After(2 * time.Minute)
	for {
		select {
		case r := <-h.reports:
			if r.Kind == kind {
				return r
			}
		case <-late:
			t.Fatalf("nobody was told %s", kind)
		}
	}
}

// lines is a log that can be read while it is written.
type lines struct {
	mutex sync.Mutex
	b     bytes.Buffer
	grown chan struct{}
}

func (l *lines) Write(p []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	select {
	case l.grown <- struct{}{}:
	default:
	}
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.b.String()
}

func (l *lines) waitFor(t *testing.T, words string) {
	t.Helper()
	late := time.After(2 * time.Minute)
	for !strings.Contains(l.String(), words) {
		select {
		case <-l.grown:
		case <-late:
			t.Fatalf("the log never says %q:\n%s", words, l)
		}
	}
}

// TestFromTheCameraToTheContact is the daemon whole: a camera by RTSP, a fall, a contact who is
// told by webhook, settings that are read again, and a stop that loses nothing.
func TestFromTheCameraToTheContact(t *testing.T) {
	needNetworks(t)
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skipf("ffmpeg makes the stream, and it is missing: %v", err)
	}
	clip, err := rtsptest.Encode(int(simulate.DefaultSettings.FPS), pictures(fallClip()))
	if err != nil {
		t.Fatal(err)
	}
	camera := &rtsptest.Camera{Clip: clip, User: "me", Password: "sesame"}
	if err := camera.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	defer camera.Close()
	hook := listen(t)
	defer hook.CloseClientConnections()
	dir := t.TempDir()
	file, secret := filepath.Join(dir, "fallwatch.yaml"), filepath.Join(dir, "camera.url")
	write(t, secret, strings.Replace(camera.URL(), "rtsp://", "rtsp://me:sesame@", 1)+"\n")
	good := fmt.Sprintf(`
state: {dir: %q}
cameras: [{name: hall, url_file: %q}]
notify:
  channels: [{name: hook, type: webhook, url: %q}]
  contacts: [{name: anna, channels: [hook]}]
web: {listen: ""}
`, filepath.Join(dir, "state"), secret, hook.URL)
	write(t, file, good)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	log := lines{grown: make(chan struct{}, 1)}
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, []string{"run", "--config", file}, nil, io.Discard, &log) }()
	fall := hook.waitFor(t, alarm.Confirmed)
	if fall.Camera != "hall" || fall.Level != 1 || len(fall.Contacts) != 1 || fall.Contacts[0] != "anna" {
		t.Errorf("told %+v", fall)
	}

	write(t, file, good+"desk: {escalate_minutes: never}\n")
	hangUp(t)
	log.waitFor(t, "the old ones stay in force")
	write(t, file, good+"desk: {repeat_minutes: 0.1}\n")
	hangUp(t)
	log.waitFor(t, "settings are read again")
	if again := hook.waitFor(t, alarm.Escalated); again.Incident != fall.Incident {
		t.Errorf("after the new settings %+v", again)
	}
	cancel()
	if code := <-ended; code != exitDone {
		t.Errorf("exit code %d:\n%s", code, &log)
	}
	if strings.Contains(log.String(), "sesame") {
		t.Errorf("the log tells the password:\n%s", &log)
	}
	kept(t, filepath.Join(dir, "state", "journal.db"), fall.Incident)
	http.DefaultClient.CloseIdleConnections()
	hook.Close()
	camera.Close()
	goleak.VerifyNone(t)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func hangUp(t *testing.T) {
	t.Helper()
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
}

// kept looks into the journal that the daemon has left.
func kept(t *testing.T, path, incident string) {
	t.Helper()
	j, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	r, err := j.Incident(incident)
	if err != nil || len(r.Reports) < 3 {
		t.Errorf("%d reports are kept: %v", len(r.Reports), err)
	}
	raw, png, err := j.Evidence(incident)
	var e watch.Evidence
	if err != nil || json.Unmarshal(raw, &e) != nil || len(e.Poses) < 10 || !bytes.HasPrefix(png, []byte("\x89PNG")) {
		t.Errorf("evidence: %v, %d poses, %d bytes of strip", err, len(e.Poses), len(png))
	}
	if desk, err := j.Desk(); err != nil || !strings.Contains(string(desk), incident) {
		t.Errorf("the desk is kept as %s: %v", desk, err)
	}
}

// TestReplayFindsWhatDetectFinds holds the daemon's pipeline against the one that is measured:
// the same suspicions and confirmations, at the same times, with the same scores.
func TestReplayFindsWhatDetectFinds(t *testing.T) {
	needNetworks(t)
	dir := t.TempDir()
	s := simulate.DefaultSettings
	s.Clips, s.Seed = 3, 3
	var videos []string
	for _, c := range simulate.Plan(s) {
		videos = append(videos, filepath.Join(dir, c.Name+".mp4"))
		if err := film(videos[len(videos)-1], c); err != nil {
			t.Fatal(err)
		}
	}
	found := 0
	for _, video := range videos {
		want, got := detected(t, video), replayed(t, video)
		if len(want) != len(got) {
			t.Errorf("%s: detect finds %v, replay tells %v", filepath.Base(video), want, got)
			continue
		}
		for i, w := range want {
			g := got[i]
			if g.kind != w.kind || math.Abs(g.start-w.start) > 1e-6 || math.Abs(g.time-w.time) > 1e-6 || g.score != w.score {
				t.Errorf("%s: detect finds %+v, replay tells %+v", filepath.Base(video), w, g)
			}
		}
		found += len(want)
	}
	if found < 2 {
		t.Errorf("only %d events were found: nothing is compared", found)
	}
}

// event is one as both tell it, in seconds of the video.
type event struct {
	kind        string
	start, time float64
	score       float64
}

// detected is what falltrain detect finds.
func detected(t *testing.T, video string) (events []event) {
	t.Helper()
	a := newApp(nil, nil, io.Discard, io.Discard)
	d, err := openDetector(DefaultSettings(), config.Origins{})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.ready(&d.front, autoEngine); err != nil {
		t.Fatal(err)
	}
	engine, err := d.front.open()
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	live := train.Live{Clip: "clip", Input: d.input, Alarm: d.alarm, Open: func() train.Streamer { return d.stream.Fresh() }}
	_, err = vision.Run(t.Context(), vision.Source{Path: video}, engine, vision.Options{FPS: d.front.fps}, func(f pose.Frame) vision.Caption {
		_, raised := live.Update(f)
		for _, r := range raised {
			events = append(events, event{r.Event, r.Start, r.Confirmed, r.Score})
		}
		return vision.Caption{}
	})
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// replayed is what fallwatch replay tells.
func replayed(t *testing.T, video string) (events []event) {
	t.Helper()
	code, out, told := said(t, "replay", "--quiet", "--json", video)
	if code != exitDone {
		t.Fatal(told)
	}
	begin := time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)
	for line := range strings.Lines(out) {
		var r alarm.Report
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if r.Kind == alarm.Suspected || r.Kind == alarm.Confirmed {
			events = append(events, event{r.Kind, r.Start.Sub(begin).Seconds(), r.Time.Sub(begin).Seconds(), r.Score})
		}
	}
	return events
}
