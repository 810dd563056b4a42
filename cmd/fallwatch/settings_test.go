package main

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"fallkit/internal/alarm"
	"fallkit/internal/config"
	"fallkit/internal/notify"
)

var shipped = filepath.Join("..", "..", "configs", "fallwatch.yaml")

// The file that people copy from has every setting at its default, each with a comment.
func TestTheShippedFileIsTheDefaults(t *testing.T) {
	got, origins, err := config.Load(config.Loader{File: shipped}, DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(DefaultSettings(), got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("defaults and %s (-defaults +file):\n%s", shipped, diff)
	}
	text, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for _, o := range origins {
		if strings.HasPrefix(o.Key, "alarm.") { // an example: what is set wins over the model
			if o.Place != (config.Place{}) || !regexp.MustCompile(`(?m)^#  # .*\n#  `+strings.TrimPrefix(o.Key, "alarm.")+`: `).Match(text) {
				t.Errorf("%s is in force, or no example with a comment above it", o.Key)
			}
			continue
		}
		if o.Place.File == "" {
			t.Errorf("%s is not in %s", o.Key, shipped)
			continue
		}
		if above := lines[o.Place.Line-2]; !strings.HasPrefix(strings.TrimSpace(above), "# ") {
			t.Errorf("%v: %s has no comment above it, but %q", o.Place, o.Key, above)
		}
	}
}

// example is a line of an entry that is shown, and not in force.
var example = regexp.MustCompile(`(?m)^#(  +.*)$`)

// Each list of sections has an entry as an example, with every key commented; together they
// are settings that can be.
func TestTheShippedFilesExamples(t *testing.T) {
	text, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`(?m)^( *(?:cameras|zones|schedules|channels|contacts)): \[\]\n#`).ReplaceAllString(string(text), "$1:\n#")
	shown = example.ReplaceAllString(shown, "$1")
	shown = strings.Replace(shown, `    url_file: ""`, "", 1) // the camera has either
	file := filepath.Join(t.TempDir(), "all.yaml")
	if err := os.WriteFile(file, []byte(shown), 0o600); err != nil {
		t.Fatal(err)
	}
	got, _, err := config.Load(config.Loader{File: file}, DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Cameras) != 1 || len(got.Zones) != 1 || len(got.Schedules) != 1 || len(got.Notify.Channels) != 1 || len(got.Notify.Contacts) != 1 {
		t.Fatalf("%+v", got)
	}
	for _, entry := range []any{CameraSettings{}, ZoneSettings{}, alarm.Schedule{}, notify.ChannelSettings{}, notify.Contact{}} {
		for f := range reflect.TypeOf(entry).NumField() {
			key := reflect.TypeOf(entry).Field(f).Tag.Get("yaml")
			if !regexp.MustCompile(`(?m)^# +# .*\n#[ -]+` + key + `:`).MatchString(string(text)) {
				t.Errorf("%T: %s is not shown with a comment above it", entry, key)
			}
		}
	}
	if got.Alarm != alarm.Default {
		t.Errorf("an example that is not the default: %+v", got.Alarm)
	}
	if c := got.Cameras[0]; c.Transport != "tcp" || !c.Gate || c.GateLying != 3600 {
		t.Errorf("an example that is not the default: %+v", c)
	}
}

// goodSettings have one of everything.
func goodSettings() Settings {
	s := DefaultSettings()
	c := CameraSettings{Name: "hall", URL: "rtsp://camera/live"}
	c.Preset()
	s.Cameras = []CameraSettings{c}
	s.Zones = []ZoneSettings{{Camera: "hall", Name: "bed", Kind: alarm.LyingAllowed, Points: []float64{0, 0, 1, 0, 1, 1}}}
	s.Notify.Channels = []notify.ChannelSettings{{Name: "hook", Type: notify.Webhook, URL: "https://example.org/"}}
	s.Notify.Contacts = []notify.Contact{{Name: "anna", Channels: []string{"hook"}}}
	s.Schedules = []alarm.Schedule{{Name: "night", From: "22:00", To: "06:00", Cameras: []string{"hall"}, Contacts: []string{"anna"}}}
	return s
}

func TestValidateNamesTheKey(t *testing.T) {
	good := goodSettings()
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for key, spoil := range map[string]func(*Settings){
		"pose.engine":            func(s *Settings) { s.Pose.Engine = "abacus" },
		"pose.lowest_rate":       func(s *Settings) { s.Pose.LowestRate = 0 },
		"model.probation":        func(s *Settings) { s.Model.Probation = 0 },
		"alarm.threshold":        func(s *Settings) { s.Alarm.Threshold = 2 },
		"desk.escalate_minutes":  func(s *Settings) { s.Desk.EscalateMinutes = math.NaN() },
		"cameras[0].name":        func(s *Settings) { s.Cameras[0].Name = "Living Room"; s.Zones, s.Schedules = nil, nil },
		"cameras[1].name":        func(s *Settings) { s.Cameras = append(s.Cameras, s.Cameras[0]) },
		"cameras[0]":             func(s *Settings) { s.Cameras[0].URL = "" },
		"cameras[0].room":        func(s *Settings) { s.Cameras[0].Room = "Living Room" },
		"desk.same_room_seconds": func(s *Settings) { s.Desk.SameRoomSeconds = -1 },
		"cameras[0].transport":   func(s *Settings) { s.Cameras[0].Transport = "pigeon" },
		"cameras[0].gate_lying":  func(s *Settings) { s.Cameras[0].GateLying = -1 },
		"zones[0].camera":        func(s *Settings) { s.Zones[0].Camera = "attic" },
		"zones[0].points":        func(s *Settings) { s.Zones[0].Points = s.Zones[0].Points[:5] },
		"zones[0]":               func(s *Settings) { s.Zones[0].Kind = "lava" },
		"schedules[0].from":      func(s *Settings) { s.Schedules[0].From = "10 pm" },
		"schedules[0].cameras":   func(s *Settings) { s.Schedules[0].Cameras = []string{"attic"} },
		"schedules[0].contacts":  func(s *Settings) { s.Schedules[0].Contacts = []string{"zoe"} },
		"blind.silent_seconds":   func(s *Settings) { s.Blind.Silent = 0 },
		"retention.days":         func(s *Settings) { s.Retention.Days = -1 },
		"web.listen":             func(s *Settings) { s.Web.Listen = "everywhere" },
	} {
		s := goodSettings()
		spoil(&s)
		if err := s.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+" ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestTheDeskGetsZonesAndContacts(t *testing.T) {
	s := goodSettings()
	d := s.desk()
	if len(d.Contacts) != 1 || d.Contacts[0] != "anna" || len(d.Zones["hall"]) != 1 || len(d.Zones["hall"][0].Points) != 3 || len(d.Schedules) != 1 {
		t.Errorf("%+v", d)
	}
}

func TestTheStateLiesWhereItIsSet(t *testing.T) {
	s := DefaultSettings()
	t.Setenv("STATE_DIRECTORY", "")
	t.Setenv("XDG_STATE_HOME", "/home/anna/state")
	if dir, err := s.stateDir(); err != nil || dir != "/home/anna/state/fallwatch" {
		t.Error(dir, err)
	}
	t.Setenv("STATE_DIRECTORY", "/var/lib/fallwatch")
	if dir, err := s.stateDir(); err != nil || dir != "/var/lib/fallwatch" {
		t.Error(dir, err)
	}
	s.State.Dir = "/mine"
	if dir, err := s.stateDir(); err != nil || dir != "/mine" {
		t.Error(dir, err)
	}
}
