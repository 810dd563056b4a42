package simulate

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/spatial/r3"
)

// area is a rectangle of floor along a room's axes, in metres.
type area struct{ left, right, back, front float64 }

func (a area) with(p r3.Vec, margin float64) area {
	return area{min(a.left, p.X-margin), max(a.right, p.X+margin), min(a.back, p.Z-margin), max(a.front, p.Z+margin)}
}

// newRoomOf builds a room around what a shot shows, with its camera at a wall or in a
// corner, and fills it.
func newRoomOf(rng *rand.Rand, s *shot) *room {
	r := &room{}
	look := s.camera.forward
	r.yaw = math.Atan2(-look.X, -look.Z)/degree + between(rng, -12, 12)
	if rng.Float64() < 0.35 {
		r.yaw += either(rng, -1.0, 1) * between(rng, 30, 45)
	}
	needed := s.floor(r)
	all := needed.with(r.own(s.camera.at), 0.12)
	r.left, r.right = all.left-between(rng, 0.1, 1.4), all.right+between(rng, 0.1, 1.4)
	r.back, r.front = all.back-between(rng, 0.1, 1.8), all.front+between(rng, 0.02, 0.6)
	r.ceiling = max(between(rng, 2.35, 2.9), s.camera.at.Y+0.1)
	r.decorate(rng)
	return r
}

// floor is where the people of a shot and their furniture are, along a room's axes.
func (s *shot) floor(r *room) area {
	a := area{math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)}
	const margin = 0.2
	for t := 0.0; t < s.seconds; t += max(s.seconds/40, 0.25) {
		for _, p := range s.people {
			state := p.at(t)
			for _, at := range state.Joints {
				a = a.with(r.own(at), margin)
			}
			for i := range p.used {
				for n := range 8 {
					a = a.with(r.own(p.used[i].corner(n)), 0.05)
				}
			}
		}
	}
	for i := range s.clutter {
		for n := range 8 {
			a = a.with(r.own(s.clutter[i].corner(n)), 0.05)
		}
	}
	return a
}
