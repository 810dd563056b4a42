package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"fallkit/data/simulate"
	"fallkit/pose/vision"
)

func newSimulateCommand(a *app) *cobra.Command {
	s := simulate.DefaultSettings
	var out string
	c := &cobra.Command{
		Use:   "simulate --out DIR",
		Short: "Make a data folder of generated, labelled clips",
		Long: `Make a data folder of generated clips: a drawn figure walks, stands, sits down, bends, lies down
slowly, and falls forward, backward and sideways, in rendered video with labels, the true
keypoints and the phase of every frame. The same settings and seed give the same labels, keypoints
and pictures; only the H.264 encoder's own choices may differ from run to run.`,
		Args: wants(),
		RunE: func(c *cobra.Command, _ []string) error {
			if out == "" {
				return usage("simulate into what? Give --out DIR, the folder to make")
			}
			j, err := a.job(c)
			if err != nil {
				return err
			}
			s.Workers = j.settings.Extract.Workers
			if err := s.Check(); err != nil {
				return usageError{err}
			}
			meter, done := a.meter("simulate", s.Clips)
			err = simulate.WriteFolder(c.Context(), out, s, vision.WriteVideo, func(done, _ int) { meter.Set(done, "") })
			done()
			if err != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "%d clips in %s\n", s.Clips, out)
			return nil
		},
	}
	f := c.Flags()
	f.IntVar(&s.Clips, "clips", s.Clips, "how many clips, half of them falls")
	f.Uint64Var(&s.Seed, "seed", s.Seed, "of everything that is drawn by chance")
	f.Float64Var(&s.FPS, "video-fps", s.FPS, "frames a second")
	f.IntVar(&s.Width, "width", s.Width, "of the pictures, in pixels")
	f.IntVar(&s.Height, "height", s.Height, "of the pictures, in pixels")
	setting(c, "workers", "extract.workers", "clips at the same time")
	f.StringVar(&out, "out", "", "folder to make (required)")
	return c
}
