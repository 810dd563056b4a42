package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// states tells findings in short: "ok warning".
func states(found []Finding) string {
	var all []string
	for _, f := range found {
		all = append(all, string(f.State))
	}
	return strings.Join(all, " ")
}

func words(found []Finding) string {
	var b bytes.Buffer
	for _, f := range found {
		f.Print(&b)
	}
	return b.String()
}

type fakeCamera struct {
	sight Sight
	err   error
}

func (c fakeCamera) Look(context.Context) (Sight, error) { return c.sight, c.err }

func good() Sight {
	return Sight{First: time.Second, Width: 640, Height: 480, Pictures: 101, Seconds: 10, Mean: 100, Spread: 40, PoseMillis: 20, Rate: 12.5}
}

func TestCameras(t *testing.T) {
	with := func(change func(*Sight)) fakeCamera {
		s := good()
		change(&s)
		return fakeCamera{sight: s}
	}
	for _, test := range []struct {
		name   string
		camera fakeCamera
		states string
		words  string
	}{
		{"all is well", fakeCamera{sight: good()}, "ok", "640x480, 10.0 pictures a second"},
		{"slow to start", with(func(s *Sight) { s.First = 7 * time.Second }), "ok warning", "key frames"},
		{"slow", with(func(s *Sight) { s.Pictures = 41 }), "ok warning", "only 4.0 pictures"},
		{"small", with(func(s *Sight) { s.Width, s.Height = 320, 240 }), "ok warning", "substream"},
		{"huge", with(func(s *Sight) { s.Width, s.Height = 3840, 2160 }), "ok warning", "substream"},
		{"covered", with(func(s *Sight) { s.Mean, s.Spread = 2, 1 }), "ok warning", "dark"},
		{"a wall", with(func(s *Sight) { s.Spread = 1 }), "ok warning", "shows nothing"},
		{"a slow machine", with(func(s *Sight) { s.PoseMillis = 90 }), "ok warning", "too long for 12.5"},
		{"everything", with(func(s *Sight) { *s = Sight{First: time.Minute, Width: 160, Height: 120, Pictures: 4, Seconds: 4} }), "ok warning warning warning warning", ""},
		{"silent", fakeCamera{}, "fault", "no picture came within 8 s"},
		{"no device", fakeCamera{err: fmt.Errorf("camera /dev/video7: %w", fs.ErrNotExist)}, "fault", "ls /dev/video*"},
		{"no right", fakeCamera{err: fmt.Errorf("camera: %w", fs.ErrPermission)}, "fault", "group video"},
		{"wrong password", fakeCamera{err: errors.New("does not answer: 401 Unauthorized")}, "fault", "user and password"},
		{"wrong path", fakeCamera{err: errors.New("404 Not Found")}, "fault", "the path"},
		{"off", fakeCamera{err: errors.New("connection refused")}, "fault", "has power"},
	} {
		found := CameraCheck("hall", test.camera).Run(t.Context())
		if got := states(found); got != test.states || !strings.Contains(words(found), test.words) {
			t.Errorf("%s: %s\n%s", test.name, got, words(found))
		}
	}
}

func TestDisk(t *testing.T) {
	dir := t.TempDir()
	if found := DiskCheck(dir).Run(t.Context()); found[0].State != Fine {
		t.Error(words(found))
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("it left %v behind: %v", left, err)
	}
	if found := DiskCheck(filepath.Join(dir, "nowhere")).Run(t.Context()); states(found) != "fault" {
		t.Error(words(found))
	}
	if found := DiskCheck("/proc").Run(t.Context()); states(found) != "fault" { // nothing can be written there
		t.Error(words(found))
	}
	for _, test := range []struct {
		took   time.Duration
		free   uint64
		inodes uint64
		want   string
	}{
		{time.Millisecond, 1 << 30, 5000, "ok"},
		{time.Millisecond, 100 << 20, 5000, "ok warning"},
		{time.Millisecond, 1 << 20, 5000, "ok fault"},
		{time.Second, 1 << 30, 10, "ok warning warning"},
	} {
		if got := states(diskFindings("d", test.took, test.free, test.inodes, 10000)); got != test.want {
			t.Errorf("%+v: %s", test, got)
		}
	}
}

