package pose

import (
	"fmt"
	"math"
	"sort"
)

// Tracked is one person in one frame, with the number of the track it belongs to.
type Tracked struct {
	Track int
	Pose  Pose
}

// Frame is what one camera saw at one moment.
type Frame struct {
	Time          float64 // seconds since the first frame
	Width, Height int     // of the picture, in pixels
	People        []Tracked
}

// Track is one person followed over frames.
type Track struct {
	ID    int
	Times []float64 // seconds since the recording's first frame, strictly increasing
	Poses []Pose    // one for each time
}

// Between gives the poses with from <= time <= to. It shares the track's memory.
func (t *Track) Between(from, to float64) Track {
	lo := sort.SearchFloat64s(t.Times, from)
	hi := sort.Search(len(t.Times), func(i int) bool { return t.Times[i] > to })
	hi = max(lo, hi)
	return Track{ID: t.ID, Times: t.Times[lo:hi:hi], Poses: t.Poses[lo:hi:hi]}
}

// Recording is all that the pose front end saw in one video.
type Recording struct {
	Width, Height int       // of the video's pictures, in pixels
	FrameTimes    []float64 // every frame of the video, seconds, strictly increasing from 0
	PoseTimes     []float64 // the frames that the pose network looked at: a subset of FrameTimes
	Tracks        []Track   // by ascending ID
}

// Duration is the length of the footage in seconds: to the end of the last frame,
// which is taken to last as long as the frames do on average.
func (r *Recording) Duration() float64 {
	n := len(r.FrameTimes)
	if n < 2 {
		return 0
	}
	return (r.FrameTimes[n-1] - r.FrameTimes[0]) * float64(n) / float64(n-1)
}

// TimeOf is the moment of a frame number as labels count them, in seconds. Numbers past
// the end get the last frame's time.
func (r *Recording) TimeOf(frame int) float64 {
	if len(r.FrameTimes) == 0 {
		return 0
	}
	return r.FrameTimes[min(max(frame, 0), len(r.FrameTimes)-1)]
}

// Check tells the first broken promise of the type's comments, or nil.
func (r *Recording) Check() error {
	if r.Width <= 0 || r.Height <= 0 {
		return fmt.Errorf("picture size %dx%d is not positive", r.Width, r.Height)
	}
	if err := increasing("frame times", r.FrameTimes); err != nil {
		return err
	}
	if err := increasing("pose times", r.PoseTimes); err != nil {
		return err
	}
	for i := range r.Tracks {
		t := &r.Tracks[i]
		if i > 0 && t.ID <= r.Tracks[i-1].ID {
			return fmt.Errorf("track %d follows track %d", t.ID, r.Tracks[i-1].ID)
		}
		if len(t.Times) != len(t.Poses) {
			return fmt.Errorf("track %d has %d times and %d poses", t.ID, len(t.Times), len(t.Poses))
		}
		if err := increasing(fmt.Sprintf("times of track %d", t.ID), t.Times); err != nil {
			return err
		}
	}
	return nil
}

func increasing(what string, times []float64) error {
	for i, t := range times {
		if math.IsNaN(t) || math.IsInf(t, 0) {
			return fmt.Errorf("%s: entry %d is not a number", what, i)
		}
		if i > 0 && t <= times[i-1] {
			return fmt.Errorf("%s: entry %d (%g s) is not after the one before it (%g s)", what, i, t, times[i-1])
		}
	}
	return nil
}
