package train

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/data"
)

// chanceClips are n clips, every second one with a fall, whose drawings a chance decides: a
// fall is found with the chance of catch, and a calm clip has a nuisance with that of noise.
func chanceClips(rng *rand.Rand, n, size int, catch, noise float64) []Judged {
	clips := make([]Judged, n)
	for i := range clips {
		name := fmt.Sprintf("clip-%04d", i)
		const calm = "............"
		switch {
		case i%2 == 0 && rng.Float64() < catch:
			clips[i] = drawnClip(name, calm+"########"+calm, data.Span{Start: 3, End: 4})
		case i%2 == 0:
			clips[i] = drawnClip(name, calm+"........"+calm, data.Span{Start: 3, End: 4})
		case rng.Float64() < noise:
			clips[i] = drawnClip(name, calm+"######.."+calm)
		default:
			clips[i] = drawnClip(name, calm+"........"+calm)
		}
		clips[i].Group = fmt.Sprintf("group-%04d", i/size)
	}
	return clips
}

func judgedEvaluation(clips []Judged, resamples int) *Evaluation {
	return &Evaluation{Clips: clips, Measuring: Measuring{Alarm: quick, Resamples: resamples, Seed: 1}}
}

func compared(t *testing.T, a, b *Evaluation) Comparison {
	t.Helper()
	c, err := Compare(a, b)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCompareWithItselfIsExactlyNothing(t *testing.T) {
	e := judgedEvaluation(chanceClips(rand.New(rand.NewPCG(1, 1)), 60, 1, 0.7, 0.2), 200)
	other := slices.Clone(e.Clips)
	slices.Reverse(other) // the order of the clips says nothing
	c := compared(t, e, judgedEvaluation(other, 200))
	if !c.Same || c.Clips != 60 || c.OnlyA+c.OnlyB+c.Changed > 0 {
		t.Errorf("%+v", c)
	}
	for _, d := range c.Differences {
		if m := d.Difference; m.Value != 0 || m.Low != 0 || m.High != 0 || d.Beyond() != 0 {
			t.Errorf("%s: %+v", d.Metric, m)
		}
	}
	if got := c.Sentences("A", "B"); got[0] != "B says the same as A of every clip." {
		t.Errorf("%q", got)
	}
}

func TestCompareSwappedIsNegated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		size := rapid.IntRange(1, 3).Draw(t, "size")
		a := judgedEvaluation(chanceClips(rng, 40, size, 0.6, 0.3), 60)
		b := judgedEvaluation(chanceClips(rng, 40, size, 0.8, 0.3), 60)
		forth, err := Compare(a, b)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Compare(b, a)
		if err != nil {
			t.Fatal(err)
		}
		for i, d := range forth.Differences {
			m, n := d.Difference, back.Differences[i].Difference
			if !sameScore(m.Value, -n.Value) || !closeTo(m.Low, -n.High) || !closeTo(m.High, -n.Low) || d.Beyond() != -back.Differences[i].Beyond() {
				t.Fatalf("%s: %+v one way and %+v the other", d.Metric, m, n)
			}
		}
	})
}

func closeTo(a, b float64) bool { return sameScore(a, b) || math.Abs(a-b) < 1e-9 }

// slowDifference is B − A of found falls and of false alarms an hour, clip by clip from
// their names, and the interval by drawing copies of clips: no weights, no columns.
func slowDifference(a, b []Judged, m Measuring, seed uint64, draws int) (recall, rate Metric) {
	tallies := make([][2]eventTally, len(a))
	for i := range a {
		for k, j := range []*Judged{&a[i], &b[i]} {
			tallies[i][k], _ = eventTallies(j, m.alarmOf(j))
		}
	}
	values := func(indices []int) (recall, rate float64) {
		var found, falls, alarms, hours [2]float64
		for _, i := range indices {
			for k, t := range tallies[i] {
				found[k] += float64(t.found)
				falls[k] += float64(t.falls)
				alarms[k] += float64(t.falseAlarms)
				hours[k] += t.seconds / 3600
			}
		}
		return found[1]/falls[1] - found[0]/falls[0], alarms[1]/hours[1] - alarms[0]/hours[0]
	}
	all := make([]int, len(a))
	for i := range all {
		all[i] = i
	}
	recall.Value, rate.Value = values(all)
	rng := rand.New(rand.NewPCG(seed, 99))
	var recalls, rates []float64
	for range draws {
		drawn := make([]int, len(a))
		for i := range drawn {
			drawn[i] = rng.IntN(len(a))
		}
		r, f := values(drawn)
		recalls, rates = append(recalls, r), append(rates, f)
	}
	slices.Sort(recalls)
	slices.Sort(rates)
	at := func(v []float64, q float64) float64 { return v[int(math.Round(q*float64(len(v)-1)))] }
	recall.Low, recall.High = at(recalls, 0.025), at(recalls, 0.975)
	rate.Low, rate.High = at(rates, 0.025), at(rates, 0.975)
	return recall, rate
}

