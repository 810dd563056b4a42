package vision

import (
	"context"
	"fmt"
	"image"
	"math"
	"testing"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// A point goes where geometry says: clockwise around the middle.
func TestTurn(t *testing.T) {
	size, at := image.Pt(320, 240), image.Pt(100, 70)
	for _, c := range []struct {
		rotate int
		roll   float64
	}{{0, 10}, {90, 0}, {180, 0}, {270, 0}, {0, -10}, {90, 5}, {180, -30}, {270, 45}, {0, 0}} {
		t.Run(fmt.Sprint(c.rotate, c.roll), func(t *testing.T) {
			from, err := fromImage(disc(size.X, size.Y, at))
			if err != nil {
				t.Fatal(err)
			}
			to := gocv.NewMat()
			defer from.Close()
			defer to.Close()
			if err := turn(&from, &to, c.rotate, c.roll); err != nil {
				t.Fatal(err)
			}
			sin, cos := math.Sincos((float64(c.rotate) + c.roll) * math.Pi / 180)
			x, y := float64(at.X)-159.5, float64(at.Y)-119.5
			quarter := image.Pt(size.X, size.Y)
			if c.rotate%180 == 90 {
				quarter = image.Pt(size.Y, size.X)
			}
			s, k := math.Sincos(math.Abs(c.roll) * math.Pi / 180)
			wide := float64(quarter.X)*k + float64(quarter.Y)*s
			high := float64(quarter.X)*s + float64(quarter.Y)*k
			if !near(float64(to.Cols()), wide, 1) || !near(float64(to.Rows()), high, 1) {
				t.Errorf("the picture is %dx%d, want %.0fx%.0f", to.Cols(), to.Rows(), wide, high)
			}
			wantX := x*cos - y*sin + float64(to.Cols()-1)/2
			wantY := x*sin + y*cos + float64(to.Rows()-1)/2
			_, _, _, got := gocv.MinMaxLoc(single(t, to))
			if !near(float64(got.X), wantX, 1.5) || !near(float64(got.Y), wantY, 1.5) {
				t.Errorf("the disc is at %v, want %.1f, %.1f", got, wantX, wantY)
			}
		})
	}
}

func TestTurnRefuses(t *testing.T) {
	empty, full, to := gocv.NewMat(), gocv.NewMatWithSize(4, 4, gocv.MatTypeCV8UC3), gocv.NewMat()
	for _, m := range []*gocv.Mat{&empty, &full, &to} {
		defer m.Close()
	}
	if turn(&empty, &to, 90, 0) == nil || turn(&full, &to, 45, 0) == nil || turn(&full, &full, 90, 0) == nil {
		t.Error("passes")
	}
}

// A film of a camera on its side is turned before the pose network sees it: poses are in
// the upright picture.
func TestRunTurned(t *testing.T) {
	path := film(t, 25, walk(256, 192, 50))
	for _, c := range []struct {
		rotate int
		roll   float64
		size   image.Point
	}{{90, 0, image.Pt(192, 256)}, {180, 0, image.Pt(256, 192)}, {0, 20, image.Pt(307, 268)}} {
		camera := CameraSettings{Rotate: c.rotate, Roll: c.roll}
		r, err := Run(context.Background(), Source{Path: path, Camera: camera}, standinEngine(t), Options{FPS: 25}, func(pose.Frame) Caption { return Caption{} })
		if err != nil {
			t.Fatal(err)
		}
		if got := image.Pt(r.Width, r.Height); got != c.size {
			t.Errorf("turned by %+v: %v, want %v", camera, got, c.size)
		}
		if len(r.Tracks) != 1 || len(r.Tracks[0].Poses) < 45 {
			t.Fatalf("turned by %+v: %d tracks", camera, len(r.Tracks))
		}
		sin, cos := math.Sincos((float64(c.rotate) + c.roll) * math.Pi / 180)
		scale := 256 / float64(max(r.Width, r.Height))
		for i, p := range r.Tracks[0].Poses {
			at := walkAt(256, 192, int(math.Round(r.Tracks[0].Times[i]*25)))
			x, y := float64(at.X)-127.5, float64(at.Y)-95.5
			dx, dy := standinJoint(0)
			wantX := x*cos - y*sin + float64(r.Width-1)/2 + 4*dx/scale
			wantY := x*sin + y*cos + float64(r.Height-1)/2 + 4*dy/scale
			if k := p.Keypoints[0]; !near(float64(k.X), wantX, 7) || !near(float64(k.Y), wantY, 7) {
				t.Fatalf("turned by %+v, pose %d: nose at %.1f, %.1f, want %.1f, %.1f", camera, i, k.X, k.Y, wantX, wantY)
			}
		}
	}
}

func TestSourceRefusesCameraSettings(t *testing.T) {
	for _, c := range []CameraSettings{{Rotate: 91}, {Roll: 46}, {Roll: math.NaN()}, {Silence: -1}, {Transport: "TCP"}} {
		if _, err := (Source{Path: "x", Camera: c}).open(t.Context()); err == nil {
			t.Errorf("%+v passes", c)
		}
	}
}
