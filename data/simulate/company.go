package simulate

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
	"fallkit/data/simulate/motion"
	"fallkit/pose"
)

// How many clips show more people than one, as shares.
const (
	withTwo   = 0.17
	withThree = 0.04
)

// invite lets other people into a shot, who go about everyday life and come near nobody.
func (s *shot) invite(rng *rand.Rand) {
	n := 0
	switch u := rng.Float64(); {
	case u < withThree:
		n = 2
	case u < withThree+withTwo:
		n = 1
	}
	for range n {
		since := between(rng, 1, 20)
		day := motion.Day{Seconds: since + s.seconds + 1, Stay: rng.Float64() < 0.6}
		p := &player{take: motion.PlanDay(rng, body.Sample(rng, body.Anyone), day), since: since}
		if s.welcome(rng, p) {
			s.people = append(s.people, p)
		}
	}
}

// welcome finds a place for one more person, in the picture, where they touch nobody and
// hardly hide whom the clip is about. It tells whether there is one.
func (s *shot) welcome(rng *rand.Rand, p *player) bool {
	const tries = 24
	times := s.sampled()
	var there [][]guest
	for _, t := range times {
		var now []guest
		for _, q := range s.people {
			now = append(now, q.guest(t))
		}
		there = append(there, now)
	}
	first := there[0][0].points[0]
	start := p.take.At(p.since).Pose.Root
	for range tries {
		p.turn = between(rng, -180, 180)
		p.to = r3.Vec{}
		way := r3.Scale(between(rng, 1, 4), body.Heading(between(rng, -180, 180)))
		p.to = r3.Sub(r3.Add(first, way), p.place(start))
		p.to.Y, p.some = 0, false
		if s.suits(p, times, there) {
			return true
		}
	}
	return false
}

// sampled are times at which a shot is looked at to plan it.
func (s *shot) sampled() (times []float64) {
	n := int(min(max(s.seconds/0.5, 16), 200))
	for i := range n {
		times = append(times, s.seconds*float64(i)/float64(n))
	}
	return times
}

// guest is somebody at a time: what others must not touch.
type guest struct {
	points [5]r3.Vec // hips, head, ankles, shoulders
	boxes  []motion.Box
	joints [pose.Joints]r3.Vec
	state  motion.State
}

func (p *player) guest(time float64) guest {
	state := p.at(time)
	q := &state.Points
	return guest{[...]r3.Vec{q.Hips, q.Head, q.Ankle[0], q.Ankle[1], q.Shoulders}, p.boxes, state.Joints, state}
}

// suits tells whether one more person may be where they are.
func (s *shot) suits(p *player, times []float64, there [][]guest) bool {
	in, all, hides := 0, 0, 0
	for i, t := range times {
		g := p.guest(t)
		for k := range there[i] {
			if g.touches(&there[i][k]) || there[i][k].touches(&g) {
				return false
			}
		}
		for _, at := range g.joints {
			all++
			if s.camera.holds(at, 0) {
				in++
			}
		}
		if first := &there[i][0]; covers(p.take.Body, &g.state.Points, first.points[0], s.camera.at) || covers(p.take.Body, &g.state.Points, first.points[1], s.camera.at) {
			hides++
		}
		for k := range g.boxes {
			if pieceHides(&g.boxes[k], s.camera.at, there[i][0].points[0]) {
				hides++
			}
		}
		if r3.Norm(r3.Sub(g.points[0], s.camera.at)) < 1.2 {
			return false
		}
	}
	return in*10 >= all*5 && hides*8 <= len(times)
}

func pieceHides(b *motion.Box, eye, p r3.Vec) bool {
	return blocked([]box{{base: b.Base, wide: b.Wide, high: b.High, deep: b.Deep, yaw: b.Yaw}}, eye, p)
}

// touches tells whether somebody is nearer to another one, or to what the other uses, than
// an arm's length.
func (g *guest) touches(o *guest) bool {
	const apart, beside = 0.7, 0.35 // metres
	for _, a := range g.points {
		for _, b := range o.points {
			if d := r3.Sub(a, b); d.X*d.X+d.Z*d.Z < apart*apart {
				return true
			}
		}
		for i := range o.boxes {
			if o.boxes[i].Inside(a) > -beside {
				return true
			}
		}
	}
	for i := range g.boxes {
		for n := range 4 {
			b := &g.boxes[i]
			corner := box{base: b.Base, wide: b.Wide, deep: b.Deep, yaw: b.Yaw}.corner(n&1 | n&2<<1)
			for k := range o.boxes {
				if o.boxes[k].Inside(corner) > 0 {
					return true
				}
			}
		}
	}
	return false
}
