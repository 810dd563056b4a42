package motion

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"
	"pgregory.net/rapid"

	"fallkit/data/simulate/body"
	"fallkit/pose"
)

// all are the names of all activities.
func all() (list []Activity) { return append(append(list, Everyday...), Falls...) }

// performed are the takes that tests share.
var performed sync.Map

// once performs each activity once with a seed.
func once(t *testing.T, act Activity, seed uint64) *Take {
	type key struct {
		name string
		seed uint64
	}
	if k, ok := performed.Load(key{act.Name, seed}); ok {
		return k.(*Take)
	}
	k := perform(t, act, seed)
	performed.Store(key{act.Name, seed}, k)
	return k
}

// perform plans an activity by somebody who does such things.
func perform(t interface{ Fatal(...any) }, act Activity, seed uint64) *Take {
	rng := rand.New(rand.NewPCG(seed, 1))
	who := body.Sample(rng, body.Anyone)
	for !act.Suits(who.Person) {
		who = body.Sample(rng, body.Anyone)
	}
	take, err := Plan(rng, who, act.Name)
	if err != nil {
		t.Fatal(err)
	}
	return take
}

// each runs a check on every activity, performed by some people.
func each(t *testing.T, list []Activity, check func(t *testing.T, k *Take)) {
	seeds := uint64(3)
	if testing.Short() {
		seeds = 1
	}
	for _, act := range list {
		t.Run(act.Name, func(t *testing.T) {
			for seed := range seeds {
				check(t, once(t, act, seed+1))
			}
		})
	}
}

// step is the time between two states that tests look at, in seconds.
const look = 0.04

func states(k *Take) (s []State) {
	for t := 0.0; t < min(k.Seconds(), 60); t += look {
		s = append(s, k.At(t))
	}
	return s
}

func TestEveryActivityCanBePerformed(t *testing.T) {
	each(t, all(), func(t *testing.T, k *Take) {
		if s := k.Seconds(); s < 2 || s > 600 {
			t.Errorf("it lasts %.1f s", s)
		}
		act, _ := ByName(k.Activity)
		if (len(k.Falls) > 0) != act.Fall {
			t.Errorf("%d falls", len(k.Falls))
		}
		for _, s := range states(k) {
			for j, p := range s.Joints {
				if math.IsNaN(p.X + p.Y + p.Z) {
					t.Fatalf("at %.2f s joint %d is nowhere", s.Time, j)
				}
			}
		}
	})
	if _, err := Plan(nil, nil, "fly"); err == nil {
		t.Error("an unknown activity is performed")
	}
}

func TestJointsKeepToTheirLimits(t *testing.T) {
	each(t, all(), func(t *testing.T, k *Take) {
		for _, s := range states(k) {
			slack := 3.0 // degrees
			if len(k.Falls) > 0 && s.Time >= k.Falls[0].Onset && s.Phase != Rising {
				slack = 20 // forced by an impact
			}
			if by, joint := s.Pose.Strain(); by > slack {
				t.Fatalf("at %.2f s (%s) the %s is %.0f° beyond its limit", s.Time, s.Activity, joint, by)
			}
		}
	})
}

func TestNothingSinks(t *testing.T) {
	const slack = 0.04 // m: flesh and floor give way
	each(t, all(), func(t *testing.T, k *Take) {
		for _, s := range states(k) {
			for _, p := range k.Body.Touches(&s.Points) {
				if deep := p.Radius - p.At.Y; deep > slack {
					t.Fatalf("at %.2f s (%s) spot %d is %.3f m in the floor", s.Time, s.Activity, p.Spot, deep)
				}
			}
		}
	})
}

// A foot that carries the body at two moments, and does not step between them, is at the
// same place.
func TestStandingFeetDoNotSlide(t *testing.T) {
	const slack = 0.006 // m
	each(t, Everyday, func(t *testing.T, k *Take) {
		for n := range k.parts {
			p := &k.parts[n]
			var stood [2]bool
			var at [2]r3.Vec
			for local := 0.0; local < p.length; local += look {
				r := p.at(local)
				s := k.At(p.start + local)
				for i := range 2 {
					stands := r.foot[i] && s.Points.Ball[i].Y < 1.1*k.Body.Flesh.Sole && s.Points.Heel[i].Y < 1.3*k.Body.Flesh.Sole
					if stands && stood[i] {
						if far := r3.Norm(r3.Sub(s.Points.Ball[i], at[i])); far > slack {
							t.Fatalf("at %.2f s (%s) foot %d slides %.3f m", s.Time, s.Activity, i, far)
						}
					}
					stood[i], at[i] = stands, s.Points.Ball[i]
				}
			}
		}
	})
}

func TestStandingStillIsBalanced(t *testing.T) {
	each(t, Everyday, func(t *testing.T, k *Take) {
		for _, s := range states(k) {
			if !s.Still || s.Support&(LeftFoot|RightFoot) == 0 || s.Support&^(LeftFoot|RightFoot) != 0 {
				continue
			}
			c := k.Body.MassCentre(&s.Points)
			if off := outside(&s, c); off > 0.03 {
				t.Fatalf("at %.2f s (%s) the centre of mass is %.3f m beside the feet", s.Time, s.Activity, off)
			}
		}
	})
}

// outside is how far a place is from the line through the feet that stand, beyond half
// their own size.
func outside(s *State, c r3.Vec) float64 {
	c.Y = 0
	var spots []r3.Vec
	for i := range 2 {
		if s.Support&(LeftFoot<<i) != 0 {
			for _, p := range [...]r3.Vec{s.Points.Heel[i], s.Points.Toe[i]} {
				p.Y = 0
				spots = append(spots, p)
			}
		}
	}
	best := math.Inf(1)
	for _, a := range spots {
		for _, b := range spots {
			d := r3.Sub(b, a)
			u := 0.0
			if n := r3.Norm2(d); n > 0 {
				u = min(max(r3.Dot(r3.Sub(c, a), d)/n, 0), 1)
			}
			best = min(best, r3.Norm(r3.Sub(c, r3.Add(a, r3.Scale(u, d)))))
		}
	}
	return best - 0.05
}

