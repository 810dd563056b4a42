package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fallkit/data"
	"fallkit/internal/alarm"
	"fallkit/train"
)

// evaluation is what the user asked the evaluate verb for.
type evaluation struct {
	*job
	model, train, folds, poses string
	protocol                   string
	json, report, out          string
	only, by, also             []string
	groups                     string
	skipMissing                bool
	beside                     bool
	events                     string // what another program's detector wrote, of the score verb
	others                     others
	extra                      []data.Example // of --also
	detector                   detector       // with --model
}

func newEvaluateCommand(a *app) *cobra.Command {
	e := &evaluation{}
	c := &cobra.Command{
		Use:   "evaluate DATA (--model FILE | --protocol within|cross-dataset)",
		Short: "Measure a model on clips that it has not learned",
		Long: `Measure a model as those meet it who are woken by it: falls found, false alarms per hour, time
to alarm; and clips and windows as the literature does. Each number has its 95 % interval.

There are three protocols.

fixed: with --model, one model on one data folder. Its threshold is its own, or with --train the one
that suits those clips best.

within: a model is trained for each subject (where these are not known, camera) in turn without
its clips and measured on them. --folds camera cuts by camera.

cross-dataset: the same by data set, and a model of each data set by itself on each other one.

Where models are trained, thresholds are chosen on training clips; a rule learns no more than
that. --folds dataset, subject or camera alone chooses the protocol too, without the pairs of
data sets.

` + namesHelp() + `

--out DIR keeps all that was found, for the report verb, and the models of the folds.`,
		Args: wants("DATA"),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if e.job, err = a.job(c); err != nil {
				return err
			}
			return e.run(c.Context(), args[0])
		},
	}
	f := c.Flags()
	f.StringVar(&e.model, "model", "", "the model to measure, or the name of a detector")
	f.StringVar(&e.train, "train", "", "data folder of the training side, to choose the threshold on")
	f.StringVar(&e.protocol, "protocol", "", strings.Join(protocols, ", ")+" (default: as --model and --folds say)")
	f.StringVar(&e.folds, "folds", "", "train and measure in turn by "+strings.Join(data.FoldKinds, ", "))
	f.StringSliceVar(&e.by, "by", nil, "columns of labels.csv whose groups are told apart, the worst first, such as activity,camera")
	f.StringVar(&e.groups, "groups", "", groupsHelp)
	f.StringSliceVar(&e.only, "only", nil, onlyHelp)
	f.StringSliceVar(&e.also, "also", nil, "for --folds, "+alsoHelp+", and are not measured")
	f.StringVar(&e.poses, "poses", "", "where extract kept the poses (default: poses in FALLKIT_HOME)")
	f.BoolVar(&e.skipMissing, "skip-missing", false, "leave out clips that have no poses")
	f.StringVar(&e.json, "json", "", "write the result as JSON")
	f.StringVar(&e.report, "report", "", "write a page with plots and the worst clips")
	f.BoolVar(&e.beside, "beside-rule", true, "measure the untrained rule on the same clips, for comparison")
	e.besideFlags(c)
	f.StringVar(&e.out, "out", "", "keep what was found here, for the report verb; folds' runs go on with what is there")
	profileFlags(c)
	setting(c, "network", "model.network", "what --folds trains: "+strings.Join(networkNames(), " or "))
	setting(c, "seed", "fit.seed", "of the trainings of --folds")
	setting(c, "epochs", "fit.epochs", "of the trainings of --folds, at most")
	setting(c, "resamples", "evaluate.resamples", "of the bootstrap, for the intervals")
	return c
}

func (e *evaluation) run(ctx context.Context, dir string) error {
	if err := e.check(); err != nil {
		return err
	}
	if err := e.places(); err != nil {
		return err
	}
	if e.folds == "" {
		if err := e.openModel(); err != nil {
			return err
		}
	}
	m, examples, err := e.clips(dir, e.groups)
	if err != nil {
		return err
	}
	if err := m.HasColumns(e.by); err != nil {
		return fmt.Errorf("--by: %w", err)
	}
	if err := e.openExtra(examples); err != nil {
		return err
	}
	mine, err := e.measure(ctx, m, examples)
	if err != nil {
		return err
	}
	measured := []measured{mine}
	others, err := e.measureOthers(ctx, m, examples)
	if err != nil {
		return err
	}
	measured = append(measured, others...)
	return e.tell(ctx, m, examples, measured)
}

