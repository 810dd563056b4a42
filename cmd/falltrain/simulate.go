package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"fallkit/data/simulate"
	"fallkit/data/simulate/motion"
	"fallkit/pose/vision"
)

// simulation is what the verb is asked for.
type simulation struct {
	simulate.Settings
	out, gallery string
	poses, video bool
	preset       string
	measure      int
	observer     string
}

// The observers by name; any other is a file that fit-noise wrote.
const (
	exactObserver  = "exact"
	fittedObserver = "fitted"
)

// observe is the observer that was asked for.
func (s *simulation) observe() (simulate.Observer, error) {
	switch s.observer {
	case exactObserver:
		return simulate.Exact{}, nil
	case fittedObserver:
		return simulate.Fitted(), nil
	}
	return simulate.ReadNoise(s.observer)
}

func newSimulateCommand(a *app) *cobra.Command {
	s := simulation{Settings: simulate.DefaultSettings}
	c := &cobra.Command{
		Use:   "simulate --out DIR",
		Short: "Make a data folder of generated, labelled clips",
		Long: `Make a data folder of generated clips: in furnished rooms people of all ages do what people do at
home, nearly fall, and fall by the mechanisms of real falls, in three dimensions. labels.csv and segments.csv
say what is done when, and keypoints.json, in COCO's format, has the true keypoints of a frame a second.

--preset says what is shown: demo, short clips in plain view; train, falls and everyday life by turns, with
other people and pets, in light and dark; hard, what looks like a fall against falls that are slow or hard
to see; long-day, hours of everyday life with a fall now and then. The demo is made as video (H.264), the
others as poses, which fit and evaluate read in the place of videos: --video and --poses choose. With the same
settings and seed both show the same motion, camera and people, whatever --workers is. A run that was broken
off goes on where it was.

--gallery shows every activity in pictures and films, and --measure says how fast the falls are beside what
was measured of real ones.`,
		Args: wants(),
		RunE: func(c *cobra.Command, _ []string) error {
			j, err := a.job(c)
			if err != nil {
				return err
			}
			s.Workers = j.settings.Extract.Workers
			if err := s.settle(c.Flags().Changed("clips"), c.Flags().Changed("hours")); err != nil {
				return err
			}
			if s.poses {
				s.FPS = j.settings.Extract.FPS
			}
			return s.run(c.Context(), a)
		},
	}
	f := c.Flags()
	f.IntVar(&s.Clips, "clips", s.Clips, "how many clips, half of them falls")
	f.Float64Var(&s.Hours, "hours", 0, "how much of a long-day, in clips of half an hour")
	f.StringVar(&s.preset, "preset", "", "what is shown: "+strings.Join(simulate.Presets, ", ")+" (default: "+simulate.Demo+", and with --poses "+simulate.Train+")")
	f.Float64Var(&s.KeypointsEvery, "keypoints-every", 1, "seconds between frames whose true keypoints are written to keypoints.json; 0 = none")
	f.Uint64Var(&s.Seed, "seed", s.Seed, "of everything that is drawn by chance")
	f.Float64Var(&s.FPS, "video-fps", s.FPS, "frames a second of videos")
	f.IntVar(&s.Width, "width", s.Width, "of the pictures, in pixels")
	f.IntVar(&s.Height, "height", s.Height, "of the pictures, in pixels")
	setting(c, "workers", "extract.workers", "clips at the same time")
	setting(c, "fps", "extract.fps", "poses a second, where there are no videos")
	f.StringVar(&s.out, "out", "", "folder to make")
	f.BoolVar(&s.poses, "poses", false, "make poses, thousands of hours an hour")
	f.StringVar(&s.observer, "observer", fittedObserver, "what finds the poses of --poses: "+fittedObserver+", with the errors of the default pose front end, "+exactObserver+", without any, or a file of errors that fit-noise wrote")
	f.BoolVar(&s.video, "video", false, "draw videos")
	f.StringVar(&s.gallery, "gallery", "", "write a strip of pictures and a film of every activity into this folder")
	f.IntVar(&s.measure, "measure", 0, "make so many falls of old people, and print their speeds beside published ones")
	return c
}

