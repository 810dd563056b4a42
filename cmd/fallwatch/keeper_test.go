package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fallkit/internal/doctor"
	"fallkit/internal/modelstore"
	"fallkit/model"
	"fallkit/models/base"
	"fallkit/pose/weights"
)

// said runs a verb and gives its exit code and what it said.
func said(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &out, &err)
	return code, out.String(), err.String()
}

// settingsFile is one with a state folder of its own and these lines.
func settingsFile(t *testing.T, lines string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "fallwatch.yaml")
	state := filepath.Join(dir, "state")
	if err := os.Mkdir(state, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(fmt.Sprintf("state: {dir: %q}\n%s", state, lines)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTheModelThatComesAlongIsTrusted: it passes the check that others must pass.
func TestTheModelThatComesAlongIsTrusted(t *testing.T) {
	config := settingsFile(t, "")
	code, out, err := said(t, "model", "list", "--json", "--config", config)
	var lines []modelstore.Line
	if e := json.Unmarshal([]byte(out), &lines); e != nil || code != exitDone {
		t.Fatalf("exit %d, %v: %s", code, e, err)
	}
	if len(lines) != 1 || lines[0].Role != "current" || lines[0].Fault != "" || lines[0].Name != comesAlong {
		t.Errorf("%+v", lines)
	}
}

// TestModelVerbs is a maker who signs a model, and an owner who puts it in.
func TestModelVerbs(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	c, err := model.Read(base.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	c.Threshold = 0.7
	if err := c.Save(in("mine.safetensors")); err != nil {
		t.Fatal(err)
	}
	config := settingsFile(t, fmt.Sprintf("model: {require_signature: true, keys: [%q]}\n", in("maker.pub")))
	for _, step := range []struct {
		args string
		code int
		want string // in what it says
	}{
		{"keygen maker.key maker.pub", exitDone, "keep it off the cameras' machines"},
		{"keygen maker.key maker.pub", exitFailed, "file exists"},
		{"install mine.safetensors", exitFailed, "it is not signed"},
		{"sign mine.safetensors", exitUsage, "sign needs --key"},
		{"sign mine.safetensors --key maker.key", exitDone, "mine.safetensors.sig"},
		{"check mine.safetensors", exitDone, "signed with maker.pub"},
		{"rollback", exitFailed, "nothing to go back to"},
		{"install mine.safetensors", exitDone, "used from the next start on"},
		{"install mine.safetensors", exitFailed, "is the one in use"},
		{"list", exitDone, "on probation"},
		{"rollback", exitDone, comesAlong},
		{"list", exitDone, "mine.safetensors"},
		{"install nowhere", exitFailed, "no such file"},
		{"check fallwatch.yaml", exitFailed, "model"},
		{"check", exitUsage, "needs FILE"},
		{"", exitUsage, "what to do"},
	} {
		var args []string
		for i, word := range strings.Fields(step.args) {
			if i > 0 && !strings.HasPrefix(word, "-") {
				word = in(word)
			}
			args = append(args, word)
		}
		code, out, err := said(t, append(append([]string{"model"}, args...), "--config", config)...)
		if code != step.code || !strings.Contains(out+err, step.want) {
			t.Errorf("model %s: exit %d, want %d: %s%s", step.args, code, step.code, out, err)
		}
	}
}

// TestDoctorTellsWhatIsWrong and what to do, to people and to programs.
func TestDoctorTellsWhatIsWrong(t *testing.T) {
	if home, err := poseHome(); err != nil || weights.Verify(home, network) != nil {
		t.Skip("the pose networks are not there: run make weights")
	}
	config := settingsFile(t, "cameras:\n  - {name: hall, url: /dev/video99}\n")
	code, out, _ := said(t, "doctor", "--config", config)
	for _, want := range []string{"ok       model: " + comesAlong, "ok       disk:", "ok       machine:", "fault    camera hall: ", "→ plug the camera in"} {
		if code != exitFailed || !strings.Contains(out, want) {
			t.Errorf("exit %d, without %q:\n%s", code, want, out)
		}
	}
	code, out, _ = said(t, "doctor", "--json", "--config", config)
	var report struct {
		Worst    doctor.State
		Findings []doctor.Finding
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != exitFailed || report.Worst != doctor.Fault || len(report.Findings) < 6 {
		t.Errorf("exit %d, %v: %s", code, err, out)
	}
}

func TestDoctorWithoutACamera(t *testing.T) {
	code, out, err := said(t, "doctor", "--config", settingsFile(t, ""))
	if code != exitFailed || !strings.Contains(out, "fault    cameras: there is no camera") {
		t.Errorf("exit %d: %s%s", code, out, err)
	}
}
