package train

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
)

// thesisMetric is a number that variants are held against each other by.
type thesisMetric struct {
	key, name string
	lower     bool // the lower the better
	points    bool // a share, told in points of a hundred
}

// thesisRates are the false alarms an hour at which recall is told.
var thesisRates = []float64{1, 2, 5, 10, 20}

// thesisReach is the rate up to which the mean recall is taken, false alarms an hour.
const thesisReach = 10.0

// The keys of the number that was chosen as the one that counts before anything was run, and
// of the honest one beside it.
const (
	thesisHeadline = "recall_at_5"
	thesisBrought  = "brought.balanced_events"
)

// ThesisMetrics' keys stand in the JSON.
var thesisMetrics = []thesisMetric{
	{"recall_at_1", "falls noticed at 1 false alarm an hour", false, true},
	{"recall_at_2", "falls noticed at 2 false alarms an hour", false, true},
	{"recall_at_5", "falls noticed at 5 false alarms an hour", false, true},
	{"recall_at_10", "falls noticed at 10 false alarms an hour", false, true},
	{"recall_at_20", "falls noticed at 20 false alarms an hour", false, true},
	{"mean_recall", "mean of falls noticed at 0 to 10 false alarms an hour", false, true},
	{"clip.auc", "clips: AUC, mean of the folds", false, true},
	{"brought.recall", "with the threshold brought: falls noticed", false, true},
	{"brought.false_alarms_per_hour", "with the threshold brought: false alarms an hour", true, false},
	{"brought.balanced_accuracy", "with the threshold brought: balanced accuracy of clips", false, true},
	{"brought.balanced_events", "with the threshold brought: mean of falls noticed and of quiet everyday clips", false, true},
}

func thesisMetricNamed(key string) thesisMetric {
	i := slices.IndexFunc(thesisMetrics, func(m thesisMetric) bool { return m.key == key })
	return thesisMetrics[i]
}

// MeasureThesis makes numbers of the runs of some variants, protocol by protocol. What has not
// been run of all folds of a protocol, a seed or a variant, is left out there. All must have
// said something of the same clips.
func (m Measuring) MeasureThesis(variants []ThesisVariant, runs []*ThesisRun, protocols []string) (*Thesis, error) {
	out := &Thesis{Format: ResultFormat}
	for _, protocol := range protocols {
		t, err := newTrials(m, variants, runs, protocol)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", protocol, err)
		}
		out.Protocols = append(out.Protocols, t.measure())
	}
	return out, nil
}

// thesisTrials are the runs of one protocol, made ready to be weighed.
type thesisTrials struct {
	measuring Measuring
	protocol  string
	variants  []ThesisVariant
	folds     []string
	clips     []Judged // of the first run of each fold, one fold after the other
	foldOf    [][]int  // the clips of each fold
	seeds     [][]uint64
	said      [][][]*foldTrial // by variant, seed and fold
	runs      [][]*ThesisRun   // of each variant
}

// foldTrial is one run, ready to be weighed.
type foldTrial struct {
	operating *operating
	clip      clipColumns  // with the threshold that was brought
	suspected eventColumns // likewise
}

func newTrials(m Measuring, variants []ThesisVariant, runs []*ThesisRun, protocol string) (*thesisTrials, error) {
	t := &thesisTrials{measuring: m, protocol: protocol}
	for _, r := range runs {
		if r.Protocol == protocol && !slices.Contains(t.folds, r.Fold) {
			t.folds = append(t.folds, r.Fold)
		}
	}
	if len(t.folds) == 0 {
		return nil, errors.New("there are no runs")
	}
	slices.Sort(t.folds)
	for _, v := range variants {
		if err := t.add(v, runs); err != nil {
			return nil, err
		}
	}
	if len(t.variants) == 0 {
		return nil, errors.New("no variant has a run of every fold")
	}
	return t, nil
}

// add takes up the runs of a variant.
func (t *thesisTrials) add(v ThesisVariant, runs []*ThesisRun) error {
	bySeed := map[uint64][]*ThesisRun{}
	var mine []*ThesisRun
	for _, r := range runs {
		if r.Protocol == t.protocol && r.Variant == v.Name {
			bySeed[r.Seed], mine = append(bySeed[r.Seed], r), append(mine, r)
		}
	}
	var seeds []uint64
	for seed := range bySeed {
		seeds = append(seeds, seed)
	}
	slices.Sort(seeds)
	var said [][]*foldTrial
	var whole []uint64 // seeds
	for _, seed := range seeds {
		of := bySeed[seed]
		slices.SortFunc(of, func(a, b *ThesisRun) int { return slices.Index(t.folds, a.Fold) - slices.Index(t.folds, b.Fold) })
		if len(of) != len(t.folds) {
			continue
		}
		whole = append(whole, seed)
		one, err := t.ready(of)
		if err != nil {
			return fmt.Errorf("%s with seed %d: %w", v.Name, seed, err)
		}
		said = append(said, one)
	}
	if len(whole) > 0 {
		t.variants = append(t.variants, v)
		t.seeds, t.said, t.runs = append(t.seeds, whole), append(t.said, said), append(t.runs, mine)
	}
	return nil
}

