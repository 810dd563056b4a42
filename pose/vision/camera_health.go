package vision

import (
	"sync"
	"time"
)

// CameraCounts is how a camera has fared so far.
type CameraCounts struct {
	Up         bool      // pictures come
	Frames     int       // pictures read
	Drops      int       // of these, pictures that a newer one replaced before they were looked at
	Stalls     int       // reads that took too long, and pictures that stayed the same for too long
	Reconnects int       // times that pictures came again after it had gone away
	Last       time.Time // when the last picture came; zero = none has
	Since      time.Time // when Up last changed
}

// Health is how a camera fares. It may be read at any time from any goroutine; its zero
// value is ready.
type Health struct {
	mutex  sync.Mutex
	counts CameraCounts
	since  time.Time // when it went away
	reason error     // why
}

// Counts is how the camera has fared until now.
func (h *Health) Counts() CameraCounts {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.counts
}

// begin notes when somebody began to wait for a picture.
func (h *Health) begin(now time.Time) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.since = now
}

// came counts a picture; it tells whether the camera was away before, and for how long.
func (h *Health) came(now time.Time) (changed bool, away time.Duration) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	changed = !h.counts.Up
	if changed && h.counts.Frames > 0 {
		h.counts.Reconnects++
	}
	if changed {
		h.counts.Since = now
	}
	h.counts.Up, h.counts.Last = true, now
	h.counts.Frames++
	return changed, now.Sub(h.since)
}

// lost notes why there are no more pictures; it tells whether that is news.
func (h *Health) lost(now time.Time, reason error) (news bool) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if news = h.counts.Up || h.reason == nil; h.counts.Up {
		h.since, h.counts.Since = now, now
	}
	h.counts.Up, h.reason = false, reason
	return news
}

func (h *Health) stalled() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.counts.Stalls++
}

func (h *Health) dropped() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.counts.Drops++
}

// why is the reason why there is no picture, nil where none is known.
func (h *Health) why() error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.counts.Up {
		return nil
	}
	return h.reason
}
