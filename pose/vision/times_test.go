package vision

import (
	"bytes"
	"context"
	"math"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Times are the container's own; ffprobe is the second opinion.
func TestTimesOfRealContainers(t *testing.T) {
	for _, tool := range []string{"ffmpeg", "ffprobe"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("makes its videos with %s, which is not installed", tool)
		}
	}
	source := film(t, 25, walk(256, 192, 50))
	e := standinEngine(t)
	for _, c := range []struct {
		name, file string
		args       string
	}{
		{"B-frames", "b.mp4", "-c:v libx264 -bf 3 -g 25"},
		{"hevc with B-frames", "hevc.mp4", "-c:v libx265 -x265-params bframes=4:log-level=none -tag:v hvc1"},
		{"uneven times", "vfr.mp4", "-vf setpts='(N+0.4*mod(N,3))/(25*TB)' -fps_mode vfr -c:v libx264 -bf 0"},
		{"uneven times with B-frames", "vfrb.mp4", "-vf setpts='(N+0.4*mod(N,3)+gte(N,20)*9)/(25*TB)' -fps_mode vfr -c:v libx264 -bf 2"},
		{"late start", "late.mkv", "-vf setpts=PTS+1.5/TB -c:v libx264"},
		{"milliseconds", "ms.mkv", "-r 29.97 -c:v libx264"},
		{"mpeg4 avi", "m.avi", "-c:v mpeg4"},
		{"mjpeg avi", "mj.avi", "-c:v mjpeg"},
	} {
		path := filepath.Join(t.TempDir(), c.file)
		args := append([]string{"-v", "error", "-y", "-i", source}, strings.Fields(c.args)...)
		if out, err := exec.Command("ffmpeg", append(args, path)...).CombinedOutput(); err != nil {
			t.Logf("%s: this ffmpeg cannot: %s", c.name, out)
			continue
		}
		want := probe(t, path)
		r, err := Run(context.Background(), Source{Path: path}, e, Options{}, nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if len(r.FrameTimes) != len(want) {
			t.Errorf("%s: %d frames, want %d", c.name, len(r.FrameTimes), len(want))
			continue
		}
		worst, end := 0.0, 0.0
		for i := range want {
			off := math.Abs(r.FrameTimes[i] - (want[i] - want[0]))
			if i < len(want)-4 {
				worst = max(worst, off)
			} else { // OpenCV has no stamps for the end where there are B-frames
				end = max(end, off)
			}
		}
		t.Logf("%s: frame times are at most %.1f ms off, those of the last four %.1f ms", c.name, worst*1e3, end*1e3)
		if worst > 1e-3 || end > .05 {
			t.Errorf("%s: times are %.3f s off, at the end %.3f s", c.name, worst, end)
		}
	}
}

// probe asks ffprobe for the frames' times.
func probe(t *testing.T, path string) (times []float64) {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "frame=best_effort_timestamp_time", "-of", "csv=p=0", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range bytes.Fields(out) {
		v, err := strconv.ParseFloat(strings.Trim(string(line), ","), 64)
		if err != nil {
			t.Fatal(err)
		}
		times = append(times, v)
	}
	return times
}

func TestRotationMetadata(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("makes its video with ffmpeg, which is not installed")
	}
	source := film(t, 25, walk(256, 192, 5))
	path := filepath.Join(t.TempDir(), "turned.mp4")
	if out, err := exec.Command("ffmpeg", "-v", "error", "-i", source, "-c", "copy", "-metadata:s:v:0", "rotate=90", path).CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	overlay := filepath.Join(t.TempDir(), "over.mp4")
	r, err := Run(context.Background(), Source{Path: path}, standinEngine(t), Options{Overlay: overlay}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Width != 192 || r.Height != 256 {
		t.Errorf("pictures are %dx%d, want 192x256", r.Width, r.Height)
	}
	if m := pictures(t, overlay)[0]; m.Rows() <= m.Cols() {
		t.Errorf("the overlay is %dx%d", m.Cols(), m.Rows())
	}
}