// ready makes the runs of one seed ready, one for each fold.
func (t *thesisTrials) ready(runs []*ThesisRun) ([]*foldTrial, error) {
	first := t.clips == nil
	var all []*foldTrial
	for k, r := range runs {
		clips := slices.Clone(r.Clips)
		sort.SliceStable(clips, func(i, j int) bool { return clips[i].known() < clips[j].known() })
		if first {
			var members []int
			for range clips {
				members = append(members, len(t.clips)+len(members))
			}
			t.clips, t.foldOf = append(t.clips, clips...), append(t.foldOf, members)
		}
		if err := t.sameClips(k, clips); err != nil {
			return nil, err
		}
		one := &foldTrial{operating: operatingOf(clips, t.measuring.Alarm)}
		c := t.measuring.tally(clips)
		one.clip, one.suspected = c.clip, c.suspected
		all = append(all, one)
	}
	return all, nil
}

func (j *Judged) known() string { return j.Columns["dataset"] + "/" + j.Clip }

func (t *thesisTrials) sameClips(fold int, clips []Judged) error {
	want := t.foldOf[fold]
	if len(clips) != len(want) {
		return fmt.Errorf("fold %s has %d clips, and had %d before", t.folds[fold], len(clips), len(want))
	}
	for i, k := range want {
		if clips[i].known() != t.clips[k].known() || !sameTruth(&clips[i], &t.clips[k]) {
			return fmt.Errorf("fold %s: the clip %s is not the same in all runs", t.folds[fold], clips[i].known())
		}
	}
	return nil
}

// values are the metrics of one seed of a variant, by thesisMetrics.
type values []float64

// weighed gives the metrics with weighted clips; curve is the pooled operating curve's recall
// at each rate.
func (t *thesisTrials) weighed(said []*foldTrial, weight []float64) values {
	var pool foldSums
	for k, f := range said {
		w := make([]float64, len(t.foldOf[k]))
		for i, clip := range t.foldOf[k] {
			w[i] = weight[clip]
		}
		pool.add(f, w)
	}
	return pool.values()
}

// foldSums adds up folds. Each is at the same rate of false alarms, since each is a model of its
// own with a scale of its own.
type foldSums struct {
	falls, mean  float64
	recall       []float64 // at thesisRates
	auc, folds   float64
	found, wrong float64
	hours        float64
	caught, fall float64
	quiet, adl   float64
}

func (p *foldSums) add(f *foldTrial, w []float64) {
	if p.recall == nil {
		p.recall = make([]float64, len(thesisRates))
	}
	if c := f.operating.curve(w); c != nil {
		falls := sumOf(f.operating.falls, w)
		p.falls += falls
		p.mean += falls * c.mean(thesisReach)
		for i, rate := range thesisRates {
			p.recall[i] += falls * c.at(rate)
		}
	}
	if auc := f.clip.clips.auc(w); !math.IsNaN(auc) {
		p.auc, p.folds = p.auc+auc, p.folds+1
	}
	p.found, p.wrong, p.hours = p.found+sumOf(f.suspected.found, w), p.wrong+sumOf(f.suspected.falseAlarms, w), p.hours+sumOf(f.suspected.hours, w)
	p.caught, p.fall = p.caught+sumOf(f.clip.caught, w), p.fall+sumOf(f.clip.falls, w)
	p.quiet, p.adl = p.quiet+sumOf(f.clip.quiet, w), p.adl+sumOf(f.clip.adls, w)
}

func (p *foldSums) values() values {
	var v values
	for _, r := range p.recall {
		v = append(v, r/p.falls)
	}
	recall, quiet := p.found/p.falls, p.quiet/p.adl
	return append(v, p.mean/p.falls, p.auc/p.folds, recall, p.wrong/p.hours, (p.caught/p.fall+quiet)/2, (recall+quiet)/2)
}

