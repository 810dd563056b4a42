package watch

import (
	"fmt"
	"strings"
	"time"

	"fallkit/internal/alarm"
)

// unheard is what the desk has heard of a camera of which nothing is known yet.
const unheard = "?"

// look settles whether a camera is blind at a moment, and tells the desk where that is news.
func (h *House) look(c *Camera, now time.Time) {
	why, known := c.blind(now, h.Simulated)
	if !known || why == c.told {
		return
	}
	c.told = why
	h.submit(func(d *alarm.Desk) []alarm.Report {
		if why == "" {
			return d.Fault(now, c.Name, alarm.Seeing, "")
		}
		return d.Fault(now, c.Name, alarm.Blind, why)
	})
}

// blind tells why a camera is blind, "" where it sees; known is false where it has not had the
// time for a first picture.
func (c *Camera) blind(now time.Time, simulated bool) (why string, known bool) {
	m := c.meter.read()
	if simulated {
		return m.why, m.Looks > 0
	}
	patience := time.Duration(c.Blind.Silent * float64(time.Second))
	n := c.Eyes.Counts()
	switch {
	case now.Sub(later(n.Last, c.began)) > patience:
		return silent, true
	case n.Frames == 0:
		return "", false
	case now.Sub(later(m.Looked, c.began)) > patience:
		return stuck, true
	}
	return m.why, m.Looks > 0
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// State is how all cameras do at the moment.
func (h *House) State() []CameraState {
	h.begin()
	now := h.now()
	states := make([]CameraState, 0, len(h.Cameras))
	for _, c := range h.Cameras {
		m, n := c.meter.read(), c.Eyes.Counts()
		s := m.CameraState
		s.Up, s.Last, s.Frames, s.Drops, s.Stalls, s.Reconnects = n.Up, n.Last, n.Frames, n.Drops, n.Stalls, n.Reconnects
		s.Since, s.Wanted = n.Since, c.Rate
		if why, known := c.blind(now, h.Simulated); known {
			s.Blind = why
		}
		if now.Sub(s.Looked) > 2*time.Second {
			s.Rate, s.People, s.Score, s.Alarm = 0, 0, 0, ""
		}
		states = append(states, s)
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for i := range states {
		states[i].Mode = h.Desk.ModeAt(now, states[i].Name)
	}
	return states
}

// fresh is how old the newest look of a camera may be.
const fresh = 3 * time.Second

// Ready tells what keeps the house from being watched: a detector that is blind must not look
// healthy. It is nil where every camera sees and nothing waits in vain for the disk.
func (h *House) Ready() error {
	now := h.now()
	var faults []string
	for _, s := range h.State() {
		switch age := now.Sub(s.Looked); {
		case s.Looks == 0:
			faults = append(faults, fmt.Sprintf("camera %s has not given a picture yet", s.Name))
		case age > fresh:
			faults = append(faults, fmt.Sprintf("camera %s has given no picture for %v", s.Name, age.Round(time.Second)))
		case s.Blind != "":
			faults = append(faults, fmt.Sprintf("camera %s is %s", s.Name, s.Blind))
		}
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.failed != nil {
		faults = append(faults, "events cannot be kept: "+h.failed.Error())
	}
	if len(faults) > 0 {
		return fmt.Errorf("%s", strings.Join(faults, "; "))
	}
	return nil
}

// hung is how long a pipeline may stand still while its camera gives pictures.
const hung = 30 * time.Second

// Turning tells which pipelines stand still although their cameras give pictures: a program in
// that state is to be started anew. A camera that is away is no such fault.
func (h *House) Turning() error {
	now := h.now()
	for _, c := range h.Cameras {
		m, n := c.meter.read(), c.Eyes.Counts()
		if n.Up && now.Sub(n.Last) < fresh && now.Sub(later(m.Looked, c.began)) > hung {
			return fmt.Errorf("the pipeline of camera %s stands still", c.Name)
		}
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if !h.beat.IsZero() && now.Sub(h.beat) > hung {
		return fmt.Errorf("the alarm desk stands still")
	}
	return nil
}
