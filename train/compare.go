package train

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"sort"
)

// Comparison is two evaluations side by side, on the clips that both have.
type Comparison struct {
	Clips       int          `json:"clips"`   // that both have
	OnlyA       int          `json:"only_a"`  // left out: the other has no such clip
	OnlyB       int          `json:"only_b"`  // likewise
	Changed     int          `json:"changed"` // left out: labelled otherwise, or of another length
	Same        bool         `json:"same"`    // both say the same of every clip at every moment
	Interval    Interval     `json:"interval"`
	Differences []Difference `json:"differences"`
}

// Difference is what one number is in both evaluations, on the same clips.
type Difference struct {
	Metric     string  `json:"metric"` // its key, as "event.recall"
	A          float64 `json:"-"`      // NaN where it cannot be told
	B          float64 `json:"-"`
	Difference Metric  `json:"difference"` // B − A, and its interval from draws of the same clips for both
	Differ     int     `json:"differ"`     // units of the drawing in which the two were counted differently; -1 = not counted

	kind *comparedKind
}

// fewestDiffering is how many units have to differ before a difference can be beyond
// chance: of five that all differ the same way, the sign test says p = 0.06, of six 0.03
// (Dixon & Mood 1946, "The statistical sign test"). Resampling alone would be too sure here.
const fewestDiffering = 6

// ErrNothingShared is wrapped where two evaluations have no clip in common.
var ErrNothingShared = errors.New("they have no clip in common that is labelled the same")

// Compare judges b against a: each clip with its own threshold and alarm, drawn anew for
// both at once (paired bootstrap, Efron & Tibshirani 1993), so that a clip that is hard for
// both adds nothing to their difference. Swapping the two changes signs only.
func Compare(a, b *Evaluation) (Comparison, error) {
	var c Comparison
	x, y, err := c.pair(a.Clips, b.Clips)
	if err != nil {
		return c, err
	}
	ma, mb := a.Measuring, b.Measuring
	draws := newBootstrap(x, max(ma.Resamples, mb.Resamples), min(ma.Seed, mb.Seed))
	c.Interval, c.Same = draws.made, saysTheSame(x, y, ma, mb)
	ta, tb := ma.tally(x), mb.tally(y)
	c.Differences = make([]Difference, len(comparedKinds))
	var q questions
	for i := range comparedKinds {
		k := &comparedKinds[i]
		sa, sb := k.statistic(ta), k.statistic(tb)
		d := &c.Differences[i]
		*d = Difference{Metric: k.key, A: sa(draws.alone), B: sb(draws.alone), Differ: k.differ(ta, tb, draws.units), kind: k}
		q.ask(&d.Difference, difference(sb, sa))
	}
	q.answer(draws)
	for i := range c.Differences {
		d := &c.Differences[i]
		d.Difference = d.bound(c, ta, tb, draws.alone)
	}
	return c, nil
}

// Of is the difference in one number, by its key.
func (c Comparison) Of(metric string) *Difference {
	for i := range c.Differences {
		if c.Differences[i].Metric == metric {
			return &c.Differences[i]
		}
	}
	return nil
}

// pair finds the clips of both, in the order of their names.
func (c *Comparison) pair(a, b []Judged) (x, y []Judged, err error) {
	inB, err := byName(b)
	if err != nil {
		return nil, nil, err
	}
	inA, err := byName(a)
	if err != nil {
		return nil, nil, err
	}
	names := make([]string, 0, len(inA))
	for name := range inA {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		other, ok := inB[name]
		switch mine := inA[name]; {
		case !ok:
			c.OnlyA++
		case !sameTruth(mine, other):
			c.Changed++
		default:
			x, y = append(x, *mine), append(y, *other)
		}
	}
	c.Clips = len(x)
	c.OnlyB = len(b) - c.Clips - c.Changed
	if c.Clips == 0 {
		return nil, nil, fmt.Errorf("comparing %d clips with %d: %w", len(a), len(b), ErrNothingShared)
	}
	return x, y, nil
}

