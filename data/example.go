package data

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"fallkit/pose"
)

// Example is a clip with its poses and the truth about it in seconds.
type Example struct {
	Index     int // of Clip in Manifest.Clips: what folds speak of
	Clip      *Clip
	Recording *pose.Recording
	Falls     []Span      // from each fall's onset to the body at rest
	Untimed   bool        // the clip shows a fall, and nobody said when: Falls is empty
	States    []StateSpan // what segments.csv says, by ascending start
	Warning   string      // what the labels and the video disagree about, "" = nothing
	Video     string      // sha256 of the video, in hex; "" = there is no video to read
}

// StateSpan is a span in which a person is in one state.
type StateSpan struct {
	Span
	State string
}

// MissingError says that clips have no poses in the store.
type MissingError struct {
	Dir   string // the data folder
	Clips []*Clip
	Total int // of clips in the manifest

	Flags []string // for extract, where its defaults would find other poses, or keep them elsewhere
}

// Error tells how to get the poses.
func (e *MissingError) Error() string {
	which := fmt.Sprintf("%d of %d clips of %s have no poses (%s", len(e.Clips), e.Total, e.Dir, e.Clips[0])
	if len(e.Clips) > 1 {
		which += " and others"
	}
	return fmt.Sprintf("%s): run \"falltrain extract %s\"", which, strings.Join(append([]string{e.Dir}, e.Flags...), " "))
}

// LoadExamples joins the manifest with the poses that an engine found at a rate.
//
// Where clips have no poses, because extraction did not run, or not since the video
// changed, or passed the video over, or their file is damaged, the error is a *MissingError; missing names these
// clips, and the examples are those that do have poses, for whoever can do without the
// rest. With any other error there are no examples: it is an *OtherPosesError where labels.csv
// names a file of poses that another engine found, or at another rate.
func LoadExamples(m *Manifest, s Store, engineID string, fps float64) (examples []Example, missing []*Clip, err error) {
	l := loader{manifest: m, store: s, engine: engineID, fps: fps, sums: openSums(s), states: statesOf(m)}
	recordings, err := l.recordings()
	if err != nil {
		return nil, nil, err
	}
	_ = l.sums.save() // a store that cannot be written to can still be read
	for i, r := range recordings {
		if r == nil {
			missing = append(missing, &m.Clips[i])
			continue
		}
		examples = append(examples, l.example(i, r))
	}
	if len(missing) > 0 {
		return examples, missing, &MissingError{Dir: m.Dir, Clips: missing, Total: len(m.Clips)}
	}
	return examples, nil, nil
}

// mostlyThere is the share of its frames that a video which is whole gives at least.
const mostlyThere = 0.9

type loader struct {
	manifest *Manifest
	store    Store
	engine   string
	fps      float64
	sums     *videoSums
	states   map[string][]Segment // by Clip.String
	videos   []string             // sha256 of each clip's video
	anyPoses bool                 // also those that another engine found
}

// recordings gives the poses of every clip, nil where there are none.
func (l *loader) recordings() ([]*pose.Recording, error) {
	all := make([]*pose.Recording, len(l.manifest.Clips))
	l.videos = make([]string, len(all))
	var g errgroup.Group
	g.SetLimit(min(runtime.GOMAXPROCS(0), 2))
	for i := range all {
		g.Go(func() (err error) {
			all[i], err = l.recording(i)
			return err
		})
	}
	return all, g.Wait()
}

func (l *loader) recording(i int) (*pose.Recording, error) {
	if l.manifest.Clips[i].Posed() {
		return l.posed(i)
	}
	sum, _, err := l.sums.of(context.Background(), l.manifest.VideoPath(i))
	if err != nil {
		return nil, nil //nolint:nilerr // extraction says what is wrong with the video
	}
	l.videos[i] = sum
	r, err := l.store.Load(Key(sum, l.engine, l.fps))
	if notThere(err) || errors.Is(err, ErrDamaged) {
		return nil, nil // extraction finds them, again
	}
	if err != nil {
		return nil, fmt.Errorf("clip %s: %w", &l.manifest.Clips[i], err)
	}
	return r, nil
}

func (l *loader) example(i int, r *pose.Recording) Example {
	c := &l.manifest.Clips[i]
	e := Example{Index: i, Clip: c, Recording: r, Untimed: c.Label == LabelFall && !c.Timed()}
	if i < len(l.videos) {
		e.Video = l.videos[i]
	}
	if c.Timed() {
		e.Falls = []Span{{r.TimeOf(c.FallStart), r.TimeOf(c.FallEnd)}}
	}
	for _, s := range l.states[c.String()] {
		e.States = append(e.States, StateSpan{Span{r.TimeOf(s.Start), r.TimeOf(s.End)}, s.State})
	}
	if n := len(r.FrameTimes); n > 0 && float64(n) < mostlyThere*float64(c.Frames) {
		e.Warning = fmt.Sprintf("clip %s: the video gave %d frames, and labels.csv says %d: is it cut off?", c, n, c.Frames)
	}
	if last := len(r.FrameTimes) - 1; c.FallEnd > last {
		e.Warning = fmt.Sprintf("clip %s: fall_end_frame is %d, and the last frame that the video gave is number %d", c, c.FallEnd, last)
	}
	return e
}
