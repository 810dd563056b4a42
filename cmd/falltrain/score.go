package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"fallkit/data"
	"fallkit/internal/config"
	"fallkit/train"
)

// scoring is what the user asked the score verb for.
type scoring struct {
	*evaluation
	name, trainEvents, thresholdFrom, missing string
	threshold                                 float64
	thresholdSet                              bool
}

// What a clip without a row means.
const (
	missingSilent  = "silent"
	missingUnknown = "unknown"
)

func newScoreCommand(a *app) *cobra.Command {
	s := &scoring{evaluation: &evaluation{}}
	c := &cobra.Command{
		Use:   "score DATA --events FILE.csv",
		Short: "Measure any other detector by what it wrote",
		Long: `Measure any detector, whoever made it, with the numbers that evaluate gives. It writes a CSV file of
one of three kinds, told by its columns; seconds count from the clip's first frame:

clip,time_s,score: a score from 0 to 1 for each moment. The alarm makes events of them. Its threshold
is --threshold, or that of an earlier result (--threshold-from), or it is chosen on other clips
(--train with --train-events), never on those that are measured.

clip,time_s: a list of alarms. Each counts as suspected and as confirmed at that moment.

clip,event,start_s,confirmed_s: events of another alarm, suspected or confirmed, used as they are.

A column track tells people apart. No poses and no videos are needed where labels.csv has fps and frames.`,
		Args: wants("DATA"),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if s.job, err = a.job(c); err != nil {
				return err
			}
			s.thresholdSet = c.Flags().Changed("threshold")
			return s.run(c.Context(), args[0])
		},
	}
	f := c.Flags()
	f.StringVar(&s.events, "events", "", "what the detector wrote (required)")
	f.StringVar(&s.name, "name", "", "what to call the detector (default: the file's name)")
	f.StringVar(&s.missing, "missing", missingSilent, "what a clip without a row means: silent (it saw no fall there) or unknown (it did not look)")
	f.Float64Var(&s.threshold, "threshold", 0, "score from which on it is a fall, above 0 and at most 1")
	f.StringVar(&s.thresholdFrom, "threshold-from", "", "take the threshold of an earlier result (evaluation.json)")
	f.StringVar(&s.train, "train", "", "data folder of the training side, to choose the threshold on")
	f.StringVar(&s.trainEvents, "train-events", "", "what the detector wrote about the clips of --train")
	f.StringSliceVar(&s.by, "by", nil, "columns of labels.csv whose groups are told apart, the worst first, such as activity,camera")
	f.StringVar(&s.groups, "groups", "", groupsHelp)
	f.StringSliceVar(&s.only, "only", nil, onlyHelp)
	f.StringVar(&s.poses, "poses", "", "where extract kept the poses, if it did (default: poses in FALLKIT_HOME)")
	f.StringVar(&s.json, "json", "", "write the result as JSON")
	f.StringVar(&s.report, "report", "", "write a page with plots and the worst clips")
	f.StringVar(&s.out, "out", "", "keep what was found here, for the report verb")
	profileFlag(c)
	setting(c, "resamples", "evaluate.resamples", "of the bootstrap, for the intervals")
	return c
}

func (s *scoring) run(ctx context.Context, dir string) error {
	if err := s.check(); err != nil {
		return err
	}
	if err := s.places(); err != nil {
		return err
	}
	m, clips, err := s.said(ctx, dir, s.events, s.groups, s.only)
	if err != nil {
		return err
	}
	if err := m.HasColumns(s.by); err != nil {
		return fmt.Errorf("--by: %w", err)
	}
	clips.describe(s)
	one := measured{protocol: train.Fixed, detector: s.name, alarm: s.settings.Alarm}
	fold := train.FoldClips{Name: "all", Train: "not known", Test: describe(m), Clips: clips.judged}
	if fold.Threshold, err = s.thresholdOf(ctx, clips); err != nil {
		return err
	}
	if s.train != "" {
		fold.Train = "threshold chosen on " + s.train
	}
	one.folds = []train.FoldClips{fold}
	return s.tell(ctx, m, clips.examples, []measured{one})
}

