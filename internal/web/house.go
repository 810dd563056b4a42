package web

import (
	"encoding/json"
	"errors"
	"time"

	"fallkit/internal/alarm"
)

// House is what the page sees and what it can ask for. Its methods may be called at the same
// time by many. Who is the name of a user, or "token NAME".
type House interface {
	Cameras() []CameraState
	// Subscribe gives what a camera sees from now on, and the function that ends it. The page
	// always takes at once what comes. The channel may be closed.
	Subscribe(camera string) (<-chan Live, func())
	// Incidents gives the newest first, only those older than the incident before where it is not "".
	// What can be read comes with an error that says what cannot.
	Incidents(limit int, before string) ([]Incident, error)
	Incident(id string) (Incident, error)
	// Evidence gives watch.Evidence as JSON and its strip as PNG, either nil where there is none.
	Evidence(incident string) (json.RawMessage, []byte, error)
	Acknowledge(incident, who string) error
	Verdict(incident, verdict, who string) error // VerdictTrue, VerdictFalse, or "" to take it back
	Drill(camera, who string) error
	Zones(camera string) ([]Zone, error)
	SetZones(camera string, z []Zone, who string) error
	Mode() string                   // the one of Modes that was set; CameraState.Mode is what it comes to
	SetMode(mode, who string) error // one of Modes
	Ready() error                   // why the house does not watch, nil where it does
	Health() map[string]any         // facts for people, by name
}

// Errors of House by which the page decides what to answer; others are failures. The text of all
// is told to whoever asked.
var (
	ErrUnknown = errors.New("there is no such thing")  // a camera, an incident
	ErrRefused = errors.New("this cannot be done now") // an incident that is over is not acknowledged
)

// CameraState is how a camera is.
type CameraState struct {
	Name        string    `json:"name"`
	Up          bool      `json:"up"`
	Since       time.Time `json:"since,omitzero"` // that it is so
	Last        time.Time `json:"last,omitzero"`  // the newest frame
	Frames      int       `json:"frames"`
	Drops       int       `json:"drops"`
	Stalls      int       `json:"stalls"`
	Reconnects  int       `json:"reconnects"`
	PoseMillis  float64   `json:"pose_ms"`
	ScoreMillis float64   `json:"score_ms"`
	Rate        float64   `json:"rate"` // poses a second, now
	People      int       `json:"people"`
	Score       float64   `json:"score"` // the highest of its people
	Alarm       string    `json:"alarm"` // "", or suspected or confirmed
	Blind       string    `json:"blind"` // why it does not see, "" where it does
	Mode        string    `json:"mode"`
}

// Live is what a camera has just seen. Positions are in pixels of a picture of Width x Height
// that nobody keeps.
type Live struct {
	Camera string    `json:"camera"`
	Time   time.Time `json:"time"`
	Width  int       `json:"width"`
	Height int       `json:"height"`
	People []Person  `json:"people"`
}

// Person is somebody whom a camera sees.
type Person struct {
	Track     int          `json:"track"`
	Keypoints [][3]float32 `json:"keypoints"` // [joint] x, y, confidence; confidence 0 = not seen
	Score     float64      `json:"score"`     // of a fall, 0 to 1
	State     string       `json:"state"`
}

// Incident is one fall, one blind camera or one drill, with all that was reported of it.
type Incident struct {
	ID        string
	Reports   []alarm.Report // oldest first, at least one
	Verdict   string         // VerdictTrue, VerdictFalse, or "" where nobody has said
	VerdictBy string
}

// The verdicts on an incident.
const (
	VerdictTrue  = "true"
	VerdictFalse = "false"
)

// Modes are those of the house: as the schedules say, somebody is at home, nobody is, and every
// alarm is a drill.
var Modes = []string{"auto", "home", "away", "test"}

// Zone is a part of the picture with a meaning.
type Zone struct {
	Name   string       `json:"name"`
	Kind   string       `json:"kind"`   // one of ZoneKinds
	Points [][2]float64 `json:"points"` // the corners of a polygon: shares of the picture's width and height, 0 to 1
}

// The kinds of zones.
const (
	LyingAllowed = "lying_allowed" // a bed, a sofa: lying there is no fall
	Ignore       = "ignore"        // a mirror, a screen: nobody is looked for there
)

// Audit keeps who has changed what.
type Audit interface {
	Audit(AuditEntry) error
	Audits(limit int) ([]AuditEntry, error) // newest first
}

// AuditEntry is one change, or one try to sign in.
type AuditEntry struct {
	Time time.Time `json:"time"`
	Who  string    `json:"who"`
	From string    `json:"from"` // the address
	What string    `json:"what"` // a word such as "acknowledge"
	On   string    `json:"on"`   // the incident, camera or user, or ""
	Note string    `json:"note,omitempty"`
}