// byName gives clips by data set and name.
func byName(clips []Judged) (map[string]*Judged, error) {
	all := make(map[string]*Judged, len(clips))
	for i := range clips {
		name := clips[i].Columns["dataset"] + "/" + clips[i].Clip
		if all[name] != nil {
			return nil, fmt.Errorf("comparing: the clip %s is there twice", name)
		}
		all[name] = &clips[i]
	}
	return all, nil
}

// sameTruth tells whether two judgements are of one clip that was labelled the same.
func sameTruth(a, b *Judged) bool {
	if a.Fall != b.Fall || a.Group != b.Group || a.Trial != b.Trial || len(a.Falls) != len(b.Falls) || math.Abs(a.Seconds-b.Seconds) > 1e-6 {
		return false
	}
	for i := range a.Falls {
		if math.Abs(a.Falls[i].Start-b.Falls[i].Start) > 1e-6 || math.Abs(a.Falls[i].End-b.Falls[i].End) > 1e-6 {
			return false
		}
	}
	return true
}

// saysTheSame tells whether two detectors cannot be told apart by these clips at all.
func saysTheSame(x, y []Judged, a, b Measuring) bool {
	if a.MinEvidence != b.MinEvidence {
		return false
	}
	for i := range x {
		if a.alarmOf(&x[i]) != b.alarmOf(&y[i]) || len(x[i].Scores) != len(y[i].Scores) || len(x[i].Windows) != len(y[i].Windows) ||
			x[i].Foreign != y[i].Foreign || !reflect.DeepEqual(x[i].Heard, y[i].Heard) {
			return false
		}
		for k, w := range x[i].Windows {
			if !sameScore(w.Score, y[i].Windows[k].Score) || w.Fall != y[i].Windows[k].Fall {
				return false
			}
		}
		for k := range x[i].Scores {
			if !sameScores(x[i].Scores[k], y[i].Scores[k]) {
				return false
			}
		}
	}
	return true
}

func sameScores(a, b TrackScores) bool {
	if len(a.Scores) != len(b.Scores) {
		return false
	}
	for i := range a.Scores {
		if a.Times[i] != b.Times[i] || !sameScore(a.Scores[i], b.Scores[i]) {
			return false
		}
	}
	return true
}

func sameScore(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

// bound mends the interval where draws know less than they say; alone is what each clip
// weighs.
func (d *Difference) bound(c Comparison, a, b *columns, alone []float64) Metric {
	m := d.Difference
	switch {
	case !m.Defined():
		return undefined("it cannot be told for both")
	case c.Same:
		return Metric{0, 0, 0, "both say the same of every clip"}
	case d.kind.unit == seconds && min(weighed(a.suspected.found, alone), weighed(b.suspected.found, alone)) < fewestDelays:
		return withoutInterval(m, true, "too few alarms")
	case d.Differ < 0 && c.Interval.Units < fewestDiffering:
		return withoutInterval(m, true, "too few "+c.Interval.Unit+"s")
	case d.Differ < 0 && m.Low == m.High:
		return withoutInterval(m, true, "every draw gives the same")
	case d.Differ == 0, d.Differ > 0 && m.Low == m.High && m.Value == 0:
		return d.unseen(a, alone)
	case d.Differ > 0 && d.Differ < fewestDiffering:
		m.Low, m.High = min(m.Low, 0), max(m.High, 0)
		m.Note = fmt.Sprintf("%s that differ are too few to tell", plural(d.Differ, c.Interval.Unit))
	}
	return m
}

// unseen is the interval of a difference that no draw shows: by the rule of three, where
// what could have differed is counted.
func (d *Difference) unseen(t *columns, alone []float64) Metric {
	if !d.kind.counted {
		return withoutInterval(Metric{}, true, "no draw shows a difference")
	}
	wide, parts := 0.0, d.kind.parts(t)
	for _, p := range parts {
		wide = math.Hypot(wide, three/sumOf(p.below, alone)/float64(len(parts)))
	}
	return Metric{0, -wide, wide, "rule of three: no draw shows a difference"}
}

// Beyond tells whether the difference is beyond chance: +1 where b is better than a, -1
// where it is worse, 0 where chance may have made it.
func (d *Difference) Beyond() int {
	better := 1
	if d.kind.lower {
		better = -1
	}
	switch m := d.Difference; {
	case m.Low > 0:
		return better
	case m.High < 0:
		return -better
	}
	return 0
}
