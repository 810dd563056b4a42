package notify

import (
	"slices"

	"fallkit/internal/alarm"
)

// Route names the channels that a report goes to: those of the contacts that it calls, and those
// that get everything. A contact whom nobody knows is no reason for silence: then every channel
// gets it. So it is where nobody is named at all, for what people have to hear of.
func (s Settings) Route(r alarm.Report) []string {
	var to []string
	all := len(s.Contacts) == 0 && forPeople(r)
	for _, name := range r.Contacts {
		n := slices.IndexFunc(s.Contacts, func(c Contact) bool { return c.Name == name })
		if n < 0 {
			all = true
			continue
		}
		to = append(to, s.Contacts[n].Channels...)
	}
	var named []string
	for _, c := range s.Channels {
		if all || c.Everything || slices.Contains(to, c.Name) {
			named = append(named, c.Name)
		}
	}
	return named
}

// forPeople is all but what is not sure yet, and what has come to nothing.
func forPeople(r alarm.Report) bool {
	return r.Kind != alarm.Suspected && r.Kind != alarm.AlsoSeen && r.Kind != alarm.Cleared
}
