package simulate

import (
	"math"
	"math/rand/v2"
	"slices"
)

// lasting are the times in seconds within which the parts of an error pass; the last one never
// passes within a clip. The first parts, leaps of them, stay and then are another at once: a
// network takes one thing for a joint, and then another. The others go smoothly.
var lasting = [...]float64{0.06, 0.5, 0.25, 0.8, 3, math.Inf(1)}

const leaps = 2

// wander says how a number goes up and down in time: how much of its variance lasts for each
// of lasting.
type wander [len(lasting)]float32

// left is what is left after some seconds of part i of an error: exp(-t/τ) of those that leap,
// (1 + t/τ) exp(-t/τ) of those that go smoothly (Matérn 3/2: Rasmussen & Williams 2006,
// "Gaussian Processes for Machine Learning", 4.2).
func left(i int, seconds float64) float64 {
	x := seconds / lasting[i]
	if i < leaps {
		return math.Exp(-x)
	}
	return (1 + x) * math.Exp(-x)
}

// wanders is how several numbers of a person go up and down together: as the sum of factors,
// each with a load for each number, that are independent of each other.
type wanders struct {
	Factors []factor `json:"factors"`
	// Pace is how much faster time passes for errors than it does, by motion: at paceAt. A
	// network says the same of the same picture, so the errors of who keeps still stay.
	Pace [paces]float32 `json:"pace"`
	// Hard is how different the errors of persons, and of their blocks, are: their sizes are
	// log-normal with these deviations of the logarithm, and last for hardSeconds. Some people
	// in some places are seen well, and others badly.
	Hard [2]float32 `json:"hard"`
	// Burst is how unevenly what is new comes smoothly: its size is log-normal with this
	// deviation of the logarithm, and lasts for burstSeconds.
	Burst float32 `json:"burst"`
	// Whole are the knots of a number, which need not be normal.
	Whole knots `json:"whole"`
}

// factor is one of them.
type factor struct {
	Block int       `json:"block"` // factors of one block leap together
	Loads []float32 `json:"loads"`
	Last  wander    `json:"last"` // its parts make 1
}

// paces is how many speeds the pace of errors is known at.
const paces = 6

// paceAt are speeds at which joints move on average, in body sizes a second; at paceWalk
// somebody walks.
var paceAt = [paces]float64{0.02, 0.06, 0.18, 0.5, 1.2, 3}

const paceWalk = 3

// pace is that at a speed.
func (w *wanders) pace(speed float64) float64 {
	low := 0
	for low < paces-2 && speed > paceAt[low+1] {
		low++
	}
	part := min(max((speed-paceAt[low])/(paceAt[low+1]-paceAt[low]), 0), 1)
	return float64(w.Pace[low])*(1-part) + float64(w.Pace[low+1])*part
}

// burstSeconds is how long it lasts that much is new.
const burstSeconds = 0.6

// hardSeconds is how long it lasts that errors are large.
const hardSeconds = 5.0

// stroll is a factor as it goes.
type stroll struct{ at, speed [len(lasting)]float64 } // of each part, of variance 1

// strolls are those of a person.
type strolls struct {
	of    *wanders
	all   []stroll
	burst [blocks]float64
	hard  [blocks]float64 // of block 0: of the person
	begun bool
}

func (w *wanders) strolls() strolls { return strolls{of: w, all: make([]stroll, len(w.Factors))} }

// gait is how a smooth part goes on within a step: exactly, as the linear equation says that has
// its correlation (Särkkä & Solin 2019, "Applied Stochastic Differential Equations", 12.3).
// Speeds are counted in 1/τ.
type gait struct{ xx, xv, vx, vv, news, both, push float64 }

func gaitOf(i int, seconds float64) (g gait) {
	x := seconds / lasting[i]
	fade := math.Exp(-x)
	g = gait{xx: fade * (1 + x), xv: fade * x, vx: -fade * x, vv: fade * (1 - x)}
	qxx := max(1-g.xx*g.xx-g.xv*g.xv, 0)
	qxv := -g.xx*g.vx - g.xv*g.vv
	qvv := max(1-g.vx*g.vx-g.vv*g.vv, 0)
	if g.news = math.Sqrt(qxx); g.news > 1e-9 {
		g.both = qxv / g.news
	}
	g.push = math.Sqrt(max(qvv-g.both*g.both, 0))
	return g
}

// pass is what a step does to all factors of a block.
type pass struct {
	leaps [leaps]bool
	much  float64 // is new of what goes smoothly
	size  float64 // of all
}

// step lets dt seconds pass, at a pace, and writes each number to out.
func (s *strolls) step(rng *rand.Rand, dt, pace float64, out []float64) {
	var gaits [len(lasting)]gait
	for i := leaps; i < len(gaits)-1; i++ {
		gaits[i] = gaitOf(i, pace*dt)
	}
	var passes [blocks]pass
	for b := range passes {
		passes[b] = s.passOf(b, dt, pace, rng)
	}
	clear(out)
	for n := range s.all {
		k, f := &s.all[n], &s.of.Factors[n]
		sum := 0.0
		for i, v := range f.Last {
			if v > 0 {
				k.move(i, &gaits[i], &passes[f.Block], s.begun, rng)
				sum += math.Sqrt(float64(v)) * k.at[i]
			}
		}
		sum *= passes[f.Block].size
		for i, load := range f.Loads {
			out[i] += float64(load) * sum
		}
	}
	s.begun = true
}

