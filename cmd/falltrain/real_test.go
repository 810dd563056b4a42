package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fallkit/pose/weights"
)

// realClips is the folder of real clips, for tests that need some.
func realClips(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("FALLKIT_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(filepath.Join(dir, "labels.csv")); err != nil {
		t.Skipf("no real clips: set FALLKIT_DATA to a data folder (%v)", err)
	}
	home, err := weights.Home()
	if err == nil {
		err = weights.Verify(home, network)
	}
	if err != nil {
		t.Skipf("no pose networks: %v", err)
	}
	return dir
}

// TestTheShippedModelOnRealClips is no measurement: the model has learned these clips. It
// shows that the whole road from a camera's file to an event works as shipped.
func TestTheShippedModelOnRealClips(t *testing.T) {
	clips, err := filepath.Glob(filepath.Join(realClips(t), "product_tests", "*.mp4"))
	if err != nil || len(clips) == 0 {
		t.Skipf("no product_tests among the real clips (%v)", err)
	}
	out := t.TempDir()
	args := append([]string{"detect", "--quiet", "--model", filepath.Join("..", "..", "models", "base", "base.safetensors"), "--out", out}, clips...)
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), args, strings.NewReader(""), &stdout, &stderr); code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	alarms := alarmsByClip(t, filepath.Join(out, "events.csv"))
	for _, clip := range clips {
		name := strings.TrimSuffix(filepath.Base(clip), ".mp4")
		if fell := strings.HasPrefix(name, "fall"); fell != (alarms[name] > 0) {
			t.Errorf("%s: %d events", name, alarms[name])
		}
		if info, err := os.Stat(filepath.Join(out, name+".mp4")); err != nil || info.Size() < 1000 {
			t.Errorf("%s: no overlay (%v)", name, err)
		}
	}
}

func alarmsByClip(t *testing.T, path string) map[string]int {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	alarms := map[string]int{}
	for _, row := range rows[1:] {
		alarms[row[0]]++
	}
	return alarms
}
