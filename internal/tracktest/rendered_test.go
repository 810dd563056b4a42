package tracktest

import (
	"flag"
	"image"
	"path/filepath"
	"testing"

	"fallkit/data/simulate"
	"fallkit/pose"
	"fallkit/pose/vision"
	"fallkit/pose/weights"
)

var rendered = flag.Bool("rendered", false, "run TestTrackingRendered, which takes a minute or two")

// TestTrackingRendered draws the scenes and gives the pictures to the real pose network.
func TestTrackingRendered(t *testing.T) {
	if !*rendered {
		t.Skip("-rendered is not given")
	}
	e := everyone(t)
	defer e.Close()
	var often, seldom table
	for i := range scenes {
		moments := draw(t, &scenes[i], e)
		often.add(scenes[i].name, contest(moments))
		var few []moment
		for k := 0; k < len(moments); k += 3 {
			few = append(few, moments[k])
		}
		seldom.add(scenes[i].name, contest(few))
	}
	t.Logf("12.5 poses a second%s\n\n4.2 poses a second%s", &often, &seldom)
}

// everyone is an engine that gives all poses, also those that are believed only where
// somebody is followed.
func everyone(t *testing.T) *vision.Engine {
	t.Helper()
	home, err := weights.Home()
	if err == nil {
		err = weights.Verify(home, "multipose256")
	}
	if err != nil {
		t.Skipf("no pose networks: %v", err)
	}
	s := vision.DefaultEngine
	s.MinPersonScore = s.KeepPersonScore
	e, err := vision.OpenEngine(weights.Path(home, "multipose256"), s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// draw plays a scene on video and looks at it.
func draw(t *testing.T, s *scene, e *vision.Engine) []moment {
	const rate = 12.5
	c := s.crowd(t, simulate.Settings{Clips: 1, Seed: 1, Width: 320, Height: 240, FPS: rate}, "room-01")
	var moments []moment
	path := filepath.Join(t.TempDir(), "scene.mp4")
	err := vision.WriteVideo(path, rate, func(yield func(image.Image) bool) {
		for i := range int(min(c.Seconds(), longest) * rate) {
			moments = append(moments, moment{time: float64(i) / rate, truth: people(c.At(float64(i) / rate))})
			if !yield(c.Picture()) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	_, err = vision.Run(t.Context(), vision.Source{Path: path}, e, vision.Options{FPS: rate}, func(f pose.Frame) vision.Caption {
		for _, p := range f.People {
			moments[seen].found = append(moments[seen].found, p.Pose)
		}
		seen++
		return vision.Caption{}
	})
	if err != nil || seen != len(moments) {
		t.Fatalf("%s: %d of %d frames, %v", s.name, seen, len(moments), err)
	}
	return moments
}