func (s *strolls) passOf(block int, dt, pace float64, rng *rand.Rand) (p pass) {
	for i := range p.leaps {
		p.leaps[i] = !s.begun || rng.Float64() >= math.Exp(-pace*dt/lasting[i])
	}
	stay, much := math.Exp(-dt/burstSeconds), float64(s.of.Burst)
	if !s.begun {
		stay = 0
	}
	s.burst[block] = stay*s.burst[block] + math.Sqrt(1-stay*stay)*rng.NormFloat64()
	p.much = math.Exp(much*s.burst[block] - much*much)
	stay = math.Exp(-dt / hardSeconds)
	if !s.begun {
		stay = 0
	}
	s.hard[block] = stay*s.hard[block] + math.Sqrt(1-stay*stay)*rng.NormFloat64()
	size := float64(s.of.Hard[0]) * s.hard[0]
	if block > 0 {
		size += float64(s.of.Hard[1]) * s.hard[block]
	}
	p.size = math.Exp(size)
	return p
}

// move lets a part go on.
func (k *stroll) move(i int, g *gait, p *pass, begun bool, rng *rand.Rand) {
	switch {
	case !begun || i < leaps && p.leaps[i]:
		k.at[i], k.speed[i] = rng.NormFloat64(), rng.NormFloat64()
	case i >= leaps && i < len(lasting)-1:
		x, v := k.at[i], k.speed[i]
		a, b := p.much*rng.NormFloat64(), p.much*rng.NormFloat64()
		k.at[i] = g.xx*x + g.xv*v + g.news*a
		k.speed[i] = g.vx*x + g.vv*v + g.both*a + g.push*b
	}
}

// fitWander finds the parts, none below 0, whose correlations come nearest to those measured
// after some seconds.
func fitWander(seconds, measured []float64) (w wander) {
	var x [len(lasting)]float64
	for range 3000 {
		for i := range x {
			up, down := 0.0, 1e-9
			for k, s := range seconds {
				rest := measured[k]
				for o := range x {
					if o != i {
						rest -= x[o] * left(o, s)
					}
				}
				b := left(i, s)
				up, down = up+rest*b, down+b*b
			}
			x[i] = max(up/down, 0)
		}
	}
	total := 0.0
	for _, v := range x {
		total += v
	}
	if total == 0 {
		x[0], total = 1, 1
	}
	for i := range x {
		w[i] = float32(rounded4(x[i] / total))
	}
	return w
}

// walk is the numbers as they go for a while at a pace, again and again: clip, number, step.
func (w *wanders) walk(clips, steps int, pace float64) (all [][]float64) {
	rng := rand.New(rand.NewPCG(1, 0x5e77))
	out := make([]float64, len(w.Factors[0].Loads))
	for range clips {
		s := w.strolls()
		rows := make([][]float64, len(out))
		for range steps {
			s.step(rng, StepSeconds, pace, out)
			for i, v := range out {
				rows[i] = append(rows[i], v)
			}
		}
		all = append(all, rows...)
	}
	return all
}

// jitters are how far numbers are from the middle of those before and after.
func jitters(z []float64) (all []float64) {
	for t := 2; t < len(z); t++ {
		all = append(all, math.Abs(z[t-1]-(z[t]+z[t-2])/2))
	}
	return all
}

// settle finds how unevenly news come, and how fast time passes for them, so that the median
// and the 90th percentile of the jitter are those measured of people who walk, and the knots
// of the whole.
func (w *wanders) settle(measured []float64) {
	middle, high := middleOf(measured), 1.0
	if n := len(measured); n > 0 {
		high = measured[9*n/10]
	}
	try := func(burst, pace float64) (median, ratio float64) {
		w.Burst = float32(burst)
		rows := w.measure(pace)
		var all []float64
		for _, z := range rows {
			for t := range z {
				z[t] = w.Whole.score(z[t])
			}
			all = append(all, jitters(z)...)
		}
		median = middleOf(all)
		return median, median / all[9*len(all)/10]
	}
	burst, pace := 0.5, 1.0
	for range 3 {
		burst = halve(0, mostBurst, func(x float64) bool { _, ratio := try(x, pace); return ratio < middle/high })
		pace = math.Exp(halve(-2, 2, func(x float64) bool { median, _ := try(burst, math.Exp(x)); return median > middle }))
	}
	try(float64(float32(rounded4(burst))), pace)
	for i := range w.Pace {
		w.Pace[i] = float32(rounded4(pace * float64(w.Pace[i])))
	}
}

// mostBurst is the deviation above which hardly anything would be new at most times.
const mostBurst = 1.2

// measure finds the knots of the whole, from how it goes at a pace, which it gives.
func (w *wanders) measure(pace float64) [][]float64 {
	rows := w.walk(200/len(w.Factors)+3, 60, pace)
	w.Whole = knotsOf(slices.Concat(rows...))
	return rows
}

// halve finds where something begins to be so between two values.
func halve(low, high float64, so func(x float64) bool) float64 {
	for range 7 {
		if middle := (low + high) / 2; so(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return (low + high) / 2
}
