package vision

import (
	"math"
	"sync/atomic"
)

// Pace is how many poses a second a Run looks for, when that changes while it runs. It may be
// set at any time from any goroutine; its zero value leaves it at Options.FPS.
type Pace struct{ rate atomic.Uint64 }

// Set takes poses a second, above 0; others are ignored.
func (p *Pace) Set(rate float64) {
	if rate > 0 && rate <= 1000 {
		p.rate.Store(math.Float64bits(rate))
	}
}

// now is the rate, or usual where none was set. A nil one is never set.
func (p *Pace) now(usual float64) float64 {
	if p == nil {
		return usual
	}
	if r := math.Float64frombits(p.rate.Load()); r > 0 {
		return r
	}
	return usual
}
