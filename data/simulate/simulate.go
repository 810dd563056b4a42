// Package simulate makes labelled motion out of nothing: an articulated figure that
// walks, sits, lies down and falls in a furnished room, drawn to pictures, with the
// true keypoints and phases of every frame. Same settings, same bytes.
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

// Settings say what is made. Two equal Settings make equal clips, whatever Workers is.
type Settings struct {
	Preset string  `json:"preset,omitempty"` // of poses: what they show; "" = Train
	Hours  float64 `json:"hours,omitempty"`  // of poses with the preset LongDay, which has no number of clips
	Clips  int     `json:"clips"`            // half of them falls, half everyday life; an odd one is a fall
	Seed   uint64  `json:"seed"`             // of everything that is drawn by chance
	Width  int     `json:"width"`            // of the pictures, in pixels
	Height int     `json:"height"`           // of the pictures, in pixels
	FPS    float64 `json:"fps"`              // frames a second
	// KeypointsEvery is how often the true keypoints of poses are written, in seconds; 0 = never.
	KeypointsEvery float64 `json:"keypoints_every,omitempty"`
	Workers        int     `json:"-"` // clips made at the same time by WriteFolder; 0 means 1
}

// DefaultSettings are enough clips for a first training, drawn as a cheap camera would see them.
var DefaultSettings = Settings{Clips: 60, Seed: 1, Width: 320, Height: 240, FPS: 25, Workers: 1}

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

// Clip is one planned recording. It is only a description: frames are made on demand.
type Clip struct {
	Name     string // such as "fall-forward-0003"; unique in its plan
	Activity string // such as "fall-forward" or "sit-down"
	Label    string // "fall" or "adl"
	Subject  string // "s01" …: who is seen; body and clothes belong to the subject
	Camera   string // "room-01" …: where; room, colours and camera belong to the camera

	settings Settings
	number   int // position in the plan
}

// Plan lays out the clips that the settings ask for: falls and everyday activities take
// turns, and each kind of motion, subject and camera comes up about equally often with
// either label, so that folds by subject or by camera can be cut.
func Plan(s Settings) []Clip {
	var (
		falls    = newDeck(len(fallActivities), s.chance("plan/falls"))
		everyday = newDeck(len(everydayActivities), s.chance("plan/everyday"))
		subjects = newDeck(peopleFor(s.Clips), s.chance("plan/subjects"))
		cameras  = newDeck(peopleFor(s.Clips), s.chance("plan/cameras"))
		clips    = make([]Clip, s.Clips)
		who, at  int
	)
	for i := range clips {
		act := everydayActivities
		label, deck := "adl", everyday
		if i%2 == 0 {
			who, at = subjects.draw(), cameras.draw()
			act, label, deck = fallActivities, "fall", falls
		}
		name := act[deck.draw()].name
		clips[i] = Clip{
			Name:     fmt.Sprintf("%s-%04d", name, i+1),
			Activity: name,
			Label:    label,
			Subject:  fmt.Sprintf("s%02d", who+1),
			Camera:   fmt.Sprintf("room-%02d", at+1),
			settings: s,
			number:   i,
		}
	}
	return clips
}

// peopleFor is how many subjects (and how many cameras) share a number of clips.
func peopleFor(clips int) int { return min(max(clips/5, 2), 60) }

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
