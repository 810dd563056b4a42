package vision

import (
	"context"
	"image"
	_ "image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fallkit/pose"
)

func TestPoseSheet(t *testing.T) {
	path := film(t, 10, walk(256, 192, 30))
	var p pose.Pose
	for j := range p.Keypoints {
		p.Keypoints[j] = pose.Keypoint{X: 20, Y: float32(20 + 5*j), Score: 0.9}
	}
	p.Box = pose.Box{X0: 10, Y0: 10, X1: 30, Y1: 110}
	rows := []SheetRow{
		{Video: path, Title: "first", Shots: []pose.Shot{{Label: "a", Frame: pose.Frame{Time: 0, People: []pose.Tracked{{Track: 1, Pose: p}}}}, {Label: "b", Frame: pose.Frame{Time: 1}}}},
		{Video: path, Title: "second", Shots: []pose.Shot{{Label: "c", Frame: pose.Frame{Time: 2}}, {Label: "too late", Frame: pose.Frame{Time: 99}}}},
	}
	for name, format := range map[string]string{"sheet.jpg": "jpeg", "sheet.png": "png"} {
		out := filepath.Join(t.TempDir(), name)
		told := 0
		if err := PoseSheet(context.Background(), rows, out, func(done, total int) { told = 10*done + total }); err != nil {
			t.Fatal(err)
		}
		onlyFiles(t, filepath.Dir(out), name)
		m, kind := decoded(t, out)
		if b := m.Bounds(); b.Dx() != 2*shotWidth || b.Dy() != 2*(shotHeight+3*lineHeight) || told != 22 || kind != format {
			t.Errorf("%s: %v, a %s, told %d", name, b, kind, told)
		}
		zoom := float64(shotWidth-4) / 256
		// The disc of the film's frame 10 is in the second picture, the skeleton in the first alone.
		at := walkAt(256, 192, 10)
		if r, _, _, _ := m.At(shotWidth+2+int(zoom*float64(at.X)), lineHeight+int(zoom*float64(at.Y))).RGBA(); r>>8 < 180 {
			t.Errorf("%s: the second picture shows no disc: %d", name, r>>8)
		}
		x, y := 2+int(20*zoom), lineHeight+int(60*zoom)
		if a, b := bright(m, x, y), bright(m, x+shotWidth, y); a < b+60 {
			t.Errorf("%s: no skeleton: %d beside %d", name, a, b)
		}
	}
}

func decoded(t *testing.T, path string) (image.Image, string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, kind, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return m, kind
}

// bright is the greatest colour value near a point.
func bright(m image.Image, x, y int) (most int) {
	for dy := -3; dy <= 3; dy++ {
		for dx := -3; dx <= 3; dx++ {
			r, g, b, _ := m.At(x+dx, y+dy).RGBA()
			most = max(most, int(r>>8), int(g>>8), int(b>>8))
		}
	}
	return most
}

func TestPoseSheetFailures(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "sheet.png")
	if err := PoseSheet(context.Background(), nil, out, nil); err == nil {
		t.Error("a sheet of nothing")
	}
	if err := PoseSheet(context.Background(), []SheetRow{{Video: filepath.Join(dir, "none.mp4")}}, out, nil); err == nil || !strings.Contains(err.Error(), "none.mp4") {
		t.Errorf("no video: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	path := film(t, 10, walk(128, 96, 5))
	rows := []SheetRow{{Video: path, Shots: []pose.Shot{{}}}}
	if err := PoseSheet(ctx, rows, out, nil); err == nil {
		t.Error("it was not stopped")
	}
	onlyFiles(t, dir)
}
