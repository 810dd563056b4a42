package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fallkit/internal/rtsptest"
)

// TestFaultCameras: cameras that go wrong in every way, again and again, come back each time, and the
// one beside them that does not go wrong is never touched.
func TestFaultCameras(t *testing.T) {
	needFaults(t)
	const times, after = 10, 7 * cameraFPS
	small, other := clip(t, 320, 240), clip(t, 480, 360)
	kinds := []struct {
		name string
		kind rtsptest.Kind
	}{{"killed", rtsptest.Cut}, {"hung", rtsptest.Hang}, {"garbage", rtsptest.Garbage}, {"resized", rtsptest.Resize}, {"mute", rtsptest.Mute}, {"missing", rtsptest.Missing}}
	lines := "cameras:\n"
	good := playing(t, &rtsptest.Camera{Clip: small})
	lines += fmt.Sprintf("  - {name: good, url: %q}\n", good.URL())
	cameras := map[string]*rtsptest.Camera{}
	for _, k := range kinds {
		c := &rtsptest.Camera{Clip: small, Other: other}
		for range times {
			c.Faults = append(c.Faults, rtsptest.Fault{Kind: k.kind, After: after})
		}
		cameras[k.name] = playing(t, c)
		lines += fmt.Sprintf("  - {name: %s, url: %q}\n", k.name, c.URL())
	}
	wild := newHostile(t)
	lines += fmt.Sprintf("  - {name: hostile, url: \"rtsp://%s/live\"}\n", wild.listener.Addr())

	d := newPlace(t, t.TempDir(), lines).start(t)
	d.live(t)
	if _, ok := until(time.Minute, func() bool { return d.cameras(t)["good"].Up }); !ok {
		t.Fatalf("the good camera does not come:\n%s", d.log.text())
	}
	var oldest time.Duration
	done := func(name string) bool {
		// Garbage does not end a connection; the others come back on a new one.
		return name == "garbage" || cameras[name].Connections() > times || name == "resized" && cameras[name].Connections() > 0
	}
	_, ok := until(8*time.Minute, func() bool {
		if !d.alive() {
			return true
		}
		all := d.cameras(t)
		oldest = max(oldest, time.Since(all["good"].Last))
		for _, k := range kinds {
			if !done(k.name) || !all[k.name].Up {
				return false
			}
		}
		return wild.connections() >= 50
	})
	if !ok || !d.alive() {
		t.Fatalf("alive: %v; %+v\n%s", d.alive(), d.cameras(t), d.log.text())
	}
	var said []string
	for _, k := range kinds {
		said = append(said, fmt.Sprintf("%s on %d connections", k.name, cameras[k.name].Connections()))
	}
	t.Logf("cameras that are %s, and one that answers %d connections with hostile bytes: all others came back, and the daemon never ended; the good camera beside them was never older than %.1f s", strings.Join(said, ", "), wild.connections(), oldest.Seconds())
	if all := d.cameras(t); all["hostile"].Up || all["good"].Reconnects > 0 {
		t.Errorf("%+v", all)
	}
	if oldest > 3*time.Second {
		t.Errorf("the good camera was %v old", oldest)
	}
	if code := d.stop(t); code != 0 && code != exitInterrupted {
		t.Errorf("it ended with %d:\n%s", code, d.log.text())
	}
}

