package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"fallkit/data"
	"fallkit/data/simulate"
	"fallkit/pose"
	"fallkit/pose/vision"
)

// listening takes a port of this machine and sets $PORT to it.
func listening(ts *testscript.TestScript, _ bool, _ []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { l.Close() })
	_, port, err := net.SplitHostPort(l.Addr().String())
	ts.Check(err)
	ts.Setenv("PORT", port)
}

// desk is falltrain click at work.
type desk struct {
	t       *testing.T
	address string
	lines   *bufio.Reader
	told    bytes.Buffer
	stop    context.CancelFunc
	done    chan int
}

func openDesk(t *testing.T, args ...string) *desk {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, w := io.Pipe()
	d := &desk{t: t, lines: bufio.NewReader(r), stop: cancel, done: make(chan int, 1)}
	go func() {
		code := run(ctx, append([]string{"click"}, args...), strings.NewReader(""), w, &d.told)
		w.Close()
		d.done <- code
	}()
	d.address = regexp.MustCompile(`http://\S+`).FindString(d.line())
	if d.address == "" {
		t.Fatalf("no address: exit code %d, %s", <-d.done, d.told.String())
	}
	return d
}

func (d *desk) line() string {
	line, _ := d.lines.ReadString('\n') // "" where it has ended
	return line
}

func (d *desk) ask(method, path, body string) (int, []byte) {
	d.t.Helper()
	r, err := http.NewRequest(method, d.address+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return answer.StatusCode, text
}

// The whole way: a page of frames of real (generated) videos, answers, an interrupt, the
// same command again, and an end by the page.
func TestClick(t *testing.T) {
	dir, temp := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temp)
	s := simulate.DefaultSettings
	s.Clips, s.Seed = 2, 4
	if err := simulate.WriteFolder(t.Context(), filepath.Join(dir, "clips"), s, vision.WriteVideo, nil); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "clicks.json")
	args := []string{filepath.Join(dir, "clips"), "--frames", "2", "--out", out}

	d := openDesk(t, args...)
	if code, picture := d.ask("GET", "picture/0", ""); code != 200 {
		t.Errorf("%d: %s", code, picture)
	} else if p, err := png.Decode(bytes.NewReader(picture)); err != nil || p.Bounds().Size() != image.Pt(s.Width, s.Height) {
		t.Errorf("%v, %v", p, err)
	}
	onlyForMe(t, temp)
	nose := "[[12.5,30,2]" + strings.Repeat(",[0,0,0]", pose.Joints-1) + "]"
	if code, text := d.ask("PUT", "frame/0", fmt.Sprintf(`{"skipped": "", "people": [%s]}`, nose)); code != 204 {
		t.Errorf("%d: %s", code, text)
	}
	d.stop()
	if code := <-d.done; code != exitInterrupted {
		t.Errorf("exit code %d", code)
	}
	if want := fmt.Sprintf("falltrain: interrupted: 1 of 2 frames done, kept in %s; the same command goes on\n", out); d.told.String() != want {
		t.Errorf("%q", d.told.String())
	}
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("pictures are left: %v", left)
	}

	d = openDesk(t, args...)
	if _, state := d.ask("GET", "state", ""); strings.Count(string(state), `"status":"done"`) != 1 || strings.Count(string(state), `"status":"todo"`) != 1 {
		t.Errorf("%s", state)
	}
	if code, text := d.ask("PUT", "frame/1", `{"skipped": "unclear", "people": []}`); code != 204 {
		t.Errorf("%d: %s", code, text)
	}
	d.ask("POST", "end", "")
	if line := d.line(); line != fmt.Sprintf("2 of 2 frames done, kept in %s\n", out) {
		t.Errorf("%q", line)
	}
	if code := <-d.done; code != exitDone {
		t.Errorf("exit code %d: %s", code, d.told.String())
	}
	k, err := data.ReadKeypoints(out)
	if err != nil || len(k.Images) != 2 {
		t.Fatalf("%+v, %v", k, err)
	}
	if p := k.Images[0].People; len(p) != 1 || p[0].Joints[pose.Nose] != (data.TrueJoint{X: 12.5, Y: 30, Seen: data.Visible}) {
		t.Errorf("%+v", p)
	}
	if k.Images[1].Skipped != data.SkippedUnclear {
		t.Errorf("%+v", k.Images[1])
	}
}

// onlyForMe: pictures lie where no other user can read them.
func onlyForMe(t *testing.T, temp string) {
	t.Helper()
	folders, err := os.ReadDir(temp)
	if err != nil || len(folders) != 1 {
		t.Fatalf("%v, %v", folders, err)
	}
	info, err := folders[0].Info()
	if err != nil || info.Mode() != fs.ModeDir|0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// A video that cannot be read does not stop the others, and the end tells of it.
func TestClickOnABrokenVideo(t *testing.T) {
	dir := t.TempDir()
	labels := "dataset,clip,path,subject,camera,fps,frames,label,activity,fall_start_frame,fall_end_frame\nroom,a,a.mp4,,,25,9,adl,,,\n"
	for name, text := range map[string]string{"labels.csv": labels, "a.mp4": "no video"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	d := openDesk(t, dir, "--frames", "1", "--out", filepath.Join(dir, "clicks.json"))
	if code, text := d.ask("GET", "picture/0", ""); code != 422 || !strings.Contains(string(text), "a.mp4") {
		t.Errorf("%d: %s", code, text)
	}
	d.ask("POST", "end", "")
	d.line()
	if code := <-d.done; code != exitFailed || !strings.Contains(d.told.String(), "of 1 frame there is no picture") || strings.Count(d.told.String(), "skipped ") != 1 {
		t.Errorf("exit code %d: %s", code, d.told.String())
	}
}

// Poses without a video have no pictures: that is said at the start, as a matter of usage.
func TestClickOnPosesWithoutVideo(t *testing.T) {
	dir := t.TempDir()
	labels := "dataset,clip,path,subject,camera,fps,frames,label,activity,fall_start_frame,fall_end_frame\nroom,a,a.parquet,,,25,9,adl,,,\n"
	if err := os.WriteFile(filepath.Join(dir, "labels.csv"), []byte(labels), 0o644); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	if code := run(t.Context(), []string{"click", dir, "--out", filepath.Join(dir, "clicks.json")}, strings.NewReader(""), &said, &said); code != exitUsage {
		t.Errorf("exit code %d: %s", code, &said)
	}
}
