package train

import (
	"math"
	"slices"

	"fallkit/data"
	"fallkit/pose"
)

// Judge joins what another program said with what is true. Where it said nothing it is taken
// to have seen no fall, or with unknown to have had no answer: a clip of which too little was
// told is then unknown (Measuring.MinEvidence). A row without a number is no answer either way.
//
// group is what makes clips depend on each other; nil: each stands alone.
func (f *Foreign) Judge(examples []data.Example, group func(*data.Example) string, unknown bool) []Judged {
	judged := make([]Judged, len(examples))
	for i := range examples {
		j := truthOf(&examples[i], group)
		said := f.Of(examples[i].Clip.Dataset, examples[i].Clip.ID)
		if said == nil {
			said = &ForeignClip{}
		}
		if f.Kind == ForeignScores {
			j.Scores, j.Evidence = said.Tracks, f.evidence(said, examples[i].Recording, unknown)
		} else {
			j.Foreign, j.Heard, j.Scores = true, said.Heard, heardScores(said.Heard)
			j.Evidence = count(len(said.Heard) > 0 || !unknown)
		}
		if _, known := j.Highest(); !known && j.Evidence > 0 {
			j.Scores = append(j.Scores, TrackScores{Times: []float64{0}, Scores: []float64{0}})
		}
		judged[i] = j
	}
	return judged
}

// evidence is the share of a clip for which there is an answer.
func (f *Foreign) evidence(c *ForeignClip, r *pose.Recording, unknown bool) float64 {
	const whole = 1e-9 // sums of shares are not exact
	times, unsaid := c.moments()
	share := float64(len(times)-unsaid) * f.shareOf(c, times, r)
	if !unknown {
		share = 1 - float64(unsaid)*f.shareOf(c, times, r)
	}
	if share < whole {
		return 0
	}
	return min(share, 1)
}

// shareOf is the share of a clip that each moment of the file stands for: the usual time
// between two of them, or one of the extracted poses, where the file speaks of these alone.
func (f *Foreign) shareOf(c *ForeignClip, times []float64, r *pose.Recording) float64 {
	other := func(time float64) bool { return indexOf(r.PoseTimes, time) < 0 }
	if len(r.PoseTimes) > 0 && !slices.ContainsFunc(times, other) {
		return 1 / float64(len(r.PoseTimes))
	}
	step := c.step()
	if math.IsNaN(step) {
		step = f.Step
	}
	if seconds := r.Duration(); step < seconds {
		return step / seconds
	}
	return 1 // also where the file has one score for each clip
}

// heardScores stand for the scores that events came from: a score when each was raised.
func heardScores(heard []Detection) []TrackScores {
	if len(heard) == 0 {
		return nil
	}
	t := TrackScores{Track: heard[0].Track}
	for _, d := range heard {
		if n := len(t.Times); n > 0 && t.Times[n-1] == d.Confirmed {
			t.Scores[n-1] = max(t.Scores[n-1], d.Score)
			continue
		}
		t.Times, t.Scores = append(t.Times, d.Confirmed), append(t.Scores, d.Score)
	}
	return []TrackScores{t}
}
