package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"fallkit/data"
	"fallkit/pose"
	"fallkit/pose/vision"
)

// stopwatch tells how fast an extraction is, and how much of its time is the pose network's.
type stopwatch struct {
	began time.Time

	mutex         sync.Mutex
	frames, poses int
	busy, network time.Duration
}

// open gives an extractor whose work is timed, and whose pictures come to a harm.
func (s *stopwatch) open(f front, h vision.Harm) (data.Extractor, error) {
	x, err := vision.OpenExtractor(f.path, f.set, f.fps)
	if err != nil {
		return nil, err
	}
	x.Harm = h
	return &timed{x, s}, nil
}

func (s *stopwatch) text(workers int) string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	spent := time.Since(s.began)
	return fmt.Sprintf("%d frames, %d of them looked at, in %v: %.1f looked at a second with %d workers, %.0f %% of their time in the pose network",
		s.frames, s.poses, spent.Round(time.Second), float64(s.poses)/spent.Seconds(), workers, 100*s.network.Seconds()/s.busy.Seconds())
}

type timed struct {
	*vision.Extractor
	watch *stopwatch
}

func (t *timed) Extract(ctx context.Context, path string, progress func(done, total int)) (*pose.Recording, error) {
	began, before := time.Now(), t.Spent().Network
	r, err := t.Extractor.Extract(ctx, path, progress)
	t.watch.mutex.Lock()
	defer t.watch.mutex.Unlock()
	t.watch.busy += time.Since(began)
	t.watch.network += t.Spent().Network - before
	if r != nil {
		t.watch.frames += len(r.FrameTimes)
		t.watch.poses += len(r.PoseTimes)
	}
	return r, err
}
