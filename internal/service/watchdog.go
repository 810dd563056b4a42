package service

import (
	"context"
	"time"
)

// Watch gives signs of life until ctx ends, as long as turning finds nothing wrong; it
// gives three in each time that the manager has set, so that one which comes late does no
// harm. After the first fault and whenever the fault is another one, told is called with
// it; with nil when all is well again. Without a manager that asks, Watch waits for ctx.
//
// ticks may be nil: then it keeps its own time.
func (m *Manager) Watch(ctx context.Context, ticks <-chan time.Time, turning func(now time.Time) error, told func(error)) error {
	if !m.Watched() {
		<-ctx.Done()
		return ctx.Err()
	}
	if ticks == nil {
		t := time.NewTicker(m.watchdog / 3)
		defer t.Stop()
		ticks = t.C
	}
	before := ""
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case now := <-ticks:
			err := turning(now)
			if err == nil {
				err = m.alive()
			}
			if text := textOf(err); text != before {
				before = text
				told(err)
			}
		}
	}
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
