package vision

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// Moment is what an engine saw in one frame of a video.
type Moment struct {
	Width, Height int // of the picture

	People  []pose.Tracked
	Cropped []bool // of each of them: the joints were seen in a crop, not in the whole picture
}

// Moments gives the people in some frames (counted from 0) of a video file, by frame. The
// engine looks at exactly these frames and, so that it knows who is followed, at those of the
// grid of fps frames a second in the runUp seconds before each; nothing after a frame has a
// part in what is found there. progress hears of frames read; it may be nil.
func Moments(ctx context.Context, path string, e *Engine, fps, runUp float64, frames []int, progress func(done, total int)) (map[int]Moment, error) {
	times, err := frameTimes(ctx, path)
	if err != nil {
		return nil, err
	}
	p := &picks{wanted: map[int]bool{}, needed: map[int]bool{}}
	at := map[float64]int{}
	for _, f := range frames {
		if f < 0 || f >= len(times) {
			return nil, fmt.Errorf("video %s has no frame %d: its last one is number %d", path, f, len(times)-1)
		}
		p.wanted[f], p.needed[f], at[times[f]] = true, true, f
	}
	p.runUp(times, grid{Rate: fps}, runUp)
	found := map[int]Moment{}
	var who *finder
	o := Options{FPS: everyFrame, Progress: progress, meet: func(f *finder) { who = f }}
	seen, err := Run(ctx, Source{Path: path, wrap: func(r reader) reader { return &picked{reader: r, picks: p} }}, e, o, func(f pose.Frame) Caption {
		if n, ok := at[f.Time]; ok {
			found[n] = Moment{People: slices.Clone(f.People), Cropped: who.cropped(len(f.People))}
		}
		return Caption{}
	})
	if err != nil {
		return nil, err
	}
	for _, f := range frames {
		m, ok := found[f]
		if !ok {
			return nil, fmt.Errorf("video %s: %w: frame %d cannot be decoded", path, ErrCorrupt, f)
		}
		m.Width, m.Height = seen.Width, seen.Height
		found[f] = m
	}
	return found, nil
}

// everyFrame is a rate that no video exceeds.
const everyFrame = 1000

// frameTimes are those of all frames of a video, in seconds.
func frameTimes(ctx context.Context, path string) (times []float64, err error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.close()
	for {
		t, err := f.next(ctx)
		if errors.Is(err, io.EOF) {
			return times, nil
		}
		if err != nil {
			return nil, err
		}
		times = append(times, t)
	}
}

// picks are the frames of a file that are looked at; the others are passed over as if they
// were not there.
type picks struct{ wanted, needed map[int]bool }

// runUp adds the frames of a grid in the seconds before each wanted one.
func (p *picks) runUp(times []float64, g grid, seconds float64) {
	var wanted []int
	for f := range p.wanted {
		wanted = append(wanted, f)
	}
	slices.Sort(wanted)
	for i, t := range times {
		if !g.due(t) {
			continue
		}
		next, _ := slices.BinarySearch(wanted, i)
		if next < len(wanted) && times[wanted[next]]-t <= seconds+slack {
			p.needed[i] = true
		}
	}
}

// picked is a reader of the needed frames alone.
type picked struct {
	reader
	picks *picks
	frame int // the next one's number
}

func (p *picked) next(ctx context.Context) (float64, error) {
	for {
		t, err := p.reader.next(ctx)
		p.frame++
		if err != nil || p.picks.needed[p.frame-1] {
			return t, err
		}
	}
}

func (p *picked) picture(into *gocv.Mat) (bool, error) { return p.reader.picture(into) }
