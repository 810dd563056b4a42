package watch

import (
	"context"
	"errors"
	"iter"
)

// reel is a camera whose pictures are taken one by one.
type reel struct {
	camera *Camera
	next   func() (View, bool)
	stop   func()
	view   View // the next one to be seen
	seen   View // the last one that was
	failed error
}

// Together sees all cameras at once, each until its eyes end: picture by picture, in the order
// of their time. It is for a house whose time is simulated, and gives the same for the same
// pictures.
func (h *House) Together(ctx context.Context) error {
	h.begin()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var faults []error
	var left []*reel
	for _, c := range h.Cameras {
		c.leave(h.now())
		r := c.reel(ctx)
		defer r.stop()
		defer cancel() // before it
		left = append(left, r)
	}
	for _, r := range left {
		r.take()
	}
	for len(left) > 0 {
		n := earliest(left)
		r := left[n]
		if r.next == nil {
			faults = append(faults, r.end())
			left = append(left[:n:n], left[n+1:]...)
			continue
		}
		r.camera.see(r.view)
		r.seen = r.view
		r.take()
	}
	return errors.Join(append(faults, h.flush())...)
}

// reel begins to see; the eyes see no further than to the next picture.
func (c *Camera) reel(ctx context.Context) *reel {
	r := &reel{camera: c}
	r.next, r.stop = iter.Pull(func(yield func(View) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		r.failed = c.Eyes.Watch(ctx, func(v View) {
			if ctx.Err() == nil && !yield(v) {
				cancel()
			}
		})
	})
	return r
}

// take brings the next picture; without one the reel is at its end.
func (r *reel) take() {
	v, ok := r.next()
	if !ok {
		r.next = nil
		return
	}
	r.view = v
}

// end does what is left to be done for a camera that sees no more.
func (r *reel) end() error {
	r.camera.complete(r.seen, true)
	r.camera.leave(r.camera.house.now())
	return r.failed
}

// earliest is the reel whose picture is next; those that have ended come first.
func earliest(reels []*reel) (n int) {
	for i, r := range reels {
		if r.next == nil {
			return i
		}
		if r.view.At.Before(reels[n].view.At) {
			n = i
		}
	}
	return n
}
