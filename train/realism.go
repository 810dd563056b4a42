package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"fallkit/data"
	"fallkit/pose"
)

// RealismFormat is the version of a realism result's JSON. docs/simulate.md lists its keys;
// within a version keys are added and never changed.
const RealismFormat = 1

// Footage is clips on one side of a comparison.
type Footage struct {
	Name     string // for people
	Manifest *data.Manifest
	Examples []data.Example
}

// Realism is how alike generated and real poses are.
type Realism struct {
	Format      int                 `json:"format"`
	Generated   RealismSide         `json:"generated"`
	Real        RealismSide         `json:"real"`
	Falls       []RealismQuantity   `json:"falls"`             // of falls, as poses show them
	Published   []RealismPublished  `json:"published"`         // of falls, as the generator made them, beside published figures
	Windows     []RealismStratum    `json:"windows"`           // what was told apart
	Classifiers []RealismClassifier `json:"classifiers"`       // the strongest first
	Statistics  []RealismStatistic  `json:"window_statistics"` // what the trees go by most first
	Interval    Interval            `json:"interval"`
}

// RealismSide is one side.
type RealismSide struct {
	Name   string   `json:"name"`
	Clips  int      `json:"clips"`
	Falls  int      `json:"falls"`
	Hours  float64  `json:"hours"`
	Groups int      `json:"groups"`   // of clips of the same subject or camera
	Sizes  []string `json:"pictures"` // their sizes in pixels, the most frequent first
	Rate   float64  `json:"poses_a_second"`
}

// RealismQuantity is something about each fall.
type RealismQuantity struct {
	Name      string        `json:"name"`
	Unit      string        `json:"unit"`
	About     string        `json:"about"`
	Generated RealismSpread `json:"generated"`
	Real      RealismSpread `json:"real"`
	Distance  float64       `json:"distance"` // the greatest difference of shares below a value (Kolmogorov & Smirnov), 0 to 1
}

// RealismPublished is a quantity of generated falls, as they were made, beside what was
// published of real ones.
type RealismPublished struct {
	Name      string        `json:"name"`
	Generated RealismSpread `json:"generated"`
	Mean      float64       `json:"published_mean"` // with SD 0: nothing was
	SD        float64       `json:"published_sd"`
	Source    string        `json:"source"`
}

// RealismSpread sums up numbers.
type RealismSpread struct {
	N      int     `json:"n"`
	Low    float64 `json:"p5"`
	Median float64 `json:"median"`
	High   float64 `json:"p95"`

	values []float64 // ascending
}

// RealismStratum is windows of one kind: as many of either side.
type RealismStratum struct {
	Kind      string `json:"kind"`
	Generated int    `json:"generated"` // that there are
	Real      int    `json:"real"`
	Used      int    `json:"used"` // of either side
}

// RealismClassifier is how well something tells generated windows from real ones.
type RealismClassifier struct {
	Name  string `json:"name"`
	About string `json:"about"`
	AUC   Metric `json:"auc"` // 0.5 = not at all, 1 = always
}

// RealismStatistic is how well one number does.
type RealismStatistic struct {
	Name      string  `json:"name"`
	Place     bool    `json:"place"`     // where in the picture somebody is: no classifier looks at it
	AUC       float64 `json:"auc"`       // 0.5 to 1
	Used      float64 `json:"used"`      // its share of what the trees tell the sides apart by, 0 to 1
	Generated float64 `json:"generated"` // median
	Real      float64 `json:"real"`      // median
}

// RealismSettings say how two sides are compared.
type RealismSettings struct {
	Input     pose.Input // what windows are; Features must be pose.Skeleton
	Stride    float64    // seconds between two windows of a track
	Folds     int
	Steps     int // that a network learns for
	Batch     int
	Resamples int
	Seed      uint64

	// Learner makes a network that has learned nothing yet, from a seed. The caller closes it.
	Learner func(seed uint64) (CloseLearner, error)
}

// CloseLearner is a learner that holds memory.
type CloseLearner interface {
	Learner
	Close() error
}

// CompareRealism measures how alike two sides are. Windows are told apart by classifiers that
// have seen neither their clip nor any of the same group: subject, else camera. Either
// side gives equally many windows of everyday life, before, during and after falls.
// progress hears of finished folds; it may be nil.
func CompareRealism(ctx context.Context, generated, real Footage, s RealismSettings, progress func(done, total int)) (Realism, error) {
	r := Realism{Format: RealismFormat, Generated: sideOf(&generated), Real: sideOf(&real), Falls: fallQuantities(generated.Examples, real.Examples, s.Input.MinScore)}
	rng := rand.New(rand.NewPCG(s.Seed, 0x4ea1))
	sides := [2][]realismWindow{windowsOf(&generated, &s), windowsOf(&real, &s)}
	var windows []realismWindow
	windows, r.Windows = matched(sides, rng)
	if len(windows) == 0 {
		return r, fmt.Errorf("compare %s with %s: there are no windows of the same kind on both sides", generated.Name, real.Name)
	}
	t := &teller{RealismSettings: s, windows: windows, progress: progress}
	if err := t.divide(rng); err != nil {
		return r, fmt.Errorf("compare %s with %s: %w", generated.Name, real.Name, err)
	}
	var err error
	if r.Classifiers, err = t.classifiers(ctx); err != nil {
		return r, err
	}
	r.Statistics, r.Interval = t.statistics(), t.interval()
	return r, nil
}

