package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fallkit/data"
	"fallkit/internal/alarm"
	"fallkit/internal/config"
	"fallkit/internal/metric"
	"fallkit/internal/watch"
	"fallkit/internal/web"
	"fallkit/pose"
)

// opened is a shift that does not run, with a state of its own.
func opened(t *testing.T) *shift {
	t.Helper()
	needNetworks(t)
	s := goodSettings()
	s.State.Dir, s.Web.Listen = t.TempDir(), "127.0.0.1:0"
	s.Cameras[0].URL = "/dev/video99"
	var log lines
	a := newApp(nil, nil, &log, &log)
	d, err := a.openDaemon(func() (Settings, config.Origins, error) { return s, nil, nil }, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.journal.Close(); err != nil {
			t.Error(err)
		}
	})
	sh, err := d.prepare(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "the page's first user is admin with the password ") {
		t.Errorf("the first password is told nowhere: %s", &log)
	}
	return sh
}

// TestThePageSeesTheHouse goes through all that the page asks of the daemon.
func TestThePageSeesTheHouse(t *testing.T) {
	s := opened(t)
	p := page{s}
	if err := p.Drill("hall", "anna"); err != nil {
		t.Fatal(err)
	}
	all, err := p.Incidents(10, "")
	if err != nil || len(all) != 1 || len(all[0].Reports) != 3 || !all[0].Reports[0].Drill {
		t.Fatalf("%+v, %v", all, err)
	}
	id := all[0].ID
	if one, err := p.Incident(id); err != nil || one.ID != id {
		t.Errorf("%+v, %v", one, err)
	}
	evidence, _ := json.Marshal(watch.Evidence{Camera: "hall", Times: []float64{0}, Poses: []pose.Pose{{}}, Scores: []float64{0.9}})
	if err := s.house.Outbox.PutEvidence(id, evidence, []byte("png")); err != nil {
		t.Fatal(err)
	}
	if raw, png, err := p.Evidence(id); err != nil || string(png) != "png" || !strings.Contains(string(raw), `"camera":"hall"`) {
		t.Errorf("%s, %s, %v", raw, png, err)
	}
	if err := p.Acknowledge(id, "anna"); err != nil {
		t.Fatal(err)
	}
	if err := p.Acknowledge(id, "ben"); !errors.Is(err, web.ErrRefused) {
		t.Errorf("what is over is acknowledged: %v", err)
	}
	for name, err := range map[string]error{
		"acknowledge": p.Acknowledge("nothing", "anna"), "verdict": p.Verdict("nothing", web.VerdictTrue, "anna"),
		"drill": p.Drill("attic", "anna"), "zones": p.SetZones("attic", nil, "anna"),
	} {
		if !errors.Is(err, web.ErrUnknown) {
			t.Errorf("%s of what is not there: %v", name, err)
		}
	}
	if _, err := p.Incident("nothing"); !errors.Is(err, web.ErrUnknown) {
		t.Error(err)
	}
	if facts := p.Health(); facts["model"] != comesAlong || facts["mode"] != alarm.Auto {
		t.Errorf("%v", facts)
	}
	if err := p.Ready(); err == nil || !strings.Contains(err.Error(), "camera hall has not given a picture yet") {
		t.Errorf("ready: %v", err)
	}
}

