// Package watch is the pipeline of a house: what each camera sees becomes people, scores,
// alarms and incidents, and what happened is handed to an outbox before anybody is told. It
// knows no picture, no network and no clock but the one that it is given. A camera that hangs,
// lies or dies does not touch the others.
package watch

import (
	"context"
	"encoding/json"
	"time"

	"fallkit/internal/alarm"
	"fallkit/pose"
)

// Eyes are one camera with the pose front end behind it.
type Eyes interface {
	// Watch calls each for every picture that was looked at, in order, until ctx ends or the
	// camera does for good.
	Watch(ctx context.Context, each func(View)) error
	// Counts tells how the camera fares; from any goroutine.
	Counts() Counts
	// SetRate says how many poses a second are wanted from now on; from any goroutine.
	SetRate(poses float64)
}

// View is one picture that was looked at, without the picture.
type View struct {
	Frame         pose.Frame // Time in seconds since Watch began to see
	At            time.Time  // when the picture came
	Width, Height int        // of the picture
	Picture       *Picture   // what it looked like; nil = not measured this time
	Took          time.Duration
}

// Counts is how a camera has fared so far.
type Counts struct {
	Up                                bool // pictures come
	Frames, Drops, Stalls, Reconnects int
	Since                             time.Time // when Up last changed
	Last                              time.Time // newest picture
}

// Scorer follows one person: it gives the score of the newest pose, 0 to 1, NaN where too
// little was seen. Times are in seconds and ascend.
type Scorer interface {
	Update(time float64, p pose.Pose) float64
}

// Seeker is a Scorer that makes something of pictures, of so many pixels, which were searched
// and do not show the person. NaN says nothing.
type Seeker interface {
	Lost(time float64, width, height int) float64
}

// Outbox keeps what must not be lost. What it accepts is on disk.
type Outbox interface {
	// Accept takes reports, which have IDs that it may have had before, with the desk's state
	// after them.
	Accept(reports []alarm.Report, desk json.RawMessage) error
	// PutEvidence takes what is to be shown of an incident, in place of what was before.
	PutEvidence(incident string, raw json.RawMessage, png []byte) error
}

// CameraState is how a camera does at the moment.
type CameraState struct {
	Name        string    `json:"name"`
	Up          bool      `json:"up"`             // pictures come
	Since       time.Time `json:"since,omitzero"` // when Up last changed
	Last        time.Time `json:"last,omitzero"`  // newest picture
	Looked      time.Time `json:"looked,omitzero"`
	Frames      int       `json:"frames"`
	Drops       int       `json:"drops"`
	Stalls      int       `json:"stalls"`
	Reconnects  int       `json:"reconnects"`
	Restarts    int       `json:"restarts"` // of the pipeline, after a fault of its own
	Looks       int       `json:"looks"`    // pictures that were looked at
	PoseMillis  float64   `json:"pose_millis"`
	ScoreMillis float64   `json:"score_millis"`
	Rate        float64   `json:"rate"`   // poses a second now
	Wanted      float64   `json:"wanted"` // poses a second wanted
	People      int       `json:"people"`
	Score       float64   `json:"score"` // the highest of the people now, 0 where there is none
	Alarm       string    `json:"alarm"` // "", suspected or confirmed
	Blind       string    `json:"blind"` // why; "" = it sees
	Mode        string    `json:"mode"`
}

// Live is what a camera sees now.
type Live struct {
	Camera string       `json:"camera"`
	Time   time.Time    `json:"time"`
	Width  int          `json:"width"`
	Height int          `json:"height"`
	People []LivePerson `json:"people"`
}

// LivePerson is somebody in it.
type LivePerson struct {
	Track     int          `json:"track"`
	Keypoints [][3]float32 `json:"keypoints"` // x, y in pixels, score
	Score     float64      `json:"score"`     // 0 where it is not known
	State     string       `json:"state"`     // "", suspected or confirmed
}
