package train

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"fallkit/internal/alarm"
	"fallkit/pose"
)

// headDown scores by how far the nose is below where the window began: no model, but its
// answer depends on the whole window.
type headDown struct{}

func (headDown) Score(window []float32) float64 {
	last := window[len(window)-pose.Channels:]
	return 1 / (1 + math.Exp(-2*float64(last[1]-window[1])))
}

func TestLiveRaisesWhatDetectFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.Float64Range(0.5, 4).Draw(t, "start")
		took := rapid.Float64Range(0.3, 1.5).Draw(t, "took")
		gap := rapid.IntRange(0, 20).Draw(t, "gap")
		r := drawnRecording(100, func(s float64) float64 { return math.Pow(min(1, max(0, (s-start)/took)), 2) })
		other := drawnRecording(250, func(float64) float64 { return 0 }).Tracks[0]
		other.ID = 2
		other = other.Between(1, 4)
		first := &r.Tracks[0]
		at := rapid.IntRange(5, 40).Draw(t, "at")
		first.Times = append(append([]float64(nil), first.Times[:at]...), first.Times[at+gap:]...)
		first.Poses = append(append([]pose.Pose(nil), first.Poses[:at]...), first.Poses[at+gap:]...)
		r.Tracks = append(r.Tracks, other)

		settings := alarm.Default
		live := Live{Clip: "clip", Input: pose.DefaultInput, Scorer: headDown{}, Alarm: settings}
		var raised []Detection
		for _, f := range framesOf(r) {
			_, more := live.Update(f)
			raised = append(raised, more...)
		}
		scores := ScoreRecording(r, pose.DefaultInput, headDown{})
		if d := cmp.Diff(scores, live.Scores(), cmpopts.EquateNaNs()); d != "" {
			t.Fatalf("scores of the finished recording (-) and live (+):\n%s", d)
		}
		if d := cmp.Diff(Detect("clip", scores, settings), raised, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("detections of the finished recording (-) and live (+):\n%s", d)
		}
	})
}

func TestTheStateOfSomebodyWhoIsGoneIsForgotten(t *testing.T) {
	r := drawnRecording(100, func(s float64) float64 { return math.Pow(min(1, max(0, (s-3)/0.8)), 2) })
	live := Live{Clip: "clip", Input: pose.DefaultInput, Scorer: headDown{}, Alarm: alarm.Default}
	for _, f := range framesOf(r)[:58] {
		live.Update(f)
	}
	if live.State() < alarm.Suspect {
		t.Fatalf("state %v after a fall", live.State())
	}
	live.Update(pose.Frame{Time: 58/12.5 + 0.5})
	if live.State() < alarm.Suspect {
		t.Errorf("state %v half a second after the person was last seen", live.State())
	}
	live.Update(pose.Frame{Time: 58/12.5 + 2})
	if live.State() != alarm.Calm {
		t.Errorf("state %v two seconds after the person was last seen", live.State())
	}
}

// framesOf turns tracks back into frames.
func framesOf(r *pose.Recording) []pose.Frame {
	var frames []pose.Frame
	for _, time := range r.PoseTimes {
		f := pose.Frame{Time: time}
		for _, t := range r.Tracks {
			if i := indexOf(t.Times, time); i >= 0 {
				f.People = append(f.People, pose.Tracked{Track: t.ID, Pose: t.Poses[i]})
			}
		}
		frames = append(frames, f)
	}
	return frames
}

// sinking scores by how far the nose has come down since the first pose: no model, but it
// remembers one person.
type sinking struct{ first float64 }

func (s *sinking) Score(_ float64, p *pose.Pose) float64 {
	y := float64(p.Keypoints[pose.Nose].Y)
	if s.first == 0 {
		s.first = y
	}
	return 1 / (1 + math.Exp(-(y-s.first)/20+2))
}

func TestLiveStreamsRaiseWhatDetectFinds(t *testing.T) {
	r := drawnRecording(100, func(s float64) float64 { return math.Pow(min(1, max(0, (s-2)/0.8)), 2) })
	other := drawnRecording(250, func(float64) float64 { return 0 }).Tracks[0]
	other.ID = 2
	r.Tracks = append(r.Tracks, other.Between(1, 4))
	open := func() Streamer { return &sinking{} }
	live := Live{Clip: "clip", Input: pose.DefaultInput, Open: open, Alarm: alarm.Default}
	var raised []Detection
	for _, f := range framesOf(r) {
		_, more := live.Update(f)
		raised = append(raised, more...)
	}
	scores := ScoreTracks(r, StreamScorer{Open: open})
	if d := cmp.Diff(scores, live.Scores()); d != "" {
		t.Errorf("scores of the finished recording (-) and live (+):\n%s", d)
	}
	if d := cmp.Diff(Detect("clip", scores, alarm.Default), raised); d != "" || len(raised) != 2 {
		t.Errorf("%d detections; of the finished recording (-) and live (+):\n%s", len(raised), d)
	}
}
