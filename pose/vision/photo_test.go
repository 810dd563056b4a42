package vision

import (
	"context"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fallkit/pose"
)

func photo(t *testing.T, m image.Image) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "photo.png")
	f, err := os.Create(path)
	if err == nil {
		err = png.Encode(f, m)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// The person of the stand-in is where the disc is, whatever way the picture is turned.
func TestPhoto(t *testing.T) {
	e := standinEngine(t)
	centre := image.Pt(90, 60)
	path := photo(t, disc(320, 200, centre))
	for _, degrees := range []int{0, 90, 180, 270} {
		p, err := e.Photo(path, degrees)
		if err != nil {
			t.Fatal(err)
		}
		if p.Width != 320 || p.Height != 200 || len(p.People) != 1 {
			t.Fatalf("%d°: %dx%d with %d people", degrees, p.Width, p.Height, len(p.People))
		}
		b := p.People[0].Box
		if !near(float64(b.X0+b.X1)/2, float64(centre.X), 5) || !near(float64(b.Y0+b.Y1)/2, float64(centre.Y), 5) {
			t.Errorf("%d°: the box is %v", degrees, b)
		}
	}
}

func TestTurnBack(t *testing.T) {
	size := image.Pt(30, 20)
	for degrees, turned := range map[int][2]float32{0: {3, 5}, 90: {15, 3}, 180: {27, 15}, 270: {5, 27}} {
		var p pose.Pose
		p.Keypoints[0] = pose.Keypoint{X: turned[0], Y: turned[1], Score: 1}
		p.Box = pose.Box{X0: turned[0], Y0: turned[1], X1: turned[0], Y1: turned[1]}
		turnBack(&p, degrees, size)
		if k := p.Keypoints[0]; k.X != 3 || k.Y != 5 || p.Box != (pose.Box{X0: 3, Y0: 5, X1: 3, Y1: 5}) {
			t.Errorf("%d°: %v, %v", degrees, k, p.Box)
		}
	}
}

func TestPhotoFailures(t *testing.T) {
	e := standinEngine(t)
	dir := t.TempDir()
	text := filepath.Join(dir, "text.jpg")
	if err := os.WriteFile(text, []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	good := photo(t, disc(320, 200))
	for path, want := range map[string]string{text: "no picture that OpenCV knows", dir: "is not a file", filepath.Join(dir, "none.jpg"): "no such file"} {
		if _, err := e.Photo(path, 0); err == nil || !strings.Contains(err.Error(), want) || strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := e.Photo(good, 45); err == nil || !strings.Contains(err.Error(), "quarters") {
		t.Errorf("45 degrees: %v", err)
	}
	if _, err := os.ReadFile(good); err != nil {
		t.Error(err)
	}
}

// Where a video's rate is the grid's, what Moments finds in a frame is what Run finds.
func TestMomentsAreRunsFrames(t *testing.T) {
	path := film(t, 12.5, walk(256, 192, 40))
	e := standinEngine(t)
	r, err := Run(context.Background(), Source{Path: path}, e, Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	before := e.Spent().Forwards
	found, err := Moments(context.Background(), path, e, 12.5, 0.4, []int{30, 12}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := e.Spent().Forwards - before; n != 2*6 { // five frames before each
		t.Errorf("it looked at %d frames", n)
	}
	for _, f := range []int{12, 30} {
		if len(found[f].People) != 1 || found[f].People[0].Pose != r.Tracks[0].Poses[f] {
			t.Errorf("frame %d: %v", f, found[f])
		}
	}
	if len(found) != 2 {
		t.Errorf("%d moments", len(found))
	}
}

// A frame that is not of the grid is looked at, exactly.
func TestMomentsBesideTheGrid(t *testing.T) {
	path := film(t, 25, walk(256, 192, 40))
	e := standinEngine(t)
	found, err := Moments(context.Background(), path, e, 12.5, 1, []int{21}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := e.Spent().Forwards; n != 11+1 { // frames 0, 2 … 20 of the grid, all within a second
		t.Errorf("it looked at %d frames", n)
	}
	if c := found[21].Cropped; len(c) != 1 || c[0] {
		t.Errorf("seen in the whole picture: %v", c)
	}
	want := walkAt(256, 192, 21)
	dx, _ := standinJoint(0)
	if k := found[21].People[0].Pose.Keypoints[0]; !near(float64(k.X), float64(want.X)+4*dx, 5) {
		t.Errorf("nose at %.1f, the disc at %v", k.X, want)
	}
	for _, bad := range []int{-1, 40} {
		if _, err := Moments(context.Background(), path, e, 12.5, 1, []int{bad}, nil); err == nil || !strings.Contains(err.Error(), "its last one is number 39") {
			t.Errorf("frame %d: %v", bad, err)
		}
	}
}
