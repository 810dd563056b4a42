package watch

import (
	"fmt"
	"math"
	"time"
)

// Picture is what a picture looked like, in a few numbers.
type Picture struct {
	Mean, Spread float64   // of its grey levels, 0 to 255: mean and standard deviation
	Change       float64   // mean difference from the picture measured before, grey levels; below 0 where there was none
	Edges        []float32 // how steep the grey levels are in each cell of a coarse grid, on average
}

// Why a camera is blind, as reports and states say it.
const (
	silent  = "silent: no picture comes"
	stuck   = "stuck: pictures come, and nobody looks at them"
	black   = "black: nothing can be made out"
	covered = "covered: the picture has no edges"
	frozen  = "frozen: the picture does not change at all"
	moved   = "moved: the picture is not the one that it was"
)

// BlindSettings say after how many seconds a camera counts as blind.
type BlindSettings struct {
	Silent float64 `json:"silent_seconds" yaml:"silent_seconds"` // without a picture
	Dark   float64 `json:"dark_seconds" yaml:"dark_seconds"`     // of pictures that are black or covered; 0 = never
	Frozen float64 `json:"frozen_seconds" yaml:"frozen_seconds"` // of pictures that are the same to the last point; 0 = never
	Moved  float64 `json:"moved_seconds" yaml:"moved_seconds"`   // of pictures of another view; 0 = never
}

// DefaultBlind lets a camera be opened again before anybody hears of it.
var DefaultBlind = BlindSettings{Silent: 30, Dark: 30, Frozen: 120, Moved: 60}

// Faults lists every setting that cannot be, each starting with its name.
func (s BlindSettings) Faults() []error {
	var faults []error
	for _, v := range []struct {
		name         string
		value, least float64
	}{{"silent_seconds", s.Silent, 5}, {"dark_seconds", s.Dark, 0}, {"frozen_seconds", s.Frozen, 0}, {"moved_seconds", s.Moved, 0}} {
		if !(v.value >= v.least && v.value <= 86400) {
			faults = append(faults, fmt.Errorf("blind.%s is %g, and must be from %g to 86400", v.name, v.value, v.least))
		}
	}
	return faults
}

// Bounds of what a picture of a room looks like.
const (
	blackMean   = 14.0 // grey levels: below it, and with less than blackSpread, a picture is black
	blackSpread = 8.0
	fewEdges    = 2.5 // mean of Edges below which a picture is covered
	seesAgain   = 3.0 // seconds of good pictures
)

// sight tells from what pictures look like whether a camera is blind, and why. It reads no
// clock.
type sight struct {
	settings BlindSettings
	views    views

	why   string // it is blind, as it was told; "" = it sees
	doubt string // it may be, since
	since time.Time
	good  time.Time // since when pictures are good; zero = they are not
}

// see takes what the newest picture looked like and gives why the camera is blind, "" where
// it is not.
func (s *sight) see(at time.Time, p *Picture) string {
	doubt := s.doubtOf(at, p)
	if doubt != s.doubt {
		s.doubt, s.since = doubt, at
	}
	if doubt == "" {
		if s.good.IsZero() {
			s.good = at
		}
		if s.why != "" && at.Sub(s.good).Seconds() >= seesAgain {
			s.why = ""
		}
		return s.why
	}
	s.good = time.Time{}
	if at.Sub(s.since).Seconds() >= s.patience(doubt) {
		s.why = doubt
	}
	return s.why
}

func (s *sight) patience(doubt string) float64 {
	switch doubt {
	case frozen:
		return s.settings.Frozen
	case moved:
		return s.settings.Moved
	}
	return s.settings.Dark
}

func (s *sight) doubtOf(at time.Time, p *Picture) string {
	dark, bare := p.Mean < blackMean && p.Spread < blackSpread, mean(p.Edges) < fewEdges
	switch {
	case (dark || bare) && s.settings.Dark == 0:
		return ""
	case dark:
		return black
	case bare:
		return covered
	case p.Change == 0 && s.settings.Frozen > 0:
		return frozen
	case s.settings.Moved > 0 && s.views.strange(at, p):
		return moved
	}
	return ""
}

// views are what a camera has usually shown: one by day, one by lamp light, one by infrared.
// The first one is learned at the start; another is one that begins with a change of light, or
// that has been there for long.
type views struct {
	known []view
	new   *view // that is none of them
	began time.Time
	lit   bool // it began with a change of light
}

type view struct {
	edges []float64
	light float64
	seen  int
}

const (
	mostViews   = 6
	alike       = 0.55             // correlation of two pictures' edges: one view
	lightChange = 15.0             // grey levels of the mean at once: a light was switched
	lightLearnt = 20 * time.Second // of another light
	viewLearnt  = 15 * time.Minute // of another view
)

// strange tells whether the picture is of none of the views that are known.
func (v *views) strange(at time.Time, p *Picture) bool {
	if len(v.known) == 0 {
		v.known = []view{newView(p)}
		return false
	}
	best, likest := -1, alike
	for i := range v.known {
		if c := v.known[i].like(p); c >= likest {
			best, likest = i, c
		}
	}
	if best >= 0 {
		v.known[best].adapt(p, 300)
		v.new = nil
		v.known = append(append(v.known[:best:best], v.known[best+1:]...), v.known[best]) // the newest last
		return false
	}
	return !v.learn(at, p)
}

// learn follows a new view; true = it is known from now on.
func (v *views) learn(at time.Time, p *Picture) bool {
	if v.new == nil || v.new.like(p) < alike {
		n := newView(p)
		v.lit = math.Abs(p.Mean-v.known[len(v.known)-1].light) >= lightChange
		v.new, v.began = &n, at
	}
	v.new.adapt(p, 30)
	long := viewLearnt
	if v.lit {
		long = lightLearnt
	}
	if at.Sub(v.began) < long {
		return false
	}
	v.known = append(v.known[max(0, len(v.known)+1-mostViews):], *v.new)
	v.new = nil
	return true
}

func newView(p *Picture) view {
	v := view{edges: make([]float64, len(p.Edges)), light: p.Mean}
	for i, e := range p.Edges {
		v.edges[i] = math.Sqrt(float64(e))
	}
	return v
}

// adapt takes a picture into the view, which remembers about so many.
func (v *view) adapt(p *Picture, memory int) {
	v.seen++
	part := 1 / float64(min(v.seen+1, memory))
	v.light += part * (p.Mean - v.light)
	for i, e := range p.Edges {
		if i < len(v.edges) {
			v.edges[i] += part * (math.Sqrt(float64(e)) - v.edges[i])
		}
	}
}

// like is the correlation of a picture's edges with the view's, -1 to 1.
func (v *view) like(p *Picture) float64 {
	if len(p.Edges) != len(v.edges) || len(p.Edges) == 0 {
		return -1
	}
	var a, b float64
	for i, e := range p.Edges {
		a += math.Sqrt(float64(e))
		b += v.edges[i]
	}
	n := float64(len(p.Edges))
	a, b = a/n, b/n
	var ab, aa, bb float64
	for i, e := range p.Edges {
		x, y := math.Sqrt(float64(e))-a, v.edges[i]-b
		ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

func mean(v []float32) (m float64) {
	for _, x := range v {
		m += float64(x)
	}
	return m / float64(max(len(v), 1))
}
