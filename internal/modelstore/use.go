package modelstore

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Use is the model that the daemon shall work with, and what its people should hear of.
type Use struct {
	Model     *Model
	Name      string    // of the model, for people
	Probation bool      // the daemon must Watch it
	Deadline  time.Time // for that
	Notes     []string  // what was wrong, and what was done about it
}

// Start chooses the model for a daemon that starts now. A model that was started before and
// never got ready is taken back; one that is damaged is passed over for the one before
// it, and at last for the shipped one. An error means that there is no model at all: a disk
// that is full or cannot be written to is only noted.
func (s *Store) Start(now time.Time) (*Use, error) {
	u := &Use{}
	unlock, err := s.lock()
	if err != nil {
		u.note("%v", err)
		unlock = func() {}
	}
	defer unlock()
	state, faults, err := s.read()
	if err != nil {
		u.note("%v", err)
	}
	for _, f := range faults {
		u.note("%v", f)
	}
	if p := state.Probation; p != nil && !p.Began.IsZero() {
		u.note("model %s was started and did not get ready: it is taken back for %s", s.nameOf(state.Current), s.nameOf(state.Previous))
		state = s.tryChange(u, state, state.takenBack(now, "it was started and did not get ready"))
	}
	return u, s.choose(u, state, now)
}

// Current is what Start would choose, but for what it would take back; it changes nothing.
func (s *Store) Current() (*Use, error) {
	u := &Use{}
	state, faults, err := s.read()
	if err != nil {
		u.note("%v", err)
	}
	for _, f := range faults {
		u.note("%v", f)
	}
	state.Probation = nil
	return u, s.choose(u, state, time.Time{})
}

// tryChange notes a change that cannot be written.
func (s *Store) tryChange(u *Use, before, next state) state {
	if err := s.change(before, next); err != nil {
		u.note("%v", err)
		return next
	}
	next.Serial = before.Serial + 1
	return next
}

func (u *Use) note(format string, args ...any) {
	u.Notes = append(u.Notes, fmt.Sprintf(format, args...))
}

// choose takes the first model that passes every check.
func (s *Store) choose(u *Use, state state, now time.Time) (err error) {
	for _, e := range []*Entry{state.Current, state.Previous} {
		if e == nil {
			continue
		}
		if u.Model, err = s.load(e); err != nil {
			u.note("model %s cannot be used: %v", s.nameOf(e), err)
			continue
		}
		u.Name = s.nameOf(e)
		if e == state.Current && state.Probation != nil {
			s.begin(u, state, now)
		}
		return nil
	}
	u.Name = s.nameOf(nil)
	if u.Model, err = s.shipped(); err != nil {
		return fmt.Errorf("no model can be used: %w", err)
	}
	return nil
}

// begin notes, before the model is used, that it was.
func (s *Store) begin(u *Use, before state, now time.Time) {
	next := before
	next.Probation = &probation{now.UTC()}
	u.Probation, u.Deadline = true, now.Add(s.Patience)
	s.tryChange(u, before, next)
}

// ready ends the probation: the daemon has got ready with the model.
func (s *Store) ready(u *Use) error {
	return s.amend(u, func(next *state) { next.Probation = nil })
}

// Stopped tells that the daemon was stopped on purpose before its new model could prove
// itself: the next start gives it another chance. A daemon that crashes or is killed
// does not come to say so.
func (s *Store) Stopped(u *Use) error {
	if !u.Probation {
		return nil
	}
	return s.amend(u, func(next *state) { next.Probation = &probation{} })
}

// amend changes the state where the model in use is still the one on probation: another
// may have been installed since.
func (s *Store) amend(u *Use, change func(*state)) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	before, _, err := s.read()
	if err != nil || before.Probation == nil || before.Current.SHA256 != u.Model.SHA256 {
		return err
	}
	next := before
	change(&next)
	return s.change(before, next)
}

// takenBack makes the model before the current one the current one.
func (s state) takenBack(now time.Time, why string) state {
	next := state{Serial: s.Serial, Current: s.Previous}
	if s.Current != nil {
		next.Failed = &Failed{*s.Current, why, now.UTC().Truncate(time.Second)}
	}
	return next
}

// ErrNotReady is a new model with which the daemon did not get ready: whoever sees it ends
// the daemon, so that it is started anew with the model before.
var ErrNotReady = errors.New("the daemon did not get ready with its new model, which is taken back: start again")

// Watch ends the probation of a model as soon as ready finds nothing wrong. If that takes
// too long, it takes the model back and gives an error that is ErrNotReady, with what was
// wrong. It asks at every tick, and gives nil at once where there is no probation.
func (s *Store) Watch(ctx context.Context, u *Use, ticks <-chan time.Time, ready func() error) error {
	for u.Probation {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case now := <-ticks:
			wrong := ready()
			if wrong == nil {
				u.Probation = false
				return s.ready(u)
			}
			if now.After(u.Deadline) {
				return s.giveUp(u, now, wrong)
			}
		}
	}
	return nil
}

func (s *Store) giveUp(u *Use, now time.Time, wrong error) error {
	err := s.amend(u, func(next *state) { *next = next.takenBack(now, wrong.Error()) })
	if err != nil {
		return err
	}
	return fmt.Errorf("%w (%w)", ErrNotReady, wrong)
}
