package train

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
)

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
