package alarm

import "time"

// What a report can tell beside the kinds of events.
const (
	Acknowledged = "acknowledged" // somebody has taken the incident over: nobody else is called
	Escalated    = "escalated"    // nobody has, so the next contact is called
	LongLie      = "long_lie"     // a confirmed fall has not recovered for a long time
	Blind        = "blind"        // a camera does not see: silent, black, covered, frozen or moved
	Seeing       = "seeing"       // and sees again
	Drilled      = "drill"        // a drill is due, or was begun by somebody
)

// Report is one change of an incident that people may have to hear of. All that it says
// is of the moment at which it was made; it never changes afterwards.
type Report struct {
	ID       string    `json:"id"`       // unique for ever: whoever gets a report twice knows it by this
	Incident string    `json:"incident"` // the reports of one fall, or of one blind camera, share it
	Kind     string    `json:"kind"`     // an event's kind, or one of the above
	Camera   string    `json:"camera"`
	Track    int       `json:"track,omitempty"` // the person, as the tracker numbers people
	Start    time.Time `json:"start"`           // when it began: the score's rise, the last good picture
	Time     time.Time `json:"time"`            // when this report was made, not before Start
	Score    float64   `json:"score,omitempty"` // the highest since Start, 0 to 1
	Level    int       `json:"level,omitempty"` // of the escalation: contacts 1 to Level have been called; 0 = nobody
	Contacts []string  `json:"contacts,omitempty"`
	Drill    bool      `json:"drill,omitempty"` // a test: no fall
	Note     string    `json:"note,omitempty"`  // for people: why a camera is blind, who has acknowledged
}
