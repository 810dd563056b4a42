package body

import (
	"math"

	"gonum.org/v1/gonum/num/quat"
	"gonum.org/v1/gonum/spatial/r3"
)

// Rotation turns directions of a body part into directions of the world.
type Rotation = r3.Rotation

// Degree is one degree in radians.
const Degree = math.Pi / 180

// The axes.
var (
	AxisX = r3.Vec{X: 1}
	AxisY = r3.Vec{Y: 1}
	AxisZ = r3.Vec{Z: 1}
)

// Identity turns nothing.
var Identity = Rotation{Real: 1}

// Turn is a rotation about an axis of length 1.
func Turn(axis r3.Vec, degrees float64) Rotation {
	s, c := math.Sincos(degrees * Degree / 2)
	return Rotation{Real: c, Imag: s * axis.X, Jmag: s * axis.Y, Kmag: s * axis.Z}
}

// Mul is a after b: the turn b of a part within its parent's frame a.
func Mul(a Rotation, b ...Rotation) Rotation {
	q := quat.Number(a)
	for _, r := range b {
		q = quat.Mul(q, quat.Number(r))
	}
	return Rotation(q)
}

// Inverse is the turn back.
func Inverse(r Rotation) Rotation { return Rotation(quat.Conj(quat.Number(r))) }

// Between is what turns parent's frame into child's.
func Between(parent, child Rotation) Rotation { return Mul(Inverse(parent), child) }

// Slerp goes the short way from a (part 0) to b (part 1) at even speed.
func Slerp(a, b Rotation, part float64) Rotation {
	p, q := quat.Number(a), quat.Number(b)
	dot := p.Real*q.Real + p.Imag*q.Imag + p.Jmag*q.Jmag + p.Kmag*q.Kmag
	if dot < 0 {
		q, dot = quat.Scale(-1, q), -dot
	}
	u, v := 1-part, part
	if dot < 0.9995 {
		angle := math.Acos(dot)
		s := math.Sin(angle)
		u, v = math.Sin((1-part)*angle)/s, math.Sin(part*angle)/s
	}
	return normal(quat.Add(quat.Scale(u, p), quat.Scale(v, q)))
}

// Toward goes the short way from a to b, but no further than some degrees.
func Toward(a, b Rotation, degrees float64) Rotation {
	d := Between(a, b)
	angle := 2 * math.Atan2(math.Sqrt(d.Imag*d.Imag+d.Jmag*d.Jmag+d.Kmag*d.Kmag), math.Abs(d.Real)) / Degree
	if angle <= degrees {
		return b
	}
	return Slerp(a, b, degrees/angle)
}

func normal(q quat.Number) Rotation {
	n := quat.Abs(q)
	if n < 1e-12 {
		return Identity
	}
	return Rotation(quat.Scale(1/n, q))
}

// Basis is the rotation whose y axis points along y, and whose x axis is as near to x as
// that allows.
func Basis(y, x r3.Vec) Rotation {
	y = Unit(y, AxisY)
	z := r3.Cross(x, y)
	if n := Length(z); n > 1e-9 {
		z = r3.Scale(1/n, z)
	} else {
		z = anyAcross(y)
	}
	return fromAxes(r3.Cross(y, z), y, z)
}

// fromAxes is the rotation with these axes, which are at right angles and of length 1.
func fromAxes(x, y, z r3.Vec) Rotation {
	t := x.X + y.Y + z.Z
	var q quat.Number
	switch {
	case t > 0:
		q = quat.Number{Real: 1 + t, Imag: y.Z - z.Y, Jmag: z.X - x.Z, Kmag: x.Y - y.X}
	case x.X >= y.Y && x.X >= z.Z:
		q = quat.Number{Real: y.Z - z.Y, Imag: 1 + x.X - y.Y - z.Z, Jmag: x.Y + y.X, Kmag: z.X + x.Z}
	case y.Y >= z.Z:
		q = quat.Number{Real: z.X - x.Z, Imag: x.Y + y.X, Jmag: 1 + y.Y - x.X - z.Z, Kmag: y.Z + z.Y}
	default:
		q = quat.Number{Real: x.Y - y.X, Imag: z.X + x.Z, Jmag: y.Z + z.Y, Kmag: 1 + z.Z - x.X - y.Y}
	}
	return normal(q)
}

// anyAcross is some direction at right angles to v.
func anyAcross(v r3.Vec) r3.Vec {
	if math.Abs(v.X) < 0.7 {
		return r3.Unit(r3.Cross(v, AxisX))
	}
	return r3.Unit(r3.Cross(v, AxisZ))
}

// Aim turns r the short way until its y axis points along up.
func Aim(r Rotation, up r3.Vec) Rotation {
	have, want := r.Rotate(AxisY), Unit(up, AxisY)
	axis := r3.Cross(have, want)
	n := Length(axis)
	if n < 1e-9 {
		return r
	}
	return Mul(Turn(r3.Scale(1/n, axis), math.Atan2(n, r3.Dot(have, want))/Degree), r)
}

// Unit is v with length 1, or otherwise where v has no length.
func Unit(v, otherwise r3.Vec) r3.Vec {
	n := Length(v)
	if n < 1e-9 {
		return otherwise
	}
	return r3.Scale(1/n, v)
}

// Length is the length of a vector whose square is within the numbers: three times as fast
// as r3.Norm, which guards against others.
func Length(v r3.Vec) float64 { return math.Sqrt(r3.Norm2(v)) }

// Lerp is a where part is 0 and b where it is 1.
func Lerp(a, b r3.Vec, part float64) r3.Vec { return r3.Add(a, r3.Scale(part, r3.Sub(b, a))) }

// Heading is the horizontal direction that degrees of yaw face.
func Heading(degrees float64) r3.Vec {
	s, c := math.Sincos(degrees * Degree)
	return r3.Vec{X: s, Z: c}
}

// Euler are the turns about x, then about z, then about y that make up a rotation: for a
// part that hangs down, flexion, tilt to a side and twist. In degrees.
func Euler(r Rotation) (x, z, y float64) {
	up := r.Rotate(AxisY)
	// r = X·Z·Y: its y axis is X·Z·y
	z = math.Asin(min(max(-up.X, -1), 1)) / Degree
	x = math.Atan2(up.Z, up.Y) / Degree
	rest := Between(Mul(Turn(AxisX, x), Turn(AxisZ, z)), r)
	y = 2 * math.Atan2(rest.Jmag, rest.Real) / Degree
	if y > 180 {
		y -= 360
	} else if y < -180 {
		y += 360
	}
	return x, z, y
}
