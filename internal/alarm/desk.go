package alarm

import (
	"encoding/json"
	"errors"
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

// hushed is somebody of whom an event is open that is no incident, or not yet.
type hushed struct {
	Camera string    `json:"camera"`
	Track  int       `json:"track"`
	Kind   string    `json:"kind"` // Suspected or Confirmed
	Start  time.Time `json:"start"`
	Score  float64   `json:"score"`
	Began  Point     `json:"began"`
}

// ended is somebody whose incident is over.
type ended struct {
	Camera string        `json:"camera"`
	Track  int           `json:"track"`
	Since  time.Duration `json:"since"`
}

// mostOpen incidents are kept; beyond them the oldest that is over for all that is known is
// ended, and that is told.
const mostOpen = 64

// lostFor is how long a suspicion outlives its person where nobody says that the person is gone,
// as after a restart.
const lostFor = time.Minute

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
		if i == nil || i.Level < 0 || i.Level > len(i.Contacts) {
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
		open = append(open, c)
	}
	return open
}

// Raise takes an event of a person's machine, or that the person was seen to be up again. at
// is the moment of e.Time.
func (d *Desk) Raise(at time.Time, camera string, track int, e Event, p Places) []Report {
	d.pass(at)
	i := d.of(camera, track)
	switch e.Kind {
	case Suspected, Confirmed:
		h := hushed{camera, track, e.Kind, at.Add(-seconds(e.Time - e.Start)), e.Score, p.Began}
		if i == nil {
			i = d.found(camera, track, p.Lies)
		}
		if i == nil {
			return d.consider(at, &h, p.Lies)
		}
		i.Unseen, i.Lies = 0, p.Lies
		return d.worse(at, i, h)
	case Cleared, Recovered:
		d.drop(camera, track)
		if i != nil {
			return d.better(at, i, e)
		}
	}
	return nil
}

// Seen notes where somebody is of whom an event is open: who has left the zone in which
// lying is allowed has fallen out of it.
func (d *Desk) Seen(at time.Time, camera string, track int, lies Point) []Report {
	d.pass(at)
	if i := d.of(camera, track); i != nil {
		i.Unseen, i.Lies = 0, lies
		return nil
	}
	for _, h := range d.state.Hushed {
		if h.Camera == camera && h.Track == track {
			return d.consider(at, h, lies)
		}
	}
	return nil
}

// Resume tells whether somebody who has just appeared, lying, is one whom a camera has lost
// after a fall; the incident is then about the new track.
func (d *Desk) Resume(at time.Time, camera string, track int, lies Point) bool {
	d.pass(at)
	if i := d.of(camera, track); i != nil {
		return i.State != Suspected && !i.Up
	}
	i := d.found(camera, track, lies)
	return i != nil && i.State != Suspected && !i.Up
}

// LastTrack is the highest number of a person in what is open, 0 where there is none: who
// numbers people anew goes on from there.
func (d *Desk) LastTrack(camera string) (last int) {
	for _, i := range d.state.Incidents {
		if i.Camera == camera {
			last = max(last, i.Track)
		}
	}
	return last
}