func (s *scoring) check() error {
	if s.name == "" {
		s.name = filepath.Base(s.events)
	}
	ways := 0
	for _, given := range []bool{s.thresholdSet, s.thresholdFrom != "", s.train != ""} {
		if given {
			ways++
		}
	}
	switch {
	case s.events == "":
		return usage("score what? Give --events FILE.csv, which the detector wrote")
	case s.missing != missingSilent && s.missing != missingUnknown:
		return usage("--missing is %q, and must be %s or %s", s.missing, missingSilent, missingUnknown)
	case (s.train == "") != (s.trainEvents == ""):
		return usage("--train and --train-events belong together: clips to choose the threshold on, and what the detector wrote about them")
	case ways > 1:
		return usage("--threshold, --threshold-from and --train each give the threshold: use one of them")
	case s.thresholdSet && !(s.threshold > 0 && s.threshold <= 1):
		return usage("--threshold is %g, and must be above 0 and at most 1", s.threshold)
	}
	return s.spare()
}

// spare refuses to write a result over what the detector wrote.
func (s *scoring) spare() error {
	for _, input := range []string{s.events, s.trainEvents, s.thresholdFrom} {
		is, err := os.Stat(input)
		if err != nil {
			continue // told when it is read
		}
		for _, output := range []string{s.json, s.report, filepath.Join(s.out, train.ResultName), filepath.Join(s.out, train.EvaluationName)} {
			if there, err := os.Stat(output); err == nil && os.SameFile(is, there) {
				return usage("%s would be replaced by the result: name another place for that", input)
			}
		}
	}
	return nil
}

// said is what a detector wrote about the clips of one data folder, beside the truth.
type said struct {
	manifest *data.Manifest
	foreign  *train.Foreign
	examples []data.Example
	judged   []train.Judged
	posed    int // clips whose frames have the times of their poses
	rows     int // clips with a row
}

// said reads a data folder and what a detector wrote about it. Rows about clips that --only
// leaves out are passed over.
func (s *scoring) said(ctx context.Context, dir, events, groups string, only []string) (*data.Manifest, *said, error) {
	all, err := openManifest(dir, groups)
	if err != nil {
		return nil, nil, err
	}
	m, err := all.Only(only)
	if err != nil {
		return nil, nil, err
	}
	front, err := s.openFront(s.poses)
	if err != nil {
		return nil, nil, err
	}
	out := &said{manifest: m}
	if out.examples, out.posed, err = data.LoadTruth(m, front.store, front.id(), front.fps); err != nil {
		return nil, nil, err
	}
	if out.foreign, err = readForeign(ctx, events, known(all, out.examples)); err != nil {
		return nil, nil, err
	}
	group := func(e *data.Example) string { return m.Group(e.Index) }
	out.judged = out.foreign.Judge(out.examples, group, s.missing == missingUnknown)
	for i := range out.examples {
		if c := out.examples[i].Clip; out.foreign.Of(c.Dataset, c.ID).Rows > 0 {
			out.rows++
		}
	}
	return m, out, nil
}

func readForeign(ctx context.Context, path string, clips []train.KnownClip) (*train.Foreign, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read what the detector wrote: %w", err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a folder: name the CSV file that the detector wrote", path)
	}
	return train.ReadForeign(ctx, file, path, clips)
}

// known are all clips of a data folder; those that are not measured have no length.
func known(m *data.Manifest, measured []data.Example) []train.KnownClip {
	seconds := map[string]float64{}
	for i := range measured {
		seconds[measured[i].Clip.String()] = measured[i].Recording.Duration()
	}
	clips := make([]train.KnownClip, len(m.Clips))
	for i := range m.Clips {
		c := &m.Clips[i]
		length, ok := seconds[c.String()]
		if !ok {
			length = math.NaN()
		}
		clips[i] = train.KnownClip{Dataset: c.Dataset, Clip: c.ID, Seconds: length}
	}
	return clips
}