// measure draws clips and seeds anew, the same for every variant, so that what is hard for all
// adds nothing to their differences (paired bootstrap).
func (t *thesisTrials) measure() ThesisProtocol {
	out := ThesisProtocol{Protocol: t.protocol, Folds: t.foldFacts()}
	draws := newBootstrap(t.clips, t.measuring.Resamples, t.measuring.Seed)
	out.Interval = draws.made
	pairs := t.pairs()
	plain := t.all(draws.alone)
	var variants, differences [][]values // by draw
	rng := rand.New(rand.NewPCG(draws.seed, uint64(len(t.clips))))
	weight := make([]float64, len(t.clips))
	for range draws.made.Resamples {
		clear(weight)
		for range draws.units {
			for _, clip := range draws.units[rng.IntN(len(draws.units))] {
				weight[clip] += draws.alone[clip]
			}
		}
		slots := make([]float64, t.mostSeeds())
		for i := range slots {
			slots[i] = rng.Float64()
		}
		all := t.all(weight)
		variants = append(variants, t.means(all, slots))
		differences = append(differences, t.differences(all, pairs, slots))
	}
	for i := range t.variants {
		out.Variants = append(out.Variants, t.measureOf(i, draws, plain, variants))
	}
	for k, p := range pairs {
		d := ThesisDifference{A: t.variants[p[0]].Name, B: t.variants[p[1]].Name}
		d.Metrics = metricsOf(draws, t.differences(plain, pairs, nil)[k], differences, k)
		out.Differences = append(out.Differences, d)
	}
	out.Priors = out.priors(t.variants)
	return out
}

// all are the values of each variant and seed.
func (t *thesisTrials) all(weight []float64) [][]values {
	out := make([][]values, len(t.said))
	for i, seeds := range t.said {
		for _, said := range seeds {
			out[i] = append(out[i], t.weighed(said, weight))
		}
	}
	return out
}

func (t *thesisTrials) mostSeeds() (n int) {
	for _, s := range t.seeds {
		n = max(n, len(s))
	}
	return n
}

// drawn picks of n seeds as the slots say; nil takes each once.
func drawn(slots []float64, n int) []int {
	var picks []int
	for i := range n {
		if slots == nil {
			picks = append(picks, i)
		} else {
			picks = append(picks, int(slots[i]*float64(n)))
		}
	}
	return picks
}

func meanValues(of []values, picks []int) values {
	sum := make(values, len(thesisMetrics))
	for _, i := range picks {
		for m, v := range of[i] {
			sum[m] += v / float64(len(picks))
		}
	}
	return sum
}

// means are each variant's mean over its seeds.
func (t *thesisTrials) means(all [][]values, slots []float64) []values {
	var out []values
	for i := range all {
		out = append(out, meanValues(all[i], drawn(slots, len(t.seeds[i]))))
	}
	return out
}

// differences are those of the pairs, over the seeds that both have.
func (t *thesisTrials) differences(all [][]values, pairs [][2]int, slots []float64) []values {
	var out []values
	for _, p := range pairs {
		a, b := t.common(p)
		picks := drawn(slots, len(a))
		var ofA, ofB []values
		for i := range a {
			ofA, ofB = append(ofA, all[p[0]][a[i]]), append(ofB, all[p[1]][b[i]])
		}
		d := meanValues(ofB, picks)
		for m, v := range meanValues(ofA, picks) {
			d[m] -= v
		}
		out = append(out, d)
	}
	return out
}

// common are where the seeds stand that both of a pair have.
func (t *thesisTrials) common(p [2]int) (a, b []int) {
	for i, seed := range t.seeds[p[0]] {
		if k := slices.Index(t.seeds[p[1]], seed); k >= 0 {
			a, b = append(a, i), append(b, k)
		}
	}
	return a, b
}

// metricsOf are the metrics of entry k of each draw, with their intervals.
func metricsOf(b *bootstrap, plain values, draws [][]values, k int) map[string]Metric {
	out := map[string]Metric{}
	for m, kind := range thesisMetrics {
		var some []float64
		for _, d := range draws {
			if v := d[k][m]; !math.IsNaN(v) && !math.IsInf(v, 0) {
				some = append(some, v)
			}
		}
		metric := b.metric(plain[m], some)
		metric = withoutInterval(metric, b.made.Units < fewestDiffering, "too few "+b.made.Unit+"s")
		metric = withoutInterval(metric, metric.Low == metric.High, "every draw gives the same")
		out[kind.key] = metric.or("it cannot be told of these clips")
	}
	return out
}

