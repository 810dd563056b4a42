package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"fallkit/data"
	"fallkit/data/simulate"
	"fallkit/pose"
	"fallkit/pose/vision"
	"fallkit/pose/weights"
	"fallkit/train"
)

// TestVerbs runs the verbs as a user types them. Scripts that need the pose networks say
// [!weights] skip, and those that need ONNX Runtime, which lies at $RUNTIME and not in their
// own FALLKIT_HOME, [!runtime] skip.
func TestVerbs(t *testing.T) {
	home, err := weights.Home()
	if err != nil {
		t.Fatal(err)
	}
	there, runtimeThere := weights.Verify(home, network) == nil, weights.VerifyRuntime(home) == nil
	base, err := filepath.Abs(filepath.Join("..", "..", "models", "base", "base.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/verbs", RequireExplicitExec: true, RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"drawn": drawn, "killed": killed, "truncate": truncated, "camera": streamed, "written": written, "same": same, "listening": listening, "placed": placed, "judged": judged},
		Condition: func(name string) (bool, error) {
			switch name {
			case "weights":
				return there, nil
			case "runtime":
				return runtimeThere, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Setup: func(e *testscript.Env) error {
			mine := filepath.Join(e.WorkDir, "home")
			e.Setenv("FALLKIT_HOME", mine)
			e.Setenv("CI", "true")
			e.Setenv("RUNTIME", weights.RuntimePath(home))
			e.Setenv("BASE", base)
			if err := os.Mkdir(mine, 0o755); err != nil {
				return err
			}
			if !there {
				return nil
			}
			return os.Symlink(filepath.Join(home, "models"), filepath.Join(mine, "models"))
		},
	})
}

// drawn DIR CLIPS [folders] makes a data folder of two data sets with two subjects each, and
// poses in FALLKIT_HOME as if they had been extracted: people who fall and people who walk.
// Its "videos" are no videos. With folders it has fall/ and adl/ and no labels.csv.
func drawn(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	clips, err := strconv.Atoi(args[1])
	ts.Check(err)
	store := data.Store{Dir: filepath.Join(ts.Getenv("FALLKIT_HOME"), "poses")}
	lines := []string{"dataset,clip,path,subject,camera,fps,frames,label,activity,fall_start_frame,fall_end_frame,light"}
	for i := range clips {
		name, falls := fmt.Sprintf("clip-%02d", i), i%2 == 0
		video := []byte("poses of " + name)
		path := filepath.Join(dir, folderFor(args, falls), name+".mp4")
		ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
		ts.Check(os.WriteFile(path, video, 0o644))
		sum := sha256.Sum256(video)
		ts.Check(store.Put(data.Origin{VideoSHA256: hex.EncodeToString(sum[:]), Engine: testEngine(), FPS: 12.5}, walkOrFall(i, falls)))
		label, frames := "adl,walk,,", ""
		if falls {
			label, frames = "fall,fall,38,", "48"
		}
		lines = append(lines, fmt.Sprintf("set%d,%s,videos/%s.mp4,s%d,cam,12.5,75,%s%s,bright", i/2%2, name, name, i/4%2, label, frames))
	}
	if len(args) == 2 {
		ts.Check(os.WriteFile(filepath.Join(dir, "labels.csv"), []byte(strings.Join(lines, "\n")+"\n"), 0o644))
	}
}

func folderFor(args []string, falls bool) string {
	switch {
	case len(args) == 2:
		return "videos"
	case falls:
		return "fall"
	default:
		return "adl"
	}
}

func testEngine() string {
	set := vision.DefaultEngine
	set.SHA256 = weights.Networks[0].SHA256
	return vision.EngineID(set.SHA256, set)
}

// walkOrFall is six seconds of a stick figure; number varies place, size and tempo.
func walkOrFall(number int, falls bool) *pose.Recording {
	r := &pose.Recording{Width: 320, Height: 240}
	t := pose.Track{ID: 1}
	size := 8 + float64(number%5)
	for i := range 75 {
		time := float64(i) / 12.5
		down := 0.0
		if falls {
			down = math.Pow(min(1, max(0, (time-3)/0.9)), 2)
		}
		sin, cos := math.Sincos(down * math.Pi / 2)
		var p pose.Pose
		for j := range p.Keypoints {
			wide, high := size*float64(j%3-1), 1.2*size*float64(pose.Joints-j)
			x := 40 + 3*float64(i) + 7*float64(number%7)
			p.Keypoints[j] = pose.Keypoint{X: float32(x + cos*wide + sin*high), Y: float32(230 - cos*high + sin*wide), Score: 0.9}
		}
		p.Score = 0.8
		p.Box, _ = p.Extent(0)
		t.Times, t.Poses = append(t.Times, time), append(t.Poses, p)
	}
	r.FrameTimes, r.PoseTimes, r.Tracks = t.Times, t.Times, []pose.Track{t}
	return r
}

// placed OUT.json FRAMES... writes the true joints of some frames of the first clip that
// "simulate --clips 1 --seed 1" makes, as if they had been placed by hand; 5=7 is frame 5,
// said to be frame 7.
func placed(ts *testscript.TestScript, _ bool, args []string) {
	settings := simulate.DefaultSettings
	settings.Clips, settings.Seed = 1, 1
	clip := simulate.Plan(settings)[0]
	said := map[int]int{}
	for _, word := range args[1:] {
		from, to, other := strings.Cut(word, "=")
		if !other {
			to = from
		}
		frame, err := strconv.Atoi(from)
		ts.Check(err)
		said[frame], err = strconv.Atoi(to)
		ts.Check(err)
	}
	var k data.Keypoints
	for _, truth := range clip.Frames() {
		frame, wanted := said[truth.Frame]
		if !wanted {
			continue
		}
		var p data.TruePerson
		for j, t := range truth.People[0].Keypoints {
			if t.Visibility != simulate.Outside {
				p.Joints[j] = data.TrueJoint{X: float32(t.X), Y: float32(t.Y), Seen: data.Visible}
			}
		}
		p.Surround()
		k.Images = append(k.Images, data.KeypointImage{
			Path: "videos/" + clip.Name + ".mp4", Width: settings.Width, Height: settings.Height,
			Dataset: simulate.Dataset, Clip: clip.Name, Frame: frame, State: data.StateFalling, People: []data.TruePerson{p},
		})
		if len(k.Images) == len(said) {
			break
		}
	}
	ts.Check(k.Write(ts.MkAbs(args[0])))
}

// written KEPT SCORES EVENTS writes what was said in a kept evaluation as scores.csv, with
// every digit, and events.csv.
func written(ts *testscript.TestScript, _ bool, args []string) {
	kept, err := train.OpenEvaluation(ts.MkAbs(args[0]))
	ts.Check(err)
	var scores strings.Builder
	scores.WriteString("clip,track,time_s,score\n")
	var events []train.Detection
	for i := range kept.Clips {
		c := &kept.Clips[i]
		for _, t := range c.Scores {
			for k, score := range t.Scores {
				text := fmt.Sprint(score)
				if math.IsNaN(score) {
					text = ""
				}
				fmt.Fprintf(&scores, "%s,%d,%v,%s\n", c.Clip, t.Track, t.Times[k], text)
			}
		}
		a := kept.Measuring.Alarm
		a.Threshold = c.Threshold
		events = append(events, train.Detect(c.Clip, c.Scores, a)...)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(scores.String()), 0o644))
	ts.Check(train.WriteEvents(ts.MkAbs(args[2]), events))
}

