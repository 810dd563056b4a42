package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fallkit/data"
	"fallkit/train"
)

// thesis is what the user asked the thesis verb for.
type thesis struct {
	*job
	out, json, report string
	poses, inside     string
	only, also        []string
	protocols         []string
	names, beside     []string
	seeds             int
	skipMissing, kept bool

	variants []thesisVariant
	manifest *data.Manifest
	examples []data.Example
	extra    []data.Example
	front    front
}

const (
	thesisResult = "thesis.json"
	thesisPage   = "thesis.html"
)

// acrossProtocol and insideProtocol are how clips are kept away from trainings.
const (
	acrossProtocol = train.CrossDataset
	insideProtocol = train.Within
)

func newThesisCommand(a *app) *cobra.Command {
	t := &thesis{}
	c := &cobra.Command{
		Use:   "thesis DATA --out DIR",
		Short: "Hold the specialist against a generalist, prior by prior",
		Long: `Train the same network on the same clips with as many parameters as a generalist that tells every activity
from each other which the labels name, as a specialist that knows falls alone and nothing about them, with each
prior alone, without each prior, and with all; and measure all of them at equal false alarms an hour, across data
sets and inside them. What comes out is written to DIR, as thesis.json and as a page, thesis.html.

Protocols: cross-dataset keeps one data set after the other away; within keeps one subject (or camera)
of a data set away and trains on the rest of that data set.

Every training is kept in DIR as it ends. A second start with the same DIR goes on, and may ask for more
variants or seeds. The generalist is worth the name where labels name many activities: give generated clips
with --also. docs/thesis.md says what the numbers mean.`,
		Args: wants("DATA"),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if t.job, err = a.job(c); err != nil {
				return err
			}
			return t.run(c.Context(), args[0])
		},
	}
	f := c.Flags()
	f.StringVar(&t.out, "out", "", "folder of the trainings and of what came out (required)")
	f.StringVar(&t.json, "json", "", "write the numbers here (default: thesis.json in --out)")
	f.StringVar(&t.report, "report", "", "write the page here (default: thesis.html in --out)")
	f.IntVar(&t.seeds, "seeds", 3, "trainings of each variant and fold, with fit.seed and the seeds after it")
	f.StringSliceVar(&t.protocols, "protocol", []string{acrossProtocol, insideProtocol}, "how clips are kept away from trainings")
	f.StringVar(&t.inside, "folds", "subject", "what within keeps away: subject (else camera) or camera")
	f.StringSliceVar(&t.names, "variants", nil, "these only: "+strings.Join(variantNames(thesisVariants()), ", "))
	f.StringSliceVar(&t.beside, "beside", nil, "train these networks beside them: "+strings.Join(otherNetworks(), ", "))
	f.StringSliceVar(&t.only, "only", nil, onlyHelp)
	f.StringSliceVar(&t.also, "also", nil, alsoHelp+", and are not measured")
	f.StringVar(&t.poses, "poses", "", "where extract kept the poses (default: poses in FALLKIT_HOME)")
	f.BoolVar(&t.kept, "kept", false, "train nothing more: measure the trainings that are in --out already")
	f.BoolVar(&t.skipMissing, "skip-missing", false, "leave out clips that have no poses")
	profileFlag(c)
	setting(c, "seed", "fit.seed", "the first of the seeds")
	setting(c, "epochs", "fit.epochs", "of the trainings, at most")
	setting(c, "resamples", "evaluate.resamples", "of the bootstrap, for the intervals")
	return c
}

func (t *thesis) check() (err error) {
	switch {
	case t.out == "":
		return usage("where to? Give --out DIR, the folder of the trainings")
	case t.seeds < 1 || t.seeds > 100:
		return usage("--seeds is %d, and must be from 1 to 100", t.seeds)
	case t.inside != "subject" && t.inside != "camera":
		return usage("--folds is %q, and must be subject or camera", t.inside)
	case len(t.protocols) == 0:
		return usage("--protocol is empty: choose of %s, %s", acrossProtocol, insideProtocol)
	}
	for i, p := range t.protocols {
		if p != acrossProtocol && p != insideProtocol {
			return usage("--protocol has %q: choose of %s, %s", p, acrossProtocol, insideProtocol)
		}
		if slices.Contains(t.protocols[:i], p) {
			return usage("--protocol names %s twice", p)
		}
	}
	for _, one := range []struct {
		name string
		set  bool
	}{{"fit.teachers", t.settings.Fit.Teachers > 0}, {"fit.adversarial", t.settings.Fit.Adversarial > 0}} {
		if one.set {
			return usage("%s is for networks that learn from windows, and the thesis is about one that learns from sequences: leave it out", one.name)
		}
	}
	t.variants, err = chosenVariants(t.names, t.beside)
	return err
}

