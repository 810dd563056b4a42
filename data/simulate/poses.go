package simulate

import (
	"math"
	"math/rand/v2"

	"fallkit/pose"
)

// Filmed is a recording with the truth about it.
type Filmed struct {
	Recording *pose.Recording
	poseTruth
}

// Film performs the clip and records what an observer finds, Settings.FPS times a second.
func (c PoseClip) Film(o Observer) (*Filmed, error) {
	take, err := c.perform()
	if err != nil {
		return nil, err
	}
	l := newLens(c.settings.chance("poses/camera/" + c.Camera))
	s := seenFrom(c.View, c.settings.chance("poses/shot/"+c.Name), take, l, c.settings.Width, c.settings.Height)
	return s.film(c.seconds(take), c.settings, o, c.settings.chance("poses/observer/"+c.Name)), nil
}

func (s *shot) film(seconds float64, made Settings, o Observer, rng *rand.Rand) *Filmed {
	fps := made.FPS
	n := int(seconds*fps + 1e-6)
	f := &Filmed{Recording: &pose.Recording{Width: s.camera.width, Height: s.camera.height}}
	f.Outline = Outline{Frames: n, FallStart: -1, FallEnd: -1}
	if len(s.take.Falls) > 0 {
		fall := s.take.Falls[0]
		frame := func(t float64) int { return min(max(int(math.Ceil(t*fps-1e-9)), 0), n-1) }
		f.Outline.FallStart, f.Outline.FallEnd = frame(fall.Onset), frame(fall.Rest)
	}
	tracks, truth := newTracks(), sampler{every: made.KeypointsEvery, fps: fps}
	for i := range n {
		t := float64(i) / fps
		state := s.take.At(t)
		f.Recording.FrameTimes = append(f.Recording.FrameTimes, t)
		seen := s.seen(&state)
		if truth.due(i) {
			truth.take(i, &state, s.take.Falls, &seen)
		}
		tracks.add(t, o.Observe(rng, []Seen{seen}))
		f.Outline.say(i, state.Activity)
	}
	f.Recording.PoseTimes = f.Recording.FrameTimes
	f.Recording.Tracks, f.Samples = tracks.list(), truth.samples
	return f
}

// say adds a frame in a state.
func (o *Outline) say(frame int, state string) {
	if n := len(o.Segments); n > 0 && o.Segments[n-1].State == state {
		o.Segments[n-1].End = frame
		return
	}
	o.Segments = append(o.Segments, Segment{frame, frame, state})
}

// tracks gathers what the tracker makes of the poses, as the pose front end does.
type tracks struct {
	tracker pose.Tracker
	all     []pose.Track // by ascending ID
}

func newTracks() *tracks { return &tracks{} }

func (t *tracks) add(time float64, poses []pose.Pose) {
	for _, p := range t.tracker.Update(time, poses) {
		for len(t.all) < p.Track {
			t.all = append(t.all, pose.Track{ID: len(t.all) + 1})
		}
		k := &t.all[p.Track-1]
		k.Times, k.Poses = append(k.Times, time), append(k.Poses, p.Pose)
	}
}

func (t *tracks) list() (some []pose.Track) {
	for _, k := range t.all {
		if len(k.Times) > 0 {
			some = append(some, k)
		}
	}
	return some
}