func TestClock(t *testing.T) {
	built := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	now := built.AddDate(0, 1, 0)
	for _, test := range []struct {
		clock Clock
		want  string
		words string
	}{
		{Clock{Wall: now, Synced: true, Error: time.Millisecond}, "ok", "right to within 1ms"},
		{Clock{Wall: time.Unix(0, 0), Synced: true}, "fault", "before this program was made"},
		{Clock{Wall: now}, "warning", "set-ntp"},
		{Clock{Wall: now, Synced: true, Jumped: -time.Hour}, "warning", "set by -1h0m0s"},
		{Clock{Wall: now, NotKnown: errors.New("forbidden")}, "skipped", "forbidden"},
	} {
		found := test.clock.judge(built)
		if states(found) != test.want || !strings.Contains(words(found), test.words) {
			t.Errorf("%+v: %s", test.clock, words(found))
		}
	}
	if c := readClock(t.Context(), 0); c.Jumped.Abs() > time.Minute || time.Since(c.Wall) > time.Minute {
		t.Errorf("this machine's clock: %+v", c)
	}
}

func TestMachine(t *testing.T) {
	proc := func(text string) fs.FS { return fstest.MapFS{"meminfo": {Data: []byte(text)}} }
	plenty := proc("MemTotal: 4000000 kB\nMemAvailable:    2000000 kB\n")
	for _, test := range []struct {
		proc    fs.FS
		cameras int
		cores   int
		fast    bool
		want    string
	}{
		{plenty, 2, 2, true, "ok"},
		{plenty, 5, 2, true, "ok warning"},
		{plenty, 2, 2, false, "ok warning"},
		{proc("MemAvailable: 100000 kB"), 2, 2, true, "ok warning"},
		{proc("MemAvailable: much"), 2, 2, true, "skipped"},
		{proc(""), 2, 2, true, "skipped"},
		{fstest.MapFS{}, 2, 2, true, "skipped"},
	} {
		if found := machineFindings(test.proc, test.cameras, test.cores, test.fast); states(found) != test.want {
			t.Errorf("%+v: %s", test, words(found))
		}
	}
	if _, err := availableMemory(os.DirFS("/proc")); err != nil {
		t.Error(err)
	}
}

func TestPermissions(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, mode fs.FileMode) Secret {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		return Secret{path, "the settings"}
	}
	for _, test := range []struct {
		user    int
		secrets []Secret
		want    string
	}{
		{1, []Secret{file("a", 0o640)}, "ok"},
		{0, []Secret{file("b", 0o644)}, "skipped warning"},
		{1, []Secret{{filepath.Join(dir, "gone"), "the settings"}}, "fault"},
	} {
		if found := PermissionCheck(test.user, test.secrets).Run(t.Context()); states(found) != test.want {
			t.Error(words(found))
		}
	}
}

func TestChannels(t *testing.T) {
	sent := 0
	good := Channel{"mail", func(context.Context) error { sent++; return nil }}
	bad := Channel{"mqtt", func(context.Context) error { sent++; return errors.New("refused") }}
	for _, test := range []struct {
		channels []Channel
		send     bool
		want     string
		sent     int
	}{
		{nil, true, "fault", 0},
		{[]Channel{good, bad}, false, "skipped", 0},
		{[]Channel{good, bad}, true, "ok fault", 2},
	} {
		sent = 0
		if found := ChannelCheck(test.channels, test.send).Run(t.Context()); states(found) != test.want || sent != test.sent {
			t.Errorf("%s, %d sent", words(found), sent)
		}
	}
}

func TestExamine(t *testing.T) {
	checks := []Check{
		Simple("model", "take another", func(context.Context) (string, error) { return "it is good", nil }),
		{"nothing", func(context.Context) []Finding { return nil }},
		Simple("networks", "run pull", func(context.Context) (string, error) { return "", errors.New("they are gone") }),
	}
	told := 0
	found := Examine(t.Context(), checks, func(Finding) { told++ })
	want := []Finding{
		{"model", Fine, "it is good", ""},
		{"nothing", Fault, "the check came to no end", ""},
		{"networks", Fault, "they are gone", "run pull"},
	}
	if diff := cmp.Diff(want, found); diff != "" || told != 3 {
		t.Errorf("%d told: %s", told, diff)
	}
	if Worst(found) != Fault || Worst(found[:1]) != Fine || Worst([]Finding{{State: Skipped}, {State: Warning}}) != Warning {
		t.Error("the worst finding is another")
	}
	var b bytes.Buffer
	if err := WriteJSON(&b, found); err != nil {
		t.Fatal(err)
	}
	var read struct {
		Worst    State
		Findings []Finding
	}
	if err := json.Unmarshal(b.Bytes(), &read); err != nil || read.Worst != Fault || cmp.Diff(want, read.Findings) != "" {
		t.Errorf("%v: %s", err, b.String())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if found := Examine(ctx, checks, func(Finding) {}); found != nil {
		t.Error("it went on after it was stopped")
	}
}
