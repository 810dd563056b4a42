// Package alarm makes events of scores: it decides when a score that rises means that
// somebody may have fallen, and when it is sure enough to call people. It never reads a
// clock: the time comes with each score, so that what is measured on recordings is what
// happens beside a camera.
package alarm

import (
	"fmt"
	"math"
)

// The kinds of events, in the order in which they happen.
const (
	Suspected = "suspected" // the score has been above the threshold for SuspectSeconds
	Confirmed = "confirmed" // and has not let go for ConfirmSeconds since
	Cleared   = "cleared"   // a suspected event let go before it was confirmed
	Recovered = "recovered" // a confirmed event let go
)

// Event is a change worth reporting.
type Event struct {
	Kind  string
	Start float64 // seconds: when the score first rose above the threshold
	Time  float64 // seconds: when this event was raised, not before Start
	Score float64 // the highest score since Start
}

// Settings say when the alarm goes off. Times are in seconds.
type Settings struct {
	Threshold      float64 `json:"threshold" yaml:"threshold" mapstructure:"threshold"`                   // score from which a window counts as a fall
	Release        float64 `json:"release" yaml:"release" mapstructure:"release"`                         // share of the threshold below which it lets go
	SuspectSeconds float64 `json:"suspect_seconds" yaml:"suspect_seconds" mapstructure:"suspect_seconds"` // above the threshold this long: suspected
	ConfirmSeconds float64 `json:"confirm_seconds" yaml:"confirm_seconds" mapstructure:"confirm_seconds"` // suspected this long without letting go: confirmed
	HoldSeconds    float64 `json:"hold_seconds" yaml:"hold_seconds" mapstructure:"hold_seconds"`          // with no score for longer than this, it lets go
	CoolDown       float64 `json:"cool_down" yaml:"cool_down" mapstructure:"cool_down"`                   // after a recovery nothing new is raised for this long
}

// Default suspects after three scores at 12.5 a second and confirms a second later, since many
// public clips end within two seconds of the fall. The cool-down is short: whoever got up after a
// false alarm may fall the next moment, and hysteresis already keeps a trembling score together.
var Default = Settings{Threshold: 0.5, Release: 0.7, SuspectSeconds: 0.2, ConfirmSeconds: 1, HoldSeconds: 1, CoolDown: 1}

// Check names the first setting that cannot be.
func (s Settings) Check() error {
	switch {
	case !(s.Threshold > 0 && s.Threshold <= 1):
		return fmt.Errorf("alarm.threshold is %g, and must be above 0 and at most 1", s.Threshold)
	case !(s.Release > 0 && s.Release <= 1):
		return fmt.Errorf("alarm.release is %g, and must be above 0 and at most 1", s.Release)
	case !(s.HoldSeconds > 0 && s.HoldSeconds <= 3600):
		return fmt.Errorf("alarm.hold_seconds is %g, and must be above 0 and at most 3600", s.HoldSeconds)
	}
	for _, w := range []struct {
		name    string
		seconds float64
	}{{"suspect_seconds", s.SuspectSeconds}, {"confirm_seconds", s.ConfirmSeconds}, {"cool_down", s.CoolDown}} {
		if !(w.seconds >= 0 && w.seconds <= 3600) {
			return fmt.Errorf("alarm.%s is %g, and must lie between 0 and 3600", w.name, w.seconds)
		}
	}
	return nil
}

// Delay is the least time from the score's rise to a confirmed event, in seconds.
func (s Settings) Delay() float64 { return s.SuspectSeconds + s.ConfirmSeconds }

// State is what the machine holds to be true at the moment.
type State int

const (
	Calm    State = iota
	Rising        // above the threshold, not long enough to say so
	Suspect       // a suspected event is open
	Certain       // a confirmed event is open
)

// instantly is a time too short to matter: sums of time steps are not exact.
const instantly = 1e-9

// Machine follows the scores of one track. Use New.
type Machine struct {
	settings   Settings
	state      State
	started    bool
	last       float64 // time of the last update
	lastScore  float64 // time of the last score that was a number
	start      float64 // when the score rose
	suspected  float64 // when the suspected event was raised
	highest    float64
	quietUntil float64
}

// New gives a calm machine.
func New(s Settings) *Machine {
	return &Machine{settings: s, quietUntil: math.Inf(-1)}
}

// State is the state after the last update.
func (m *Machine) State() State { return m.state }

// Update takes the score at a time in seconds and gives the events that it raises, oldest
// first. NaN is no evidence (too little was seen): the state is held for HoldSeconds, then
// released, and nothing is raised on it; a pause between updates counts the same. A time
// that is not after the last one is ignored.
func (m *Machine) Update(time, score float64) []Event {
	if math.IsNaN(time) || (m.started && time <= m.last) {
		return nil
	}
	var raised []Event
	if m.started && time-m.lastScore > m.settings.HoldSeconds+instantly {
		raised = m.release(time, raised)
	}
	if !m.started {
		m.started, m.lastScore = true, time
	}
	m.last = time
	if math.IsNaN(score) {
		return raised
	}
	m.lastScore = time
	return m.take(time, score, raised)
}

func (m *Machine) take(time, score float64, raised []Event) []Event {
	if score < m.floor() {
		return m.release(time, raised)
	}
	if m.state == Calm {
		m.state, m.start, m.highest = Rising, time, score
	}
	m.highest = max(m.highest, score)
	if m.state == Rising && since(m.start, time) >= m.settings.SuspectSeconds && time >= m.quietUntil {
		m.state, m.suspected = Suspect, time
		raised = append(raised, m.event(Suspected, time))
	}
	if m.state == Suspect && since(m.suspected, time) >= m.settings.ConfirmSeconds {
		m.state = Certain
		raised = append(raised, m.event(Confirmed, time))
	}
	return raised
}

// floor is the score below which the state is let go: the threshold itself until an event
// is open, a share of it from then on, so that a score that trembles is one event.
func (m *Machine) floor() float64 {
	if m.state == Suspect || m.state == Certain {
		return m.settings.Threshold * m.settings.Release
	}
	return m.settings.Threshold
}

func (m *Machine) release(time float64, raised []Event) []Event {
	switch m.state {
	case Suspect:
		raised = append(raised, m.event(Cleared, time))
	case Certain:
		raised = append(raised, m.event(Recovered, time))
		m.quietUntil = time + m.settings.CoolDown
	}
	m.state = Calm
	return raised
}

func (m *Machine) event(kind string, time float64) Event {
	return Event{Kind: kind, Start: m.start, Time: time, Score: m.highest}
}

// since is the time that has passed, and never a hair too short.
func since(start, now float64) float64 { return now - start + instantly }
