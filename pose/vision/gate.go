package vision

import (
	"fmt"
	"image"
	"sync/atomic"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// GateSettings say when a motion gate is open, in seconds.
type GateSettings struct {
	SettleSeconds float64 // at the start and after a gap in the pictures, until the background is known
	HoldSeconds   float64 // after the last motion, and after anybody was last seen
	LyingSeconds  float64 // after somebody was last seen who was lying, or whom the picture's edge cannot have hidden
	LookSeconds   float64 // between two looks while it is closed
}

// DefaultGate keeps an eye on a lost person for an hour: who lies on the floor longer
// than that is in danger of life by the lying itself ("long lie"; Wild et al. 1981, "How
// dangerous are falls in old people at home?"), and all that it costs is the pose
// network's time. A look every four seconds costs 2 % of that. Ten seconds after a motion
// are 125 looks at whoever made it, which is enough for one who is found in one picture of
// twenty only, sitting half hidden say.
var DefaultGate = GateSettings{SettleSeconds: 5, HoldSeconds: 10, LyingSeconds: 3600, LookSeconds: 4}

// Check reports the first setting that cannot be.
func (s GateSettings) Check() error {
	for _, v := range []struct {
		name        string
		value       float64
		least, most float64
	}{
		{"settle", s.SettleSeconds, 0.5, 600},
		{"hold", s.HoldSeconds, 1, 600},
		{"lying", s.LyingSeconds, 0, mostLying},
		{"look", s.LookSeconds, 0.1, 60},
	} {
		if !(v.value >= v.least && v.value <= v.most) {
			return fmt.Errorf("the motion gate's %s seconds are %g, and must be from %g to %g", v.name, v.value, v.least, v.most)
		}
	}
	return nil
}

// mostLying is a week.
const mostLying = 7 * 86400

// Gate spares the pose network the pictures of an empty, still room. It serves one Run at
// a time; Counts may be read at any time from any goroutine.
type Gate struct {
	Settings GateSettings // all 0 = DefaultGate

	looked, spared atomic.Int64
}

// GateCounts is what a gate has done so far.
type GateCounts struct {
	Looked int // pictures that went to the pose network
	Spared int // pictures that did not
}

// Counts is what the gate has done until now, in all Runs.
func (g *Gate) Counts() GateCounts {
	return GateCounts{int(g.looked.Load()), int(g.spared.Load())}
}

// check fills in the settings where none are set.
func (g *Gate) check() error {
	if g == nil {
		return nil
	}
	if g.Settings == (GateSettings{}) {
		g.Settings = DefaultGate
	}
	return g.Settings.Check()
}

// sentry is a gate at work on one source: what moves, and what follows from it. A nil
// one lets everything through.
type sentry struct {
	gate       *Gate
	keeper     gatekeeper
	background *background
}

// post gives a sentry for g, nil where there is no gate.
func post(g *Gate) (*sentry, error) {
	if g == nil {
		return nil, nil
	}
	b, err := openBackground()
	if err != nil {
		return nil, fmt.Errorf("open the motion gate: %w", err)
	}
	return &sentry{gate: g, keeper: newGatekeeper(g.Settings), background: b}, nil
}

// passes tells whether the picture at time t is to be looked at.
func (s *sentry) passes(t float64, picture *gocv.Mat) (bool, error) {
	if s == nil {
		return true, nil
	}
	moves, err := s.background.sees(t, picture, s.keeper.fresh(t))
	if err != nil {
		return true, fmt.Errorf("look for motion: %w", err)
	}
	open := s.keeper.open(t, moves)
	if open {
		s.gate.looked.Add(1)
	} else {
		s.gate.spared.Add(1)
	}
	return open, nil
}

// found hears of everybody whom a look has found.
func (s *sentry) found(t float64, people []pose.Tracked, size image.Point) {
	if s != nil {
		s.keeper.found(t, people, size)
	}
}

func (s *sentry) close() {
	if s != nil {
		s.background.close()
	}
}
