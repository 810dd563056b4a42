package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"fallkit/data"
	"fallkit/pose/vision"
)

func newExtractCommand(a *app) *cobra.Command {
	var out string
	var strict bool
	c := &cobra.Command{
		Use:   "extract DATA",
		Short: "Find the poses in every clip of a data folder",
		Long: `Find the poses in every clip of a data folder and keep them on disk. What is there already is
not done again: a clip is looked at anew only where its video, the pose network or the settings
changed. Stop it whenever you like; the next run goes on.`,
		Args: wants("DATA"),
		RunE: func(c *cobra.Command, args []string) error {
			j, err := a.job(c)
			if err != nil {
				return err
			}
			m, err := data.Open(args[0])
			if err != nil {
				return err
			}
			return j.extract(c.Context(), m, out, strict)
		},
	}
	f := c.Flags()
	f.StringVar(&out, "out", "", "where to keep the poses (default: poses in FALLKIT_HOME)")
	f.BoolVar(&strict, "strict", false, "stop at the first video that cannot be read")
	setting(c, "fps", "extract.fps", "poses a second")
	setting(c, "workers", "extract.workers", "videos at the same time")
	setting(c, "engine", "extract.engine", engineHelp)
	profileFlag(c)
	return c
}

func (j *job) extract(ctx context.Context, m *data.Manifest, out string, strict bool) error {
	front, err := j.openFront(out)
	if err != nil {
		return err
	}
	vision.SetThreads(1)
	meter, done := j.meter("extract", len(m.Clips))
	watch := stopwatch{began: time.Now()}
	ready := sync.OnceValue(func() error { // what is there already needs no network
		if err := front.ready(); err != nil {
			return err
		}
		return j.chooseEngine(&front)
	})
	work := &data.Extraction{
		Manifest: m, Store: front.store, EngineID: front.id(), FPS: front.fps, Workers: j.settings.Extract.Workers, Strict: strict,
		Open: func() (data.Extractor, error) {
			if err := ready(); err != nil {
				return nil, err
			}
			return watch.open(front, vision.Harm{})
		},
		Report: func(p data.Progress) { meter.Set(p.Done, p.Clip) },
	}
	result, err := work.Run(ctx)
	done()
	if err != nil {
		return err
	}
	for _, f := range result.Failed {
		j.skipped(f)
	}
	fmt.Fprintf(j.stdout, "%d clips: %d extracted, %d were there, %d skipped; poses in %s\n", len(m.Clips),
		result.Done, result.Cached, len(result.Failed), front.store.Dir)
	if result.Done > 0 {
		fmt.Fprintln(j.stdout, watch.text(work.Workers))
	}
	if n := len(result.Failed); n > 0 {
		return skippedError{n, len(m.Clips), "clips"}
	}
	return nil
}