func TestCompareAgreesWithAnotherImplementation(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	a, b := chanceClips(rng, 160, 1, 0.6, 0.4), chanceClips(rng, 160, 1, 0.8, 0.2)
	e := judgedEvaluation(a, 3000)
	c := compared(t, e, judgedEvaluation(b, 3000))
	recall, rate := slowDifference(a, b, e.Measuring, 5, 3000)
	for _, one := range []struct {
		metric string
		want   Metric
	}{{"event.recall", recall}, {"event.false_alarms_per_hour", rate}} {
		got := c.Of(one.metric).Difference
		wide := one.want.High - one.want.Low
		if math.Abs(got.Value-one.want.Value) > 1e-9 || math.Abs(got.Low-one.want.Low) > 0.08*wide || math.Abs(got.High-one.want.High) > 0.08*wide {
			t.Errorf("%s: %+v, another implementation says %+v", one.metric, got, one.want)
		}
	}
}

// heldAndBeyond tells how often the interval holds the true difference in found falls, and
// how often the difference is called beyond chance.
func heldAndBeyond(t *testing.T, catchA, catchB float64) (held, beyond float64) {
	const tries, clips = 200, 120
	for try := range tries {
		rng := rand.New(rand.NewPCG(11, uint64(try)))
		a, b := chanceClips(rng, clips, 1, catchA, 0.1), chanceClips(rng, clips, 1, catchB, 0.1)
		for i := range a {
			a[i].Windows, b[i].Windows = nil, nil // nothing here is about them
		}
		d := compared(t, judgedEvaluation(a, 150), judgedEvaluation(b, 150)).Of("event.recall")
		held += count(d.Difference.Low <= catchB-catchA && catchB-catchA <= d.Difference.High) / tries
		beyond += count(d.Beyond() != 0) / tries
	}
	return held, beyond
}

func TestIntervalOfDifferenceHoldsTheTruthAsOftenAsItSays(t *testing.T) {
	held, beyond := heldAndBeyond(t, 0.6, 0.8)
	if held < 0.91 || held > 0.98 {
		t.Errorf("%.3f of the intervals hold the true difference, want about 0.95", held)
	}
	if beyond < 0.5 {
		t.Errorf("a difference of 20 points in 60 falls is seen only %.3f of the time", beyond)
	}
	held, beyond = heldAndBeyond(t, 0.7, 0.7)
	if held < 0.91 || beyond > 0.09 {
		t.Errorf("two that are the same: %.3f hold it, %.3f are called different", held, beyond)
	}
}

func TestClipsThatOnlyOneHasAreLeftOut(t *testing.T) {
	clips := chanceClips(rand.New(rand.NewPCG(4, 4)), 30, 1, 0.5, 0.5)
	a, b := slices.Clone(clips[:25]), slices.Clone(clips[5:])
	b[0].Seconds++
	b[1].Fall, b[1].Falls = !b[1].Fall, nil
	c := compared(t, judgedEvaluation(a, 100), judgedEvaluation(b, 100))
	if c.Clips != 18 || c.OnlyA != 5 || c.OnlyB != 5 || c.Changed != 2 {
		t.Errorf("%d clips, %d and %d alone, %d changed", c.Clips, c.OnlyA, c.OnlyB, c.Changed)
	}
	want := "Compared on the 18 clips that both have; left out: 5 that only old has, 5 that only new has, 2 whose labels or length changed in between."
	if got := c.clipsSentence("old", "new"); got != want {
		t.Errorf("%q", got)
	}
}

func TestCompareRefuses(t *testing.T) {
	clips := chanceClips(rand.New(rand.NewPCG(5, 5)), 10, 1, 0.5, 0.5)
	if _, err := Compare(judgedEvaluation(clips[:5], 100), judgedEvaluation(clips[5:], 100)); !errors.Is(err, ErrNothingShared) {
		t.Errorf("nothing shared: %v", err)
	}
	if _, err := Compare(judgedEvaluation(append(clips, clips[0]), 100), judgedEvaluation(clips, 100)); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("a clip twice: %v", err)
	}
}

