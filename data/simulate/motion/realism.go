package motion

import (
	"math"
	"math/rand/v2"
	"slices"

	"fallkit/data/simulate/body"
)

// Measure is what is measured of one fall.
type Measure struct {
	Activity string
	Fall     Fall
	Whole    float64 // s, from the onset to the impact of the hips
	Descent  float64 // s, from the begin of the descent to the impact of the hips
	Hips     float64 // m/s, the hips' greatest speed downward until then
	Head     float64 // m/s, the head's greatest speed downward until it hits, or the fall ends
	HeadHits bool
	Sound    Soundness
	Lying    float64 // s on the ground, until the body rises or the take ends
}

// MeasureFall measures the first fall of a take, a hundred times a second.
func MeasureFall(k *Take) Measure {
	const dt = 0.01
	f := k.Falls[0]
	m := Measure{Activity: k.Activity, Fall: f, Whole: f.Impact - f.Onset, Descent: f.Impact - f.Descent}
	const hard = 1.0 // m/s: what is slower is laid down
	touched, last := false, 0.0
	before := k.At(f.Onset - dt)
	for t := f.Onset; t < f.Rest; t += dt {
		s := k.At(t)
		m.Sound.note(k, &s)
		if down := (before.Points.Hips.Y - s.Points.Hips.Y) / dt; t <= f.Impact {
			m.Hips = max(m.Hips, down)
		}
		if !touched {
			head := (before.Points.Head.Y - s.Points.Head.Y) / dt
			m.Head = max(m.Head, head)
			touched = s.Support&Crown != 0
			m.HeadHits = touched && last > hard
			last = head
		}
		before = s
	}
	m.Lying = k.upAgain(f.Rest) - f.Rest
	return m
}

// upAgain is when the body rises after a time, or when the take ends.
func (k *Take) upAgain(from float64) float64 {
	for _, p := range k.parts {
		if p.start >= from && p.phase == Rising {
			return p.start
		}
	}
	return k.Seconds()
}

// MeasureFalls makes and measures n falls of old people, drawn by the shares of Falls, so
// that they can be held against what was measured of old people's real falls.
func MeasureFalls(seed uint64, n int) []Measure {
	rng := rand.New(rand.NewPCG(seed, 0xfa11))
	all := make([]Measure, n)
	for i := range all {
		who := body.Sample(rng, body.Senior)
		take, err := Plan(rng, who, DrawFall(rng).Name)
		if err != nil {
			panic(err) // the names are the package's own
		}
		all[i] = MeasureFall(take)
	}
	return all
}

// Spread sums up numbers.
type Spread struct {
	N                 int
	Mean, SD          float64
	Low, Median, High float64 // 5th, 50th and 95th percentile
}

// SpreadOf sums up numbers; the values are sorted.
func SpreadOf(values []float64) (s Spread) {
	s.N = len(values)
	if s.N == 0 {
		return s
	}
	slices.Sort(values)
	for _, v := range values {
		s.Mean += v / float64(s.N)
	}
	for _, v := range values {
		s.SD += (v - s.Mean) * (v - s.Mean) / float64(max(s.N-1, 1))
	}
	s.SD = math.Sqrt(s.SD)
	at := func(q float64) float64 { return values[int(q*float64(s.N-1)+0.5)] }
	s.Low, s.Median, s.High = at(0.05), at(0.5), at(0.95)
	return s
}

// Comparison is a quantity of generated falls beside what was published.
type Comparison struct {
	What      string // with its unit
	Generated Spread
	Values    []float64 // of the generated falls, ascending
	Mean, SD  float64   // published; both 0 = nothing
}

// Compare holds falls against those of Choi, Wakeling & Robinovitch 2015, "Kinematic analysis
// of video-captured falls experienced by older adults in long-term care": 25 falls of 23
// residents of two homes, 80 ± 10 years of age. The head's speed is that of the falls in
// which it hit (12 there).
func Compare(falls []Measure) []Comparison {
	row := func(what string, of func(m *Measure) float64, keep func(m *Measure) bool, mean, sd float64) Comparison {
		var values []float64
		for i := range falls {
			if keep(&falls[i]) {
				values = append(values, of(&falls[i]))
			}
		}
		return Comparison{what, SpreadOf(values), values, mean, sd}
	}
	all := func(*Measure) bool { return true }
	hit := func(m *Measure) bool { return m.HeadHits }
	return []Comparison{
		row("balance lost to hips on the ground, s", func(m *Measure) float64 { return m.Whole }, all, 1.271, 0.648),
		row("descent to hips on the ground, s", func(m *Measure) float64 { return m.Descent }, all, 0.583, 0.255),
		row("hips, fastest downward, m/s", func(m *Measure) float64 { return m.Hips }, all, 2.14, 0.63),
		row("head, fastest downward where it hits, m/s", func(m *Measure) float64 { return m.Head }, hit, 2.91, 0.86),
		row("hips on the ground to rest, s", func(m *Measure) float64 { return m.Fall.Rest - m.Fall.Impact }, all, 0, 0),
		row("on the ground until rising or the end, s", func(m *Measure) float64 { return m.Lying }, all, 0, 0),
	}
}
