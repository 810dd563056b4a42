package data

import (
	"errors"
	"fmt"
	"os"

	"fallkit/pose"
)

// LengthError says that nobody knows how long clips last.
type LengthError struct {
	Dir   string
	Clips []*Clip
	Total int // of clips in the manifest
}

// Error tells how to make it known.
func (e *LengthError) Error() string {
	which := e.Clips[0].String()
	if len(e.Clips) > 1 {
		which += " and others"
	}
	return fmt.Sprintf("%d of %d clips of %s have no length (%s): fill in their fps and frames in %s, or run \"falltrain extract %s\"",
		len(e.Clips), e.Total, e.Dir, which, labelsFile, e.Dir)
}

// LoadTruth gives every clip with the truth about it in seconds, for whoever needs no poses.
// Frames become seconds by the frame times of the clip's poses where these are in the store
// (posed counts such clips), which are right also for a video of uneven pace, and else by the
// manifest's fps and frames. Where there is neither, the error is a *LengthError.
func LoadTruth(m *Manifest, s Store, engineID string, fps float64) (examples []Example, posed int, err error) {
	l := loader{manifest: m, store: s, engine: engineID, fps: fps, sums: openSums(s), states: statesOf(m), anyPoses: true}
	recordings := make([]*pose.Recording, len(m.Clips))
	if _, err := os.Stat(s.Dir); err == nil { // else no video has to be read
		if recordings, err = l.recordings(); err != nil {
			return nil, 0, err
		}
		_ = l.sums.save() // a store that cannot be written to can still be read
	} else if !notThere(err) {
		return nil, 0, fmt.Errorf("look for poses: %w", err)
	}
	lacking := &LengthError{Dir: m.Dir, Total: len(m.Clips)}
	for i, r := range recordings {
		switch c := &m.Clips[i]; {
		case r != nil:
			posed++
		case c.FPS > 0 && c.Frames > 0:
			r = evenly(c.Frames, c.FPS)
		default:
			lacking.Clips = append(lacking.Clips, c)
			continue
		}
		examples = append(examples, l.example(i, r))
	}
	if len(lacking.Clips) > 0 {
		return nil, 0, lacking
	}
	if len(examples) == 0 {
		return nil, 0, errors.New("there is no clip")
	}
	return examples, posed, nil
}

// evenly is a recording of nobody.
func evenly(frames int, fps float64) *pose.Recording {
	r := &pose.Recording{FrameTimes: make([]float64, frames)}
	for i := range r.FrameTimes {
		r.FrameTimes[i] = float64(i) / fps
	}
	return r
}
