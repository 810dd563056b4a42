package main

import (
	"encoding/json"
	"fmt"
	"image"
	"iter"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fallkit/data/simulate"
	"fallkit/internal/alarm"
	"fallkit/internal/rtsptest"
	"fallkit/model"
	"fallkit/models/base"
	"fallkit/pose/vision"
	"fallkit/pose/weights"
)

// BenchmarkWatch is what the daemon costs, as a process of its own before cameras of this machine
// that send H.264 by RTSP, 640x480 and 25 pictures a second: make bench-watch. Processor time is the
// process's own, so that other load matters little.
func BenchmarkWatch(b *testing.B) {
	needTheDaemon(b)
	dir := b.TempDir()
	walker, room := everydayStream(b), emptyStream(b)
	two := func(b *testing.B, engine string) {
		lines := cameraLines(playing(b, &rtsptest.Camera{Clip: walker}), playing(b, &rtsptest.Camera{Clip: walker}))
		lines += fmt.Sprintf("model: {path: %q}\n", modelFor(b, "balanced", 10))
		for b.Loop() {
			d := newPlace(b, filepath.Join(dir, engine), lines+fmt.Sprintf("pose: {engine: %s, lowest_rate: 10}\n", engine)).start(b)
			d.firstPose(b)
			d.cost(b, 40*time.Second, 2)
			d.stop(b)
		}
	}
	b.Run("TwoCamerasBalancedONNXRuntime", func(b *testing.B) {
		if weights.VerifyRuntime(homeOfPoses(b)) != nil {
			b.Skip("ONNX Runtime is not there: falltrain pull --runtime onnxruntime")
		}
		two(b, vision.ONNXRuntime)
	})
	b.Run("TwoCamerasBalancedOpenCV", func(b *testing.B) { two(b, vision.OpenCV) })
	b.Run("EmptyRoom", func(b *testing.B) {
		lines := cameraLines(playing(b, &rtsptest.Camera{Clip: room}))
		for b.Loop() {
			d := newPlace(b, filepath.Join(dir, "empty"), lines).start(b)
			d.firstPose(b)
			d.cost(b, 60*time.Second, 0)
			d.stop(b)
		}
	})
	b.Run("EventToWebhook", func(b *testing.B) {
		for b.Loop() {
			reportDelays(b, filepath.Join(dir, "hook"))
		}
	})
}

func needTheDaemon(b *testing.B) {
	b.Helper()
	if weights.Verify(homeOfPoses(b), network) != nil {
		b.Skip("the pose networks are not there: run make weights")
	}
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		b.Skipf("ffmpeg makes the streams, and it is missing: %v", err)
	}
}

func homeOfPoses(b *testing.B) string {
	b.Helper()
	home, err := poseHome()
	if err != nil {
		b.Fatal(err)
	}
	return home
}

// modelFor is the model that comes along, made to ask for poses of another profile and rate: its
// answers are worth nothing then, and cost the same.
func modelFor(b *testing.B, profile string, fps float64) string {
	b.Helper()
	c, err := model.Read(base.Checkpoint)
	if err != nil {
		b.Fatal(err)
	}
	e, err := extractionOf(c.Meta)
	if err != nil {
		b.Fatal(err)
	}
	e.Profile, e.FPS = profile, fps
	text, err := json.Marshal(e)
	if err != nil {
		b.Fatal(err)
	}
	f, err := newFront(e)
	if err != nil {
		b.Fatal(err)
	}
	c.Meta["extract"], c.PoseEngine = string(text), f.engineID()
	path := filepath.Join(b.TempDir(), "model.safetensors")
	if err := c.Save(path); err != nil {
		b.Fatal(err)
	}
	return path
}

const streamFPS = 25

// everydayStream shows one person for 40 seconds of everyday life.
func everydayStream(b *testing.B) *rtsptest.Clip {
	b.Helper()
	s := simulate.Settings{Preset: simulate.LongDay, Hours: 0.5, Seed: 5, Width: 640, Height: 480, FPS: streamFPS}
	return encoded(b, func(yield func(image.Image) bool) {
		for p, truth := range simulate.Plan(s)[0].Frames() {
			if len(truth.People) != 1 {
				b.Fatalf("the clip shows %d people: take another seed", len(truth.People))
			}
			if truth.Time >= 40 || !yield(p) {
				return
			}
		}
	})
}

// emptyStream shows a room without anybody in it.
func emptyStream(b *testing.B) *rtsptest.Clip {
	b.Helper()
	s := simulate.Settings{Preset: simulate.Train, Clips: 1, Seed: 5, Width: 640, Height: 480, FPS: streamFPS}
	return encoded(b, simulate.EmptyRooms(s)[0].Frames())
}

