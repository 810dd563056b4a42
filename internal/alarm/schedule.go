package alarm

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// What the house may be up to.
const (
	Home = "home" // somebody is there to be cared for
	Away = "away" // nobody is: falls are noted, and nobody is called
	Test = "test" // every alarm is whole, and marked as a drill
)

// Modes are those that can be set; Auto leaves it to the schedules.
var Modes = []string{Auto, Home, Away, Test}

// Auto is the mode that follows the schedules, and Home where none holds.
const Auto = "auto"

// Schedule says what is different at some times of the day.
type Schedule struct {
	Name     string   `json:"name" yaml:"name"`
	Days     []string `json:"days,omitempty" yaml:"days"`         // mon, tue, …: on which it begins; none = every day
	From     string   `json:"from" yaml:"from"`                   // hh:mm
	To       string   `json:"to" yaml:"to"`                       // hh:mm; not after From = on the next day
	Cameras  []string `json:"cameras,omitempty" yaml:"cameras"`   // none = all
	Mode     string   `json:"mode" yaml:"mode"`                   // Home, Away or Test; "" = as it would be
	Contacts []string `json:"contacts,omitempty" yaml:"contacts"` // who is called instead, in this order; none = as always
}

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // as time.Weekday counts

// Faults lists what cannot be, each starting with a setting's name.
func (s Schedule) Faults() []error {
	var faults []error
	for _, day := range s.Days {
		if !slices.Contains(dayNames, day) {
			faults = append(faults, fmt.Errorf("days has %q, and a day is one of %s", day, strings.Join(dayNames, ", ")))
		}
	}
	for _, t := range []struct{ name, text string }{{"from", s.From}, {"to", s.To}} {
		if _, ok := minutes(t.text); !ok {
			faults = append(faults, fmt.Errorf("%s is %q, and must be a time such as \"22:30\", in quotes", t.name, t.text))
		}
	}
	if !slices.Contains([]string{"", Home, Away, Test}, s.Mode) {
		faults = append(faults, fmt.Errorf("mode is %q, and must be %s, %s or %s", s.Mode, Home, Away, Test))
	}
	return faults
}

// minutes of the day, from hh:mm; 24:00 is allowed.
func minutes(text string) (int, bool) {
	var h, m int
	if len(text) != 5 || text[2] != ':' {
		return 0, false
	}
	if n, err := fmt.Sscanf(text, "%02d:%02d", &h, &m); n != 2 || err != nil {
		return 0, false
	}
	return 60*h + m, h >= 0 && m >= 0 && m < 60 && 60*h+m <= 24*60
}

// holds tells whether the schedule is in force for a camera, by the clock of at's zone.
func (s Schedule) holds(at time.Time, camera string) bool {
	if len(s.Cameras) > 0 && !slices.Contains(s.Cameras, camera) {
		return false
	}
	from, ok1 := minutes(s.From)
	to, ok2 := minutes(s.To)
	if !ok1 || !ok2 {
		return false
	}
	now, today := 60*at.Hour()+at.Minute(), int(at.Weekday())
	if from < to {
		return now >= from && now < to && s.on(today)
	}
	return now >= from && s.on(today) || now < to && s.on((today+6)%7)
}

func (s Schedule) on(weekday int) bool {
	return len(s.Days) == 0 || slices.Contains(s.Days, dayNames[weekday])
}

// during gives the mode and the contacts that schedules make of those of always; later
// schedules win.
func during(all []Schedule, at time.Time, camera string, contacts []string) (mode string, who []string) {
	mode, who = Home, contacts
	for _, s := range all {
		if !s.holds(at, camera) {
			continue
		}
		if s.Mode != "" {
			mode = s.Mode
		}
		if len(s.Contacts) > 0 {
			who = s.Contacts
		}
	}
	return mode, who
}
