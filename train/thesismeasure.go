package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

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
