package simulate

import (
	"math"

	"gonum.org/v1/gonum/num/quat"
	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// rotation turns directions of a body part into directions of the world.
type rotation = r3.Rotation

const degree = math.Pi / 180

var (
	axisX = r3.Vec{X: 1}
	axisY = r3.Vec{Y: 1}
	axisZ = r3.Vec{Z: 1}
)

// turned is r after turns about x, y, z of the part itself, in the given order.
func turned(r rotation, turns ...turn) rotation {
	for _, t := range turns {
		if t.degrees != 0 {
			r = rotation(quat.Mul(quat.Number(r), quat.Number(t.rotation())))
		}
	}
	return r
}

type turn struct {
	axis    r3.Vec // of length 1
	degrees float64
}

func (t turn) rotation() rotation {
	s, c := math.Sincos(t.degrees * degree / 2)
	return rotation{Real: c, Imag: s * t.axis.X, Jmag: s * t.axis.Y, Kmag: s * t.axis.Z}
}

// limb is an arm or a leg in space: three joints and a tip.
type limb struct {
	root, middle, end, tip r3.Vec // hip, knee, ankle, toe; or shoulder, elbow, wrist, fingertips
	upper, lower, last     rotation
}

// figure is a body as the drawing code wants it: where every part of it is, and how it is
// turned. Index 0 of pairs is the left.
type figure struct {
	pelvis, lumbar, chest, neck, head r3.Vec // chest is the middle of the shoulders
	pelvisTurn, chestTurn, headTurn   rotation
	legs, arms                        [2]limb
	heels                             [2]r3.Vec
	nose                              r3.Vec
	eyes, ears                        [2]r3.Vec
}

// from is the point at a body part's own coordinates, in fractions of body height.
func (s *subject) from(origin r3.Vec, r rotation, x, y, z float64) r3.Vec {
	return r3.Add(origin, r.Rotate(s.vec(x, y, z)))
}

func unitOr(v, otherwise r3.Vec) r3.Vec {
	n := body.Length(v)
	if n < 1e-9 {
		return otherwise
	}
	return r3.Scale(1/n, v)
}

// smooth is the polynomial of least jerk: 0 up to 0, 1 from 1 on, at rest at both ends
// (Flash & Hogan 1985, "The coordination of arm movements").
func smooth(x float64) float64 {
	x = min(max(x, 0), 1)
	return x * x * x * (10 + x*(6*x-15))
}
