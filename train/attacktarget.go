package train

import (
	"math"
	"slices"
	"sort"

	"fallkit/data"
	"fallkit/internal/alarm"
	"fallkit/pose"
)

// target is one thing that an attack tries to bring about in one clip: that a fall goes
// unnoticed, or that an event arises where there is none. It holds the clip's poses as they
// are and as they are moved at the moment.
type target struct {
	clip  Judged // its only fall is the one to hide; none where an event is to be faked
	hide  bool
	input pose.Input
	alarm alarm.Settings

	tracks    []targetTrack
	scores    []TrackScores  // of the poses as they were moved when last looked at
	windows   []targetWindow // those that decide, track by track and oldest first
	stretches []stretch
	size      float64 // of the body: the median over the poses that may be moved, pixels
}

// targetTrack is one person. Poses from lo to hi-1 may be moved.
type targetTrack struct {
	clean  *pose.Track
	moved  pose.Track
	shifts []pose.Shift // one for each pose
	lo, hi int
}

type targetWindow struct {
	track, pose int     // it ends with this pose
	end         float64 // seconds
}

// fallTarget is a fall to hide. An event that finds it is raised on windows from a little
// before to a little after it; the poses that these windows see may be moved.
func fallTarget(j *Judged, fall data.Span, in pose.Input, a alarm.Settings) *target {
	t := &target{clip: *j, hide: true, input: in, alarm: a, scores: j.Scores}
	t.clip.Falls = []data.Span{fall}
	t.take(fall.Start-findSlack-a.SuspectSeconds, fall.End+findSlack+a.SuspectSeconds)
	return t
}

// quietTarget is a quiet clip in which an event is to be faked, anywhere.
func quietTarget(j *Judged, in pose.Input, a alarm.Settings) *target {
	t := &target{clip: *j, input: in, alarm: a, scores: j.Scores}
	t.take(math.Inf(-1), math.Inf(1))
	return t
}

// take lists the windows that end in a time, and the poses that they see.
func (t *target) take(from, to float64) {
	var sizes []float64
	for k := range t.clip.Recording.Tracks {
		clean := &t.clip.Recording.Tracks[k]
		part := targetTrack{clean: clean, moved: *clean, shifts: make([]pose.Shift, len(clean.Poses))}
		part.moved.Poses = slices.Clone(clean.Poses)
		part.lo = sort.SearchFloat64s(clean.Times, from-t.input.Seconds-t.input.MaxGap)
		part.hi = max(part.lo, sort.Search(len(clean.Times), func(i int) bool { return clean.Times[i] > to }))
		for i := part.lo; i < part.hi; i++ {
			if size := clean.Poses[i].BodySize(t.input.MinScore); size > 0 {
				sizes = append(sizes, size)
			}
		}
		t.tracks = append(t.tracks, part)
		t.takeWindows(k, from, to)
	}
	t.size = quantileOf(sizes, 0.5)
}

// takeWindows adds a track's windows that have a score, and the stretches among them.
func (t *target) takeWindows(track int, from, to float64) {
	scores, begin := t.clip.Scores[track], len(t.windows)
	for i, time := range scores.Times {
		if time >= from && time <= to && !math.IsNaN(scores.Scores[i]) {
			t.windows = append(t.windows, targetWindow{track, i, time})
		}
	}
	for first := begin; first < len(t.windows); first++ {
		for last := first; last < len(t.windows); last++ {
			if last > first && t.windows[last].end-t.windows[last-1].end > t.alarm.HoldSeconds {
				break // the alarm lets go in between
			}
			if t.windows[last].end-t.windows[first].end >= t.alarm.SuspectSeconds-1e-9 {
				t.stretches = append(t.stretches, stretch{first, last})
				break
			}
		}
	}
}

// each calls f for every pose that may be moved, with its shift.
func (t *target) each(f func(track *targetTrack, i int, s *pose.Shift)) {
	for k := range t.tracks {
		part := &t.tracks[k]
		for i := part.lo; i < part.hi; i++ {
			f(part, i, &part.shifts[i])
		}
	}
}

// apply moves the poses as the shifts say.
func (t *target) apply() {
	t.each(func(part *targetTrack, i int, s *pose.Shift) {
		part.moved.Poses[i] = part.clean.Poses[i].Moved(s, t.input.MinScore)
	})
}

// reach is the farthest that a seen joint is moved in x or y, in pixels.
func (t *target) reach() (most float64) {
	t.each(func(part *targetTrack, i int, s *pose.Shift) {
		for j := range pose.Joint(pose.Joints) {
			if part.clean.Poses[i].Seen(j, t.input.MinScore) {
				most = max(most, math.Abs(s[j][0]), math.Abs(s[j][1]))
			}
		}
	})
	return most
}

// reached scores the moved poses as a recording is scored, runs the alarm, and matches its
// events with the falls as evaluation does.
func (t *target) reached(s TrackScorer) bool {
	t.apply()
	t.scores = slices.Clone(t.clip.Scores)
	for k := range t.tracks {
		if part := &t.tracks[k]; part.lo < part.hi {
			t.scores[k] = s.ScoreTrack(&part.moved)
		}
	}
	j := t.clip
	j.Scores = t.scores
	suspected, _ := eventTallies(&j, t.alarm)
	if t.hide {
		return suspected.found == 0
	}
	return suspected.falseAlarms > 0
}

// gradient writes to each track's dst how the loudness changes with each joint of the moved
// poses, per pixel, and gives the windows' logits.
func (t *target) gradient(g Gradient, dst [][]pose.Shift) (logits []float64, err error) {
	t.apply()
	row := t.input.Steps() * pose.Channels
	x := make([]float32, len(t.windows)*row)
	for i, w := range t.windows {
		t.input.Window(&t.tracks[w.track].moved, w.end, x[i*row:(i+1)*row])
	}
	logits, by, err := g.Gradient(x)
	if err != nil {
		return nil, err
	}
	slope := make([]float64, len(logits))
	loudness(logits, t.stretches, slope)
	for k := range dst {
		clear(dst[k])
	}
	for i, w := range t.windows {
		part := by[i*row : (i+1)*row]
		for n := range part {
			part[n] *= float32(slope[i])
		}
		t.input.PullBack(&t.tracks[w.track].moved, w.end, part, dst[w.track])
	}
	return logits, nil
}
