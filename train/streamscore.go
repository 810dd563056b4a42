package train

import "fallkit/pose"

// Streamer follows one person: poses in as they come, a score for each. *model.Stream is one.
type Streamer interface {
	// Score is the probability of a fall, NaN where too little was seen to say.
	Score(time float64, p *pose.Pose) float64
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
