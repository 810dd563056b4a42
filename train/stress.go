package train

import (
	"context"
	"fmt"
	"math"
	"slices"

	"fallkit/pose"
)

// Rescore scores other recordings of judged clips: clip i as recording(i) shows it, such as
// after harm came to it. What is true of a clip stays as it is, in seconds. The result is in
// the order of the clips, whatever the number of workers.
func (j Judging) Rescore(ctx context.Context, clips []Judged, recording func(i int) (*pose.Recording, error)) ([]Judged, error) {
	out := make([]Judged, len(clips))
	return out, j.each(ctx, len(clips), func(i int, scorer TrackScorer) error {
		r, err := recording(i)
		if err != nil {
			return err
		}
		out[i] = clips[i]
		out[i].Scores, out[i].Windows, out[i].Recording = ScoreTracks(r, scorer), nil, nil
		out[i].Evidence = Evidence(r.PoseTimes, out[i].Scores)
		return nil
	})
}

// StressHarm is a kind of harm at one severity, as a result names it.
type StressHarm struct {
	Kind      string
	About     string  // what happens, for people
	Unit      string  // of the parameter
	Severity  int     // from 1
	Parameter float64 // at this severity
}

// Stress gathers how a detector does under harm, level by level: "pictures" before the pose
// network, "poses" after it. docs/stress.md defines the score.
type Stress struct {
	Measuring Measuring
	levels    []*stressLevel
}

// stressLevel is what is known at one level. Its clips are the same in every cell.
type stressLevel struct {
	name   string
	clips  []Judged // as they are, without scores and poses
	counts Counts
	clean  *columns
	cells  []stressCell
}

type stressCell struct {
	harm StressHarm
	got  *columns
}

// Begin opens a level with the clips as they are, each with its threshold.
func (s *Stress) Begin(level string, clean []Judged) {
	l := &stressLevel{name: level, clips: slices.Clone(clean), counts: s.Measuring.count(clean), clean: s.Measuring.tally(clean)}
	for i := range l.clips {
		l.clips[i].Scores, l.clips[i].Windows, l.clips[i].Recording = nil, nil, nil
	}
	s.levels = append(s.levels, l)
}

// Add tells what became of the level's clips, in their order, under one harm. Harms of one
// kind follow each other by ascending severity.
func (s *Stress) Add(level string, h StressHarm, clips []Judged) error {
	i := slices.IndexFunc(s.levels, func(l *stressLevel) bool { return l.name == level })
	if i < 0 {
		return fmt.Errorf("stress: the level %q was not begun", level)
	}
	l := s.levels[i]
	same := slices.EqualFunc(l.clips, clips, func(a, b Judged) bool { return stressName(&a) == stressName(&b) })
	if !same {
		return fmt.Errorf("stress: %s %d was measured on other clips than those of the level %q", h.Kind, h.Severity, level)
	}
	l.cells = append(l.cells, stressCell{h, s.Measuring.tally(clips)})
	return nil
}

// stressName tells clips apart, whatever their level.
func stressName(j *Judged) string { return j.Group + "/" + j.Clip }

// Result measures everything. All numbers come from the same draws of clips, so that what
// is compared is compared on the same clips.
func (s *Stress) Result() StressResult {
	all, places := s.union()
	b := newBootstrap(all, s.Measuring.Resamples, s.Measuring.Seed)
	out := StressResult{Format: StressFormat, Alarm: s.Measuring.Alarm, Interval: b.made, Levels: make([]StressLevel, len(s.levels))}
	if len(all) > 0 {
		out.Alarm.Threshold = all[0].Threshold
	}
	var q questions
	var kinds []statistic
	for i, l := range s.levels {
		kinds = append(kinds, l.ask(&q, &out.Levels[i], places[i], len(all))...)
	}
	q.ask(&out.Score, mean(kinds...))
	q.answer(b)
	out.explain()
	return out
}

const noScore = "no fall is found on the clips as they are"

// union is every clip of any level once, and where each level's clips are among them.
func (s *Stress) union() (all []Judged, places [][]int) {
	known := map[string]int{}
	for _, l := range s.levels {
		at := make([]int, len(l.clips))
		for i := range l.clips {
			name := stressName(&l.clips[i])
			k, there := known[name]
			if !there {
				k = len(all)
				known[name], all = k, append(all, l.clips[i])
			}
			at[i] = k
		}
		places = append(places, at)
	}
	return all, places
}