// Gone notes that somebody of whom an event is open is out of sight: a suspicion ends by it,
// and a confirmed fall does not.
func (d *Desk) Gone(at time.Time, camera string, track int) []Report {
	d.pass(at)
	d.drop(camera, track)
	if i := d.of(camera, track); i != nil && i.State == Suspected {
		return d.end(at, i, "lost from sight", i.called())
	}
	return nil
}

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
	switch {
	case i.answered():
		if i.About == OfFall && i.Taken >= minutesOf(d.settings.AcknowledgedMinutes) {
			told = append(told, d.end(at, i, "nobody was seen to get up", nil)...)
		}
	case i.State == Suspected && i.Unseen >= lostFor:
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
	if i.Unseen > time.Minute {
		note += fmt.Sprintf(", last seen %d minutes ago", int(i.Unseen.Minutes()))
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

// of is the open incident of a person, nil where there is none.
func (d *Desk) of(camera string, track int) *Incident {
	for _, i := range d.state.Incidents {
		if i.About == OfFall && i.Camera == camera && i.Track == track && track != 0 {
			return i
		}
	}
	return nil
}

// found is the open incident of somebody who was lost where somebody new now lies, nil where
// there is none; the new one is taken for the same.
func (d *Desk) found(camera string, track int, lies Point) *Incident {
	for _, i := range d.state.Incidents {
		lost := i.Unseen >= time.Second && i.Unseen <= seconds(d.settings.SameSeconds)
		if i.About == OfFall && i.Camera == camera && i.Track != 0 && lost && i.Lies.to(lies) <= d.settings.SamePlace {
			i.Track = track
			return i
		}
	}
	return nil
}

// worse takes a suspicion or a confirmation of somebody whose incident is open.
func (d *Desk) worse(at time.Time, i *Incident, h hushed) []Report {
	i.Score = max(i.Score, h.Score)
	if h.Kind == Suspected || i.State == Confirmed || i.State == Acknowledged && !i.Up {
		return nil
	}
	note := ""
	if i.State == Recovered {
		note = "fallen again"
	}
	i.State, i.Up, i.LongLie, i.Lain = Confirmed, false, false, 0
	return []Report{d.alert(at, i, note)}
}

// better takes that a suspicion was let go, or that somebody is up again.
func (d *Desk) better(at time.Time, i *Incident, e Event) []Report {
	switch {
	case i.State == Suspected:
		return d.end(at, i, "", i.called())
	case e.Kind == Cleared || i.Up:
		return nil
	}
	i.Up = true
	if i.State == Confirmed {
		i.State = Recovered
	}
	told := []Report{i.report(at, Recovered, "", i.called())}
	if i.answered() || i.Quiet {
		told = append(told, d.end(at, i, "", nil)...)
	}
	return told
}

// consider opens an incident, or keeps quiet about it as long as there is a reason to.
func (d *Desk) consider(at time.Time, h *hushed, lies Point) []Report {
	if quiet(d.Zones(h.Camera), Places{h.Began, lies}) != "" || d.coolsDown(h) {
		d.hush(h)
		return nil
	}
	d.drop(h.Camera, h.Track)
	mode, contacts := d.mode(at, h.Camera)
	i := d.open(at, OfFall, h.Camera, h.Start)
	i.State, i.Track, i.Score, i.Lies = Suspected, h.Track, h.Score, lies
	i.Contacts, i.Quiet, i.Drill = slices.Clone(contacts), mode == Away, mode == Test
	var told []Report
	if d.settings.TellSuspected && !i.Quiet {
		told = append(told, i.call(at, Suspected, ""))
	} else {
		told = append(told, i.report(at, Suspected, "", nil))
	}
	if h.Kind == Confirmed {
		told = append(told, d.worse(at, i, *h)...)
	}
	return told
}

// alert tells of a confirmed fall.
func (d *Desk) alert(at time.Time, i *Incident, note string) Report {
	i.Waited = 0
	if i.Quiet {
		return i.report(at, Confirmed, note, nil)
	}
	i.Level = max(i.Level, min(1, len(i.Contacts)))
	return i.report(at, Confirmed, note, i.called())
}

func (d *Desk) hush(h *hushed) {
	for _, old := range d.state.Hushed {
		if old.Camera == h.Camera && old.Track == h.Track {
			*old = *h
			return
		}
	}
	kept := *h
	d.state.Hushed = append(d.state.Hushed, &kept)
}

func (d *Desk) drop(camera string, track int) {
	d.state.Hushed = slices.DeleteFunc(d.state.Hushed, func(h *hushed) bool { return h.Camera == camera && h.Track == track })
}

func (d *Desk) coolsDown(h *hushed) bool {
	return slices.ContainsFunc(d.state.Ended, func(e ended) bool { return e.Camera == h.Camera && e.Track == h.Track })
}

// open begins an incident. Its name starts with the moment, so that names are unique for ever
// and in the order of time.
func (d *Desk) open(at time.Time, about, camera string, start time.Time) *Incident {
	d.state.Serial++
	if start.After(at) {
		start = at
	}
	id := fmt.Sprintf("%s-%d-%s", at.UTC().Format("20060102T150405.000Z"), d.state.Serial, plainName(camera))
	i := &Incident{ID: id, About: about, Camera: camera, Start: start}
	d.state.Incidents = append(d.state.Incidents, i)
	return i
}

// end ends an incident and tells so.
func (d *Desk) end(at time.Time, i *Incident, note string, contacts []string) []Report {
	d.state.Incidents = slices.DeleteFunc(d.state.Incidents, func(other *Incident) bool { return other == i })
	if i.About == OfFall && i.State != Suspected && i.Track != 0 && d.settings.CoolDownSeconds > 0 {
		d.state.Ended = append(d.state.Ended, ended{i.Camera, i.Track, 0})
	}
	if i.Drill {
		d.state.Drilled, d.state.Reminded = 0, 0
	}
	return []Report{i.report(at, Cleared, note, contacts)}
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
