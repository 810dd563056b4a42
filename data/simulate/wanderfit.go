package simulate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"fallkit/pose"
)

// series are normal scores of a person, frame by frame: NaN where one is not known, nil where
// the person is missed.
type series struct {
	of sighting
	z  [][]float64
}

// fitWanders finds how normal scores of people, n for each, go up and down together.
func (f *noiseFit) fitWanders(n int, of func(g *glimpse, z []float64)) (w wanders) {
	var all []series
	for _, sequence := range f.sequences {
		k := series{of: sequence, z: make([][]float64, len(sequence))}
		for t, g := range sequence {
			if g.found != nil {
				k.z[t] = make([]float64, n)
				of(g, k.z[t])
			}
		}
		all = append(all, k)
	}
	w.fitPace(all)
	w.Factors = factorsOf(all, n)
	for i := range w.Factors {
		w.fitFactor(all, &w.Factors[i])
	}
	w.fitHard(all, n)
	w.settle(walkers(all))
	return w
}

// each calls for every two frames that follow each other in which the person is found.
func (k *series) each(call func(was, now []float64, g *glimpse)) {
	for t := 1; t < len(k.z); t++ {
		if k.z[t] != nil && k.z[t-1] != nil {
			call(k.z[t-1], k.z[t], k.of[t])
		}
	}
}

// walkers are how much the numbers of people jitter who walk.
func walkers(all []series) (jitter []float64) {
	for i := range all {
		k := &all[i]
		for t := 2; t < len(k.z); t++ {
			if k.z[t] == nil || k.z[t-1] == nil || k.z[t-2] == nil || paceClass(k.of[t].speed) != paceWalk || paceClass(k.of[t-1].speed) != paceWalk {
				continue
			}
			for n := range k.z[t] {
				if v := jitters([]float64{k.z[t-2][n], k.z[t-1][n], k.z[t][n]}); !math.IsNaN(v[0]) {
					jitter = append(jitter, v[0])
				}
			}
		}
	}
	return jitter
}

// fitPace finds how the pace of errors goes with motion.
func (w *wanders) fitPace(all []series) {
	var by [paces][]float64
	for i := range all {
		all[i].each(func(was, now []float64, g *glimpse) {
			at := paceClass(g.speed)
			for n := range now {
				if v := math.Abs(now[n] - was[n]); !math.IsNaN(v) {
					by[at] = append(by[at], v)
				}
			}
		})
	}
	walk := middleOf(by[paceWalk])
	for i := range by {
		w.Pace[i] = 1
		switch {
		case len(by[i]) >= few && walk > 0:
			w.Pace[i] = float32(rounded4(min(max(middleOf(by[i])/walk, 0.02), 8)))
		case i > 0:
			w.Pace[i] = w.Pace[i-1]
		}
	}
}

// fitHard finds how different persons and blocks are, by how far their numbers are from those
// before, over hardSteps steps each time.
func (w *wanders) fitHard(all []series, n int) {
	const hardSteps = 30
	var logs [blocks][]float64 // of the same stretches
	for i := range all {
		var news [blocks]mean
		steps := 0
		all[i].each(func(was, now []float64, g *glimpse) {
			pace := w.pace(g.speed)
			for k := range now {
				if v := math.Abs(now[k]-was[k]) / pace; !math.IsNaN(v) {
					news[blockOf(k, n)].add(v)
				}
			}
			if steps++; steps%hardSteps > 0 {
				return
			}
			for b := 1; b < blocks; b++ {
				logs[b] = append(logs[b], math.Log(news[b].plain()+1e-4))
			}
			news = [blocks]mean{}
		})
	}
	var own, both mean
	for b := 1; b < blocks; b++ {
		for c := b; c < blocks && n > 1; c++ {
			v := covariance(logs[b], logs[c])
			if b == c {
				own.add(v)
			} else {
				both.add(v)
			}
		}
	}
	common := max(both.plain(), 0)
	w.Hard = [2]float32{float32(rounded4(math.Sqrt(common))), float32(rounded4(math.Sqrt(max(own.plain()-common, 0))))}
}

func covariance(a, b []float64) float64 {
	if len(a) == 0 {
		return 0
	}
	n := float64(len(a))
	meanA, meanB := sumOf(a)/n, sumOf(b)/n
	sum := 0.0
	for i := range a {
		sum += (a[i] - meanA) * (b[i] - meanB) / n
	}
	return sum
}

// paceClass is the nearest of paceAt, by ratio.
func paceClass(speed float64) (at int) {
	for at < paces-1 && speed > math.Sqrt(paceAt[at]*paceAt[at+1]) {
		at++
	}
	return at
}

func middleOf(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return v[len(v)/2]
}

// blocks are what errs together: a whole person, the head, arms and legs.
const blocks = 6

