package web

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// ZoneKinds are the kinds of zones.
var ZoneKinds = []string{LyingAllowed, Ignore}

// At most so many zones of a camera, corners of a zone, and characters of its name.
const (
	mostZones   = 20
	mostCorners = 64
	mostName    = 60
)

// leastArea of a zone, as a share of the picture: less is a slip of the hand.
const leastArea = 0.0005

// checkZones says what is wrong with a camera's zones.
func checkZones(zones []Zone) error {
	if len(zones) > mostZones {
		return fmt.Errorf("%d zones are given, and a camera has at most %d", len(zones), mostZones)
	}
	names := map[string]bool{}
	for i, z := range zones {
		if err := z.check(); err != nil {
			return fmt.Errorf("zone %d: %w", i+1, err)
		}
		if names[z.Name] {
			return fmt.Errorf("two zones are called %q", z.Name)
		}
		names[z.Name] = true
	}
	return nil
}

func (z Zone) check() error {
	switch {
	case strings.TrimSpace(z.Name) == "" || utf8.RuneCountInString(z.Name) > mostName || strings.ContainsFunc(z.Name, func(r rune) bool { return r < ' ' }):
		return fmt.Errorf("its name has 1 to %d characters on one line", mostName)
	case !slices.Contains(ZoneKinds, z.Kind):
		return fmt.Errorf("its kind is %q, and must be %s", z.Kind, strings.Join(ZoneKinds, " or "))
	case len(z.Points) < 3 || len(z.Points) > mostCorners:
		return fmt.Errorf("it has %d corners, and must have 3 to %d", len(z.Points), mostCorners)
	}
	for _, p := range z.Points {
		if !(p[0] >= 0 && p[0] <= 1 && p[1] >= 0 && p[1] <= 1) {
			return fmt.Errorf("the corner %g, %g lies outside of the picture, which is 0 to 1", p[0], p[1])
		}
	}
	if z.crosses() {
		return fmt.Errorf("its border crosses itself")
	}
	if z.area() < leastArea {
		return fmt.Errorf("it is too small to mean anything")
	}
	return nil
}

// area is a share of the picture (the shoelace formula).
func (z Zone) area() float64 {
	twice := 0.0
	for i, p := range z.Points {
		q := z.Points[(i+1)%len(z.Points)]
		twice += p[0]*q[1] - q[0]*p[1]
	}
	return math.Abs(twice) / 2
}

// crosses tells whether two sides that are not neighbours meet.
func (z Zone) crosses() bool {
	n := len(z.Points)
	for i := range n {
		for j := i + 2; j < n; j++ {
			if (j+1)%n != i && meet(z.Points[i], z.Points[i+1], z.Points[j], z.Points[(j+1)%n]) {
				return true
			}
		}
	}
	return false
}

// meet tells whether the lines a-b and c-d cross each other inside.
func meet(a, b, c, d [2]float64) bool {
	side := func(p, q, r [2]float64) float64 { return (q[0]-p[0])*(r[1]-p[1]) - (q[1]-p[1])*(r[0]-p[0]) }
	return side(a, b, c)*side(a, b, d) < 0 && side(c, d, a)*side(c, d, b) < 0
}