// places makes the folders of what is to be written.
func (e *evaluation) places() error {
	if e.out != "" {
		if err := os.MkdirAll(e.out, 0o755); err != nil {
			return fmt.Errorf("make the folder of --out: %w", err)
		}
	}
	for _, path := range []string{e.json, e.report} {
		if err := writable(path); err != nil {
			return err
		}
	}
	return nil
}

// measured is one detector's clips, judged.
type measured struct {
	protocol, detector string
	folds              []train.FoldClips
	matrix             []train.FoldClips // each data set's model on each other data set
	alarm              alarm.Settings
}

func (e *evaluation) measure(ctx context.Context, m *data.Manifest, examples []data.Example) (measured, error) {
	out := measured{protocol: train.Fixed, detector: e.detector.name, alarm: e.settings.Alarm}
	var err error
	if e.folds != "" {
		out.protocol, out.detector = e.folds, e.inTurnTitle()
		keep, done, err := e.workplace()
		if err != nil {
			return out, err
		}
		defer done()
		if out.folds, err = e.inTurn(ctx, m, examples, keep); err != nil || e.protocol != train.CrossDataset {
			return out, err
		}
		out.matrix, err = e.pairs(ctx, m, examples, keep, out.folds)
		return out, err
	}
	if out.alarm, err = e.alarmFor(e.detector); err != nil {
		return out, err
	}
	out.folds, err = e.fixed(ctx, m, examples)
	return out, err
}

// groupsHelp is that of the flag --groups.
const groupsHelp = "a table dataset,clip,groups of groups that clips belong to, such as \"dark small\", which are told apart"

// openManifest reads a data folder, with a table of its clips' groups where there is one.
func openManifest(dir, groups string) (*data.Manifest, error) {
	m, err := data.Open(dir)
	if err != nil || groups == "" {
		return m, err
	}
	return m, m.OpenGroups(groups)
}

// clips are those of the data folder that --only lets through, with their poses. groups is a
// table of groups, or "".
func (e *evaluation) clips(dir, groups string) (*data.Manifest, []data.Example, error) {
	m, err := openManifest(dir, groups)
	if err != nil {
		return nil, nil, err
	}
	if m, err = m.Only(e.only); err != nil {
		return nil, nil, err
	}
	front, err := e.openFront(e.poses)
	if err != nil {
		return nil, nil, err
	}
	examples, err := e.examples(front, m, e.skipMissing)
	return m, examples, err
}

// fixed measures one detector on all clips.
func (e *evaluation) fixed(ctx context.Context, m *data.Manifest, examples []data.Example) ([]train.FoldClips, error) {
	d := e.detector
	if e.train != "" {
		chosen, err := e.trainThreshold(ctx, d, examples)
		if err != nil {
			return nil, err
		}
		d.threshold = chosen
	}
	if n := d.knows(examples); n > 0 {
		e.warn("%d of %s were learned from: this says how well the model remembers, not how good it is", n, plural(len(examples), "clip"))
	}
	if set, err := e.alarmFor(d); err == nil && e.train == "" {
		d.threshold = set.Threshold // the user's, where one is set
	}
	judged, err := e.judge(ctx, d, examples, m)
	return []train.FoldClips{{Name: "all", Train: d.learned, Test: describe(m), Threshold: d.threshold, Clips: judged}}, err
}

// openExtra reads the folders of --also.
func (e *evaluation) openExtra(measured []data.Example) error {
	front, err := e.openFront(e.poses)
	if err == nil {
		e.extra, err = e.extraClips(front, e.also, measured, e.skipMissing)
	}
	return err
}

// openModel opens the detector and takes up how its poses were extracted.
func (e *evaluation) openModel() (err error) {
	if e.detector, err = e.openDetector(e.model); err != nil {
		return err
	}
	return e.adopt(e.detector)
}

// trainThreshold chooses the threshold on the --train clips, none of which may be tested on.
func (e *evaluation) trainThreshold(ctx context.Context, d detector, test []data.Example) (float64, error) {
	only := e.only
	e.only = nil
	m, examples, err := e.clips(e.train, "")
	e.only = only
	if err != nil {
		return 0, err
	}
	known := map[string]bool{}
	for i := range examples {
		known[footage(&examples[i])] = true
	}
	for i := range test {
		if known[footage(&test[i])] {
			return 0, fmt.Errorf("%s is among the clips of --train and among those that are measured: a threshold chosen on test clips measures nothing", test[i].Clip)
		}
	}
	return e.thresholdFor(ctx, d, examples, m)
}

// describe names the data sets of a manifest.
func describe(m *data.Manifest) string {
	var names []string
	for i := range m.Clips {
		if d := m.Clips[i].Dataset; !slices.Contains(names, d) {
			names = append(names, d)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " + ")
}
