package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"fallkit/data"
	"fallkit/data/simulate"
)

// fitNoise is what the user asked the fit-noise verb for.
type fitNoise struct {
	*job
	poses, out, json string
	skipMissing      bool
	keep             string
	keepClips        int
}

// heldOutShare is the share of the subjects that the noise is not fitted to, but checked on.
const heldOutShare = 5 // one of so many

func newFitNoiseCommand(a *app) *cobra.Command {
	n := &fitNoise{}
	c := &cobra.Command{
		Use:   "fit-noise RENDERED...",
		Short: "Fit the errors of poses to generated video",
		Long: `Keep what the pose front end says of people in generated video, and how they are seen: where joints are said
to be and how surely, which are exchanged between left and right, who is missed, who is found where nobody is,
and how long all that lasts. RENDERED is a folder of generated video (simulate --video, with --keypoints-every
small enough for every frame that extract looks at), whose poses extract has found.

One subject in five is held out, and a table holds what the model makes of their clips against what was found
there. simulate --poses --observer FILE uses the result.`,
		Args: wants("RENDERED..."),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if n.job, err = a.job(c); err != nil {
				return err
			}
			return n.run(args)
		},
	}
	f := c.Flags()
	f.StringVar(&n.out, "out", "", "file to write the noise to")
	f.StringVar(&n.json, "json", "", "write the table as JSON")
	f.StringVar(&n.keep, "keep", "", "file to write some clips to that were held out, for tests of the noise")
	f.IntVar(&n.keepClips, "keep-clips", 8, "how many, the first by name")
	f.StringVar(&n.poses, "poses", "", "where extract kept the poses (default: poses in FALLKIT_HOME)")
	f.BoolVar(&n.skipMissing, "skip-missing", false, "leave out clips that have no poses")
	profileFlag(c)
	setting(c, "seed", "fit.seed", "of what is drawn for the table")
	return c
}

func (n *fitNoise) run(dirs []string) error {
	switch {
	case n.out == "":
		return usage("fit the noise into what? Give --out FILE")
	case n.keepClips < 1:
		return usage("--keep-clips is %d, and must be at least 1", n.keepClips)
	}
	for _, path := range []string{n.out, n.json, n.keep} {
		if err := writable(path); err != nil {
			return err
		}
	}
	front, err := n.openFront(n.poses)
	if err != nil {
		return err
	}
	var clips []simulate.NoiseClip
	for _, dir := range dirs {
		more, err := n.clips(dir, front)
		if err != nil {
			return err
		}
		clips = append(clips, more...)
	}
	fit, held := partOfSubjects(clips)
	noise, err := simulate.FitNoise(fit, front.id())
	if err != nil {
		return fmt.Errorf("%s: %w", strings.Join(dirs, " and "), err)
	}
	if err := noise.Write(n.out); err != nil {
		return err
	}
	if n.keep != "" {
		if err := simulate.WriteNoiseClips(n.keep, held[:min(n.keepClips, len(held))]); err != nil {
			return err
		}
	}
	return n.tell(simulate.CheckNoise(held, noise, n.settings.Fit.Seed), len(fit), len(held))
}

// clips joins the truth with the poses.
func (n *fitNoise) clips(dir string, front front) ([]simulate.NoiseClip, error) {
	m, err := data.Open(dir)
	if err != nil {
		return nil, err
	}
	truth, err := data.ReadKeypoints(filepath.Join(dir, "keypoints.json"))
	if err != nil {
		return nil, err
	}
	examples, err := n.examples(front, m, n.skipMissing)
	if err != nil {
		return nil, err
	}
	clips, err := simulate.NoiseClips(examples, truth)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	for i := range clips {
		clips[i].Group = dir + "/" + clips[i].Group
	}
	return clips, nil
}

// partOfSubjects holds out the clips of one subject in five.
func partOfSubjects(clips []simulate.NoiseClip) (fit, held []simulate.NoiseClip) {
	var subjects []string
	for i := range clips {
		if !slices.Contains(subjects, clips[i].Group) {
			subjects = append(subjects, clips[i].Group)
		}
	}
	slices.Sort(subjects)
	for i := range clips {
		if slices.Index(subjects, clips[i].Group)%heldOutShare == heldOutShare-1 {
			held = append(held, clips[i])
		} else {
			fit = append(fit, clips[i])
		}
	}
	return fit, held
}

func (n *fitNoise) tell(all []simulate.NoiseStatistic, fit, held int) error {
	w := tabwriter.NewWriter(n.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "fitted to %s; in %s of other people\tfound\tby the noise\tof\n", plural(fit, "clip"), plural(held, "clip"))
	for _, s := range all {
		fmt.Fprintf(w, "%s\t%.4f\t%.4f\t%d\n", s.Name, s.Found, s.Observed, s.N)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if n.json == "" {
		return nil
	}
	return simulate.WriteNoiseCheck(n.json, all)
}
