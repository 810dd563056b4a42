package train

import (
	"cmp"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
)

// teller learns to tell real windows from generated ones, and is asked about windows of
// groups that it has not seen.
type teller struct {
	RealismSettings
	windows  []realismWindow
	units    [2][]int // numbers of the groups of generated and of real windows
	progress func(done, total int)
	done     int
	gains    []float64 // of each of windowStatistics in the trees of all folds
}

// tellers are the classifiers. Each gives, for windows that are held out, how real they look.
var tellers = []struct {
	name, about string
	tell        func(t *teller, ctx context.Context, fold int, learn, held []int) ([]float64, error)
}{
	{
		"boosted trees", "gradient boosted trees over the statistics of a window (jitter, missing joints, scores, proportions, motion), without those that say where in the picture somebody is",
		(*teller).trees,
	},
	{
		"network", "the temporal convolutional network that Fallkit detects falls with, over what it sees of a window: joints and bones in body sizes, and which are missing",
		(*teller).network,
	},
}

// divide gives each group a number, and a fold in which it is held out: the largest groups
// first, each to the fold with the fewest windows of its side.
func (t *teller) divide(rng *rand.Rand) error {
	next := 0
	for side := range t.units {
		members := map[string][]int{}
		for i := range t.windows {
			if w := &t.windows[i]; w.real == (side == 1) {
				members[w.group] = append(members[w.group], i)
			}
		}
		names := sortedKeys(members)
		if len(names) < t.Folds {
			return errors.New("there are too few subjects and cameras to hold some of them out in turn: fill in the columns subject and camera of labels.csv")
		}
		rng.Shuffle(len(names), func(i, k int) { names[i], names[k] = names[k], names[i] })
		sort.SliceStable(names, func(i, k int) bool { return len(members[names[i]]) > len(members[names[k]]) })
		load := make([]int, t.Folds)
		for _, name := range names {
			fold := slices.Index(load, slices.Min(load))
			load[fold] += len(members[name])
			for _, i := range members[name] {
				t.windows[i].unit, t.windows[i].fold = next, fold
			}
			t.units[side] = append(t.units[side], next)
			next++
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// classifiers asks each classifier about every window.
func (t *teller) classifiers(ctx context.Context) (all []RealismClassifier, err error) {
	for _, c := range tellers {
		things := make([]scored, 0, len(t.windows))
		for fold := range t.Folds {
			var learn, held []int
			for i := range t.windows {
				if t.windows[i].fold == fold {
					held = append(held, i)
				} else {
					learn = append(learn, i)
				}
			}
			says, err := c.tell(t, ctx, fold, learn, held)
			if err != nil {
				return nil, err
			}
			for k, i := range held {
				things = append(things, scored{t.windows[i].unit, says[k], t.windows[i].real})
			}
			if t.done++; t.progress != nil {
				t.progress(t.done, t.Folds*len(tellers))
			}
		}
		all = append(all, RealismClassifier{Name: c.name, About: c.about, AUC: t.measure(rank(things))})
	}
	slices.SortStableFunc(all, func(a, b RealismClassifier) int { return compare(b.AUC.Value, a.AUC.Value) })
	return all, nil
}

// measure gives the AUC with its interval: the groups of either side are drawn anew.
func (t *teller) measure(r ranking) Metric {
	weight := make([]float64, len(t.units[0])+len(t.units[1]))
	for i := range weight {
		weight[i] = 1
	}
	m := Metric{Value: r.auc(weight)}
	rng := rand.New(rand.NewPCG(t.Seed, 0xb007))
	var drawn []float64
	for range t.Resamples {
		clear(weight)
		for _, units := range t.units {
			for range units {
				weight[units[rng.IntN(len(units))]]++
			}
		}
		if v := r.auc(weight); !math.IsNaN(v) {
			drawn = append(drawn, v)
		}
	}
	m.Low, m.High = quantileOf(drawn, 0.025), quantileOf(drawn, 0.975)
	return m
}

func (t *teller) interval() Interval {
	return Interval{Level: 0.95, Unit: "group", Units: len(t.units[0]) + len(t.units[1]), Resamples: t.Resamples}
}

func (t *teller) trees(ctx context.Context, _ int, learn, held []int) ([]float64, error) {
	row := func(i int) (out []float64) {
		for k, s := range windowStatistics {
			if !s.Place {
				out = append(out, t.windows[i].numbers[k])
			}
		}
		return out
	}
	var rows [][]float64
	var truth []bool
	for _, i := range learn {
		rows, truth = append(rows, row(i)), append(truth, t.windows[i].real)
	}
	b := boost(rows, truth)
	t.credit(b.gains)
	says := make([]float64, len(held))
	for k, i := range held {
		says[k] = b.score(row(i))
	}
	return says, ctx.Err()
}

// credit notes what trees went by.
func (t *teller) credit(gains []float64) {
	if t.gains == nil {
		t.gains = make([]float64, len(windowStatistics))
	}
	column := 0
	for k, s := range windowStatistics {
		if !s.Place {
			t.gains[k] += gains[column]
			column++
		}
	}
}

// used is the share of statistic number k in what the trees went by.
func (t *teller) used(k int) float64 {
	if t.gains == nil {
		return 0
	}
	return t.gains[k] / max(sum(t.gains), 1e-9)
}

// network learns from batches that are half generated and half real, mirrored by chance.
func (t *teller) network(ctx context.Context, fold int, learn, held []int) ([]float64, error) {
	const rate = 2e-3
	l, err := t.Learner(t.Seed + uint64(fold))
	if err != nil {
		return nil, err
	}
	defer l.Close()
	var pools [2][]int
	for _, i := range learn {
		side := int(count(t.windows[i].real))
		pools[side] = append(pools[side], i)
	}
	rng := rand.New(rand.NewPCG(t.Seed, uint64(fold)))
	var x, y, weight []float32
	for step := range t.Steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x, y, weight = x[:0], y[:0], weight[:0]
		for k := range t.Batch {
			pool := pools[k%2]
			w := &t.windows[pool[rng.IntN(len(pool))]]
			x, y, weight = append(x, either(rng, w.x, w.mirrored)...), append(y, float32(k%2)), append(weight, 1)
		}
		if _, err := l.Step(x, y, weight, warmed(step, t.Steps, rate)); err != nil {
			return nil, err
		}
	}
	return t.ask(l, held)
}

// ask gives the network's answers about windows as they are and mirrored, on average.
func (t *teller) ask(l Learner, held []int) ([]float64, error) {
	var x []float32
	for _, i := range held {
		x = append(append(x, t.windows[i].x...), t.windows[i].mirrored...)
	}
	p, err := l.Score(x)
	if err != nil {
		return nil, err
	}
	says := make([]float64, len(held))
	for k := range held {
		says[k] = (logOdds(p[2*k]) + logOdds(p[2*k+1])) / 2
	}
	return says, nil
}

func either[T any](rng *rand.Rand, values ...T) T { return values[rng.IntN(len(values))] }

// warmed is a rate that rises over the first tenth of the steps and falls as half a cosine.
func warmed(step, steps int, rate float64) float64 {
	if warm := steps / 10; step < warm {
		return rate * float64(step+1) / float64(warm)
	}
	return rate * (0.01 + 0.99*(1+math.Cos(math.Pi*float64(step)/float64(steps)))/2)
}

// statistics are how well each number tells by itself, and how much the trees go by it: what
// they go by most first.
func (t *teller) statistics() (all []RealismStatistic) {
	for k, s := range windowStatistics {
		var things []scored
		var values [2][]float64
		for i := range t.windows {
			w := &t.windows[i]
			if v := w.numbers[k]; !math.IsNaN(v) {
				things = append(things, scored{0, v, w.real})
				values[int(count(w.real))] = append(values[int(count(w.real))], v)
			}
		}
		auc := rank(things).auc([]float64{1})
		if math.IsNaN(auc) {
			continue
		}
		all = append(all, RealismStatistic{s.Name, s.Place, max(auc, 1-auc), t.used(k), quantileOf(values[0], 0.5), quantileOf(values[1], 0.5)})
	}
	slices.SortStableFunc(all, func(a, b RealismStatistic) int {
		return cmp.Or(compare(b.Used, a.Used), compare(b.AUC, a.AUC))
	})
	return all
}
