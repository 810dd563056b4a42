package alarm

import (
	"slices"
	"time"
)

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

// Raise takes an event of a person's machine, or that the person was seen to be up again. at
// is the moment of e.Time.
func (d *Desk) Raise(at time.Time, camera string, track int, e Event, p Places) []Report {
	d.pass(at)
	i, s := d.of(camera, track)
	switch e.Kind {
	case Suspected, Confirmed:
		h := hushed{camera, track, e.Kind, at.Add(-seconds(e.Time - e.Start)), e.Score, p.Began}
		if i == nil {
			i, s = d.found(camera, track, p.Lies)
		}
		if i == nil {
			return d.consider(at, &h, p.Lies)
		}
		s.Unseen, s.Lies = 0, p.Lies
		return d.worse(at, i, s, h)
	case Cleared, Recovered:
		d.drop(camera, track)
		if i != nil {
			return d.better(at, i, s, e)
		}
	}
	return nil
}

// Seen notes where somebody is of whom an event is open: who has left the zone in which
// lying is allowed has fallen out of it.
func (d *Desk) Seen(at time.Time, camera string, track int, lies Point) []Report {
	d.pass(at)
	if i, s := d.of(camera, track); i != nil {
		s.Unseen, s.Lies = 0, lies
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
	i, s := d.of(camera, track)
	if i == nil {
		i, s = d.found(camera, track, lies)
	}
	if i == nil || i.State == Suspected || i.Up {
		return false
	}
	s.Lying = true
	return true
}

// LastTrack is the highest number of a person in what is open, 0 where there is none: who
// numbers people anew goes on from there.
func (d *Desk) LastTrack(camera string) (last int) {
	for _, i := range d.state.Incidents {
		for _, s := range i.sights() {
			if s.Camera == camera {
				last = max(last, s.Track)
			}
		}
	}
	return last
}

// Gone notes that somebody of whom an event is open is out of sight: a suspicion ends by it,
// and a confirmed fall does not.
func (d *Desk) Gone(at time.Time, camera string, track int) []Report {
	d.pass(at)
	d.drop(camera, track)
	i, s := d.of(camera, track)
	if i == nil || i.State != Suspected {
		return nil
	}
	if s.Let = true; !i.letGo() {
		return nil
	}
	return d.end(at, i, "lost from sight", i.called())
}

// found is the open incident of somebody who was lost where somebody new now lies, nil where
// there is none; the new one is taken for the same.
func (d *Desk) found(camera string, track int, lies Point) (*Incident, *Sight) {
	for _, i := range d.state.Incidents {
		for _, s := range i.sights() {
			lost := s.Unseen >= time.Second && s.Unseen <= seconds(d.settings.SameSeconds)
			if i.About == OfFall && s.Camera == camera && s.Track != 0 && lost && s.Lies.to(lies) <= d.settings.SamePlace {
				s.Track = track
				return i, s
			}
		}
	}
	return nil, nil
}

// worse takes a camera's suspicion or confirmation of somebody whose incident is open.
func (d *Desk) worse(at time.Time, i *Incident, s *Sight, h hushed) []Report {
	i.Score, i.Raised = max(i.Score, h.Score), 0
	s.Let, s.Lying = false, s.Lying || h.Kind == Confirmed
	if h.Kind == Suspected || i.State == Confirmed || i.State == Acknowledged && !i.Up {
		return nil
	}
	note := ""
	if i.State == Recovered {
		note = "fallen again"
	}
	i.State, i.Up, i.Risen, i.LongLie, i.Lain = Confirmed, false, false, false, 0
	return []Report{d.alert(at, i, note)}
}

// better takes that a camera's suspicion was let go, or that it has seen somebody up again.
func (d *Desk) better(at time.Time, i *Incident, s *Sight, e Event) []Report {
	s.Let = true
	switch {
	case i.State == Suspected && i.letGo():
		return d.end(at, i, "", i.called())
	case i.State == Suspected || e.Kind == Cleared:
		return nil
	}
	s.Lying, i.Risen = false, true
	return d.rise(at, i)
}

// consider opens an incident, or keeps quiet about it as long as there is a reason to.
func (d *Desk) consider(at time.Time, h *hushed, lies Point) []Report {
	if quiet(d.Zones(h.Camera), Places{h.Began, lies}) != "" || d.coolsDown(h) {
		d.hush(h)
		return nil
	}
	d.drop(h.Camera, h.Track)
	if i := d.beside(at, h.Camera); i != nil {
		return d.join(at, i, h, lies)
	}
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
		told = append(told, d.worse(at, i, &i.Sight, *h)...)
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
