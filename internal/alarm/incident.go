package alarm

import (
	"fmt"
	"time"
)

// What an incident can be about.
const (
	OfFall   = "fall"
	OfCamera = "camera"
)

// Incident is what is open: one fall from its suspicion to its end, or one blind camera. Its
// states are Suspected, Confirmed, Recovered and Acknowledged, and of a camera Blind and
// Acknowledged.
type Incident struct {
	ID    string    `json:"id"`
	About string    `json:"about"` // OfFall or OfCamera
	State string    `json:"state"`
	Sight           // of the camera that was the first to see it
	Also  []*Sight  `json:"also,omitempty"` // those of other cameras of the room
	Start time.Time `json:"start"`
	Score float64   `json:"score,omitempty"` // the highest so far
	Note  string    `json:"note,omitempty"`  // why a camera is blind
	By    string    `json:"by,omitempty"`    // who has acknowledged
	Drill bool      `json:"drill,omitempty"` // a test
	Quiet bool      `json:"quiet,omitempty"` // nobody is called: the house is away

	Contacts []string `json:"contacts,omitempty"` // who can be called, in this order
	Level    int      `json:"level,omitempty"`    // contacts 1 to Level have been called
	Rounds   int      `json:"rounds,omitempty"`   // times that all were called again

	Up      bool          `json:"up,omitempty"`       // the person has been seen to be up again
	Risen   bool          `json:"risen,omitempty"`    // by one camera at least
	LongLie bool          `json:"long_lie,omitempty"` // and it was told that this takes long
	Raised  time.Duration `json:"raised"`             // since a camera has suspected or confirmed it
	Waited  time.Duration `json:"waited"`             // since the last call
	Lain    time.Duration `json:"lain"`               // since it was confirmed, while not up
	Taken   time.Duration `json:"taken"`              // since somebody has acknowledged
	Reports int           `json:"reports"`            // made so far
}

// pass lets time go by.
func (i *Incident) pass(d time.Duration) {
	i.Waited += d
	i.Raised += d
	for _, s := range i.sights() {
		s.Unseen += d
	}
	if i.By != "" {
		i.Taken += d
	}
	if i.State != Suspected && !i.Up {
		i.Lain += d
	}
}

// called are the contacts that know of it; nobody where it is quiet.
func (i *Incident) called() []string {
	if i.Quiet {
		return nil
	}
	return append([]string(nil), i.Contacts[:i.Level]...)
}

// report tells of a change to contacts.
func (i *Incident) report(at time.Time, kind, note string, contacts []string) Report {
	i.Reports++
	if at.Before(i.Start) { // the clock was set back
		at = i.Start
	}
	return Report{
		ID: fmt.Sprintf("%s-%d", i.ID, i.Reports), Incident: i.ID, Kind: kind, Camera: i.Camera, Track: i.Track,
		Start: i.Start, Time: at, Score: i.Score, Level: i.Level, Contacts: contacts, Drill: i.Drill, Note: note,
	}
}

// call tells one contact more, or all again where there is none.
func (i *Incident) call(at time.Time, kind, note string) Report {
	i.Waited = 0
	if i.Level < len(i.Contacts) {
		i.Level++
		return i.report(at, kind, note, i.Contacts[i.Level-1:i.Level:i.Level])
	}
	if kind == Escalated {
		i.Rounds++
	}
	return i.report(at, kind, note, i.called())
}

// answered tells whether nobody need be called any more.
func (i *Incident) answered() bool { return i.By != "" }