// describe says how the file was understood.
func (c *said) describe(s *scoring) {
	s.warn("%s holds %s of %d of %s; a clip without a row counts as %s (--missing)", s.events, c.foreign.Kind, c.rows, plural(len(c.examples), "clip"), s.missing)
	for i := range c.examples {
		if w := c.examples[i].Warning; w != "" {
			s.warn("%s", w)
		}
	}
	switch n := len(c.examples); c.posed {
	case n:
		s.warn("frames have the times of the extracted poses")
	case 0:
		s.warn("frames became seconds by the fps of labels.csv")
	default:
		s.warn("frames have the times of the extracted poses in %s, and became seconds by the fps of labels.csv in %d", plural(c.posed, "clip"), n-c.posed)
	}
	if hold := s.settings.Alarm.HoldSeconds; c.foreign.Kind == train.ForeignScores && c.foreign.Step > hold {
		s.warn("its scores come every %.3g s, and the alarm lets go after %.3g s without one: set alarm.hold_seconds higher, or write alarms (clip,time_s)", c.foreign.Step, hold)
	}
}

// thresholdOf is the threshold that the user gave or that other clips give.
func (s *scoring) thresholdOf(ctx context.Context, test *said) (float64, error) {
	set := s.settings.Alarm.Threshold
	if test.foreign.Kind != train.ForeignScores {
		if s.thresholdSet || s.thresholdFrom != "" || s.train != "" {
			return 0, usage("%s holds %s, which are used as they are: a threshold is for scores", s.events, test.foreign.Kind)
		}
		return min(set, test.foreign.LowestScore()), nil // whatever was raised is a fall
	}
	switch {
	case s.thresholdSet:
		return s.threshold, nil
	case s.thresholdFrom != "":
		return thresholdIn(s.thresholdFrom)
	case s.train != "":
		return s.choose(ctx, test)
	case !slices.ContainsFunc(s.origins, func(o config.Origin) bool { return o.Key == "alarm.threshold" && o.Place != (config.Place{}) }):
		s.warn("the threshold is alarm.threshold = %g, which nobody chose for this detector: give --threshold, --threshold-from, or --train with --train-events", set)
	}
	return set, nil
}

func thresholdIn(path string) (float64, error) {
	r, err := train.ReadResult(path)
	if err != nil {
		return 0, err
	}
	if !(r.Threshold > 0 && r.Threshold <= 1) {
		return 0, fmt.Errorf("%s: its threshold is %g, and must be above 0 and at most 1", path, r.Threshold)
	}
	return r.Threshold, nil
}

// choose chooses the threshold on the --train clips, none of which may be measured.
func (s *scoring) choose(ctx context.Context, test *said) (float64, error) {
	_, side, err := s.said(ctx, s.train, s.trainEvents, "", nil)
	if err != nil {
		return 0, err
	}
	if side.foreign.Kind != train.ForeignScores {
		return 0, usage("%s holds %s: a threshold can only be chosen on scores", s.trainEvents, side.foreign.Kind)
	}
	if twin := side.shared(test); twin != nil {
		return 0, fmt.Errorf("%s is among the clips of --train and among those that are measured: a threshold chosen on test clips measures nothing", twin)
	}
	choice, err := train.ChooseThreshold(side.judged, s.settings.Alarm, s.objectiveFor(side.judged))
	return choice.Threshold, err
}

// shared is a clip that both hold: by its name, by its file, or by its video's bytes, where
// these were read.
func (c *said) shared(other *said) *data.Clip {
	names, shows := map[string]bool{}, map[string]bool{}
	var files []os.FileInfo
	for i := range c.examples {
		names[c.examples[i].Clip.String()] = true
		if video := footage(&c.examples[i]); video != "" {
			shows[video] = true
		}
		if info, err := os.Stat(c.manifest.VideoPath(c.examples[i].Index)); err == nil {
			files = append(files, info)
		}
	}
	for i := range other.examples {
		e := &other.examples[i]
		info, err := os.Stat(other.manifest.VideoPath(e.Index))
		same := func(f os.FileInfo) bool { return os.SameFile(f, info) }
		if names[e.Clip.String()] || shows[footage(e)] || err == nil && slices.ContainsFunc(files, same) {
			return e.Clip
		}
	}
	return nil
}
