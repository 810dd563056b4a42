package main

import (
	"context"
	"time"

	"fallkit/internal/watch"
	"fallkit/pose"
	"fallkit/pose/vision"
)

// eyes are one camera, or a file that is taken for one, with a pose engine of its own.
type eyes struct {
	source vision.Source
	front  front
	gate   *vision.Gate
	pace   vision.Pace
	tape   // of a file; where it does not begin, a live camera's time is the clock's

	now func() time.Time // of a live camera
}

var _ watch.Eyes = (*eyes)(nil)

// liveEyes watch a camera, which is opened again however often it goes away.
func liveEyes(now func() time.Time, address string, c vision.CameraSettings, f front, changed func(vision.CameraChange)) *eyes {
	return &eyes{
		source: vision.Source{Path: address, Live: true, Camera: c, Watch: vision.Watch{Reconnect: true, Health: new(vision.Health), Changed: changed}},
		front:  f, gate: c.NewGate(), now: now,
	}
}

// Watch opens an engine for the time that it sees.
func (e *eyes) Watch(ctx context.Context, each func(watch.View)) error {
	var engine *vision.Engine
	open := func() (_ *vision.Engine, err error) {
		engine, err = e.front.open()
		return engine, err
	}
	defer func() {
		if engine != nil {
			engine.Close()
		}
	}()
	var zero time.Time // the first picture's
	var sight *vision.Sight
	var spent time.Duration
	size := [2]int{}
	options := vision.Options{FPS: e.front.fps, Gate: e.gate, Forget: true, Pace: &e.pace, Sight: func(s vision.Sight) {
		if zero.IsZero() {
			zero = e.zero()
		}
		sight, size = &s, [2]int{s.Width, s.Height}
	}}
	_, err := vision.RunOpening(ctx, e.source, open, options, func(f pose.Frame) vision.Caption {
		if !e.begin.IsZero() {
			e.wait(ctx, f.Time)
		}
		network := engine.Spent().Network
		each(watch.View{
			Frame: f, At: e.moment(zero, f.Time), Width: size[0], Height: size[1],
			Picture: pictureOf(sight), Took: network - spent,
		})
		sight, spent = nil, network
		e.ended = seconds(f.Time)
		return vision.Caption{}
	})
	return err
}

func (e *eyes) zero() time.Time {
	if e.begin.IsZero() {
		return e.now()
	}
	return e.begin
}

// moment is when a picture was taken, given its seconds since the first one. Of a live camera it is
// so long before now, by the clock as it is now: it may have been set since the first picture.
func (e *eyes) moment(zero time.Time, s float64) time.Time {
	at := zero.Add(seconds(s))
	if !e.begin.IsZero() {
		return at
	}
	now := e.now()
	return now.Add(-now.Sub(at))
}

func pictureOf(s *vision.Sight) *watch.Picture {
	if s == nil {
		return nil
	}
	return &watch.Picture{Mean: s.Mean, Spread: s.Spread, Change: s.Change, Edges: s.Edges[:]}
}

// Counts tells how the camera fares.
func (e *eyes) Counts() watch.Counts {
	if e.source.Watch.Health == nil {
		return watch.Counts{}
	}
	n := e.source.Watch.Health.Counts()
	return watch.Counts{Up: n.Up, Frames: n.Frames, Drops: n.Drops, Stalls: n.Stalls, Reconnects: n.Reconnects, Since: n.Since, Last: n.Last}
}

// SetRate changes the poses a second.
func (e *eyes) SetRate(poses float64) { e.pace.Set(poses) }
