package data

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"fallkit/pose"
)

// extractionWork is one run of an extraction.
type extractionWork struct {
	*Extraction
	sums  *videoSums
	clips []clipWork // each touched by one goroutine at a time
	news  chan news
}

// clipWork is what is known of a clip.
type clipWork struct {
	clip   *Clip
	path   string
	sum    string // of the video
	print  fingerprint
	cached bool
	done   bool
	err    error
}

func (w *extractionWork) run(ctx context.Context) error {
	if err := w.survey(ctx); err != nil {
		return err
	}
	firsts, twins := w.toDo()
	err := w.extractAll(ctx, firsts)
	for i, first := range twins {
		w.clips[i].cached, w.clips[i].err = w.clips[first].done, w.clips[first].err
		if w.clips[first].done || w.clips[first].err != nil {
			w.finished(&w.clips[i])
		}
	}
	return err
}

// survey finds out which poses are in the store already.
func (w *extractionWork) survey(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(w.Workers, 1))
	for i := range w.clips {
		g.Go(func() error {
			c := &w.clips[i]
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if c.clip.Posed() {
				if err := w.surveyPosed(c); err != nil {
					return w.fail(ctx, c, err)
				}
				w.finished(c)
				return nil
			}
			var err error
			c.sum, c.print, err = w.sums.of(ctx, c.path)
			if err != nil {
				return w.fail(ctx, c, err)
			}
			if c.cached = w.Store.Has(w.origin(c).Key()); c.cached {
				w.finished(c)
			}
			return nil
		})
	}
	return g.Wait()
}

func (w *extractionWork) origin(c *clipWork) Origin {
	return Origin{VideoSHA256: c.sum, Engine: w.EngineID, FPS: w.FPS}
}

// toDo gives the clips without poses, and apart from them, each with the index of the
// first one, those whose video is the same byte for byte.
func (w *extractionWork) toDo() (firsts []int, twins map[int]int) {
	twins = map[int]int{}
	seen := map[string]int{}
	for i := range w.clips {
		c := &w.clips[i]
		if c.cached || c.err != nil {
			continue
		}
		if first, twin := seen[c.sum]; twin {
			twins[i] = first
			continue
		}
		seen[c.sum] = i
		firsts = append(firsts, i)
	}
	return firsts, twins
}

func (w *extractionWork) extractAll(ctx context.Context, clips []int) error {
	queue := make(chan int, len(clips))
	for _, i := range clips {
		queue <- i
	}
	close(queue)
	g, ctx := errgroup.WithContext(ctx)
	for range min(max(w.Workers, 1), len(clips)) {
		g.Go(func() error { return w.work(ctx, queue) })
	}
	return g.Wait()
}

// work is one worker: it has an extractor of its own.
func (w *extractionWork) work(ctx context.Context, queue <-chan int) (err error) {
	e, err := w.Open()
	if err != nil {
		return fmt.Errorf("open the pose engine: %w", err)
	}
	defer func() {
		if closing := e.Close(); err == nil && closing != nil {
			err = fmt.Errorf("close the pose engine: %w", closing)
		}
	}()
	for i := range queue {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := w.extract(ctx, e, &w.clips[i]); err != nil {
			return err
		}
	}
	return nil
}

// extract finds the poses of one clip. Its error ends the whole extraction.
func (w *extractionWork) extract(ctx context.Context, e Extractor, c *clipWork) error {
	r, err := w.poses(ctx, e, c)
	if err != nil {
		return w.fail(ctx, c, err)
	}
	if err := w.Store.Put(w.origin(c), r); err != nil {
		return fmt.Errorf("clip %s: %w", c.clip, err)
	}
	c.done = true
	w.finished(c)
	return nil
}

// poses asks the extractor, and makes sure that its answer is about the video whose
// sha256 is known.
func (w *extractionWork) poses(ctx context.Context, e Extractor, c *clipWork) (*pose.Recording, error) {
	if err := w.sums.unchanged(c.path, c.print); err != nil {
		return nil, err
	}
	r, err := e.Extract(ctx, c.path, func(done, total int) {
		w.news <- news{clip: c.clip, frames: done, of: total}
	})
	switch {
	case err != nil:
		return nil, err
	case r == nil || len(r.FrameTimes) == 0:
		return nil, errors.New("no frame could be read")
	}
	if err := r.Check(); err != nil {
		return nil, fmt.Errorf("the pose engine gave poses that cannot be: %w", err)
	}
	return r, w.sums.unchanged(c.path, c.print)
}

// fail notes that a clip has no poses. Being stopped is not the clip's fault.
func (w *extractionWork) fail(ctx context.Context, c *clipWork, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	c.err = err
	w.finished(c)
	if w.Strict {
		return w.failure(c)
	}
	return nil
}

func (w *extractionWork) failure(c *clipWork) Failure {
	return Failure{Clip: c.clip.String(), Path: c.path, Err: c.err}
}

// result sums up.
func (w *extractionWork) result() Result {
	r := Result{Keys: make([]string, len(w.clips))}
	for i := range w.clips {
		c := &w.clips[i]
		switch {
		case c.err != nil:
			r.Failed = append(r.Failed, w.failure(c))
			continue
		case c.cached:
			r.Cached++
		case c.done:
			r.Done++
		default:
			continue
		}
		if !c.clip.Posed() {
			r.Keys[i] = w.origin(c).Key()
		}
	}
	return r
}

// keep writes down what the next run, and people, want to know.
func (w *extractionWork) keep() error {
	var rows []indexRow
	for i := range w.clips {
		if c := &w.clips[i]; c.err == nil && (c.cached || c.done) && !c.clip.Posed() {
			rows = append(rows, newIndexRow(c.clip, w.origin(c)))
		}
	}
	return errors.Join(w.Store.record(rows), w.sums.save())
}