// same A.json B.json KEYS... compares parts of two results, byte by byte.
func same(ts *testscript.TestScript, _ bool, args []string) {
	var parts [2]map[string]json.RawMessage
	for i := range parts {
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[i])), &parts[i]))
	}
	for _, key := range args[2:] {
		if a, b := string(parts[0][key]), string(parts[1][key]); a != b || a == "" {
			ts.Fatalf("%s: %s has %s and %s has %s", key, args[0], a, args[1], b)
		}
	}
}

// killed LOG LINES ARGS... runs falltrain with the arguments and kills it, as with kill -9,
// once the file LOG has so many lines.
func killed(ts *testscript.TestScript, _ bool, args []string) {
	log := ts.MkAbs(args[0])
	lines, err := strconv.Atoi(args[1])
	ts.Check(err)
	program, err := exec.LookPath("falltrain")
	ts.Check(err)
	c := exec.Command(program, args[2:]...)
	c.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "FALLKIT_HOME", "CI"} { // as the other commands have it: OPENBLAS_CORETYPE, say, changes last bits
		c.Env = append(c.Env, name+"="+ts.Getenv(name))
	}
	ts.Check(c.Start())
	over := make(chan error, 1)
	go func() { over <- c.Wait() }()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-over:
			ts.Fatalf("it ended before it could be killed: %v", err)
		case <-look.C:
		}
		if text, _ := os.ReadFile(log); strings.Count(string(text), "\n") >= lines {
			break
		}
	}
	ts.Check(c.Process.Kill())
	<-over
}

// truncate FILE BYTES cuts a file.
func truncated(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

// camera [N] starts a camera on the loopback (MJPEG over HTTP, 20 pictures a second) that shows a
// generated person again and again, and puts its URL into $CAMERA. The first viewer sees N
// pictures only.
func streamed(ts *testscript.TestScript, _ bool, args []string) {
	var viewers atomic.Int32
	limit := math.MaxInt
	if len(args) > 0 {
		n, err := strconv.Atoi(args[0])
		ts.Check(err)
		limit = n
	}
	settings := simulate.DefaultSettings
	settings.Clips, settings.Seed = 1, 8
	clip := simulate.Plan(settings)[0]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first, sent := viewers.Add(1) == 1, 0
		w.Header().Set("Content-Type", "multipart/x-mixed-replace; boundary=frame")
		pace := time.NewTicker(50 * time.Millisecond)
		defer pace.Stop()
		for r.Context().Err() == nil {
			for picture := range clip.Frames() {
				if sent++; first && sent > limit {
					return
				}
				var b bytes.Buffer
				if err := jpeg.Encode(&b, picture, nil); err != nil {
					return
				}
				fmt.Fprintf(w, "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n", b.Len(), b.Bytes())
				if http.NewResponseController(w).Flush() != nil {
					return
				}
				<-pace.C
			}
		}
	}))
	ts.Defer(func() {
		server.CloseClientConnections()
		server.Close()
	})
	ts.Setenv("CAMERA", server.URL+"/camera.mjpg")
}
