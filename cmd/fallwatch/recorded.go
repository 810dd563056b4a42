package main

import (
	"context"
	"fmt"

	"fallkit/data"
	"fallkit/internal/watch"
	"fallkit/pose"
)

// recorded are eyes that see again what was kept as poses, or made up as such.
type recorded struct {
	tape
	path  string
	front front // that the model's poses come from
}

var _ watch.Eyes = (*recorded)(nil)

// Watch sees the poses at the times at which they were found.
func (e *recorded) Watch(ctx context.Context, each func(watch.View)) error {
	r, err := e.read()
	if err != nil {
		return err
	}
	return e.play(ctx, r, each)
}

// play shows one recording.
func (t *tape) play(ctx context.Context, r *pose.Recording, each func(watch.View)) error {
	for _, f := range r.Frames() {
		t.wait(ctx, f.Time)
		if err := ctx.Err(); err != nil {
			return err
		}
		each(watch.View{Frame: f, At: t.at(f.Time), Width: r.Width, Height: r.Height})
	}
	return nil
}

// read refuses poses that were found in a video in another way than those that the model knows.
// Poses that were found in no video go with every model.
func (e *recorded) read() (*pose.Recording, error) {
	o, r, err := data.ReadOrigin(e.path)
	if err != nil {
		return nil, err
	}
	if want := e.front.engineID(); o.VideoSHA256 != "" && (o.Engine != want || o.FPS != e.front.fps) {
		return nil, fmt.Errorf("%s has poses of %q, %g a second, and the model knows those of %q, %g a second: replay the video", e.path, o.Engine, o.FPS, want, e.front.fps)
	}
	return r, nil
}

// Counts tells nothing: there is no camera.
func (*recorded) Counts() watch.Counts { return watch.Counts{} }

// SetRate changes nothing: the poses are there.
func (*recorded) SetRate(float64) {}
