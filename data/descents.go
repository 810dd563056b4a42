package data

import (
	"math"
	"math/rand/v2"

	"fallkit/pose"
)

// descent is a moment of everyday life at which a body comes down nearly as in a fall.
type descent struct {
	stretch
	time float64 // seconds
}

// What is nearly a fall's descent: the log-odds of the speed × angle rule is above nearlyFalls
// (it alarms at 0), and highest within descentLasts seconds. That is also how long ago a
// descent may be when the log-odds is at its highest: the rule remembers speeds for 1.5 s.
const (
	nearlyFalls  = -0.8
	descentLasts = 2.0
)

// descentsOf are those of a track's everyday life, oldest first. They are what a detector
// takes for falls that asks for a descent: all else needs no learning.
func (s *Sequences) descentsOf(r stretch) (found []descent) {
	track := &s.all[r.example].Recording.Tracks[r.track]
	end := math.Inf(1)
	if falls := s.truth[r.example].falls; len(falls) > 0 {
		end = falls[0].Start - onsetSlack
	}
	in := s.Input
	in.Priors |= pose.DescentPrior
	stream, row := in.NewStream(), make([]float32, in.Channels())
	highest := float32(nearlyFalls)
	for i, time := range track.Times {
		stream.Add(time, &track.Poses[i])
		for stream.Next(row) {
			now, odds := stream.StepTime(stream.Steps()-1), row[pose.DescentChannel]
			last := len(found) - 1
			switch {
			case now > end:
				return found
			case last < 0 && odds > nearlyFalls, last >= 0 && odds > nearlyFalls && now > found[last].time+descentLasts:
				found, highest = append(found, descent{r, now}), odds
			case last >= 0 && odds > highest && now <= found[last].time+descentLasts:
				found[last].time, highest = now, odds
			}
		}
	}
	return found
}

// beforeDescent is a beginning such that the whole descent comes somewhere within the sequence.
func (s *Sequences) beforeDescent(rng *rand.Rand, d descent) float64 {
	return d.time - descentLasts - rng.Float64()*math.Max(0, s.seconds()-descentLasts)
}
