package vision

import "math"

// clock makes frame times of what a container says: strictly increasing seconds, the
// first frame at 0.
type clock struct {
	Interval float64 // seconds between frames until two times are known

	frames      int
	first, last float64 // what the container said first; our newest time
}

// next is the time of the next frame. stamp is the container's, in seconds; OpenCV gives
// 0 for some frames that have one (the last two where there are B-frames), so a stamp
// that does not lie after the last time is replaced by the last time and the mean interval.
func (c *clock) next(stamp float64) float64 {
	c.frames++
	if c.frames == 1 {
		c.first = stamp
		if math.IsNaN(stamp) || math.IsInf(stamp, 0) {
			c.first = 0
		}
		return 0
	}
	t := stamp - c.first
	if !(t > c.last+minStep) || math.IsInf(t, 1) {
		t = c.last + c.mean()
	}
	c.last = t
	return t
}

// minStep keeps two frames apart, in seconds.
const minStep = 1e-6

func (c *clock) mean() float64 {
	if c.frames > 2 {
		return c.last / float64(c.frames-2)
	}
	return c.Interval
}

// grid chooses frames at a rate: the first one at or after each tick k/rate. Its ticks
// do not depend on the frames, so it does not drift.
type grid struct {
	Rate float64 // a second
	next int     // the tick waited for
}

// turn changes the rate from the time t on.
func (g *grid) turn(rate, t float64) {
	if rate != g.Rate {
		g.Rate, g.next = rate, int(math.Ceil((t-slack)*rate))
	}
}

// slack takes up what containers round: most keep milliseconds.
const slack = 0.5e-3

// due tells whether the frame at time t is chosen; ticks that no frame met are skipped.
func (g *grid) due(t float64) bool {
	if t+slack < float64(g.next)/g.Rate {
		return false
	}
	g.next = int(math.Floor((t+slack)*g.Rate)) + 1
	return true
}
