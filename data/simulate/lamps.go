package simulate

import (
	"math"
	"math/rand/v2"
)

// lamps are the light of a room over a shot. Its camera adapts to it within about a second.
type lamps struct {
	on, off  float64   // how bright it is, 1 = as in a well lit room
	switches []float64 // seconds at which the lamp is switched; it is on at first
}

// How many clips are dark and have a lamp that is switched, and how many cameras see no
// colours, as shares.
const (
	darkClips     = 0.15
	greyCameras   = 0.08
	switchedClips = 0.10
)

func newLamps(rng *rand.Rand, seconds float64) lamps {
	l := lamps{on: 1, off: between(rng, 0.06, 0.25)}
	if rng.Float64() < darkClips {
		l.on = between(rng, 0.08, 0.4)
		l.off = l.on * between(rng, 0.3, 0.7)
	}
	if rng.Float64() < switchedClips {
		at := seconds * between(rng, 0.1, 0.7)
		l.switches = append(l.switches, at)
		if rng.Float64() < 0.7 {
			l.switches = append(l.switches, at+between(rng, 1, 4))
		}
	}
	return l
}

// at is how bright it is at a time, and how much the camera amplifies then.
func (l *lamps) at(time float64) (bright, gain float64) {
	const slow = 0.35 // seconds
	bright, gain = l.on, wanted(l.on)
	before := 0.0
	for i, t := range l.switches {
		if t > time {
			break
		}
		gain = adapted(gain, wanted(bright), (t-before)/slow)
		bright, before = l.off, t
		if i%2 == 1 {
			bright = l.on
		}
	}
	return bright, adapted(gain, wanted(bright), (time-before)/slow)
}

// wanted is how much a camera amplifies in the long run: dark rooms stay darker than bright
// ones.
func wanted(bright float64) float64 { return min(math.Pow(bright, -0.7), 6) }

// adapted goes from one gain to another, by equal parts in equal times.
func adapted(from, to, times float64) float64 {
	return to * math.Pow(from/to, math.Exp(-times))
}
