package train

import (
	"math"
	"slices"

	"fallkit/internal/alarm"
)

// ForeignKind is what a file of another program's detector holds; docs/others-detectors.md
// tells people.
type ForeignKind string

const (
	ForeignScores ForeignKind = "scores" // clip,time_s,score: the alarm makes events of them
	ForeignEvents ForeignKind = "events" // clip,event,start_s,confirmed_s: used as they are
	ForeignAlarms ForeignKind = "alarms" // clip,time_s: each is suspected and confirmed at that moment
)

// KnownClip is a clip that such a file may speak of.
type KnownClip struct {
	Dataset, Clip string
	Seconds       float64 // of footage; NaN = not measured: what is said of it is passed over
}

// Foreign is what another program's detector said of the known clips.
type Foreign struct {
	Kind  ForeignKind
	Clips []ForeignClip // one for each known clip, in their order
	Step  float64       // seconds between two moments of the file, NaN where no clip has two
	index map[string]int
}

// ForeignClip is what was said of one clip.
type ForeignClip struct {
	Rows   int
	Tracks []TrackScores // of ForeignScores, in the order in which they appear
	Heard  []Detection   // of the others, by the moment in which they were raised
}

// Of is what was said of a clip, nil where the clip is not known.
func (f *Foreign) Of(dataset, clip string) *ForeignClip {
	i, ok := f.index[dataset+"/"+clip]
	if !ok {
		return nil
	}
	return &f.Clips[i]
}

// LowestScore is the lowest score of any event, 1 where there is none.
func (f *Foreign) LowestScore() float64 {
	lowest := 1.0
	for i := range f.Clips {
		for _, d := range f.Clips[i].Heard {
			lowest = min(lowest, d.Score)
		}
	}
	return lowest
}

// finish brings what was read into order.
func (f *Foreign) finish() {
	var steps []float64
	for i := range f.Clips {
		c := &f.Clips[i]
		c.Heard = suspectedToo(c.Heard)
		if step := c.step(); !math.IsNaN(step) {
			steps = append(steps, step)
		}
	}
	f.Step = math.NaN()
	if len(steps) > 0 {
		f.Step = quantileOf(steps, 0.5)
	}
}

// suspectedToo adds a suspected event to every confirmed one that has none: who is sure has
// noticed. Its partner is one of the same track that was raised from its start on and not
// after it.
func suspectedToo(heard []Detection) []Detection {
	all := slices.Clone(heard)
	for _, c := range heard {
		if c.Event == alarm.Confirmed && !slices.ContainsFunc(heard, c.grewFrom) {
			c.Event = alarm.Suspected
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b Detection) int { return compare(a.Confirmed, b.Confirmed) })
	return all
}

func (d Detection) grewFrom(s Detection) bool {
	return s.Event == alarm.Suspected && s.Track == d.Track && s.Confirmed >= d.Start && s.Confirmed <= d.Confirmed
}

// moments are the distinct times that scores speak of, sorted, and how many of them have no
// number.
func (c *ForeignClip) moments() (times []float64, unsaid int) {
	number := map[float64]bool{}
	for _, t := range c.Tracks {
		for i, time := range t.Times {
			number[time] = number[time] || !math.IsNaN(t.Scores[i])
		}
	}
	for time, said := range number {
		times = append(times, time)
		unsaid += int(count(!said))
	}
	slices.Sort(times)
	return times, unsaid
}

// step is the median time between two moments, NaN where there are no two.
func (c *ForeignClip) step() float64 {
	times, _ := c.moments()
	if len(times) < 2 {
		return math.NaN()
	}
	gaps := make([]float64, len(times)-1)
	for i := range gaps {
		gaps[i] = times[i+1] - times[i]
	}
	return quantileOf(gaps, 0.5)
}
