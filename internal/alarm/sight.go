package alarm

import (
	"slices"
	"time"
)

// AlsoSeen tells that another camera of the room sees what an incident is about. Camera and Track
// are the other's.
const AlsoSeen = "also_seen"

// Sight is what one camera sees of an incident.
type Sight struct {
	Camera string        `json:"camera"`
	Track  int           `json:"track,omitempty"` // the person, as the tracker numbers people now
	Lies   Point         `json:"lies"`            // where the body is
	Unseen time.Duration `json:"unseen"`          // since the person was last seen
	Let    bool          `json:"let,omitempty"`   // it looks like a fall no more, or nobody is in sight
	Lying  bool          `json:"lying,omitempty"` // the fall was confirmed here, and nobody was seen to be up since
}

// sights are those of all cameras.
func (i *Incident) sights() []*Sight {
	return append([]*Sight{&i.Sight}, i.Also...)
}

// unseen is how long no camera has seen the person.
func (i *Incident) unseen() time.Duration {
	least := i.Unseen
	for _, s := range i.Also {
		least = min(least, s.Unseen)
	}
	return least
}

// letGo tells whether no camera suspects anything any more.
func (i *Incident) letGo() bool {
	return !slices.ContainsFunc(i.sights(), func(s *Sight) bool { return !s.Let })
}

// heldElsewhere tells whether another camera than this one suspects or has confirmed it.
func (i *Incident) heldElsewhere(camera string) bool {
	return slices.ContainsFunc(i.sights(), func(s *Sight) bool { return s.Camera != camera && !s.Let })
}

// free is where a camera's view goes: nil where the camera holds somebody else in this incident.
func (i *Incident) free(camera string) *Sight {
	for _, s := range i.sights() {
		if s.Camera == camera {
			if !s.Let {
				return nil
			}
			return s
		}
	}
	return &Sight{Camera: camera}
}

// Shares tells whether a camera looks into a room together with others.
func (d *Desk) Shares(camera string) bool {
	room := d.settings.Rooms[camera]
	for other, r := range d.settings.Rooms {
		if room != "" && r == room && other != camera {
			return true
		}
	}
	return false
}

// beside is the open incident of which another camera of the room has told within the last
// seconds, and in which this one has no person yet: it sees the same fall. Where there are
// several, it is the newest; nil where there is none.
func (d *Desk) beside(at time.Time, camera string) (newest *Incident) {
	room, mode := d.settings.Rooms[camera], ""
	if room != "" {
		mode, _ = d.mode(at, camera)
	}
	for _, i := range d.state.Incidents {
		near := room != "" && i.About == OfFall && i.Track != 0 && d.settings.Rooms[i.Camera] == room && i.Raised <= seconds(d.settings.SameRoomSeconds)
		alike := i.Quiet == (mode == Away) && i.Drill == (mode == Test)
		if near && alike && i.heldElsewhere(camera) && i.free(camera) != nil && (newest == nil || i.Raised < newest.Raised) {
			newest = i
		}
	}
	return newest
}

// join takes what a camera sees into an incident that another one has opened.
func (d *Desk) join(at time.Time, i *Incident, h *hushed, lies Point) []Report {
	s := i.free(h.Camera)
	if s != &i.Sight && !slices.Contains(i.Also, s) {
		i.Also = append(i.Also, s)
	}
	*s = Sight{Camera: h.Camera, Track: h.Track, Lies: lies}
	told := i.report(at, AlsoSeen, "", nil)
	told.Camera, told.Track = s.Camera, s.Track
	return append([]Report{told}, d.worse(at, i, s, *h)...)
}

// contradicted tells whether a camera still says that the person lies: its word holds while it
// sees them, and for as long after as somebody lost can be found again.
func (d *Desk) contradicted(i *Incident) bool {
	return slices.ContainsFunc(i.sights(), func(s *Sight) bool { return s.Lying && s.Unseen <= seconds(d.settings.SameSeconds) })
}

// rise takes that the person is up again, unless a camera contradicts.
func (d *Desk) rise(at time.Time, i *Incident) []Report {
	if i.Up || !i.Risen || d.contradicted(i) {
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
