package main

import (
	"context"
	"fmt"
	"time"

	"fallkit/data"
	"fallkit/pose"
	"fallkit/pose/vision"
	"fallkit/train"
)

func (w *stressing) toPictures(ctx context.Context, examples []data.Example) error {
	if err := needTimes(examples, fmt.Sprintf("the %d chosen by --clips", len(examples))); err != nil {
		return err
	}
	for i := range examples {
		if c := examples[i].Clip; c.Posed() {
			return fmt.Errorf("clip %s is poses without a video (%s), and there are no pictures to harm: choose others with --clips, or harm poses and tracks alone", c, c.Path)
		}
	}
	if err := w.front.ready(); err != nil {
		return err
	}
	if err := w.chooseEngine(&w.front); err != nil {
		return err
	}
	clean, err := w.clean(ctx, levelPictures, examples)
	if err != nil {
		return err
	}
	some := &data.Manifest{Dir: w.manifest.Dir, Columns: w.manifest.Columns}
	for i := range examples {
		some.Clips = append(some.Clips, *examples[i].Clip)
	}
	return w.harmPictures(ctx, some, clean)
}

func (w *stressing) harmPictures(ctx context.Context, m *data.Manifest, clean []train.Judged) error {
	cells, cached := w.choice.pictures, 0
	meter, done := w.meter("stress pictures", len(cells)*len(clean))
	defer done()
	vision.SetThreads(1)
	watch := stopwatch{began: time.Now()}
	for n, c := range cells {
		h := vision.Harm{Kind: c.Kind, Severity: c.Severity, Seed: w.seed}
		found, err := w.extractHarmed(ctx, m, h, &watch, func(p data.Progress) {
			meter.Set(n*len(clean)+p.Done, fmt.Sprintf("%s %d", c.Kind, c.Severity))
		})
		if err != nil {
			return err
		}
		cached += found.Cached
		err = w.cell(ctx, levelPictures, c, clean, func(i int) (*pose.Recording, error) { return w.front.store.Load(found.Keys[i]) })
		if err != nil {
			return err
		}
	}
	w.told = append(w.told, fmt.Sprintf("%s; the poses of %d of %d were there", speed(levelPictures, clean, len(cells), time.Since(watch.began)), cached, len(cells)*len(clean)))
	if watch.poses > 0 {
		w.told = append(w.told, levelPictures+": "+watch.text(w.settings.Extract.Workers))
	}
	return nil
}

// extractHarmed finds the poses in harmed pictures, or in the store: the harm is a part of
// what names their engine.
func (w *stressing) extractHarmed(ctx context.Context, m *data.Manifest, h vision.Harm, watch *stopwatch, report func(data.Progress)) (data.Result, error) {
	x := &data.Extraction{
		Manifest: m, Store: w.front.store, EngineID: h.EngineID(w.front.id()), FPS: w.front.fps, Workers: w.settings.Extract.Workers, Strict: true,
		Open:   func() (data.Extractor, error) { return watch.open(w.front, h) },
		Report: report,
	}
	found, err := x.Run(ctx)
	if err != nil {
		return found, fmt.Errorf("%s %d: %w", h.Kind, h.Severity, err)
	}
	return found, nil
}

// drawSheet shows what harm does to the pictures of a video of the user's own.
func (s *stress) drawSheet(ctx context.Context, video string) error {
	meter, done := s.meter("sheet", 0)
	err := vision.HarmSheet(ctx, video, s.seed, s.sheet, func(n, _ int) { meter.Set(n, "") })
	done()
	if err == nil {
		fmt.Fprintf(s.stdout, "sheet: %s\n", s.sheet)
	}
	return err
}
