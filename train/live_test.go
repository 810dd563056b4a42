package train

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"fallkit/internal/alarm"
	"fallkit/model"
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
		f := pose.Frame{Time: time, Width: r.Width, Height: r.Height}
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
type sinking struct{ first, last float64 }

func (s *sinking) Score(time float64, p *pose.Pose) float64 {
	s.last = time
	y := float64(p.Keypoints[pose.Nose].Y)
	if s.first == 0 {
		s.first = y
	}
	return 1 / (1 + math.Exp(-(y-s.first)/20+2))
}

func (*sinking) Lost(float64, int, int) float64 { return math.NaN() }

// losing is a sinking one who asks after whom it has lost.
type losing struct{ sinking }

// Lost says that somebody who is away for half a second to a second and a half has fallen.
func (s *losing) Lost(time float64, width, height int) float64 {
	if away := time - s.last; away >= 0.5 && away <= 1.5 && width == 320 && height == 240 {
		return 0.9
	}
	return math.NaN()
}

func TestLiveStreamsHearOfWhoIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawnRecording(100, func(float64) float64 { return 0 })
		r.Tracks[0] = r.Tracks[0].Between(0, rapid.Float64Range(1, 5.9).Draw(t, "until"))
		other := drawnRecording(250, func(float64) float64 { return 0 }).Tracks[0]
		other.ID = 2
		from, to := rapid.IntRange(5, 30).Draw(t, "from"), rapid.IntRange(31, 60).Draw(t, "to")
		other.Times = append(append([]float64(nil), other.Times[:from]...), other.Times[to:]...)
		other.Poses = append(append([]pose.Pose(nil), other.Poses[:from]...), other.Poses[to:]...)
		r.Tracks = append(r.Tracks, other)
		open := func() Streamer { return &losing{} }
		live := Live{Clip: "clip", Input: pose.DefaultInput, Open: open, Alarm: alarm.Default}
		var raised []Detection
		for _, f := range framesOf(r) {
			_, more := live.Update(f)
			raised = append(raised, more...)
		}
		scores := ScoreTracks(r, StreamScorer{Open: open})
		if d := cmp.Diff(scores, live.Scores(), cmpopts.EquateNaNs()); d != "" {
			t.Errorf("scores of the finished recording (-) and live (+):\n%s", d)
		}
		if d := cmp.Diff(Detect("clip", scores, alarm.Default), raised, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("detections of the finished recording (-) and live (+):\n%s", d)
		}
		if gone := 5.92 - r.Tracks[0].Times[len(r.Tracks[0].Times)-1]; gone >= 0.9 && len(raised) == 0 {
			t.Errorf("nothing is raised %g s after the first person was lost", gone)
		}
	})
}

// A fall whose poses stop in the midst of the descent is suspected by a model that has learned
// nothing but what a descent is; who walks out of the picture or vanishes standing is not.
func TestAFallThatIsLostFromSightIsSuspected(t *testing.T) {
	n, _ := model.NetworkNamed(model.Specialist)
	in := pose.DefaultInput
	in.Features, in.Priors = pose.Fall, pose.AllPriors
	in = n.Input(in)
	size := model.DefaultSpec
	size.Inputs, size.Steps = in.Channels(), in.Steps()
	c := &model.Checkpoint{Spec: n.Spec(size, in.Priors), Input: in, Decoder: &model.Decoder{Weight: 0.4, Slope: 4, Least: -1, Fade: 0.08}}
	c.Parameters = c.Spec.Init(1)
	for _, p := range c.Parameters {
		clear(p)
	}
	stream, err := model.NewStream(c)
	if err != nil {
		t.Fatal(err)
	}
	falls := func(s float64) float64 { return math.Pow(min(1, max(0, (s-2)/0.8)), 2) }
	stands := func(float64) float64 { return 0 }
	for _, one := range []struct {
		name  string
		x     float32 // where the person stands
		walks float32 // to the right, pixels a second
		down  func(float64) float64
		until float64
		want  string
	}{
		{"falls and is lost", 100, 0, falls, 2.73, alarm.Suspected},
		{"falls, in another part of the picture", 60, 0, falls, 2.75, alarm.Suspected},
		{"stands and is lost", 100, 0, stands, 2.73, ""},
		{"walks out of the picture", 100, 80, stands, 2.7, ""},
		{"falls out of the picture", 180, 0, falls, 2.73, ""},
	} {
		r := drawnRecording(one.x, one.down)
		for i := range r.Tracks[0].Poses {
			for j := range r.Tracks[0].Poses[i].Keypoints {
				r.Tracks[0].Poses[i].Keypoints[j].X += one.walks * float32(r.Tracks[0].Times[i])
			}
		}
		r.Tracks[0] = r.Tracks[0].Between(0, one.until)
		got := ""
		for _, d := range Detect("clip", ScoreTracks(r, StreamScorer{Open: func() Streamer { return stream.Fresh() }}), alarm.Default) {
			got += d.Event
		}
		if got != one.want {
			t.Errorf("%s: raised %q, want %q", one.name, got, one.want)
		}
	}
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
