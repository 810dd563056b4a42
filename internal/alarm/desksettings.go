package alarm

import "fmt"

// DeskSettings say what happens once an alarm goes off. Contacts, Schedules and Zones are
// filled in by the program, the others stand in the file of settings.
type DeskSettings struct {
	EscalateMinutes     float64 `json:"escalate_minutes" yaml:"escalate_minutes"`         // without an answer: the next contact is called
	RepeatMinutes       float64 `json:"repeat_minutes" yaml:"repeat_minutes"`             // without an answer from anybody: all are called again
	EscalateRecovered   bool    `json:"escalate_recovered" yaml:"escalate_recovered"`     // go on calling although the person is up again
	LongLieMinutes      float64 `json:"long_lie_minutes" yaml:"long_lie_minutes"`         // after a confirmed fall, not up again: everybody is called
	AcknowledgedMinutes float64 `json:"acknowledged_minutes" yaml:"acknowledged_minutes"` // an acknowledged fall ends, though nobody was seen to get up
	SameSeconds         float64 `json:"same_seconds" yaml:"same_seconds"`                 // who is found again in the place of somebody lost is the same, for so long
	SamePlace           float64 `json:"same_place" yaml:"same_place"`                     // and no further away than this share of the picture
	SameRoomSeconds     float64 `json:"same_room_seconds" yaml:"same_room_seconds"`       // two cameras of a room that suspect a fall within so long see one fall; 0 = never
	CoolDownSeconds     float64 `json:"cool_down_seconds" yaml:"cool_down_seconds"`       // after the end of an incident the same person raises no new one for so long
	TellSuspected       bool    `json:"tell_suspected" yaml:"tell_suspected"`             // call the first contact before it is sure
	BlindMinutes        float64 `json:"blind_minutes" yaml:"blind_minutes"`               // a camera that stays blind is told of again, to one contact more
	DrillDays           float64 `json:"drill_days" yaml:"drill_days"`                     // after so many without a drill, one is asked for; 0 = never

	Contacts  []string          `json:"-" yaml:"-"` // in the order in which they are called
	Schedules []Schedule        `json:"-" yaml:"-"`
	Zones     map[string][]Zone `json:"-" yaml:"-"` // by camera; those drawn since, which the state holds, win
	Rooms     map[string]string `json:"-" yaml:"-"` // by camera; none = it stands alone
}

// DefaultDesk calls the next contact after three minutes. A fall after which somebody lies for ten
// minutes is on the way to a long lie (an hour; Wild et al. 1981), so everybody is called then.
var DefaultDesk = DeskSettings{
	EscalateMinutes: 3, RepeatMinutes: 10, EscalateRecovered: true, LongLieMinutes: 10, AcknowledgedMinutes: 60,
	SameSeconds: 60, SamePlace: 0.15, SameRoomSeconds: 10, CoolDownSeconds: 10, BlindMinutes: 60, DrillDays: 30,
}

// Faults lists every setting that cannot be, each fault starting with its name.
func (s DeskSettings) Faults() []error {
	var faults []error
	for _, v := range []struct {
		name               string
		value, least, most float64
	}{
		{"escalate_minutes", s.EscalateMinutes, 0.1, 1440},
		{"repeat_minutes", s.RepeatMinutes, 0.1, 1440},
		{"long_lie_minutes", s.LongLieMinutes, 0.1, 1440},
		{"acknowledged_minutes", s.AcknowledgedMinutes, 1, 1440},
		{"same_seconds", s.SameSeconds, 0, 3600},
		{"same_place", s.SamePlace, 0, 1},
		{"same_room_seconds", s.SameRoomSeconds, 0, 300},
		{"cool_down_seconds", s.CoolDownSeconds, 0, 3600},
		{"blind_minutes", s.BlindMinutes, 1, 10080},
		{"drill_days", s.DrillDays, 0, 366},
	} {
		if !(v.value >= v.least && v.value <= v.most) {
			faults = append(faults, fmt.Errorf("desk.%s is %g, and must be from %g to %g", v.name, v.value, v.least, v.most))
		}
	}
	return faults
}