func (t *thesisTrials) measureOf(i int, b *bootstrap, plain [][]values, draws [][]values) ThesisMeasure {
	run := t.runs[i][0]
	out := ThesisMeasure{
		ThesisVariant: t.variants[i], Parameters: run.Parameters, Answers: run.Answers, Decoder: run.Decoder, Seeds: t.seeds[i],
		Metrics: metricsOf(b, t.means(plain, nil)[i], draws, i), PerSeed: map[string][]*float64{},
	}
	for m, kind := range thesisMetrics {
		for _, v := range plain[i] {
			out.PerSeed[kind.key] = append(out.PerSeed[kind.key], orNull(v[m]))
		}
	}
	for _, seed := range t.said[i] {
		for _, f := range seed {
			for k := range f.suspected.found {
				out.Found += int(f.suspected.found[k])
				out.Falls += int(f.suspected.falls[k])
				out.False += int(f.suspected.falseAlarms[k])
			}
		}
	}
	out.Curve = t.curveOf(i, b.alone)
	return out
}

// finiteOr gives a number that JSON can hold.
func finiteOr(v, other float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return other
	}
	return v
}

// curveOf is the mean recall of all seeds at every rate, each fold at that rate.
func (t *thesisTrials) curveOf(i int, weight []float64) []ThesisPoint {
	const most, steps = 30.0, 60
	out := make([]ThesisPoint, steps+1)
	for _, said := range t.said[i] {
		falls := 0.0
		sum := make([]float64, len(out))
		for k, f := range said {
			w := make([]float64, len(t.foldOf[k]))
			for n, clip := range t.foldOf[k] {
				w[n] = weight[clip]
			}
			c, n := f.operating.curve(w), sumOf(f.operating.falls, w)
			if c == nil {
				continue
			}
			falls += n
			for s := range sum {
				sum[s] += n * c.at(most*float64(s)/steps)
			}
		}
		for s := range sum {
			out[s].FalseAlarmsPerHour = most * float64(s) / steps
			out[s].Recall += finiteOr(sum[s]/falls, 0) / float64(len(t.said[i]))
		}
	}
	return out
}

func (t *thesisTrials) foldFacts() []ThesisFold {
	var out []ThesisFold
	for k, name := range t.folds {
		f := ThesisFold{Name: name, Clips: len(t.foldOf[k])}
		for _, i := range t.foldOf[k] {
			f.Falls += len(t.clips[i].Falls)
			f.Hours += calmSeconds(t.clips[i].Falls, t.clips[i].Seconds) / 3600
		}
		out = append(out, f)
	}
	return out
}

// The variants that the thesis is about; those of single priors are named after them.
const (
	ThesisGeneralist = "generalist"
	ThesisBodies     = "generalist-bodies"
	ThesisBare       = "specialist-bare"
	ThesisFull       = "specialist"
)

// pairs are the differences that are told: first those of the thesis, then every prior's, then
// the full specialist against each other network.
func (t *thesisTrials) pairs() (pairs [][2]int) {
	at := func(name string) int {
		return slices.IndexFunc(t.variants, func(v ThesisVariant) bool { return v.Name == name })
	}
	add := func(a, b int) {
		if a >= 0 && b >= 0 && a != b && !slices.Contains(pairs, [2]int{a, b}) {
			pairs = append(pairs, [2]int{a, b})
		}
	}
	add(at(ThesisGeneralist), at(ThesisFull))
	add(at(ThesisBodies), at(ThesisFull))
	add(at(ThesisGeneralist), at(ThesisBare))
	add(at(ThesisBare), at(ThesisFull))
	for i, v := range t.variants {
		switch {
		case v.Prior != "" && v.Lacks:
			add(i, at(v.Base))
		case v.Prior != "":
			add(at(v.Base), i)
		}
	}
	for i, v := range t.variants {
		if v.Prior == "" {
			add(i, at(ThesisFull))
		}
	}
	return slices.DeleteFunc(pairs, func(p [2]int) bool { a, _ := t.common(p); return len(a) == 0 })
}

// priors gather what each prior is worth, in the order of the variants.
func (p *ThesisProtocol) priors(variants []ThesisVariant) []ThesisPrior {
	all := []ThesisPrior{}
	for _, v := range variants {
		if v.Prior == "" {
			continue
		}
		k := slices.IndexFunc(all, func(one ThesisPrior) bool { return one.Prior == v.Prior })
		if k < 0 {
			k, all = len(all), append(all, ThesisPrior{Prior: v.Prior})
		}
		if v.Lacks {
			all[k].Last = p.difference(v.Name, v.Base)
		} else {
			all[k].Alone = p.difference(v.Base, v.Name)
		}
	}
	return all
}

func (p *ThesisProtocol) difference(a, b string) *ThesisDifference {
	for i := range p.Differences {
		if d := &p.Differences[i]; d.A == a && d.B == b {
			return d
		}
	}
	return nil
}
