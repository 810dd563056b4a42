//go:build matprofile

package vision

import (
	"context"
	"net/http"
	"path/filepath"
	"testing"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// No Mat is left behind by anything that ends, well or badly.
func TestMatsAreClosed(t *testing.T) {
	path := film(t, 25, walk(256, 192, 100))
	both(t, func(t *testing.T, runtime string) { matsAreClosed(t, path, runtime) })
}

func matsAreClosed(t *testing.T, path, runtime string) {
	clip := path
	stream := motion(t, 10, func(http.ResponseWriter, *http.Request) {})
	start := gocv.MatProfile.Count()
	e := standinEngineIn(t, runtime)
	open := gocv.MatProfile.Count()
	during := 0
	run := func(ctx context.Context, stop func()) {
		n := 0
		Run(ctx, Source{Path: path}, e, Options{FPS: 25, Overlay: filepath.Join(t.TempDir(), "o.mp4")}, func(pose.Frame) Caption {
			count := gocv.MatProfile.Count()
			if n++; n == 2 {
				during = count
			}
			if n > 2 && count != during {
				t.Fatalf("frame %d: %d Mats, earlier %d", n, count, during)
			}
			if n == 50 && stop != nil {
				stop()
			}
			return Caption{Banner: "FALL"}
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	for name, f := range map[string]func(){
		"run":           func() { run(context.Background(), nil) },
		"cancelled run": func() { run(ctx, cancel) },
		"strip":         func() { Strip(path, []float64{0, 1, 2}, filepath.Join(t.TempDir(), "s.png")) },
		"bad strip":     func() { Strip(path, []float64{0, 1, 2}, filepath.Join(t.TempDir(), "none", "s.png")) },
		"video":         func() { film(t, 25, walk(256, 192, 10)) },
		"no video":      func() { Run(context.Background(), Source{Path: "/nothing"}, e, Options{}, nil) },
		"harmed run": func() {
			Run(context.Background(), Source{Path: path, Harm: Harm{"frozen_frames", 5, 1}}, e, Options{}, nil)
		},
		"gated run": func() { Run(context.Background(), Source{Path: path}, e, Options{Gate: &Gate{}, Forget: true}, nil) },
		"bad harm":  func() { Run(context.Background(), Source{Path: path, Harm: Harm{"rust", 5, 1}}, e, Options{}, nil) },
		"sheet":     func() { HarmSheet(context.Background(), path, 1, filepath.Join(t.TempDir(), "s.png"), nil) },
		"live":      func() { Run(context.Background(), Source{Path: path, Live: true}, e, Options{}, nil) },
		"turned": func() {
			Run(context.Background(), Source{Path: path, Seconds: 1, Camera: CameraSettings{Rotate: 90, Roll: 5}}, e, Options{}, nil)
		},
		"live, slowly": func() {
			Run(context.Background(), Source{Path: stream, Live: true, Seconds: 1, Watch: Watch{Reconnect: true}}, e, Options{FPS: 3}, nil)
		},
		"bad engine": func() { OpenEngine(path, DefaultEngine) },
		"profile": func() {
			path, s := standinFiles(t, standinProfile(t, "balanced"), runtime)
			if e, err := OpenEngine(path, s); err == nil {
				defer e.Close()
				Run(context.Background(), Source{Path: clip}, e, Options{FPS: 25}, nil)
			} else {
				t.Error(err)
			}
		},
		"bad profile": func() {
			path, s := standinFiles(t, standinProfile(t, "balanced"), runtime)
			s.Single.Path = path
			OpenEngine(path, s)
		},
	} {
		if f(); gocv.MatProfile.Count() != open {
			t.Errorf("%s leaves %d Mats", name, gocv.MatProfile.Count()-open)
		}
	}
	e.Close()
	if n := gocv.MatProfile.Count(); n != start {
		t.Errorf("%d Mats are left", n-start)
	}
}