// blockOf is the block of number i of n: as many numbers for each joint.
func blockOf(i, n int) int {
	switch j := pose.Joint(i * pose.Joints / n); {
	case j <= pose.RightEar:
		return 1
	case j <= pose.RightWrist:
		return 2 + int(j+1)%2
	default:
		return 4 + int(j+1)%2
	}
}

// wholeFactors is how many factors a whole person has.
const wholeFactors = 2

// factorsOf are factors with their loads alone, by principal components: the greatest of all
// numbers, and of what these leave those of each block.
func factorsOf(all []series, n int) (factors []factor) {
	cov := correlations(all, n)
	everybody := make([]int, n)
	for i := range everybody {
		everybody[i] = i
	}
	whole := components(cov, everybody, min(wholeFactors, n))
	for _, loads := range whole {
		factors = append(factors, factor{Block: 0, Loads: loads})
		for a := range n {
			for b := a; b < n; b++ {
				cov.SetSym(a, b, cov.At(a, b)-float64(loads[a])*float64(loads[b]))
			}
		}
	}
	for block := 1; block < blocks && n > 1; block++ {
		var of []int
		for i := range n {
			if blockOf(i, n) == block {
				of = append(of, i)
			}
		}
		for _, loads := range components(cov, of, len(of)) {
			factors = append(factors, factor{Block: block, Loads: loads})
		}
	}
	return factors
}

// correlations are those of numbers in the same frame.
func correlations(all []series, n int) *mat.SymDense {
	products := make([]mean, n*n)
	for i := range all {
		for _, z := range all[i].z {
			if z == nil {
				continue
			}
			for a := range n {
				for b := a; b < n; b++ {
					if p := z[a] * z[b]; !math.IsNaN(p) {
						products[a*n+b].add(p)
					}
				}
			}
		}
	}
	cov := mat.NewSymDense(n, nil)
	for a := range n {
		for b := a; b < n; b++ {
			scale := math.Sqrt(max(products[a*n+a].plain(), 1e-9) * max(products[b*n+b].plain(), 1e-9))
			cov.SetSym(a, b, products[a*n+b].plain()/scale)
		}
	}
	return cov
}

// components are the loads of the greatest principal components of some numbers.
func components(cov *mat.SymDense, of []int, most int) (loads [][]float32) {
	part := mat.NewSymDense(len(of), nil)
	for a := range of {
		for b := a; b < len(of); b++ {
			part.SetSym(a, b, cov.At(of[a], of[b]))
		}
	}
	var e mat.EigenSym
	if !e.Factorize(part, true) {
		return loads
	}
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	values := e.Values(nil) // ascending
	for k := len(of) - 1; k >= 0 && values[k] > leastVariance && len(loads) < most; k-- {
		column := make([]float32, cov.SymmetricDim())
		for i, at := range of {
			column[at] = float32(rounded4(vectors.At(i, k) * math.Sqrt(values[k])))
		}
		loads = append(loads, column)
	}
	return loads
}

// leastVariance is that of factors which are left out, of all numbers together.
const leastVariance = 0.02

// lagSteps are the steps after which it is looked what is left of a factor.
var lagSteps = []int{0, 1, 2, 3, 4, 6, 9, 13, 20, 30, 50, 80}

// lagEdges part the times, at the factor's own pace, after which it is looked.
var lagEdges = []float64{0.001, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4}

// fitFactor finds how a factor goes.
func (w *wanders) fitFactor(all []series, f *factor) {
	power := 0.0
	for _, l := range f.Loads {
		power += float64(l * l)
	}
	product, gap := make([]mean, len(lagEdges)+1), make([]mean, len(lagEdges)+1)
	for i := range all {
		k := &all[i]
		own, value := make([]float64, len(k.z)), make([]float64, len(k.z))
		for t, z := range k.z {
			if t > 0 {
				own[t] = own[t-1] + (k.of[t].time-k.of[t-1].time)*w.pace(k.of[t].speed)
			}
			for n := range z {
				if !math.IsNaN(z[n]) {
					value[t] += z[n] * float64(f.Loads[n]) / power
				}
			}
		}
		for _, lag := range lagSteps {
			for t := lag; t < len(k.z); t++ {
				if k.z[t] != nil && k.z[t-lag] != nil {
					at := classOf(own[t]-own[t-lag], lagEdges)
					product[at].add(value[t] * value[t-lag])
					gap[at].add(own[t] - own[t-lag])
				}
			}
		}
	}
	var seconds, measured []float64
	for i := range product {
		if product[i].n >= few {
			seconds, measured = append(seconds, gap[i].plain()), append(measured, product[i].plain())
		}
	}
	f.Last = fitWander(seconds, measured)
}

func (m *mean) plain() float64 { return m.sum / max(m.n, 1) }