// No part of the body moves faster than it can: a fall from this height, or a quick hand.
func TestNothingJumps(t *testing.T) {
	each(t, all(), func(t *testing.T, k *Take) {
		const dt = 0.02
		before := k.At(0)
		for at := dt; at < min(k.Seconds(), 60); at += dt {
			s := k.At(at)
			for j := range s.Joints {
				most := 12.0
				if j := pose.Joint(j); j >= pose.LeftElbow && j <= pose.RightWrist {
					most = 15 // thrown
				}
				if v := r3.Norm(r3.Sub(s.Joints[j], before.Joints[j])) / dt; v > most {
					t.Fatalf("at %.2f s (%s) joint %d moves at %.1f m/s", at, s.Activity, j, v)
				}
			}
			before = s
		}
	})
}

// A falling body gets no faster than one that falls freely from where it was.
func TestFreeFallIsNotExceeded(t *testing.T) {
	each(t, Falls, func(t *testing.T, k *Take) {
		const dt = 0.02
		f := k.Falls[0]
		start := k.At(f.Onset)
		top := k.Body.MassCentre(&start.Points).Y
		pushed := 1.1 // m/s that walking and pushes give
		before := top
		for at := f.Onset; at < f.Rest; at += dt {
			s := k.At(at)
			y := k.Body.MassCentre(&s.Points).Y
			free := math.Sqrt(2*gravity*max(top-y, 0) + pushed*pushed)
			if v := (before - y) / dt; v > 1.05*free+0.15 {
				t.Fatalf("at %.2f s the centre of mass falls at %.2f m/s, and freely it would at %.2f", at, v, free)
			}
			before = y
		}
	})
}

func TestPhasesComeInOrder(t *testing.T) {
	each(t, all(), func(t *testing.T, k *Take) {
		var last Phase
		for _, s := range states(k) {
			if s.Phase == last {
				continue
			}
			if before := last; s.Phase == Falling && before == Rising || s.Phase == Rising && before == Upright && len(k.Falls) > 0 || before == Falling && s.Phase != Down {
				t.Fatalf("at %.2f s %s follows %s", s.Time, s.Phase, before)
			}
			last = s.Phase
		}
		for _, f := range k.Falls {
			if !(f.Onset <= f.Descent && f.Descent <= f.Impact && f.Impact <= f.Rest && f.Rest <= k.Seconds()) {
				t.Fatalf("a fall's moments are %+v", f)
			}
		}
	})
}

func TestFallsEndLow(t *testing.T) {
	each(t, Falls, func(t *testing.T, k *Take) {
		s := k.At(k.Falls[0].Rest)
		if h := s.Points.Hips.Y / k.Body.Stature; h > 0.3 {
			t.Errorf("at rest the hips are %.2f of stature high", h)
		}
	})
}

func TestSameChanceSameTake(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		act := rapid.SampledFrom(all()).Draw(t, "activity")
		seed := rapid.Uint64Range(0, 1000).Draw(t, "seed")
		a, b := perform(t, act, seed), perform(t, act, seed)
		at := rapid.Float64Range(0, a.Seconds()).Draw(t, "time")
		x, y := a.At(at), b.At(at)
		if x.Pose != y.Pose || x.Phase != y.Phase || x.Activity != y.Activity || a.Seconds() != b.Seconds() {
			t.Fatal("the second take is another one")
		}
	})
}

// The falls are as fast as those that were measured on video: means within half of the
// published standard deviation, spreads within half and twice of it.
func TestFallsAreAsFastAsRealOnes(t *testing.T) {
	n := 200
	if testing.Short() {
		n = 100 // of which the head hits in some forty
	}
	for _, c := range Compare(MeasureFalls(1, n)) {
		if c.SD == 0 {
			continue
		}
		if off := math.Abs(c.Generated.Mean - c.Mean); off > 0.5*c.SD {
			t.Errorf("%s: the mean is %.2f, published %.2f ± %.2f", c.What, c.Generated.Mean, c.Mean, c.SD)
		}
		if r := c.Generated.SD / c.SD; r < 0.5 || r > 2 {
			t.Errorf("%s: the standard deviation is %.2f, published %.2f", c.What, c.Generated.SD, c.SD)
		}
	}
}

func TestFallsAreDrawnByTheirShares(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n = 20000
	got := map[string]float64{}
	for range n {
		got[DrawFall(rng).Name] += 1.0 / n
	}
	for _, f := range Falls {
		if math.Abs(got[f.Name]-f.Share) > 0.01 {
			t.Errorf("%s: a share of %.3f, not %.3f", f.Name, got[f.Name], f.Share)
		}
	}
}

func BenchmarkHour(b *testing.B) {
	poses := 0
	for i := 0; b.Loop(); i++ {
		rng := rand.New(rand.NewPCG(uint64(i), 9))
		who := body.Sample(rng, body.Anyone)
		act := daily(rng, who.Person, false)[0]
		if i%2 == 0 {
			act = DrawFall(rng)
		}
		take, err := Plan(rng, who, act.Name)
		if err != nil {
			b.Fatal(err)
		}
		for t := 0.0; t < take.Seconds(); t += 0.08 {
			take.At(t)
			poses++
		}
	}
	b.ReportMetric(float64(poses)/12.5/b.Elapsed().Seconds(), "hours/hour")
}
