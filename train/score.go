package train

import (
	"math"
	"sort"

	"fallkit/internal/alarm"
	"fallkit/pose"
)

// Scorer gives the probability of a fall for one window [step, channel]. model.Predictor is one.
type Scorer interface {
	Score(window []float32) float64
}

// TrackScores is a detector's score over time for one person.
type TrackScores struct {
	Track  int
	Times  []float64 // seconds: the track's own, and others at which it says something that the person was not seen
	Scores []float64 // one for each time; NaN = too little seen to say
}

// TrackScorer is a detector as it is measured: one person's poses in, a score for every
// moment out. At no moment may it look at later poses.
type TrackScorer interface {
	ScoreTrack(t *pose.Track) TrackScores
}

// WindowScorer scores a track with a model of windows: at every pose, the window that ends
// there. It is not safe for concurrent use.
type WindowScorer struct {
	Input  pose.Input
	Scorer Scorer
	window []float32
}

// ScoreTrack gives NaN where a window shows the person in less than Input.MinSeen of its steps.
func (w *WindowScorer) ScoreTrack(t *pose.Track) TrackScores {
	if n := w.Input.Steps() * w.Input.Channels(); len(w.window) != n {
		w.window = make([]float32, n)
	}
	out := TrackScores{Track: t.ID, Times: t.Times, Scores: make([]float64, len(t.Times))}
	for i, end := range t.Times {
		out.Scores[i] = math.NaN()
		if w.Input.Window(t, end, w.window) >= w.Input.MinSeen {
			out.Scores[i] = w.Scorer.Score(w.window)
		}
	}
	return out
}

// ScoreRecording scores every track of a recording with a model of windows.
func ScoreRecording(r *pose.Recording, in pose.Input, s Scorer) []TrackScores {
	return ScoreTracks(r, &WindowScorer{Input: in, Scorer: s})
}

// seenScorer is a TrackScorer to which it says something that a person was not seen.
type seenScorer interface {
	ScoreSeen(r *pose.Recording, t *pose.Track) TrackScores
}

// ScoreTracks scores every track of a recording.
func ScoreTracks(r *pose.Recording, s TrackScorer) []TrackScores {
	scores := make([]TrackScores, len(r.Tracks))
	seen, ok := s.(seenScorer)
	for i := range r.Tracks {
		if ok {
			scores[i] = seen.ScoreSeen(r, &r.Tracks[i])
			continue
		}
		scores[i] = s.ScoreTrack(&r.Tracks[i])
	}
	return scores
}

// Detection is one raised event: a row of events.csv. Times are seconds from the clip's
// first frame.
type Detection struct {
	Clip      string
	Track     int
	Event     string  // alarm.Suspected or alarm.Confirmed
	Start     float64 // when the score first rose above the threshold
	Confirmed float64 // when this event was raised
	Score     float64 // the highest score from Start to then
}

// Detect runs an alarm over each track's scores and gives what it raised, in the order in
// which a watcher would have heard it.
func Detect(clip string, scores []TrackScores, a alarm.Settings) []Detection {
	var found []Detection
	for _, s := range scores {
		m := alarm.New(a)
		for i, time := range s.Times {
			for _, e := range m.Update(time, s.Scores[i]) {
				if e.Kind == alarm.Suspected || e.Kind == alarm.Confirmed {
					found = append(found, Detection{clip, s.Track, e.Kind, e.Start, e.Time, e.Score})
				}
			}
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].Confirmed < found[j].Confirmed })
	return found
}
