package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"fallkit/internal/alarm"
)

type shownEvidence struct {
	incident string
	evidence Evidence
}

// submit has the desk do something and takes what it tells into the outbox's queue. It waits
// for no disk.
func (h *House) submit(do func(*alarm.Desk) []alarm.Report) {
	told := h.ask(do)
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

// ask is the part of submit that nobody else may be in.
func (h *House) ask(do func(*alarm.Desk) []alarm.Report) []alarm.Report {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	told := do(h.Desk)
	h.unsent = append(h.unsent, told...)
	h.changed = h.changed || len(told) > 0
	return told
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

// evidence is called while the desk works. Somebody of whom nothing is known from around the start,
// as who falls again long after, does not take the place of what was shown before.
func (h *House) evidence(incident string, e Evidence) {
	if len(e.Times) > 0 {
		h.shown = append(h.shown, shownEvidence{incident, h.gallery.add(incident, e)})
	}
}

// completed takes evidence that is whole now.
func (h *House) completed(incident string, e Evidence) {
	h.mutex.Lock()
	h.evidence(incident, e)
	h.mutex.Unlock()
	h.deliver()
}

// again is how long the outbox rests after it has failed.
const again = time.Second

// write hands what is unsent to the outbox, as often as it takes.
func (h *House) write(ctx context.Context) error {
	before := ""
	for {
		var retry <-chan time.Time
		err := h.flush()
		if err != nil {
			retry = time.After(again)
		}
		if news := fmt.Sprint(err); err != nil && news != before {
			h.log.Error("events cannot be kept, and are tried again", "error", err)
		}
		before = fmt.Sprint(err)
		select {
		case <-ctx.Done():
			return nil
		case <-h.wake:
		case <-retry:
		}
	}
}

// flush hands over all that is unsent; what is not accepted stays. Evidence goes first, so that
// it is there when somebody is told.
func (h *House) flush() error {
	h.writing.Lock()
	defer h.writing.Unlock()
	h.mutex.Lock()
	reports, shown, changed := h.unsent, h.shown, h.changed
	h.unsent, h.shown, h.changed = nil, nil, false
	var desk json.RawMessage
	var err error
	if changed {
		desk, err = json.Marshal(h.Desk)
	}
	h.mutex.Unlock()
	h.keep(shown)
	if err == nil && changed {
		err = h.Outbox.Accept(reports, desk)
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if changed {
		h.failed = err
	}
	if err != nil {
		h.unsent, h.changed = append(slices.Clip(reports), h.unsent...), true
	}
	return err
}

// keep hands evidence over. What cannot be kept holds no report up: it is left out.
func (h *House) keep(shown []shownEvidence) {
	for _, s := range shown {
		raw, err := json.Marshal(s.evidence)
		var png []byte
		if err == nil {
			png, err = s.evidence.PNG()
		}
		if err == nil {
			err = h.Outbox.PutEvidence(s.incident, raw, png)
		}
		if err != nil {
			h.log.Warn("evidence cannot be kept", "incident", s.incident, "error", err)
		}
	}
}
