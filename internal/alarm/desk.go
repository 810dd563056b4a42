package alarm

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Desk keeps all incidents of a house, as somebody at a desk would: it makes one incident of
// what belongs together, calls the next contact where nobody answers, and lets nothing go that
// nobody has answered. It reads no clock, sends nothing and is not safe for concurrent use.
// The same calls give the same reports. As JSON it is its whole state but the settings: a new
// one that is made of it goes on as the old one would have.
type Desk struct {
	settings DeskSettings
	state    deskState
}

// deskFormat is the version of a desk's state as JSON.
const deskFormat = 1

type deskState struct {
	Format    int               `json:"format"`
	Last      time.Time         `json:"last,omitzero"` // of all calls
	Mode      string            `json:"mode"`
	Serial    int               `json:"serial"` // of incidents
	Incidents []*Incident       `json:"incidents"`
	Hushed    []*hushed         `json:"hushed"`
	Ended     []ended           `json:"ended"`
	Zones     map[string][]Zone `json:"zones,omitempty"`
	Drilled   time.Duration     `json:"drilled"`  // since the last drill
	Reminded  time.Duration     `json:"reminded"` // since one was asked for
}

// NewDesk gives one with nothing open.
func NewDesk(s DeskSettings) *Desk {
	return &Desk{settings: s, state: deskState{Format: deskFormat, Mode: Auto}}
}

// Set changes the settings; what is open goes on under the new ones.
func (d *Desk) Set(s DeskSettings) { d.settings = s }

// MarshalJSON gives the state.
func (d *Desk) MarshalJSON() ([]byte, error) { return json.Marshal(d.state) }

// UnmarshalJSON takes up a state; the settings stay.
func (d *Desk) UnmarshalJSON(text []byte) error {
	var s deskState
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("the alarm's state: %w", err)
	}
	if s.Format != deskFormat {
		return fmt.Errorf("the alarm's state has format %d, and this program reads %d", s.Format, deskFormat)
	}
	for _, i := range s.Incidents {
		if i == nil || slices.Contains(i.Also, nil) || i.Level < 0 || i.Level > len(i.Contacts) {
			return fmt.Errorf("the alarm's state: an incident in it cannot be")
		}
	}
	if slices.Contains(s.Hushed, nil) {
		return fmt.Errorf("the alarm's state: a person in it cannot be")
	}
	d.state = s
	return nil
}

// Begin is called once by a program that goes on with a state: those of whom it was not sure
// are forgotten, since it numbers people anew, and so are cameras that are no more.
func (d *Desk) Begin(at time.Time, cameras []string) (told []Report) {
	d.pass(at)
	d.state.Hushed, d.state.Ended = nil, nil
	for _, i := range slices.Clone(d.state.Incidents) {
		i.Also = slices.DeleteFunc(i.Also, func(s *Sight) bool { return !slices.Contains(cameras, s.Camera) })
		if i.About == OfCamera && !slices.Contains(cameras, i.Camera) {
			told = append(told, d.end(at, i, "the camera is no longer watched", i.called())...)
		}
	}
	return told
}

// Open lists what is open, oldest first.
func (d *Desk) Open() []Incident {
	open := make([]Incident, 0, len(d.state.Incidents))
	for _, i := range d.state.Incidents {
		c := *i
		c.Contacts = slices.Clone(i.Contacts)
		c.Also = nil
		for _, s := range i.Also {
			other := *s
			c.Also = append(c.Also, &other)
		}
		open = append(open, c)
	}
	return open
}

// of is the open incident of a person and what their camera sees of it, nil where there is none.
func (d *Desk) of(camera string, track int) (*Incident, *Sight) {
	for _, i := range d.state.Incidents {
		for _, s := range i.sights() {
			if i.About == OfFall && s.Camera == camera && s.Track == track && track != 0 {
				return i, s
			}
		}
	}
	return nil, nil
}

// open begins an incident. Its name starts with the moment, so that names are unique for ever
// and in the order of time.
func (d *Desk) open(at time.Time, about, camera string, start time.Time) *Incident {
	d.state.Serial++
	if start.After(at) {
		start = at
	}
	id := fmt.Sprintf("%s-%d-%s", at.UTC().Format("20060102T150405.000Z"), d.state.Serial, plainName(camera))
	i := &Incident{ID: id, About: about, Sight: Sight{Camera: camera}, Start: start}
	d.state.Incidents = append(d.state.Incidents, i)
	return i
}

// end ends an incident and tells so.
func (d *Desk) end(at time.Time, i *Incident, note string, contacts []string) []Report {
	d.state.Incidents = slices.DeleteFunc(d.state.Incidents, func(other *Incident) bool { return other == i })
	if i.About == OfFall && i.State != Suspected && i.Track != 0 && d.settings.CoolDownSeconds > 0 {
		for _, s := range i.sights() {
			d.state.Ended = append(d.state.Ended, ended{s.Camera, s.Track, 0})
		}
	}
	if i.Drill {
		d.state.Drilled, d.state.Reminded = 0, 0
	}
	return []Report{i.report(at, Cleared, note, contacts)}
}

// pass lets the time until at go by. Time that was not there, since the clock was set back,
// is none.
func (d *Desk) pass(at time.Time) {
	gone := at.Sub(d.state.Last)
	if d.state.Last.IsZero() || gone < 0 {
		gone = 0
	}
	d.state.Last = at
	d.state.Drilled += gone
	d.state.Reminded += gone
	for _, i := range d.state.Incidents {
		i.pass(gone)
	}
	for n := range d.state.Ended {
		d.state.Ended[n].Since += gone
	}
	d.state.Ended = slices.DeleteFunc(d.state.Ended, func(e ended) bool { return e.Since >= seconds(d.settings.CoolDownSeconds) })
}

func seconds(s float64) time.Duration   { return time.Duration(s * float64(time.Second)) }
func minutesOf(m float64) time.Duration { return time.Duration(m * float64(time.Minute)) }

// plainName keeps what can stand in a name of files and topics.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, s)
}