// settle brings preset, video and poses, clips and hours together.
func (s *simulation) settle(clipsGiven, hoursGiven bool) error {
	if s.poses && s.video {
		return usage("a folder holds videos or poses: give one of --video and --poses")
	}
	switch s.Preset = s.preset; {
	case s.Preset == "" && s.poses:
		s.Preset = simulate.Train
	case s.Preset == "":
		s.Preset = simulate.Demo
	}
	s.poses = s.poses || s.Preset != simulate.Demo && !s.video
	switch day := s.Preset == simulate.LongDay; {
	case day && clipsGiven:
		return usage("the preset %s is cut into clips of half an hour: give --hours, not --clips", simulate.LongDay)
	case day && !hoursGiven:
		return usage("how long is the %s? Give --hours N", simulate.LongDay)
	case day:
		s.Clips = 0
	}
	return nil
}

func (s *simulation) run(ctx context.Context, a *app) error {
	if err := s.Check(); err != nil {
		return usageError{err}
	}
	switch {
	case s.measure < 0:
		return usage("measure is %d falls, and there must be at least one", s.measure)
	case s.gallery == "" && s.out == "" && s.measure == 0:
		return usage("simulate into what? Give --out DIR, the folder to make")
	}
	if s.measure > 0 {
		if err := s.measured(a); err != nil {
			return err
		}
	}
	if s.gallery != "" {
		if err := s.exhibited(ctx, a); err != nil {
			return err
		}
	}
	if s.out != "" {
		return s.written(ctx, a)
	}
	return nil
}

// written makes the data folder.
func (s *simulation) written(ctx context.Context, a *app) (err error) {
	observer, err := s.observe()
	if err != nil {
		return err
	}
	n := s.Count()
	meter, done := a.meter("simulate", n)
	tell := func(done, _ int) { meter.Set(done, "") }
	if s.poses {
		err = simulate.WritePoseFolder(ctx, s.out, s.Settings, observer, tell)
	} else {
		err = simulate.WriteFolder(ctx, s.out, s.Settings, vision.WriteVideo, tell)
	}
	done()
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s in %s\n", plural(n, "clip"), s.out)
	return nil
}

// exhibited makes the gallery.
func (s *simulation) exhibited(ctx context.Context, a *app) error {
	n := len(motion.Everyday) + len(motion.Falls)
	meter, done := a.meter("gallery", n)
	err := simulate.WriteGallery(ctx, s.gallery, s.Seed, vision.WriteVideo, func(done, _ int) { meter.Set(done, "") })
	done()
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%d activities in %s\n", n, s.gallery)
	return nil
}

// measured prints what the generated falls are like beside published figures.
func (s *simulation) measured(a *app) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "falls of people over 65\tgenerated (n = %d)\tmedian\t5 %% to 95 %%\tpublished\n", s.measure)
	falls := motion.MeasureFalls(s.Seed, s.measure)
	for _, row := range motion.Compare(falls) {
		g := row.Generated
		published := "–"
		if row.SD > 0 {
			published = fmt.Sprintf("%.2f ± %.2f", row.Mean, row.SD)
		}
		fmt.Fprintf(w, "%s\t%.2f ± %.2f\t%.2f\t%.2f to %.2f\t%s\n", row.What, g.Mean, g.SD, g.Median, g.Low, g.High, published)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, "published: Choi, Wakeling & Robinovitch 2015, 25 falls on video, mean ± standard deviation")
	fmt.Fprintf(w, "\nof these falls\tgenerated\tpublished\n")
	for _, row := range motion.Shares(falls) {
		fmt.Fprintf(w, "%s\t%.1f %%\t%s\n", row.What, 100*row.Generated, orDash(row.Published))
	}
	return w.Flush()
}

func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}
