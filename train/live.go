package train

import (
	"math"

	"fallkit/internal/alarm"
	"fallkit/pose"
)

// Live watches people as the frames come: a score for each person's newest pose, and an
// alarm for each. What it raises is what Detect finds in the finished recording. The
// detector is either a model of windows, or a rule.
type Live struct {
	Clip   string // name in the detections
	Input  pose.Input
	Scorer Scorer
	Alarm  alarm.Settings

	Rule  TrackScorer // nil with a model
	Reach float64     // seconds that the rule looks back at most

	Open func() Streamer // for each person, of a model that takes poses one by one; nil with another

	people map[int]*watched
	order  []int
	now    float64 // time of the newest frame
}

// watched is one person on the way.
type watched struct {
	model  pose.Moving
	stream Streamer  // nil where there is none
	past   pose.Past // as far back as the rule reaches, where there is one
	alarm  *alarm.Machine
	seen   float64 // when the newest pose was
	scores TrackScores
}

// Update takes the newest frame. score is the highest of the people in it, NaN where
// nobody's could be told.
func (l *Live) Update(f pose.Frame) (score float64, raised []Detection) {
	score, l.now = math.NaN(), f.Time
	for _, p := range f.People {
		w := l.watch(p.Track)
		s := l.score(w, f.Time, p.Pose)
		if !math.IsNaN(s) && !(score >= s) {
			score = s
		}
		raised = append(raised, l.alarm(w, p.Track, s)...)
	}
	for _, id := range l.order {
		raised = append(raised, l.miss(l.people[id], id, &f)...)
	}
	return score, raised
}

// alarm tells a person's alarm the newest score.
func (l *Live) alarm(w *watched, id int, score float64) (raised []Detection) {
	for _, e := range w.alarm.Update(l.now, score) {
		if e.Kind == alarm.Suspected || e.Kind == alarm.Confirmed {
			raised = append(raised, Detection{l.Clip, id, e.Kind, e.Start, e.Time, e.Score})
		}
	}
	return raised
}

// miss tells a person's stream that the newest frame does not show the person, where it does not.
func (l *Live) miss(w *watched, id int, f *pose.Frame) []Detection {
	if w.stream == nil || w.seen == l.now || l.now-w.seen >= longestLost {
		return nil
	}
	score := w.stream.Lost(f.Time, f.Width, f.Height)
	if math.IsNaN(score) {
		return nil
	}
	w.scores.add(l.now, score)
	return l.alarm(w, id, score)
}

// Scores are all scores so far, by the order in which the people appeared.
func (l *Live) Scores() []TrackScores {
	all := make([]TrackScores, 0, len(l.order))
	for _, id := range l.order {
		all = append(all, l.people[id].scores)
	}
	return all
}

// State is the highest state of any alarm, of those people whom the alarm still holds: who
// was not seen for longer than its HoldSeconds counts no more.
func (l *Live) State() alarm.State {
	state := alarm.Calm
	for _, w := range l.people {
		if l.now-w.scores.Times[len(w.scores.Times)-1] <= l.Alarm.HoldSeconds {
			state = max(state, w.alarm.State())
		}
	}
	return state
}

func (l *Live) watch(id int) *watched {
	if l.people == nil {
		l.people = map[int]*watched{}
	}
	w := l.people[id]
	if w == nil {
		w = &watched{alarm: alarm.New(l.Alarm), scores: TrackScores{Track: id}}
		switch {
		case l.Open != nil:
			w.stream = l.Open()
		case l.Rule != nil:
			w.past = pose.Past{Track: pose.Track{ID: id}, Seconds: l.Reach + 1e-6} // a rule's own times have a tolerance below this
		default:
			w.model = pose.Moving{Input: l.Input, Score: l.Scorer.Score}
		}
		l.people[id] = w
		l.order = append(l.order, id)
	}
	return w
}

func (l *Live) score(w *watched, time float64, p pose.Pose) float64 {
	score := l.newest(w, time, p)
	w.seen = time
	w.scores.add(time, score)
	return score
}

// newest is the score of the newest pose.
func (l *Live) newest(w *watched, time float64, p pose.Pose) float64 {
	switch {
	case w.stream != nil:
		return w.stream.Score(time, &p)
	case l.Rule == nil:
		return w.model.Update(time, p)
	}
	w.past.Add(time, p)
	scores := l.Rule.ScoreTrack(&w.past.Track).Scores
	return scores[len(scores)-1]
}
