package watch

import (
	"errors"
	"fmt"
	"time"

	"fallkit/internal/alarm"
)

// ErrNoCamera is wrapped by errors about a camera that the house does not have.
var ErrNoCamera = errors.New("there is no camera")

// What people do. Each of these is in the outbox when it returns nil.

// Acknowledge notes that somebody has taken an incident over.
func (h *House) Acknowledge(incident, who string) error {
	return h.act(func(d *alarm.Desk, now time.Time) (told []alarm.Report, err error) {
		return d.Acknowledge(now, incident, who)
	})
}

// Drill begins a whole alarm that is marked as a test.
func (h *House) Drill(camera, who string) error {
	if h.camera(camera) == nil {
		return fmt.Errorf("%w %q", ErrNoCamera, camera)
	}
	return h.act(func(d *alarm.Desk, now time.Time) ([]alarm.Report, error) { return d.Drill(now, camera, who), nil })
}

// SetMode sets one of alarm.Modes.
func (h *House) SetMode(mode string) error {
	return h.act(func(d *alarm.Desk, _ time.Time) ([]alarm.Report, error) { return nil, d.SetMode(mode) })
}

// Zones are those of a camera.
func (h *House) Zones(camera string) ([]alarm.Zone, error) {
	if h.camera(camera) == nil {
		return nil, fmt.Errorf("%w %q", ErrNoCamera, camera)
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return append([]alarm.Zone{}, h.Desk.Zones(camera)...), nil
}

// SetZones draws a camera's zones anew.
func (h *House) SetZones(camera string, zones []alarm.Zone) error {
	if h.camera(camera) == nil {
		return fmt.Errorf("%w %q", ErrNoCamera, camera)
	}
	return h.act(func(d *alarm.Desk, _ time.Time) ([]alarm.Report, error) { return nil, d.SetZones(camera, zones) })
}

// Open lists the incidents that are open.
func (h *House) Open() []alarm.Incident {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.Desk.Open()
}

// Mode is the one that was set.
func (h *House) Mode() string {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.Desk.Mode()
}

// Subscribe gives what a camera sees, as it sees it; who is slow gets the newest. The function
// ends it and closes the channel.
func (h *House) Subscribe(camera string) (<-chan Live, func(), error) {
	c := h.camera(camera)
	if c == nil {
		return nil, nil, fmt.Errorf("%w %q", ErrNoCamera, camera)
	}
	live, end := c.topic.subscribe()
	return live, end, nil
}

func (h *House) camera(name string) *Camera {
	for _, c := range h.Cameras {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// act does something at the desk and waits until it is kept.
func (h *House) act(do func(d *alarm.Desk, now time.Time) ([]alarm.Report, error)) error {
	h.begin()
	now, failed := h.now(), error(nil)
	h.submit(func(d *alarm.Desk) []alarm.Report {
		var told []alarm.Report
		told, failed = do(d, now)
		h.changed = h.changed || failed == nil
		return told
	})
	if failed != nil {
		return failed
	}
	return h.flush()
}
