package alarm

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// mostOpen incidents are kept; beyond them the oldest that is over for all that is known is
// ended, and that is told.
const mostOpen = 64

// lostFor is how long a suspicion outlives its person where nobody says that the person is gone,
// as after a restart.
const lostFor = time.Minute

// ErrNotOpen is wrapped by errors about an incident that is over, or never was.
var ErrNotOpen = errors.New("there is no open incident")

// Acknowledge notes that somebody has taken an incident over.
func (d *Desk) Acknowledge(at time.Time, incident, who string) ([]Report, error) {
	d.pass(at)
	n := slices.IndexFunc(d.state.Incidents, func(i *Incident) bool { return i.ID == incident })
	if n < 0 {
		return nil, fmt.Errorf("%w %q", ErrNotOpen, incident)
	}
	i := d.state.Incidents[n]
	if i.answered() {
		return nil, nil
	}
	over := i.State == Suspected || i.Up || i.Drill
	i.By, i.State = who, Acknowledged
	told := []Report{i.report(at, Acknowledged, who, i.called())}
	if over {
		told = append(told, d.end(at, i, "", nil)...)
	}
	return told, nil
}

// Tick lets time go by: it is to be called at least once a second or so.
func (d *Desk) Tick(at time.Time) []Report {
	d.pass(at)
	var told []Report
	for _, i := range slices.Clone(d.state.Incidents) {
		told = append(told, d.tend(at, i)...)
	}
	told = append(told, d.bound(at)...)
	return append(told, d.remind(at)...)
}

// tend does what is due for one incident.
func (d *Desk) tend(at time.Time, i *Incident) []Report {
	var told []Report
	mode, _ := d.mode(at, i.Camera)
	if i.Quiet && mode != Away {
		i.Quiet, i.Waited = false, 0
		if i.State == Confirmed {
			told = append(told, i.call(at, Escalated, "somebody is at home again"))
		}
	}
	if i.About == OfFall && !i.LongLie && !i.Up && i.State != Suspected && i.Lain >= minutesOf(d.settings.LongLieMinutes) {
		told = append(told, i.longLie(at))
	}
	if told = append(told, d.rise(at, i)...); !slices.Contains(d.state.Incidents, i) {
		return told
	}
	switch {
	case i.answered():
		if i.About == OfFall && i.Taken >= minutesOf(d.settings.AcknowledgedMinutes) {
			told = append(told, d.end(at, i, "nobody was seen to get up", nil)...)
		}
	case i.State == Suspected && i.unseen() >= lostFor:
		told = append(told, d.end(at, i, "lost from sight", i.called())...)
	case i.Quiet && i.Lain >= minutesOf(d.settings.AcknowledgedMinutes):
		told = append(told, d.end(at, i, "nobody was at home", nil)...)
	case i.Drill && i.Rounds > 0:
		told = append(told, d.end(at, i, "nobody has answered the drill", i.called())...)
	case i.Waited >= d.patience(i) && d.rings(i):
		told = append(told, i.call(at, Escalated, i.next()))
	}
	return told
}

// longLie calls everybody, or where somebody has taken it over those who know.
func (i *Incident) longLie(at time.Time) Report {
	i.LongLie = true
	if !i.answered() && !i.Quiet {
		i.Level, i.Waited = len(i.Contacts), 0
	}
	note := fmt.Sprintf("not up for %d minutes", int(i.Lain.Minutes()))
	if unseen := i.unseen(); unseen > time.Minute {
		note += fmt.Sprintf(", last seen %d minutes ago", int(unseen.Minutes()))
	}
	return i.report(at, LongLie, note, i.called())
}

// next is the note of an escalation.
func (i *Incident) next() string {
	if i.Level < len(i.Contacts) {
		return "no answer: next is " + i.Contacts[i.Level]
	}
	return "no answer: all are called again"
}

// rings tells whether more calls are to be made while nobody answers.
func (d *Desk) rings(i *Incident) bool {
	if i.Quiet || i.State == Suspected {
		return false
	}
	return i.State != Recovered || d.settings.EscalateRecovered
}

// patience is how long an answer is waited for.
func (d *Desk) patience(i *Incident) time.Duration {
	switch {
	case i.About == OfCamera:
		return minutesOf(d.settings.BlindMinutes)
	case i.Level < len(i.Contacts):
		return minutesOf(d.settings.EscalateMinutes)
	}
	return minutesOf(d.settings.RepeatMinutes)
}

// bound ends the oldest of too many.
func (d *Desk) bound(at time.Time) []Report {
	if len(d.state.Incidents) <= mostOpen {
		return nil
	}
	for _, i := range d.state.Incidents {
		if i.Up || i.answered() {
			return d.end(at, i, "ended without an answer, since too many incidents are open", nil)
		}
	}
	return d.end(at, d.state.Incidents[0], "ended without an answer, since too many incidents are open", nil)
}
