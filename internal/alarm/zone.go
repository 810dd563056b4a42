package alarm

import (
	"fmt"
	"math"
)

// Point is a place in a camera's picture, from 0, 0 at the upper left to 1, 1.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// to is the distance of two places in shares of the picture.
func (p Point) to(q Point) float64 { return math.Hypot(p.X-q.X, p.Y-q.Y) }

// What a zone can be for.
const (
	LyingAllowed = "lying_allowed" // a bed, a sofa: who lies there lies well, who falls out of it does not
	Ignore       = "ignore"        // a screen, a mirror, a pet's basket: nobody is taken for fallen there
)

// Zone is a part of a camera's picture, drawn by the owner.
type Zone struct {
	Name   string       `json:"name"`
	Kind   string       `json:"kind"`   // LyingAllowed or Ignore
	Points [][2]float64 `json:"points"` // x, y of the corners, 0 to 1, in either turn
}

// Check tells what keeps the zone from being one.
func (z Zone) Check() error {
	switch {
	case z.Kind != LyingAllowed && z.Kind != Ignore:
		return fmt.Errorf("zone %q: kind is %q, and must be %s or %s", z.Name, z.Kind, LyingAllowed, Ignore)
	case len(z.Points) < 3 || len(z.Points) > 64:
		return fmt.Errorf("zone %q has %d corners, and must have 3 to 64", z.Name, len(z.Points))
	}
	for _, p := range z.Points {
		if !(p[0] >= 0 && p[0] <= 1 && p[1] >= 0 && p[1] <= 1) {
			return fmt.Errorf("zone %q has a corner at %g, %g, and corners lie between 0, 0 and 1, 1", z.Name, p[0], p[1])
		}
	}
	return nil
}

// Holds tells whether a place lies in the zone (even-odd rule).
func (z Zone) Holds(p Point) bool {
	inside := false
	for i, a := range z.Points {
		b := z.Points[(i+len(z.Points)-1)%len(z.Points)]
		if (a[1] > p.Y) != (b[1] > p.Y) && p.X < (b[0]-a[0])*(p.Y-a[1])/(b[1]-a[1])+a[0] {
			inside = !inside
		}
	}
	return inside
}

// Places are where somebody was when the fall began, and where the body is now.
type Places struct{ Began, Lies Point }

// quiet is the name of the zone that makes a fall none, "" where there is none: what counts is
// where the body lies, so a fall that begins on a bed and ends beside it is one.
func quiet(zones []Zone, p Places) string {
	for _, z := range zones {
		if z.Holds(p.Lies) {
			return z.Name
		}
	}
	return ""
}