// The same data set's clips may have the name of another's.
func TestClipsOfTwoDataSetsAreToldApart(t *testing.T) {
	clips := chanceClips(rand.New(rand.NewPCG(6, 6)), 8, 1, 0.5, 0.5)
	for i := range clips {
		clips[i].Clip, clips[i].Columns = fmt.Sprint(i/2), map[string]string{"dataset": fmt.Sprint(i % 2)}
	}
	if c := compared(t, judgedEvaluation(clips, 100), judgedEvaluation(clips, 100)); c.Clips != 8 {
		t.Errorf("%d clips", c.Clips)
	}
}

// Where few clips differ, drawing is too sure: five that differ alike are no proof.
func TestFewDifferencesProveNothing(t *testing.T) {
	for _, differ := range []int{0, 5, 6, 20} {
		rng := rand.New(rand.NewPCG(7, 7))
		a, b := chanceClips(rng, 100, 1, 1, 0), chanceClips(rng, 100, 1, 1, 0)
		for i := range differ {
			a[2*i] = drawnClip(a[2*i].Clip, strings.Repeat(".", 32), a[2*i].Falls...)
			a[2*i].Group = b[2*i].Group
		}
		b[1].Scores[0].Scores = slices.Clone(b[1].Scores[0].Scores)
		b[1].Scores[0].Scores[0] = 0.2 // not the same detector
		d := compared(t, judgedEvaluation(a, 1000), judgedEvaluation(b, 1000)).Of("event.recall")
		m := d.Difference
		if d.Differ != differ || math.Abs(m.Value-float64(differ)/50) > 1e-12 || d.Beyond() != int(count(differ >= fewestDiffering)) {
			t.Errorf("%d differ: %+v, beyond %d", differ, d, d.Beyond())
		}
		if differ == 0 && (math.Abs(m.Low+3./50) > 1e-12 || math.Abs(m.High-3./50) > 1e-12) {
			t.Errorf("none differ of 50 falls: %+v, want ±3/50", m)
		}
	}
}

// What two detectors find in the same groups says nothing, even where it is not in the same
// clips: draws of groups show no difference, and the rule of three has to say how much there may be.
func TestDifferencesThatCancelInEveryGroup(t *testing.T) {
	var a, b []Judged
	for i := range 80 {
		fall, missed := data.Span{Start: 3, End: 4}, strings.Repeat(".", 32)
		found := "............########............"
		drawings := []string{found, missed}
		x, y := drawnClip(fmt.Sprint("clip-", i), drawings[i%2], fall), drawnClip(fmt.Sprint("clip-", i), drawings[1-i%2], fall)
		x.Group, y.Group = fmt.Sprint(i/8), fmt.Sprint(i/8)
		a, b = append(a, x), append(b, y)
	}
	c := compared(t, judgedEvaluation(a, 200), judgedEvaluation(b, 200))
	if m := c.Of("event.recall").Difference; c.Interval.Unit != "group" || m.Value != 0 || math.Abs(m.High-3./80) > 1e-12 || m.Low != -m.High {
		t.Errorf("%+v of %+v", m, c.Interval)
	}
}

func TestCompareSentences(t *testing.T) {
	d := func(metric string, value, low, high float64) *Difference {
		for i := range comparedKinds {
			if comparedKinds[i].key == metric {
				return &Difference{Metric: metric, A: 0.95, B: 0.95 + value, Difference: Metric{Value: value, Low: low, High: high}, kind: &comparedKinds[i]}
			}
		}
		t.Fatal(metric)
		return nil
	}
	nan := math.NaN()
	for _, c := range []struct {
		d    *Difference
		want string
	}{
		{d("event.recall", 0.05, 0.01, 0.09), "B noticed 5.0 points more of the falls than A (95 % interval +1.0 to +9.0): beyond chance."},
		{d("event.recall", -0.02, -0.06, 0.03), "B noticed 2.0 points fewer of the falls than A (95 % interval −6.0 to +3.0): chance may have made this difference."},
		{d("event.false_alarms_per_hour", -12, -20, -4), "B raised 12.0 fewer false alarms an hour than A (95 % interval −20.0 to −4.0): beyond chance."},
		{d("event.time_to_alarm_s.median", 0.2, nan, nan), "B raised its median alarm 0.20 s later than A: chance may have made this difference."},
		{d("event.recall", 0, -0.1, 0.1), "B and A are even in falls noticed (95 % interval −10.0 to +10.0)."},
		{d("clip.auc", 0.01, -0.02, 0), "clips: AUC: 0.960 of B against 0.950 of A (95 % interval −0.020 to 0.000): chance may have made this difference."},
	} {
		if got := c.d.Sentence("A", "B"); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	if d("event.false_alarms_per_hour", -12, -20, -4).Beyond() != 1 || d("event.recall", -0.2, -0.3, -0.1).Beyond() != -1 {
		t.Error("better and worse are mixed up")
	}
}
