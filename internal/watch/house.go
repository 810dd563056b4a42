package watch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"fallkit/internal/alarm"
)

// House is all cameras and the desk. The fields are set before it runs.
type House struct {
	Cameras []*Camera
	Desk    *alarm.Desk
	Outbox  Outbox
	Log     *slog.Logger       // nil = nowhere
	Now     func() time.Time   // nil = time.Now; not read where Simulated
	Told    func(alarm.Report) // hears of each report as it is made; it must not wait; nil allowed

	// Simulated takes the time from the pictures alone: everything that a picture brings about
	// is done before the next one comes.
	Simulated bool

	log   *slog.Logger
	begun sync.Once

	mutex   sync.Mutex // of desk and what follows
	clock   time.Time  // newest time that the desk has heard of
	unsent  []alarm.Report
	shown   []shownEvidence
	gallery gallery
	changed bool // of the desk, since it was last accepted
	writing sync.Mutex
	wake    chan struct{}
	beat    time.Time // of the last second that was done
	failed  error     // why the outbox does not take what is unsent
}

// begin makes ready what the fields leave open.
func (h *House) begin() {
	h.begun.Do(func() {
		h.log = h.Log
		if h.log == nil {
			h.log = slog.New(slog.NewTextHandler(io.Discard, nil))
		}
		h.wake = make(chan struct{}, 1)
		for _, c := range h.Cameras {
			c.house = h
			c.people = map[int]*person{}
			c.meter.state.Name = c.Name
			c.load = governor{wanted: c.Rate, floor: c.Lowest}
			c.sight.settings, c.told = c.Blind, unheard
		}
	})
}

func (h *House) now() time.Time {
	switch {
	case h.Simulated:
		h.mutex.Lock()
		defer h.mutex.Unlock()
		return h.clock
	case h.Now != nil:
		return h.Now()
	}
	return time.Now()
}

// tickTime is how often the desk hears of the time.
const tickTime = time.Second

// Run watches all cameras until ctx ends.
func (h *House) Run(ctx context.Context) error {
	h.begin()
	h.resume(h.now())
	var all errgroup.Group
	for _, c := range h.Cameras {
		all.Go(func() error { return c.run(ctx) })
	}
	all.Go(func() error { return h.tick(ctx) })
	all.Go(func() error { return h.write(ctx) })
	<-ctx.Done()
	ended := make(chan error, 1)
	go func() { ended <- all.Wait() }()
	var err error
	select {
	case err = <-ended:
	case <-time.After(grace):
		err = fmt.Errorf("stopped without %s, of which nothing is heard", strings.Join(h.hanging(), ", "))
	}
	return errors.Join(err, h.flush())
}

// grace is how long cameras have to end: as long as one may take to answer, and some more.
const grace = 10 * time.Second

// resume goes on with the state of the desk.
func (h *House) resume(now time.Time) {
	var names []string
	for _, c := range h.Cameras {
		c.began = now
		names = append(names, c.Name)
	}
	h.submit(func(d *alarm.Desk) []alarm.Report { return d.Begin(now, names) })
}

// hanging are the cameras that have not ended.
func (h *House) hanging() (names []string) {
	for _, c := range h.Cameras {
		if !c.meter.read().ended {
			names = append(names, c.Name)
		}
	}
	return names
}

// Watch sees one camera once, until its eyes end, and gives their error.
func (h *House) Watch(ctx context.Context, c *Camera) error {
	h.begin()
	c.leave(h.now())
	var last View
	err := c.Eyes.Watch(ctx, func(v View) { last = v; c.see(v) })
	c.complete(last, true)
	c.leave(h.now())
	if left := h.flush(); err == nil {
		err = left
	}
	return err
}

func (h *House) tick(ctx context.Context) error {
	t := time.NewTicker(tickTime)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			h.guarded(func() { h.second(h.now()) })
		}
	}
}

// guarded does something, of which a fault of the program is told and no more: the desk goes on.
func (h *House) guarded(do func()) {
	defer func() {
		if p := recover(); p != nil {
			h.log.Error("fault of the program", "at", "the desk", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	do()
}

// second does what is due every second.
func (h *House) second(now time.Time) {
	for _, c := range h.Cameras {
		h.look(c, now)
	}
	h.submit(func(d *alarm.Desk) []alarm.Report { return d.Tick(now) })
	h.mutex.Lock()
	h.beat = now
	h.mutex.Unlock()
}

// advance lets simulated time go on, second by second.
func (h *House) advance(to time.Time) {
	if !h.Simulated {
		return
	}
	for {
		now := h.now()
		next := now.Add(tickTime)
		if now.IsZero() || next.After(to) {
			break
		}
		h.mutex.Lock()
		h.clock = next
		h.mutex.Unlock()
		h.second(next)
	}
	h.mutex.Lock()
	if to.After(h.clock) && h.clock.IsZero() {
		h.clock = to
	}
	h.mutex.Unlock()
}

func (h *House) lastTrack(camera string) int {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.Desk.LastTrack(camera)
}
