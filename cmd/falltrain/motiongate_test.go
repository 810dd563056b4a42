package main

import (
	"image"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fallkit/data/simulate"
	"fallkit/pose"
	"fallkit/pose/vision"
	"fallkit/pose/weights"
)

// strictGate closes as soon as it can, so that short films show what it loses.
var strictGate = vision.GateSettings{SettleSeconds: 1, HoldSeconds: 1, LyingSeconds: 600, LookSeconds: 4}

// poseEngine is the real one, in what is faster here.
func poseEngine(t *testing.T) *vision.Engine {
	t.Helper()
	home, err := weights.Home()
	if err == nil {
		err = weights.Verify(home, network)
	}
	if err != nil {
		t.Skipf("no pose networks: %v", err)
	}
	j := &job{app: newApp(nil, nil, io.Discard, io.Discard), settings: DefaultSettings()}
	f, err := j.openFront("")
	if err != nil {
		t.Fatal(err)
	}
	e, err := j.openEngine(&f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// gateLoss compares a film's people with and without the gate.
type gateLoss struct{ frames, spared, peopled, lost int }

func loses(t *testing.T, e *vision.Engine, path string, s vision.GateSettings) (l gateLoss) {
	t.Helper()
	count := func(o vision.Options) (people []int) {
		if _, err := vision.Run(t.Context(), vision.Source{Path: path}, e, o, func(f pose.Frame) vision.Caption {
			people = append(people, len(f.People))
			return vision.Caption{}
		}); err != nil {
			t.Fatal(err)
		}
		return people
	}
	g := &vision.Gate{Settings: s}
	with, without := count(vision.Options{Gate: g}), count(vision.Options{})
	l.frames, l.spared = len(with), g.Counts().Spared
	for i := range without {
		if without[i] > 0 {
			l.peopled++
		}
		if with[i] < without[i] {
			l.lost++
		}
	}
	t.Logf("%s: %d frames, %d spared; %d with people, of these %d lost", filepath.Base(path), l.frames, l.spared, l.peopled, l.lost)
	return l
}

// Somebody who is there of a sudden, in a generated room that was empty before: nobody is
// lost, and much of the empty room is spared.
func TestTheMotionGateLosesNobodyGenerated(t *testing.T) {
	const before, during = 60, 25
	e := poseEngine(t)
	s := simulate.DefaultSettings
	s.Clips, s.Seed, s.FPS = 2, 3, 12.5
	for _, c := range simulate.Plan(s)[1:] {
		path := filepath.Join(t.TempDir(), c.Name+".mp4")
		if err := vision.WriteVideo(path, s.FPS, visited(c, before, during)); err != nil {
			t.Fatal(err)
		}
		if l := loses(t, e, path, strictGate); l.lost > 0 || l.peopled < during*9/10 || l.spared < before/2 {
			t.Errorf("%s: %+v", c.Name, l)
		}
	}
}

// visited is so many frames of a clip's empty room, and then of the clip.
func visited(c simulate.Clip, before, during int) iter.Seq[image.Image] {
	return func(yield func(image.Image) bool) {
		for m := range c.Empty(before) {
			if !yield(m) {
				return
			}
		}
		for m, truth := range c.Frames() {
			if truth.Frame == during || !yield(m) {
				return
			}
		}
	}
}

// Real people who come into a real room: FALLKIT_GATE names other videos than this one, by
// patterns within the data folder, with a space between them.
func TestTheMotionGateLosesNobodyReal(t *testing.T) {
	if testing.Short() {
		t.Skip("takes hundreds of forwards")
	}
	patterns := os.Getenv("FALLKIT_GATE")
	if patterns == "" {
		patterns = "le2i/videos/home01-14.mp4"
	}
	dir, e := realClips(t), poseEngine(t)
	var all gateLoss
	for _, pattern := range strings.Fields(patterns) {
		clips, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(clips) == 0 {
			t.Skipf("no %s among the real clips (%v)", pattern, err)
		}
		for _, clip := range clips {
			l := loses(t, e, clip, strictGate)
			all = gateLoss{all.frames + l.frames, all.spared + l.spared, all.peopled + l.peopled, all.lost + l.lost}
		}
	}
	t.Logf("in all: %+v", all)
	if all.lost > 0 {
		t.Errorf("%d of %d frames with people lost", all.lost, all.peopled)
	}
}
