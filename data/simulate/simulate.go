// Package simulate makes labelled motion out of nothing: people of all ages who go about
// everyday life and fall in furnished rooms, as poses or drawn to pictures, with the true
// keypoints and what is done in every frame. Same settings, same bytes. The motion is made
// by package motion on the bodies of package body.
//
// It draws plain Go images and must never know a video codec or a pose network: who
// calls it hands the pictures on.
package simulate

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
)

// Dataset is the name that generated clips carry in labels.csv.
const Dataset = "simulated"

// Settings say what is made. Two equal Settings make equal clips, whatever Workers is; with
// another FPS, Width and Height of the same shape people do the same before the same camera.
type Settings struct {
	Preset string  `json:"preset,omitempty"` // what is shown; "" = Train
	Hours  float64 `json:"hours,omitempty"`  // with the preset LongDay, which has no number of clips
	Clips  int     `json:"clips"`            // half of them falls, half everyday life; an odd one is a fall
	Seed   uint64  `json:"seed"`             // of everything that is drawn by chance
	Width  int     `json:"width"`            // of the pictures, in pixels
	Height int     `json:"height"`           // of the pictures, in pixels
	FPS    float64 `json:"fps"`              // frames a second
	// KeypointsEvery is how often the true keypoints are written, in seconds; 0 = never.
	KeypointsEvery float64 `json:"keypoints_every,omitempty"`
	Workers        int     `json:"-"` // clips made at the same time; 0 means 1
}

// DefaultSettings are enough clips for a first training, drawn as a cheap camera would see them.
var DefaultSettings = Settings{Preset: Demo, Clips: 60, Seed: 1, Width: 320, Height: 240, FPS: 25, Workers: 1}

// Check reports the first setting that cannot be.
func (s Settings) Check() error {
	switch day := s.Preset == LongDay; {
	case s.Preset != "" && !slices.Contains(Presets, s.Preset):
		return fmt.Errorf("preset is %q, and must be one of %s", s.Preset, strings.Join(Presets, ", "))
	case day && !(s.Hours >= leastHours && s.Hours <= mostHours):
		return fmt.Errorf("hours is %g, and must be from %g to %g", s.Hours, leastHours, mostHours)
	case !day && s.Hours != 0:
		return fmt.Errorf("hours is %g, and only the preset %s is as long as one likes: give clips", s.Hours, LongDay)
	case day && s.Clips == 0:
	case s.Clips < 1 || s.Clips > 100_000:
		return fmt.Errorf("clips is %d, and must be from 1 to 100000", s.Clips)
	case s.Width < 64 || s.Width > 4096 || s.Width%2 != 0:
		return fmt.Errorf("width is %d, and must be even and from 64 to 4096 pixels", s.Width)
	case s.Height < 64 || s.Height > 4096 || s.Height%2 != 0:
		return fmt.Errorf("height is %d, and must be even and from 64 to 4096 pixels", s.Height)
	case !(s.FPS >= 5 && s.FPS <= 120):
		return fmt.Errorf("fps is %g, and must be from 5 to 120 frames a second", s.FPS)
	case !(s.KeypointsEvery >= 0 && s.KeypointsEvery <= 3600):
		return fmt.Errorf("keypoints every %g seconds: it must be from 0 (none) to 3600", s.KeypointsEvery)
	case s.Workers < 0:
		return fmt.Errorf("workers is %d, and must not be negative", s.Workers)
	}
	return nil
}

// chance is a source of random numbers of its own for every purpose: what is drawn for
// one thing does not move what is drawn for another.
func (s Settings) chance(purpose string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	return rand.New(rand.NewPCG(s.Seed, h.Sum64()))
}

// deck deals the numbers 0 to n-1 in random order, and again when it is empty.
type deck struct {
	n    int
	left []int
	rng  *rand.Rand
}

func newDeck(n int, rng *rand.Rand) *deck { return &deck{n: n, rng: rng} }

func (d *deck) draw() int {
	if len(d.left) == 0 {
		d.left = d.rng.Perm(d.n)
	}
	top := d.left[0]
	d.left = d.left[1:]
	return top
}

// between draws evenly from lo to hi.
func between(rng *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }

// either draws one of the values.
func either[T any](rng *rand.Rand, values ...T) T { return values[rng.IntN(len(values))] }
