package watch

import "time"

// governor lowers the rate of poses of a camera whose pipeline has too little time, step by
// step, and raises it again when there is time: who falls behind says too late what happened,
// and starves those who read the cameras. It reads no clock.
type governor struct {
	wanted, floor float64 // poses a second

	rate  float64 // now
	since time.Time
	busy  time.Duration // of the time since then
	calm  int           // looks at the load in a row that would have borne more
}

const (
	loadTime = 5 * time.Second // over which the load is taken
	tooBusy  = 0.75            // share of the time: more is too late
	bearable = 0.55            // a higher rate must stay below this share
	calmness = 6               // loads in a row until the rate rises
	rateStep = 0.8
)

// looked notes that a look came to an end that took so long, and gives the rate from now on.
func (g *governor) looked(at time.Time, took time.Duration) float64 {
	if g.rate == 0 {
		g.rate, g.since = g.wanted, at
	}
	g.busy += took
	passed := at.Sub(g.since)
	if passed < loadTime {
		return g.rate
	}
	load := float64(g.busy) / float64(passed)
	g.busy, g.since = 0, at
	switch {
	case passed > 2*loadTime: // the camera was away
	case load > tooBusy:
		g.calm, g.rate = 0, max(g.rate*rateStep, min(g.floor, g.wanted))
	case load/rateStep > bearable:
		g.calm = 0
	default:
		if g.calm++; g.calm >= calmness {
			g.calm, g.rate = 0, min(g.rate/rateStep, g.wanted)
		}
	}
	return g.rate
}
