package simulate

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/motion"
)

// View is how well a camera sees what happens.
type View string

// The views.
const (
	Plain  View = "plain"  // nearly all of it is in the picture
	Far    View = "far"    // from 6 to 8 m, with a wide lens
	Edge   View = "edge"   // at the picture's edge, partly beyond it
	Behind View = "behind" // a piece of furniture, 0.5 to 1.1 m high, stands before it
)

// Views are all of them.
var Views = []View{Plain, Far, Edge, Behind}

// seenFrom hangs the lens for a view.
func seenFrom(view View, rng *rand.Rand, take *motion.Take, l lens, width, height int) *shot {
	switch view {
	case Far:
		l.view = max(l.view, 70*degree)
		return newShot(rng, take, l, width, height, distance{6, 8, 0.93})
	case Edge:
		s := newShot(rng, take, l, width, height, nearby)
		s.toEdge(rng)
		return s
	case Behind:
		s := newShot(rng, take, l, width, height, nearby)
		s.obstruct(rng)
		return s
	}
	return newShot(rng, take, l, width, height, nearby)
}

// toEdge turns the camera until only a part of the take, half to three quarters of the
// joints, is in the picture.
func (s *shot) toEdge(rng *rand.Rand) {
	const step = 2 * degree
	side, most := either(rng, -1.0, 1), between(rng, 0.5, 0.75)
	for range 60 {
		if s.inPicture(&s.camera) <= most {
			return
		}
		turn := r3.NewRotation(side*step, axisY)
		c := &s.camera
		c.forward, c.right, c.up = turn.Rotate(c.forward), turn.Rotate(c.right), turn.Rotate(c.up)
	}
}

// obstruct puts a piece of furniture between the camera and the take, as high as it must be,
// as far as furniture goes, to hide somebody who lies in the middle. Nobody touches it.
func (s *shot) obstruct(rng *rand.Rand) {
	take := s.people[0].take
	middle, size := extent(take)
	way := r3.Sub(s.camera.at, middle)
	way.Y = 0
	far := r3.Norm(way)
	way = r3.Scale(1/far, way)
	before := min(size-0.5*take.Body.Stature+between(rng, 0.4, 0.8), far-0.6)
	lying := between(rng, 0.15, 0.4)
	s.clutter = append(s.clutter, box{
		base: r3.Add(r3.Vec{X: middle.X, Z: middle.Z}, r3.Scale(before, way)),
		wide: between(rng, 1.8, 2.8), high: min(max(lying+(s.camera.at.Y-lying)*before/far, 0.5), 1.1), deep: 0.4,
		yaw: math.Atan2(way.X, way.Z)/degree + between(rng, -15, 15),
	})
}
