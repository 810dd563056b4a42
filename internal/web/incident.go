package web

import (
	"cmp"
	"time"

	"fallkit/internal/alarm"
)

// What an incident is about, and how it stands.
const (
	kindFall  = "fall"
	kindBlind = "blind"
	kindDrill = "drill"
	kindDue   = "reminder" // that a drill is due

	stateSuspected    = "suspected"    // it may be a fall
	stateConfirmed    = "confirmed"    // it is one, and nobody has answered
	stateAcknowledged = "acknowledged" // somebody has answered
	stateOver         = "over"
)

// incidentView is an incident as pages and programs get it: what its reports come to.
type incidentView struct {
	ID             string         `json:"id"`
	Kind           string         `json:"kind"`  // fall, blind, drill, reminder
	State          string         `json:"state"` // suspected, confirmed, acknowledged, over
	Urgent         bool           `json:"urgent"`
	Camera         string         `json:"camera"`
	Start          time.Time      `json:"start"`
	Last           time.Time      `json:"last"` // the newest report
	Score          float64        `json:"score"`
	Level          int            `json:"level"` // contacts 1 to level have been called
	LongLie        bool           `json:"long_lie"`
	Confirmed      bool           `json:"confirmed"` // at any time
	Recovered      bool           `json:"recovered"`
	AcknowledgedBy string         `json:"acknowledged_by,omitempty"`
	Note           string         `json:"note,omitempty"`
	Verdict        string         `json:"verdict,omitempty"`
	VerdictBy      string         `json:"verdict_by,omitempty"`
	Reports        []alarm.Report `json:"reports"`
}

// view reads the reports in their order.
func view(i Incident) incidentView {
	v := incidentView{ID: i.ID, Kind: kindFall, State: stateSuspected, Verdict: i.Verdict, VerdictBy: i.VerdictBy, Reports: i.Reports}
	for n, r := range i.Reports {
		if n == 0 {
			v.Camera, v.Start = r.Camera, r.Start
		}
		v.add(r)
	}
	if v.Reports == nil {
		v.Reports = []alarm.Report{}
	}
	v.Urgent = v.State == stateConfirmed
	return v
}

func (v *incidentView) add(r alarm.Report) {
	v.Last, v.Score, v.Level = r.Time, max(v.Score, r.Score), max(v.Level, r.Level)
	if r.Drill {
		v.Kind = kindDrill
	}
	switch r.Kind {
	case alarm.Drilled:
		if v.Note = r.Note; r.Camera == "" { // it is only said that one is due
			v.Kind, v.State = kindDue, stateOver
		}
	case alarm.Confirmed: // perhaps fallen again
		v.Confirmed, v.Recovered, v.LongLie = true, false, false
		v.raise()
	case alarm.Escalated:
		v.raise()
	case alarm.LongLie:
		v.LongLie = true
		v.raise()
	case alarm.Blind:
		v.Kind, v.Note = kindBlind, r.Note
		v.raise()
	case alarm.Acknowledged:
		v.AcknowledgedBy = cmp.Or(r.Note, "somebody")
		if v.State != stateOver {
			v.State = stateAcknowledged
		}
		if v.Recovered {
			v.State = stateOver
		}
	case alarm.Recovered: // stays open until somebody has answered
		v.Recovered = true
		if v.State == stateAcknowledged {
			v.State = stateOver
		}
	case alarm.Cleared, alarm.Seeing:
		v.State = stateOver
	}
}

// raise makes an incident urgent, unless somebody has answered it already.
func (v *incidentView) raise() {
	if v.AcknowledgedBy == "" && v.State != stateOver {
		v.State = stateConfirmed
	}
}
