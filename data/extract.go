package data

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"fallkit/pose"
)

// Extractor finds the poses in a video. One extractor serves one goroutine.
type Extractor interface {
	// Extract gives the poses in a video file; progress hears of frames done and of how
	// many there are, 0 where that is not known, and not after Extract returned.
	Extract(ctx context.Context, path string, progress func(done, total int)) (*pose.Recording, error)
	Close() error
}

// Extraction finds the poses of all clips and keeps them in a store. It does only what is
// still to be done: it can be stopped or killed at any time and run again, and several of
// them may work on one store.
type Extraction struct {
	Manifest *Manifest
	Store    Store
	EngineID string  // of the pose network and its settings: poses of another one do not count
	FPS      float64 // poses a second
	Workers  int     // clips at a time, 0 = one
	Strict   bool    // the first clip without poses is an error that ends it

	// Open makes an extractor for each worker; not called where there is nothing to do.
	Open func() (Extractor, error)
	// Report hears of every step, from one goroutine. It may be nil.
	Report func(Progress)
}

// Progress is how far an extraction is.
type Progress struct {
	Clip string // that has something new, with its data set

	Done, Total int // clips that nothing more will be done about, of all clips
	Cached      int // among Done: their poses were there already
	Failed      int // among Done: their poses could not be found

	ClipFrames, ClipTotal int // frames done in this clip, of how many; 0 = not known
	Frames                int // frames done in all clips
}

// Failure is a video that gave nothing, and why.
type Failure struct {
	Clip string // with its data set
	Path string
	Err  error
}

// Error is one sentence for people, with the path once.
func (f Failure) Error() string {
	why := f.Err.Error()
	if strings.Contains(why, f.Path) {
		return fmt.Sprintf("clip %s: %s", f.Clip, why)
	}
	return fmt.Sprintf("clip %s (%s): %s", f.Clip, f.Path, why)
}

// Unwrap gives the reason.
func (f Failure) Unwrap() error { return f.Err }

// Result is what an extraction did.
type Result struct {
	Done   int       // clips whose poses it found
	Cached int       // clips whose poses were there, or were those of another clip
	Failed []Failure // in the manifest's order
	Keys   []string  // of each clip's poses in the store, "" where there are none
}

// Run finds all poses that are not in the store. Videos that cannot be read are named in
// Result.Failed and passed over; the error is about what stops the whole work: ctx, the
// pose engine, the store, and with Strict the first failure. What was finished until then
// is kept, and told in Result.
func (x *Extraction) Run(ctx context.Context) (Result, error) {
	if err := x.check(); err != nil {
		return Result{}, err
	}
	if err := os.MkdirAll(x.Store.Dir, 0o777); err != nil {
		return Result{}, fmt.Errorf("make the store of poses: %w", err)
	}
	if err := x.Store.sweep(); err != nil {
		return Result{}, err
	}
	w := &extractionWork{Extraction: x, sums: openSums(x.Store), news: make(chan news, 16)}
	for i := range x.Manifest.Clips {
		w.clips = append(w.clips, clipWork{clip: &x.Manifest.Clips[i], path: x.Manifest.VideoPath(i)})
	}
	told := make(chan struct{})
	go func() {
		defer close(told)
		w.tell()
	}()
	err := w.run(ctx)
	close(w.news)
	<-told
	return w.result(), errors.Join(err, w.keep())
}

func (x *Extraction) check() error {
	switch {
	case x.Manifest == nil || x.Open == nil || x.EngineID == "" || x.Store.Dir == "":
		return errors.New("extraction: Manifest, Store, EngineID and Open must all be set")
	case !(x.FPS > 0 && x.FPS <= mostFPS):
		return fmt.Errorf("extraction: %g poses a second, and it must be above 0 and at most %d", x.FPS, mostFPS)
	case x.Workers < 0:
		return fmt.Errorf("extraction: %d workers, and there must be at least one", x.Workers)
	}
	return nil
}
