package vision

import (
	"context"
	"fmt"

	"fallkit/pose"
)

// Extractor makes recordings of video files, one at a time, with an engine of its own.
type Extractor struct {
	Harm Harm // comes to the pictures of every video; the zero value is none

	engine *Engine
	fps    float64
}

// OpenExtractor opens an engine that gives fps poses a second.
func OpenExtractor(onnxPath string, s EngineSettings, fps float64) (*Extractor, error) {
	o := Options{FPS: fps}
	if err := o.check(); err != nil {
		return nil, err
	}
	e, err := OpenEngine(onnxPath, s)
	if err != nil {
		return nil, err
	}
	return &Extractor{engine: e, fps: o.FPS}, nil
}

// Extract gives the poses of a video file; progress may be nil.
func (x *Extractor) Extract(ctx context.Context, path string, progress func(done, total int)) (*pose.Recording, error) {
	r, err := Run(ctx, Source{Path: path, Harm: x.Harm}, x.engine, Options{FPS: x.fps, Progress: progress}, nil)
	if err != nil {
		return nil, fmt.Errorf("extract poses: %w", err)
	}
	return r, nil
}

// Spent tells how much work the engine has done.
func (x *Extractor) Spent() Spent { return x.engine.Spent() }

// Close frees the engine.
func (x *Extractor) Close() error { return x.engine.Close() }
