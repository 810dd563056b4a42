package watch

import (
	"math"
	"slices"
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

	Also []Evidence `json:"also,omitempty"` // of other cameras of the room; their times are from the same start
}

// gallery is what each camera has of the newest incidents, the first camera's first.
type gallery struct {
	order []string // incidents, the newest last
	of    map[string][]Evidence
}

// mostViewed incidents are remembered: more than are open at a time.
const mostViewed = 64

// add takes a camera's newest evidence of an incident, and gives that of all.
func (g *gallery) add(incident string, e Evidence) Evidence {
	if g.of == nil {
		g.of = map[string][]Evidence{}
	}
	if _, known := g.of[incident]; !known {
		if g.order = append(g.order, incident); len(g.order) > mostViewed {
			delete(g.of, g.order[0])
			g.order = g.order[1:]
		}
	}
	all := slices.Clone(g.of[incident])
	if n := slices.IndexFunc(all, func(o Evidence) bool { return o.Camera == e.Camera }); n >= 0 {
		all[n] = e
	} else {
		all = append(all, e)
	}
	g.of[incident] = all
	first := all[0]
	first.Also = all[1:]
	return first
}

// unknownScore stands for a score that is not known: JSON has no NaN.
const unknownScore = -1

// evidenceOf is what is known of a person around a moment, so long after it at most.
func (c *Camera) evidenceOf(v View, number int, start time.Time, after time.Duration) Evidence {
	e := Evidence{Camera: c.Name, Width: v.Width, Height: v.Height, Track: number, Start: start, Engine: c.Engine, FPS: c.Rate}
	zero := v.Frame.Time - v.At.Sub(start).Seconds()
	for _, p := range c.people {
		if p.number != number {
			continue
		}
		t := &p.past.Track
		for i, time := range t.Times {
			if at := time - zero; at >= -evidenceBefore.Seconds() && at <= after.Seconds() {
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
