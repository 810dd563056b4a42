package notify

import (
	"maps"
	"slices"
	"sync"

	"fallkit/internal/alarm"
	"fallkit/internal/journal"
)

// states is what is known of each camera, for those who want to know how things are now. It
// takes reports in whatever order they are delivered.
type states struct {
	mu        sync.Mutex
	incidents map[string][]alarm.Report // in the order of their times
}

// State is how a camera stands.
type State struct {
	Fall  bool // somebody has fallen and was not seen to get up
	Alarm bool // and somebody has to answer
	Blind bool
}

// mostOfOne reports of an incident are remembered, the first and the latest; mostIncidents of
// them all: beyond, those that are over are forgotten.
const (
	mostOfOne     = 100
	mostIncidents = 1000
)

// take adds reports that it does not know yet.
func (s *states) take(reports ...alarm.Report) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.incidents == nil {
		s.incidents = map[string][]alarm.Report{}
	}
	for _, r := range reports {
		known := s.incidents[r.Incident]
		if slices.ContainsFunc(known, func(k alarm.Report) bool { return k.ID == r.ID }) {
			continue
		}
		known = append(known, r)
		slices.SortStableFunc(known, func(a, b alarm.Report) int { return a.Time.Compare(b.Time) })
		if len(known) > mostOfOne {
			known = slices.Delete(known, 1, 2)
		}
		s.incidents[r.Incident] = known
	}
	if len(s.incidents) > mostIncidents {
		maps.DeleteFunc(s.incidents, func(_ string, reports []alarm.Report) bool { return fold(reports) == State{} })
	}
}

// of is the sum of a camera's incidents.
func (s *states) of(camera string) State {
	s.mu.Lock()
	defer s.mu.Unlock()
	var sum State
	for _, reports := range s.incidents {
		if reports[0].Camera == camera {
			one := fold(reports)
			sum = State{sum.Fall || one.Fall, sum.Alarm || one.Alarm, sum.Blind || one.Blind}
		}
	}
	return sum
}

func fold(reports []alarm.Report) State {
	var s State
	for _, r := range reports {
		switch r.Kind {
		case alarm.Blind:
			s.Blind = true
		case alarm.Confirmed, alarm.LongLie:
			s.Fall, s.Alarm = true, true
		case alarm.Escalated:
			s.Alarm = !s.Blind
		case alarm.Acknowledged:
			s.Alarm = false
		case alarm.Recovered:
			s.Fall = false
		case alarm.Seeing, alarm.Cleared:
			s = State{}
		}
	}
	return s
}

// latest tells whether no newer report of the camera is known.
func (s *states) latest(r alarm.Report) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, reports := range s.incidents {
		if last := reports[len(reports)-1]; last.Camera == r.Camera && last.Time.After(r.Time) {
			return false
		}
	}
	return true
}

// Recall is the reports of what is open among records, from which a channel that tells how
// things are begins after a restart.
func Recall(records []journal.IncidentRecord) []alarm.Report {
	var reports []alarm.Report
	for _, record := range records {
		if record.Open {
			reports = append(reports, record.Reports...)
		}
	}
	return reports
}