// ask fills in a level's names and asks for its numbers. It gives the score of each kind.
func (l *stressLevel) ask(q *questions, out *StressLevel, places []int, clips int) (scores []statistic) {
	clean := l.clean.performance(places, clips)
	out.Level, out.Counts = l.name, l.counts
	clean.ask(q, &out.Clean, l.clean)
	out.Kinds = l.kinds()
	next := 0
	for i := range out.Kinds {
		k := &out.Kinds[i]
		var relatives []statistic
		for c := range k.Cells {
			harmed := l.cells[next].got.performance(places, clips)
			harmed.ask(q, &k.Cells[c].StressMeasures, l.cells[next].got)
			relatives = append(relatives, relative(harmed.f1, clean.f1))
			q.ask(&k.Cells[c].Relative, relatives[c])
			next++
		}
		scores = append(scores, mean(relatives...))
		q.ask(&k.Score, scores[i])
	}
	q.ask(&out.Score, mean(scores...))
	return scores
}

// kinds are the level's cells by kind, without their numbers.
func (l *stressLevel) kinds() (kinds []StressKind) {
	for _, c := range l.cells {
		if n := len(kinds); n == 0 || kinds[n-1].Kind != c.harm.Kind {
			kinds = append(kinds, StressKind{Kind: c.harm.Kind, About: c.harm.About, Unit: c.harm.Unit})
		}
		k := &kinds[len(kinds)-1]
		k.Cells = append(k.Cells, StressCell{Severity: c.harm.Severity, Parameter: c.harm.Parameter})
	}
	return kinds
}

// relative is performance under harm over performance without.
func relative(harmed, clean statistic) statistic {
	return func(weight []float64) float64 {
		c := clean(weight)
		if !(c > 0) {
			return math.NaN()
		}
		return harmed(weight) / c
	}
}

// performance is what is told of a cell.
type performance struct{ f1, recall, falseAlarms, balanced, coverage statistic }

// performance is over more clips than the columns', clip i being number places[i] of them.
func (t *columns) performance(places []int, clips int) performance {
	on := func(column []float64) []float64 {
		wide := make([]float64, clips)
		for i, v := range column {
			wide[places[i]] = v
		}
		return wide
	}
	c, e := &t.clip, &t.suspected
	return performance{
		f1:          ratio(on(e.twice), on(e.both)),
		recall:      ratio(on(e.found), on(e.falls)),
		falseAlarms: ratio(on(e.falseAlarms), on(e.hours)),
		balanced:    mean(ratio(on(c.caught), on(c.falls)), ratio(on(c.quiet), on(c.adls))),
		coverage:    ratio(on(c.answered), on(c.all)),
	}
}

func (p performance) ask(q *questions, out *StressMeasures, t *columns) {
	out.Counts = t.suspected.counts
	q.ask(&out.EventF1, p.f1)
	q.ask(&out.EventRecall, p.recall)
	q.ask(&out.FalseAlarmsPerHour, p.falseAlarms)
	q.ask(&out.BalancedAccuracy, p.balanced)
	q.ask(&out.Coverage, p.coverage)
}

// explain says why a number is missing, and bounds those that drawing shows no spread of.
func (r *StressResult) explain() {
	r.Score = spread(r.Score)
	for i := range r.Levels {
		l := &r.Levels[i]
		l.Score = spread(l.Score)
		l.Clean.explain(l.Counts.Clips)
		for k := range l.Kinds {
			l.Kinds[k].Score = spread(l.Kinds[k].Score)
			for c := range l.Kinds[k].Cells {
				cell := &l.Kinds[k].Cells[c]
				cell.Relative = spread(cell.Relative)
				cell.explain(l.Counts.Clips)
			}
		}
	}
}

// spread is a score with no interval where drawing clips shows no spread: it is not known to
// that many places.
func spread(m Metric) Metric {
	return withoutInterval(m, m.Low == m.High, "no draw shows a difference").or(noScore)
}

func (m *StressMeasures) explain(clips int) {
	m.EventF1 = m.EventF1.or("no fall and no alarm")
	m.EventRecall = boundShare(m.EventRecall, m.Counts.Falls).or("no fall that could be found")
	m.FalseAlarmsPerHour = boundRate(m.FalseAlarmsPerHour, m.Counts.Hours, "h").or("no footage away from falls")
	m.BalancedAccuracy = m.BalancedAccuracy.or("all clips that could be judged are of one kind")
	m.Coverage = boundShare(m.Coverage, clips)
}
