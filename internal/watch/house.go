package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
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
	changed bool // of the desk, since it was last accepted
	writing sync.Mutex
	wake    chan struct{}
	failed  error // why the outbox does not take what is unsent
}

type shownEvidence struct {
	incident string
	evidence Evidence
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
	all, ctx := errgroup.WithContext(ctx)
	for _, c := range h.Cameras {
		all.Go(func() error { return c.run(ctx) })
	}
	all.Go(func() error { return h.tick(ctx) })
	all.Go(func() error { return h.write(ctx) })
	err := all.Wait()
	if left := h.flush(); err == nil {
		err = left
	}
	return err
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
			now := h.now()
			h.submit(func(d *alarm.Desk) []alarm.Report { return d.Tick(now) })
		}
	}
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
		h.submit(func(d *alarm.Desk) []alarm.Report { return d.Tick(next) })
	}
	h.mutex.Lock()
	if to.After(h.clock) && h.clock.IsZero() {
		h.clock = to
	}
	h.mutex.Unlock()
}

// submit has the desk do something and takes what it tells into the outbox's queue. It waits
// for no disk.
func (h *House) submit(do func(*alarm.Desk) []alarm.Report) {
	h.mutex.Lock()
	told := do(h.Desk)
	h.unsent = append(h.unsent, told...)
	h.changed = h.changed || len(told) > 0
	h.mutex.Unlock()
	if len(told) == 0 {
		return
	}
	for _, r := range told {
		h.log.Info("report", "incident", r.Incident, "kind", r.Kind, "camera", r.Camera, "person", r.Track, "level", r.Level, "contacts", r.Contacts, "drill", r.Drill, "note", r.Note)
		if h.Told != nil {
			h.Told(r)
		}
	}
	h.deliver()
}

// deliver has the outbox take what is new: at once where time is simulated, else soon.
func (h *House) deliver() {
	if h.Simulated {
		if err := h.flush(); err != nil {
			h.log.Error("events cannot be kept", "error", err)
		}
		return
	}
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// evidence is called while the desk works.
func (h *House) evidence(incident string, e Evidence) {
	h.shown = append(h.shown, shownEvidence{incident, e})
}

// completed takes evidence that is whole now.
func (h *House) completed(incident string, e Evidence) {
	h.mutex.Lock()
	h.evidence(incident, e)
	h.mutex.Unlock()
	h.deliver()
}

func (h *House) lastTrack(camera string) int {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.Desk.LastTrack(camera)
}

// again is how long the outbox rests after it has failed.
const again = time.Second

// write hands what is unsent to the outbox, as often as it takes.
func (h *House) write(ctx context.Context) error {
	for {
		var retry <-chan time.Time
		if err := h.flush(); err != nil {
			h.log.Error("events cannot be kept, and are tried again", "error", err)
			retry = time.After(again)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-h.wake:
		case <-retry:
		}
	}
}

// flush hands over all that is unsent; what is not accepted stays.
func (h *House) flush() error {
	h.writing.Lock()
	defer h.writing.Unlock()
	h.mutex.Lock()
	reports, shown, changed := h.unsent, h.shown, h.changed
	h.unsent, h.shown, h.changed = nil, nil, false
	desk, err := json.Marshal(h.Desk)
	h.mutex.Unlock()
	if err == nil {
		shown, err = h.keep(shown)
	}
	if err == nil && changed {
		err = h.Outbox.Accept(reports, desk)
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.failed = err
	if err != nil {
		h.unsent = append(slices.Clip(reports), h.unsent...)
		h.shown = append(slices.Clip(shown), h.shown...)
		h.changed = h.changed || changed
	}
	return err
}

// keep hands evidence over, and gives what is left. Evidence that cannot be kept holds no
// report up: it is left out.
func (h *House) keep(shown []shownEvidence) ([]shownEvidence, error) {
	for _, s := range shown {
		raw, err := s.evidence.JSON()
		if err != nil {
			return nil, fmt.Errorf("evidence of %s: %w", s.incident, err)
		}
		png, err := s.evidence.PNG()
		if err == nil {
			err = h.Outbox.PutEvidence(s.incident, raw, png)
		}
		if err != nil {
			h.log.Warn("evidence cannot be kept", "incident", s.incident, "error", err)
		}
	}
	return nil, nil
}