func encoded(b *testing.B, pictures iter.Seq[image.Image]) *rtsptest.Clip {
	b.Helper()
	c, err := rtsptest.Encode(streamFPS, pictures)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func cameraLines(cameras ...*rtsptest.Camera) string {
	lines := "cameras:\n"
	for i, c := range cameras {
		lines += fmt.Sprintf("  - {name: camera-%d, url: %q}\n", i+1, c.URL())
	}
	return lines
}

// firstPose waits until every camera was looked at, and reports how long that took from the start
// of the process.
func (d *process) firstPose(b *testing.B) {
	b.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if status, _ := d.ask(http.MethodGet, "/readyz", ""); status == http.StatusOK {
			break
		}
		if !d.alive() || time.Since(d.started) > time.Minute {
			b.Fatalf("the daemon is not ready:\n%s", d.log.text())
		}
	}
	b.ReportMetric(time.Since(d.started).Seconds(), "s-to-first-pose")
	b.ReportMetric(processorTime(b, d.command.Process.Pid).Seconds(), "core-s-to-first-pose")
}

// settled is how long the daemon runs before its cost is taken: the gate has closed by then.
const settled = 20 * time.Second

// cost takes what the daemon uses for so long, before cameras that show so many people in all.
func (d *process) cost(b *testing.B, long time.Duration, people int) {
	b.Helper()
	<-time.After(settled)
	pid := d.command.Process.Pid
	began, used, before := time.Now(), processorTime(b, pid), d.poses(b)
	seen, looks := 0, 0
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for range tick.C {
		looks++
		for _, c := range d.cameras(b) {
			seen += c.People
		}
		if time.Since(began) >= long {
			break
		}
	}
	took := time.Since(began).Seconds()
	core := (processorTime(b, pid) - used).Seconds() / took
	b.ReportMetric(100*core, "%core")
	b.ReportMetric(100*core/float64(runtime.NumCPU()), "%machine")
	b.ReportMetric((d.poses(b)-before)/took, "looks/s")
	b.ReportMetric(float64(seen)/float64(looks), "people")
	b.ReportMetric(statusOf(b, pid, "VmRSS")/1e6, "MB-RSS")
	b.ReportMetric(statusOf(b, pid, "VmHWM")/1e6, "MB-RSS-most")
	b.ReportMetric(0, "ns/op")
	if share := float64(seen) / float64(looks); share < 0.7*float64(people) {
		b.Errorf("%.1f of %d people were seen on average: nothing was measured", share, people)
	}
}

// poses is how many pictures were looked at, by all cameras together.
func (d *process) poses(b *testing.B) (all float64) {
	b.Helper()
	_, text := d.ask(http.MethodGet, "/metrics", "")
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "} "); ok && strings.HasPrefix(name, "fallwatch_camera_poses_total{") {
			n, err := strconv.ParseFloat(value, 64)
			if err != nil {
				b.Fatal(err)
			}
			all += n
		}
	}
	return all
}

// reportDelays takes how long it is from the picture in which somebody is found to have fallen until
// a webhook hears of it.
func reportDelays(b *testing.B, state string) {
	b.Helper()
	s := simulate.DefaultSettings
	s.Clips, s.Seed, s.Width, s.Height, s.FPS = 8, 1, 640, 480, streamFPS
	fall := simulate.Plan(s)[0]
	camera := playing(b, &rtsptest.Camera{Clip: encoded(b, pictures(fall))})
	delays := make(chan time.Duration, 100)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		now := time.Now()
		var body struct{ Report alarm.Report }
		if json.NewDecoder(r.Body).Decode(&body) == nil && slices.Contains(tallied[:], body.Report.Kind) {
			delays <- now.Sub(body.Report.Time)
		}
	}))
	defer hook.Close()
	lines := cameraLines(camera) + fmt.Sprintf("notify:\n  channels: [{name: hook, type: webhook, url: %q, everything: true}]\n  contacts: [{name: anna, channels: [hook]}]\n", hook.URL)
	var all []float64
	for i := range 6 { // a home that knows of no fall yet, each time
		d := newPlace(b, filepath.Join(state, strconv.Itoa(i)), lines).start(b)
		d.firstPose(b)
		late := time.After(time.Minute)
		for range tallied {
			select {
			case took := <-delays:
				all = append(all, took.Seconds()*1000)
			case <-late:
				b.Fatalf("only %d reports came:\n%s", len(all), d.log.text())
			}
		}
		d.stop(b)
	}
	b.ReportMetric(median(all), "ms-to-webhook")
	b.ReportMetric(slices.Max(all), "ms-to-webhook-most")
	b.ReportMetric(0, "ns/op")
}
