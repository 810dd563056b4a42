package notify

import (
	"time"

	"fallkit/internal/alarm"
)

// House is what channels know of the rest of fallwatch. Its fields are filled in by the program;
// functions that are nil are not called.
type House struct {
	Version string
	Cameras func() []string       // their names
	Open    func() []alarm.Report // the reports of what is open: see Recall
	Healthy func() bool           // the pipeline turns
	// Acknowledge takes over an incident, or where it is "" all that is open of the camera.
	Acknowledge func(camera, incident, who string) error
	Zone        *time.Location   // in which times are told; nil = the machine's
	Now         func() time.Time // nil = time.Now
}

func (h House) now() time.Time {
	if h.Now == nil {
		return time.Now()
	}
	return h.Now()
}

func (h House) cameras() []string {
	if h.Cameras == nil {
		return nil
	}
	return h.Cameras()
}

func (h House) healthy() bool { return h.Healthy == nil || h.Healthy() }
