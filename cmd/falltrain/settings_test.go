package main

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fallkit/internal/config"
	"fallkit/pose"
)

var shipped = filepath.Join("..", "..", "configs", "fallkit.yaml")

// The file that people copy from has every setting at its default, each with a comment.
func TestTheShippedFileIsTheDefaults(t *testing.T) {
	got, origins, err := config.Load(config.Loader{File: shipped}, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(DefaultSettings(), got); diff != "" {
		t.Errorf("defaults and %s (-defaults +file):\n%s", shipped, diff)
	}
	text, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for _, o := range origins {
		if o.Place.File == "" {
			t.Errorf("%s is not in %s", o.Key, shipped)
			continue
		}
		if above := lines[o.Place.Line-2]; !strings.HasPrefix(strings.TrimSpace(above), "# ") {
			t.Errorf("%v: %s has no comment above it, but %q", o.Place, o.Key, above)
		}
	}
}

// A setting has one name in files, in JSON and in what Validate says.
func TestEverySettingHasOneName(t *testing.T) {
	_, origins, err := config.Load(config.Loader{}, DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	var sections map[string]map[string]any
	if err := json.Unmarshal(text, &sections); err != nil {
		t.Fatal(err)
	}
	var names []string
	for section, values := range sections {
		for name := range values {
			names = append(names, section+"."+name)
		}
	}
	want := slices.Sorted(maps.Keys(origins.Map()))
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(names))); diff != "" {
		t.Errorf("names in files and in JSON (-file +JSON):\n%s", diff)
	}
}

func TestValidateNamesTheKeyOfEachFault(t *testing.T) {
	for key, spoil := range map[string]func(*Settings){
		"extract.fps":              func(s *Settings) { s.Extract.FPS = 121 },
		"extract.workers":          func(s *Settings) { s.Extract.Workers = 0 },
		"extract.min_person_score": func(s *Settings) { s.Extract.MinPersonScore = 1 },
		"extract.engine":           func(s *Settings) { s.Extract.Engine = "tensorflow" },
		"extract.profile":          func(s *Settings) { s.Extract.Profile = "best" },
		"input.rate_hz":            func(s *Settings) { s.Input.RateHz = 0 },
		"augment.drop_pose":        func(s *Settings) { s.Augment.DropPose = 1 },
		"augment.tempo":            func(s *Settings) { s.Augment.Tempo = -1 },
		"model.network":            func(s *Settings) { s.Model.Network = "tree" },
		"model.channels":           func(s *Settings) { s.Model.Channels = 0 },
		"model.kernel":             func(s *Settings) { s.Model.Kernel = 4 },
		"model.dilations":          func(s *Settings) { s.Model.Dilations = []int{1, 0} },
		"fit.epochs":               func(s *Settings) { s.Fit.Epochs = 0 },
		"fit.adversarial":          func(s *Settings) { s.Fit.Adversarial = -0.1 },
		"fit.adversarial_share":    func(s *Settings) { s.Fit.AdversarialShare = 0 },
		"attack.budgets":           func(s *Settings) { s.Attack.Budgets = []float64{1, 1} },
		"attack.steps":             func(s *Settings) { s.Attack.Steps = 0 },
		"alarm.threshold":          func(s *Settings) { s.Alarm.Threshold = 1.5 },
		"evaluate.resamples":       func(s *Settings) { s.Evaluate.Resamples = 1 },
		"camera.transport":         func(s *Settings) { s.Camera.Transport = "carrier pigeon" },
		"camera.rotate":            func(s *Settings) { s.Camera.Rotate = 45 },
		"camera.roll":              func(s *Settings) { s.Camera.Roll = math.NaN() },
		"camera.gate_lying":        func(s *Settings) { s.Camera.GateLying = -1 },
		"camera.silence":           func(s *Settings) { s.Camera.Silence = -1 },
	} {
		s := DefaultSettings()
		spoil(&s)
		if err := s.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+" ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", key, err)
		}
	}
	slow := DefaultSettings()
	slow.Extract.FPS = 2
	if err := slow.Validate(); err == nil || !strings.Contains(err.Error(), "input.max_gap = 2.86") {
		t.Errorf("poses too far apart to be joined: %v", err)
	}
}

func TestEveryChoiceThatPassesMakesANetwork(t *testing.T) {
	for _, m := range []ModelSettings{{"", 1, 1, []int{1}, nil}, {"", 1024, 31, slices.Repeat([]int{7200}, 32), pose.PriorNames()}} {
		for _, m.Network = range networkNames() {
			s := DefaultSettings()
			s.Model = m
			if err := s.Validate(); err != nil {
				t.Fatal(err)
			}
			if err := s.spec().Check(); err != nil || s.spec().Inputs != s.input().Channels() {
				t.Errorf("%+v: %v", m, err)
			}
		}
	}
}
