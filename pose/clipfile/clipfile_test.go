package clipfile

import (
	"math"
	"strings"
	"testing"
	"time"

	"fallkit/pose"
)

func clip() Clip {
	var p pose.Pose
	p.Keypoints[pose.Nose] = pose.Keypoint{X: 3, Y: 4, Score: 0.5}
	p.Box, p.Score = pose.Box{X0: 1, Y0: 2, X1: 5, Y1: 6}, 0.75
	return Clip{
		Name: "i-1", Label: "fall", By: "anna", At: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC), Camera: "hall", Engine: "an engine", FPS: 10,
		Width: 64, Height: 48, Track: 7, Times: []float64{-0.5, -0.25}, Scores: []float64{-1, 0.9}, Poses: Poses([]pose.Pose{{}, p}),
	}
}

func TestAClipComesBackAsItWas(t *testing.T) {
	text, err := Encode(clip())
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	r := got.Recording()
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	p := r.Tracks[0].Poses[1]
	if r.Width != 64 || r.Tracks[0].ID != 7 || r.FrameTimes[0] != 0 || r.PoseTimes[1] != 0.25 || r.Tracks[0].Times[1] != 0.25 ||
		p.Keypoints[pose.Nose] != (pose.Keypoint{X: 3, Y: 4, Score: 0.5}) || p.Box != (pose.Box{X0: 1, Y0: 2, X1: 5, Y1: 6}) || p.Score != 0.75 {
		t.Errorf("%+v", r)
	}
	if again, err := Encode(got); err != nil || string(again) != string(text) {
		t.Errorf("%s, %v", again, err)
	}
}

func TestClipsThatCannotBe(t *testing.T) {
	for name, spoil := range map[string]func(*Clip){
		"no poses":       func(c *Clip) { c.Times, c.Poses, c.Scores = nil, nil, nil },
		"too few poses":  func(c *Clip) { c.Poses = c.Poses[:1] },
		"too few scores": func(c *Clip) { c.Scores = c.Scores[:1] },
		"no size":        func(c *Clip) { c.Width = 0 },
		"backwards":      func(c *Clip) { c.Times = []float64{1, 1} },
		"no number":      func(c *Clip) { c.Scores[0] = math.NaN() },
	} {
		c := clip()
		spoil(&c)
		if _, err := Encode(c); err == nil {
			t.Errorf("%s: it is written", name)
		}
	}
	good, err := Encode(clip())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"", "{}", "null", "[]", string(good) + "{}", strings.Replace(string(good), Format, "fallkit clip 2", 1),
		strings.Replace(string(good), `"label"`, `"lable"`, 1), strings.Replace(string(good), `"width":64`, `"width":-1`, 1),
	} {
		if _, err := Decode([]byte(text)); err == nil {
			t.Errorf("%.60s is taken", text)
		}
	}
	for n := range len(good) - 1 {
		if _, err := Decode(good[:n]); err == nil {
			t.Fatalf("cut off after %d bytes it is taken", n)
		}
	}
}

func FuzzDecode(f *testing.F) {
	good, err := Encode(clip())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"format":"fallkit clip 1"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Decode(text)
		if err != nil {
			return
		}
		if err := c.Recording().Check(); err != nil {
			t.Errorf("taken, and %v", err)
		}
		if _, err := Encode(c); err != nil {
			t.Errorf("it was read and cannot be written: %v", err)
		}
	})
}