// TestFaultWrongPassword: it is said, the camera counts as blind, and when the password is mended
// a reload is enough.
func TestFaultWrongPassword(t *testing.T) {
	needFaults(t)
	camera := playing(t, &rtsptest.Camera{Clip: clip(t, 320, 240), User: "u", Password: "right", Digest: true})
	hook := newReceiver(false)
	server := httptest.NewServer(hook)
	defer server.Close()
	lines := "cameras:\n  - {name: hall, url: \"rtsp://u:%s@" + camera.Address() + "/live\"}\nblind: {silent_seconds: 5}\n" +
		"notify: {channels: [{name: hook, type: webhook, url: \"" + server.URL + "\", everything: true}]}\n"
	p := newPlace(t, t.TempDir(), fmt.Sprintf(lines, "wrong"))
	d := p.start(t)
	d.live(t)
	took, ok := until(time.Minute, func() bool { return hook.all() > 0 })
	if !ok {
		t.Fatalf("nobody is told that the camera is blind:\n%s", d.log.text())
	}
	if status, _ := d.ask(http.MethodGet, "/readyz", ""); status != http.StatusServiceUnavailable {
		t.Errorf("/readyz is %d with a camera that sees nothing", status)
	}
	if log := d.log.text(); strings.Contains(log, "wrong") || !strings.Contains(log, "does not answer") {
		t.Errorf("the log has the password, or does not say what is wrong:\n%s", log)
	}
	text, err := os.ReadFile(p.config)
	if err == nil {
		err = os.WriteFile(p.config, []byte(strings.Replace(string(text), "u:wrong", "u:right", 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.hangUp(t)
	back, ok := until(time.Minute, func() bool {
		status, _ := d.ask(http.MethodGet, "/readyz", "")
		return status == http.StatusOK
	})
	if !ok {
		t.Fatalf("the right password does not help:\n%s", d.log.text())
	}
	t.Logf("a wrong password: told as blind after %.0f s (blind.silent_seconds is 5), /readyz 503 meanwhile; the password is in no line of the log; ready %.0f s after it was mended and the settings were reloaded", took.Seconds(), back.Seconds())
}

// drill is where one begins.
const drill = "/api/v1/cameras/hall/drill"

// TestFaultKilled: kill -9 at random moments, while drills are begun and the webhook fails half of
// the time. What was accepted is delivered, and whatever comes twice has the same ID.
func TestFaultKilled(t *testing.T) {
	needFaults(t)
	const events = 1000
	hook := newReceiver(true)
	server := httptest.NewServer(hook)
	defer server.Close()
	p := newPlace(t, t.TempDir(), "cameras:\n  - {name: hall, url: /dev/video99}\nblind: {silent_seconds: 3600}\n"+
		"notify: {retry_seconds: 0.1, retry_minutes: 0.1, channels: [{name: hook, type: webhook, url: \""+server.URL+"\", everything: true}]}\n")
	chance := rand.New(rand.NewPCG(5, 6))
	accepted, kills := 0, 0
	d := p.start(t)
	d.live(t)
	for accepted < events {
		killAt := time.Now().Add(time.Duration(100+chance.IntN(900)) * time.Millisecond)
		for accepted < events && time.Now().Before(killAt) {
			if d.change(drill) == http.StatusNoContent {
				accepted++
			}
			d.acknowledgeAll(t, 20)
		}
		if accepted < events {
			// In the midst of a request, too.
			go d.change(drill)
			d.kill()
			kills++
			d = p.start(t)
			d.live(t)
		}
	}
	ids, reports := d.incidents(t)
	_, ok := until(5*time.Minute, func() bool { lost, _ := hook.has(reports); return lost == 0 })
	lost, twice := hook.has(reports)
	t.Logf("%d drills accepted, %d kills -9, a webhook that fails half of the time: %d incidents and %d reports are remembered, %d reports lost, %d delivered more than once, each under its own ID", accepted, kills, len(ids), len(reports), lost, twice)
	if !ok || len(ids) < accepted || kills < 5 {
		t.Errorf("%d of %d reports lost, %d incidents for %d accepted, %d kills", lost, len(reports), len(ids), accepted, kills)
	}
	if got := hook.all(); got < len(reports) {
		t.Errorf("%d different IDs for %d reports", got, len(reports))
	}
}

// acknowledgeAll takes over the newest incidents now and then, so that they do not pile up.
func (d *process) acknowledgeAll(t *testing.T, newest int) {
	t.Helper()
	status, text := d.ask(http.MethodGet, fmt.Sprintf("/api/v1/incidents?limit=%d", newest), "")
	if status != http.StatusOK {
		return
	}
	for _, id := range urgent(text) {
		d.change("/api/v1/incidents/" + id + "/acknowledge")
	}
}

// TestFaultCutFiles: every file that the daemon has written is cut short, and it starts again, or says
// which file is wrong.
func TestFaultCutFiles(t *testing.T) {
	needFaults(t)
	p := newPlace(t, t.TempDir(), "cameras:\n  - {name: hall, url: /dev/video99}\n")
	// With sign-in and its own certificate, so that it writes all that it ever does.
	text, err := os.ReadFile(p.config)
	if err == nil {
		err = os.WriteFile(p.config, []byte(strings.Replace(string(text), ", sign_in: false, tls: {off: true}", "", 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	d := p.start(t)
	d.up(t)
	d.stop(t)
	files := filesBelow(t, p.state)
	whole := map[string][]byte{}
	for _, f := range files {
		if whole[f], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	cuts, started, told := 0, 0, 0
	for _, f := range files {
		for _, at := range cutsOf(len(whole[f])) {
			if err := os.WriteFile(f, whole[f][:at], 0o600); err != nil {
				t.Fatal(err)
			}
			cuts++
			d := p.start(t)
			if d.upOrEnded(t) {
				started++
				d.kill()
			} else if log := d.log.text(); strings.Contains(log, filepath.Base(f)) {
				told++
			} else {
				t.Errorf("%s cut at %d of %d: it ends, and does not say that this file is wrong:\n%s", f, at, len(whole[f]), log)
			}
			for _, other := range files {
				if err := os.WriteFile(other, whole[other], 0o600); err != nil {
					t.Fatal(err)
				}
			}
			removeOthers(t, p.state, files)
		}
	}
	var names []string
	for _, f := range files {
		names = append(names, filepath.Base(f))
	}
	t.Logf("%d files (%s), %d cuts: it started all the same %d times, and %d times ended with a sentence that names the file", len(files), strings.Join(names, ", "), cuts, started, told)
	if cuts == 0 {
		t.Error("there was no file to cut")
	}
}

// TestFaultDiskFull: alarms reach people while nothing can be written, and all is well once there
// is room again.
func TestFaultDiskFull(t *testing.T) {
	needFaults(t)
	disk, err := smallDisk(t, 8)
	if err != nil {
		t.Skip(err)
	}
	hook := newReceiver(false)
	server := httptest.NewServer(hook)
	defer server.Close()
	p := newPlace(t, disk, "cameras:\n  - {name: hall, url: /dev/video99}\nblind: {silent_seconds: 3600}\n"+
		"notify: {channels: [{name: hook, type: webhook, url: \""+server.URL+"\", everything: true}]}\n")
	d := p.start(t)
	d.live(t)
	fill := filepath.Join(disk, "fill")
	full := fillUp(t, fill)
	drills, refused := 0, 0
	for ; drills < 4000 && refused < 50; drills++ {
		if d.change(drill) != http.StatusNoContent {
			refused++
		}
	}
	if !d.alive() {
		t.Fatalf("a full disk ends it:\n%s", d.log.text())
	}
	if _, ok := until(time.Minute, func() bool { return hook.confirmed() >= drills }); !ok {
		t.Errorf("%d drills of %d reached people", hook.confirmed(), drills)
	}
	reached := hook.confirmed()
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	took, ok := until(2*time.Minute, func() bool { return d.change(drill) == http.StatusNoContent })
	if !ok {
		t.Fatalf("it does not recover:\n%s", d.log.text())
	}
	d.stop(t)
	d = p.start(t)
	d.live(t)
	ids, _ := d.incidents(t)
	t.Logf("a disk of 8 MB filled to the last byte (%d kB): of %d drills %d were told to be kept, %d were refused for want of room, and %d reached people; %.0f s after there was room again it kept what happens, and after a restart it remembers %d", full>>10, drills, drills-refused, refused, reached, took.Seconds(), len(ids))
	if len(ids) < drills-refused+1 {
		t.Errorf("it remembers %d of at least %d", len(ids), drills-refused+1)
	}
}

// cutsOf is every byte of what is short, and some of what is long: the ends and a draw between.
func cutsOf(size int) []int {
	chance := rand.New(rand.NewPCG(9, uint64(size)))
	cuts := map[int]bool{0: true, 1: true, size / 2: true, size - 1: true}
	for range 16 {
		cuts[chance.IntN(size)] = true
	}
	var all []int
	for at := range cuts {
		if at >= 0 && at < size {
			all = append(all, at)
		}
	}
	slices.Sort(all)
	return all
}
