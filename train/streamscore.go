package train

import (
	"math"
	"slices"

	"fallkit/pose"
)

// Streamer follows one person: poses in as they come, a score for each. *model.Stream is one.
type Streamer interface {
	// Score is the probability of a fall, NaN where too little was seen to say.
	Score(time float64, p *pose.Pose) float64

	// Lost takes that a picture, of so many pixels, was searched and did not show the person.
	// It gives the probability of a fall, NaN where that says nothing.
	Lost(time float64, width, height int) float64
}

// StreamScorer scores tracks with a model that takes poses one by one.
type StreamScorer struct {
	Open func() Streamer // one for each person
}

// ScoreTrack gives NaN where too little of the person was seen.
func (s StreamScorer) ScoreTrack(t *pose.Track) TrackScores {
	out := TrackScores{Track: t.ID, Times: t.Times, Scores: make([]float64, len(t.Times))}
	one := s.Open()
	for i, time := range t.Times {
		out.Scores[i] = one.Score(time, &t.Poses[i])
	}
	return out
}

// longestLost is how long after somebody was last seen a Streamer is asked about it, in seconds.
const longestLost = 3.0

// ScoreSeen is ScoreTrack where it is known which pictures were searched: those that do not
// show the person count where the stream makes something of them.
func (s StreamScorer) ScoreSeen(r *pose.Recording, t *pose.Track) TrackScores {
	out := TrackScores{Track: t.ID}
	one := s.Open()
	for i, time := range t.Times {
		out.add(time, one.Score(time, &t.Poses[i]))
		next := math.Inf(1)
		if i+1 < len(t.Times) {
			next = t.Times[i+1]
		}
		for _, looked := range lookedWithin(r.PoseTimes, time, min(next, time+longestLost)) {
			if score := one.Lost(looked, r.Width, r.Height); !math.IsNaN(score) {
				out.add(looked, score)
			}
		}
	}
	return out
}

func (t *TrackScores) add(time, score float64) {
	t.Times, t.Scores = append(t.Times, time), append(t.Scores, score)
}

// lookedWithin gives those of ascending times that lie between two, neither of them included.
func lookedWithin(times []float64, from, to float64) []float64 {
	first, _ := slices.BinarySearch(times, math.Nextafter(from, math.Inf(1)))
	end, _ := slices.BinarySearch(times, to)
	return times[first:max(first, end)]
}
