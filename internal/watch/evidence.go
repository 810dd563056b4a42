package watch

import (
	"math"
	"time"

	"fallkit/pose"
)

// Evidence is what is shown of an incident: one person's poses and scores around its start.
// It has no picture.
type Evidence struct {
	Camera string      `json:"camera"`
	Width  int         `json:"width"` // of the picture that the poses lie in, in pixels
	Height int         `json:"height"`
	Track  int         `json:"track"`
	Start  time.Time   `json:"start"`
	Times  []float64   `json:"times"` // seconds from Start, ascending
	Poses  []pose.Pose `json:"poses"` // one for each time
	Scores []float64   `json:"scores"`

	Engine string  `json:"engine"` // as Camera has them
	FPS    float64 `json:"fps"`
}

// unknownScore stands for a score that is not known: JSON has no NaN.
const unknownScore = -1

// evidenceOf is what is known of a person around a moment.
func (c *Camera) evidenceOf(v View, number int, start time.Time) Evidence {
	e := Evidence{Camera: c.Name, Width: v.Width, Height: v.Height, Track: number, Start: start, Engine: c.Engine, FPS: c.Rate}
	zero := v.Frame.Time - v.At.Sub(start).Seconds()
	for _, p := range c.people {
		if p.number != number {
			continue
		}
		t := &p.past.Track
		for i, time := range t.Times {
			if at := time - zero; at >= -evidenceBefore.Seconds() && at <= evidenceAfter.Seconds() {
				e.Times, e.Poses, e.Scores = append(e.Times, at), append(e.Poses, t.Poses[i]), append(e.Scores, known(p.scores[i]))
			}
		}
	}
	return e
}

func known(score float64) float64 {
	if math.IsNaN(score) {
		return unknownScore
	}
	return score
}
