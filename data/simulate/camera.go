package simulate

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/spatial/r3"
)

// camera is a pinhole behind a lens that may bend the picture.
type camera struct {
	at                 r3.Vec // metres; y = 0 is the floor
	right, up, forward r3.Vec // its axes, of length 1
	focal              float64
	width, height      int // pixels
	// bend is how much the lens draws the picture's corners to the middle, 0 = a pinhole: λ of
	// the division model (Fitzgibbon 2001, "Simultaneous linear estimation of multiple view
	// geometry and lens distortion") with distances from the middle in focal lengths.
	bend float64
}

// watching hangs a camera 1 to 2.8 m high, 2.5 to 6 m from the middle of the floor,
// looking at it, a little askew.
func watching(rng *rand.Rand, width, height int) camera {
	const (
		narrowest = 33 * degree // field of view, top to bottom
		widest    = 72 * degree
	)
	distance, high := between(rng, 2.5, 6), between(rng, 1, 2.8)
	at := r3.Vec{Y: high, Z: math.Sqrt(max(distance*distance-(high-0.8)*(high-0.8), 1))}
	covered := between(rng, 2.5, 3.3) // metres, top to bottom, in the middle of the room
	view := min(max(2*math.Atan(covered/2/distance), narrowest), widest)
	aim := r3.Vec{X: between(rng, -0.15, 0.15), Y: between(rng, 0.65, 0.95)}
	c := camera{at: at, width: width, height: height, focal: float64(height) / 2 / math.Tan(view/2)}
	c.look(aim, between(rng, -4, 4)*degree)
	return c
}

// look turns the camera to a point, and then about its line of sight, in radians.
func (c *camera) look(aim r3.Vec, roll float64) {
	c.forward = r3.Unit(r3.Sub(aim, c.at))
	right := r3.Unit(r3.Cross(c.forward, axisY))
	c.right = r3.NewRotation(roll, c.forward).Rotate(right)
	c.up = r3.Cross(c.right, c.forward)
}

// scaled is the same camera with pictures n times as fine.
func (c camera) scaled(n int) camera {
	c.focal *= float64(n)
	c.width *= n
	c.height *= n
	return c
}

// bent is what a lens makes of a distance from the picture's middle, over that distance. It
// never folds: what is further out stays further out.
func bent(bend, distance float64) float64 {
	if bend == 0 {
		return 1
	}
	return 2 / (1 + math.Sqrt(1-4*bend*distance*distance))
}

// project gives the place of a point in the picture (pixels, y downwards) and its depth
// along the line of sight in metres; behind the camera the depth is not positive.
func (c *camera) project(p r3.Vec) (x, y, depth float64) {
	d := r3.Sub(p, c.at)
	depth = r3.Dot(d, c.forward)
	x, y = r3.Dot(d, c.right)/depth, r3.Dot(d, c.up)/depth
	k := c.focal
	if c.bend != 0 {
		k *= bent(c.bend, math.Hypot(x, y))
	}
	return float64(c.width)/2 + k*x, float64(c.height)/2 - k*y, depth
}

// ray is the direction (of depth 1) that a place in the picture looks in.
func (c *camera) ray(x, y float64) r3.Vec {
	x, y = (x-float64(c.width)/2)/c.focal, (float64(c.height)/2-y)/c.focal
	k := 1 / (1 + c.bend*(x*x+y*y))
	return r3.Add(c.forward, r3.Add(r3.Scale(k*x, c.right), r3.Scale(k*y, c.up)))
}

// holds tells whether a point is in the picture, at least margin (a part of the
// picture's height) from its edges.
func (c *camera) holds(p r3.Vec, margin float64) bool {
	x, y, depth := c.project(p)
	m := margin * float64(c.height)
	return depth > 0.1 && x >= m && y >= m && x < float64(c.width)-m && y < float64(c.height)-m
}