func sideOf(f *Footage) (s RealismSide) {
	s.Name, s.Clips = f.Name, len(f.Examples)
	groups, sizes := map[string]bool{}, map[string]int{}
	poses, seconds := 0, 0.0
	for i := range f.Examples {
		e := &f.Examples[i]
		s.Falls += len(e.Falls)
		seconds += e.Recording.Duration()
		poses += len(e.Recording.PoseTimes)
		groups[f.Manifest.Group(e.Index)] = true
		sizes[fmt.Sprintf("%dx%d", e.Recording.Width, e.Recording.Height)]++
	}
	s.Groups, s.Hours, s.Rate = len(groups), seconds/3600, float64(poses)/max(seconds, 1e-9)
	for size := range sizes {
		s.Sizes = append(s.Sizes, size)
	}
	slices.SortFunc(s.Sizes, func(a, b string) int {
		if sizes[a] != sizes[b] {
			return sizes[b] - sizes[a]
		}
		return compareNames(a, b)
	})
	return s
}

func compareNames(a, b string) int { return slices.Compare([]byte(a), []byte(b)) }

// The kinds of windows, by where they end.
var realismKinds = []string{"everyday life", "before a fall", "during a fall", "after a fall"}

// realismWindow is one window.
type realismWindow struct {
	real       bool
	kind, clip int
	group      string
	unit, fold int // its group's number, and the fold that holds it out
	x          []float32
	mirrored   []float32
	numbers    []float64 // of windowStatistics
}

// comparedAfterFall is how long windows after a fall are compared: clips of falls end soon, and
// minutes of lying still would be nothing but a difference in where clips are cut.
const comparedAfterFall = 4.0 // seconds

// windowsOf cuts the windows of one side. Clips with a fall whose times are not known are
// left out.
func windowsOf(f *Footage, s *RealismSettings) (all []realismWindow) {
	row := s.Input.Steps() * s.Input.Channels()
	for i := range f.Examples {
		e := &f.Examples[i]
		if e.Untimed {
			continue
		}
		for k := range e.Recording.Tracks {
			t := &e.Recording.Tracks[k]
			mirrored := mirroredTrack(t)
			next := math.Inf(-1)
			for _, end := range t.Times {
				x := make([]float32, row)
				if end < next || windowKind(e, end) < 0 || s.Input.Window(t, end, x) < s.Input.MinSeen {
					continue
				}
				next = end + s.Stride - 1e-6
				w := realismWindow{kind: windowKind(e, end), clip: i, group: f.Manifest.Group(e.Index), x: x, mirrored: make([]float32, row)}
				s.Input.Window(&mirrored, end, w.mirrored)
				w.count(e.Recording, t, end, s)
				all = append(all, w)
			}
		}
	}
	return all
}

// windowKind is where a window ends, by its number in realismKinds; -1 = too long after a fall.
func windowKind(e *data.Example, end float64) int {
	kind := 0
	for _, f := range e.Falls {
		switch {
		case end > f.End+comparedAfterFall:
			kind = -1
		case end > f.End+0.5:
			kind = 3
		case end >= f.Start:
			return 2
		default:
			kind = max(kind, 1)
		}
	}
	return kind
}

func mirroredTrack(t *pose.Track) pose.Track {
	out := pose.Track{ID: t.ID, Times: t.Times, Poses: make([]pose.Pose, len(t.Poses))}
	for i := range t.Poses {
		p := t.Poses[i]
		for j := range pose.Joint(pose.Joints) {
			k := t.Poses[i].Keypoints[j.Mirror()]
			k.X = -k.X
			p.Keypoints[j] = k
		}
		out.Poses[i] = p
	}
	return out
}

// count fills in the window's statistics.
func (w *realismWindow) count(r *pose.Recording, t *pose.Track, end float64, s *RealismSettings) {
	in := &s.Input
	sight := windowSight{
		x: w.x, steps: in.Steps(), rate: in.RateHz, part: t.Between(end-float64(in.Steps()-1)/in.RateHz-1e-9, end),
		least: in.MinScore, width: float64(r.Width), height: float64(r.Height),
	}
	w.numbers = make([]float64, len(windowStatistics))
	for i, of := range windowStatistics {
		w.numbers[i] = of.of(&sight)
	}
}

// matched takes equally many windows of each kind from both sides, from as many clips as
// there are.
func matched(sides [2][]realismWindow, rng *rand.Rand) (all []realismWindow, strata []RealismStratum) {
	for kind, name := range realismKinds {
		var of [2][]realismWindow
		for side := range sides {
			for _, w := range sides[side] {
				if w.kind == kind {
					w.real = side == 1
					of[side] = append(of[side], w)
				}
			}
		}
		st := RealismStratum{Kind: name, Generated: len(of[0]), Real: len(of[1]), Used: min(len(of[0]), len(of[1]))}
		for side := range of {
			all = append(all, spreadOut(of[side], st.Used, rng)...)
		}
		strata = append(strata, st)
	}
	return all, strata
}

// spreadOut draws n windows: one of each clip, then another of each, and so on.
func spreadOut(windows []realismWindow, n int, rng *rand.Rand) (some []realismWindow) {
	rng.Shuffle(len(windows), func(i, k int) { windows[i], windows[k] = windows[k], windows[i] })
	turn := make([]int, len(windows))
	taken := map[int]int{}
	for i := range windows {
		turn[i] = taken[windows[i].clip]
		taken[windows[i].clip]++
	}
	order := make([]int, len(windows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return turn[a] - turn[b] })
	for _, i := range order[:n] {
		some = append(some, windows[i])
	}
	return some
}
