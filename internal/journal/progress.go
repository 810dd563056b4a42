package journal

import "fallkit/internal/alarm"

// Progress is how far an incident has come.
type Progress struct {
	Called   bool `json:"called,omitempty"`   // it was confirmed or escalated: somebody has to answer
	Answered bool `json:"answered,omitempty"` // somebody has acknowledged it
	Over     bool `json:"over,omitempty"`     // the person is up, the camera sees
	Cleared  bool `json:"cleared,omitempty"`  // it came to nothing, or the desk has closed it
}

// Follow takes the next report's kind.
func (p *Progress) Follow(kind string) {
	switch kind {
	case alarm.Suspected, alarm.Blind:
		p.Over, p.Cleared = false, false
	case alarm.Confirmed, alarm.LongLie:
		p.Called, p.Over, p.Cleared = true, false, false
	case alarm.Escalated:
		p.Called = true
	case alarm.Drilled: // by itself it only reminds; a drill that is held goes on as an alarm does
		p.Over = p.Over || !p.Called
	case alarm.Acknowledged:
		p.Answered = true
	case alarm.Recovered, alarm.Seeing:
		p.Over = true
	case alarm.Cleared:
		p.Cleared = true
	}
}

// Open tells whether more may come of it: a fall is closed when it was cleared, or when the
// person is up and somebody has answered; what called nobody is closed when it is over.
func (p Progress) Open() bool {
	switch {
	case p.Cleared:
		return false
	case p.Called:
		return !(p.Answered && p.Over)
	}
	return !p.Over
}