func (t *thesis) run(ctx context.Context, dir string) error {
	if err := t.check(); err != nil {
		return err
	}
	if t.json == "" {
		t.json = filepath.Join(t.out, thesisResult)
	}
	if t.report == "" {
		t.report = filepath.Join(t.out, thesisPage)
	}
	if _, err := os.Stat(t.out); t.kept && err != nil {
		return t.nothingKept()
	}
	if err := t.open(dir); err != nil {
		return err
	}
	plan, err := t.plan()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(t.out, 0o755); err != nil {
		return fmt.Errorf("make the folder of --out: %w", err)
	}
	for _, path := range []string{t.json, t.report} {
		if err := writable(path); err != nil {
			return err
		}
	}
	runs, err := t.trainAll(ctx, plan)
	if err != nil {
		return err
	}
	return t.tell(ctx, runs)
}

func (t *thesis) nothingKept() error {
	return fmt.Errorf("%s holds no training that ended: leave out --kept", t.out)
}

// open reads the clips.
func (t *thesis) open(dir string) (err error) {
	if t.manifest, err = data.Open(dir); err != nil {
		return err
	}
	if t.manifest, err = t.manifest.Only(t.only); err != nil {
		return err
	}
	if t.front, err = t.openFront(t.poses); err != nil {
		return err
	}
	if t.examples, err = t.job.examples(t.front, t.manifest, t.skipMissing); err != nil {
		return err
	}
	t.extra, err = t.extraClips(t.front, t.also, t.examples, t.skipMissing)
	return err
}

// tell measures the runs, prints the tables, and writes the numbers and the page.
func (t *thesis) tell(ctx context.Context, runs []*train.ThesisRun) error {
	var variants []train.ThesisVariant
	for _, v := range t.variants {
		variants = append(variants, v.ThesisVariant)
	}
	s := t.settings.Evaluate
	measuring := train.Measuring{Alarm: t.settings.Alarm, MinEvidence: s.MinEvidence, Resamples: s.Resamples, Seed: s.Seed}
	t.app.tell("measuring %s", plural(len(runs), "run"))
	result, err := measuring.MeasureThesis(variants, runs, t.measured(runs))
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil { // nothing is written that was not asked for any more
		return err
	}
	result.Facts = t.facts()
	if err := result.WriteTable(t.stdout); err != nil {
		return err
	}
	if err := result.WriteJSON(t.json); err != nil {
		return err
	}
	if err := result.WritePage(t.report); err != nil {
		return err
	}
	fmt.Fprintf(t.stdout, "\nnumbers: %s\npage: %s\n", t.json, t.report)
	return nil
}

// measured are the protocols that have runs, in the order asked for.
func (t *thesis) measured(runs []*train.ThesisRun) (protocols []string) {
	for _, p := range t.protocols {
		if slices.ContainsFunc(runs, func(r *train.ThesisRun) bool { return r.Protocol == p }) {
			protocols = append(protocols, p)
		}
	}
	return protocols
}

// facts tell how the numbers came to be.
func (t *thesis) facts() []train.Facts {
	what := train.Facts{Heading: "What was measured", Rows: [][2]string{
		{"data", t.manifest.Dir},
		{"clips", fmt.Sprint(len(t.examples))},
		{"clips and labels, sha256", hashOf(t.examples)},
		{"only learned from", strings.Join(t.also, ", ")},
		{"clips of it", fmt.Sprint(len(t.extra))},
	}}
	if len(t.only) > 0 {
		what.Rows = append(what.Rows, [2]string{"clips that count", strings.Join(t.only, ", ")})
	}
	settings := train.Facts{Heading: "Settings"}
	for _, o := range t.origins {
		settings.Rows = append(settings.Rows, [2]string{o.Key, fmt.Sprint(o.Value)})
	}
	return []train.Facts{what, settings, {Heading: "Versions", Rows: [][2]string{
		{"program", "falltrain " + version + revision()}, {"pose engine", t.front.id()},
	}}}
}