// TestVerdictsAreTruthForTheNextTraining: what somebody says of falls is a data folder.
func TestVerdictsAreTruthForTheNextTraining(t *testing.T) {
	s := opened(t)
	p := page{s}
	var ids []string
	for range 2 {
		if err := p.Drill("hall", "anna"); err != nil {
			t.Fatal(err)
		}
		id := s.house.Open()[0].ID
		evidence, err := json.Marshal(watch.Evidence{
			Camera: "hall", Width: 640, Height: 480, Times: []float64{-0.1, 0}, Poses: make([]pose.Pose, 2), Scores: []float64{-1, 0.9},
			Engine: s.house.Cameras[0].Engine, FPS: s.house.Cameras[0].Rate,
		})
		if err := errors.Join(err, s.house.Outbox.PutEvidence(id, evidence, nil), p.Acknowledge(id, "anna")); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	folder := filepath.Join(s.state, "clips")
	learned := func() (labels []string) {
		t.Helper()
		m, err := data.Open(folder)
		if err != nil {
			t.Fatal(err)
		}
		examples, _, err := data.LoadExamples(m, data.Store{Dir: t.TempDir()}, s.detector.front.engineID(), s.detector.front.fps)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range examples {
			labels = append(labels, e.Clip.ID+" "+e.Clip.Label)
			if len(e.Recording.Tracks[0].Poses) != 2 || e.Clip.Camera != "hall" || e.Clip.Extra["said_by"] != "ben" {
				t.Errorf("%+v, %+v", e.Clip, e.Recording)
			}
		}
		return labels
	}
	if err := errors.Join(p.Verdict(ids[0], web.VerdictTrue, "ben"), p.Verdict(ids[1], web.VerdictFalse, "ben")); err != nil {
		t.Fatal(err)
	}
	if got := learned(); len(got) != 2 || got[0] != ids[0]+" fall" || got[1] != ids[1]+" adl" {
		t.Errorf("said of %v, and learned %q", ids, got)
	}
	if err := p.Verdict(ids[0], web.VerdictFalse, "ben"); err != nil {
		t.Fatal(err)
	}
	if got := learned(); len(got) != 2 || got[0] != ids[0]+" adl" {
		t.Errorf("another word on %s, and learned %q", ids[0], got)
	}
	if one, err := p.Incident(ids[0]); err != nil || one.VerdictBy != "ben" {
		t.Errorf("%+v, %v", one, err)
	}
	for range 2 {
		if err := p.Verdict(ids[0], "", "ben"); err != nil {
			t.Fatal(err)
		}
	}
	if got := learned(); len(got) != 1 || got[0] != ids[1]+" adl" {
		t.Errorf("%s was taken back, and learned %q", ids[0], got)
	}
}

func TestZonesAndModesAreKept(t *testing.T) {
	s := opened(t)
	p := page{s}
	if z, err := p.Zones("hall"); err != nil || len(z) != 1 || z[0].Name != "bed" {
		t.Errorf("of the settings: %+v, %v", z, err)
	}
	drawn := []web.Zone{{Name: "sofa", Kind: web.LyingAllowed, Points: [][2]float64{{0, 0}, {0.5, 0}, {0.5, 0.5}}}}
	if err := errors.Join(p.SetZones("hall", drawn, "anna"), p.SetMode(alarm.Away, "anna")); err != nil {
		t.Fatal(err)
	}
	if p.Mode() != alarm.Away || p.Cameras()[0].Mode != alarm.Away {
		t.Errorf("mode %s, of the camera %s", p.Mode(), p.Cameras()[0].Mode)
	}
	again, err := s.prepare(s.settings, nil)
	if err != nil {
		t.Fatal(err)
	}
	again.takeOver()
	if z, err := (page{again}).Zones("hall"); err != nil || len(z) != 1 || z[0].Name != "sofa" || again.house.Mode() != alarm.Away {
		t.Errorf("after new settings: %+v, %v, mode %s", z, err, again.house.Mode())
	}
}

func TestSomebodyWatchesACamera(t *testing.T) {
	p := page{opened(t)}
	live, end := p.Subscribe("hall")
	end()
	end()
	if _, more := <-live; more {
		t.Error("the channel goes on after its end")
	}
	nothing, end := p.Subscribe("attic")
	defer end()
	if _, more := <-nothing; more {
		t.Error("there is something to see in the attic")
	}
}

func TestFiguresForPrometheus(t *testing.T) {
	s := opened(t)
	if err := (page{s}).Drill("hall", "anna"); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	metric.Source{Snapshot: s.snapshot, Machine: metric.ThisMachine(s.state), Now: time.Now}.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, line := range []string{
		`fallwatch_camera_up{camera="hall"} 0`, `fallwatch_ready 0`, `fallwatch_watching 1`, `fallwatch_incidents_open 1`,
		`fallwatch_events_total{kind="confirmed"} 1`, `fallwatch_queue_depth{channel="hook"} 1`,
	} {
		if !strings.Contains(w.Body.String(), "\n"+line+"\n") {
			t.Errorf("no line %q", line)
		}
	}
}

func TestWhatPeopleDidIsKept(t *testing.T) {
	a := audit{opened(t).journal}
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	if err := a.Audit(web.AuditEntry{Time: now, Who: "anna", From: "192.168.1.7", What: "zones", On: "hall", Note: "sofa"}); err != nil {
		t.Fatal(err)
	}
	got, err := a.Audits(5)
	if err != nil || len(got) != 1 || got[0].Who != "anna" || got[0].What != "zones" || got[0].On != "hall: sofa" || !got[0].Time.Equal(now) {
		t.Errorf("%+v, %v", got, err)
	}
}
