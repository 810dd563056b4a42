package motion

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// posture is all joint angles of a body, in degrees. An upright body has all angles 0, arms
// hanging, looking along z. The trunk is turned by yaw (about y), then pitch (forward), then
// roll (to the right), then twist (about its own long axis).
type posture [channels]float64

// Channels of a posture. Those of limbs are given for the left side; the right side's stand
// other places further on.
const (
	yaw = iota
	pitch
	roll
	twist
	spineFlex // forward
	spineSide // to the right
	spineTurn // to the left
	headNod   // forward
	headTilt  // to the right
	headTurn  // to the left

	hipFlex // forward
	hipAbd  // outward
	hipTurn // toes outward
	knee    // bent
	heelUp  // sole off the floor, standing on the ball
	armFlex // forward
	armAbd  // outward
	armTurn // forearm inward
	elbow   // bent
	wrist   // bent to the back of the hand, as when leaning on it

	other    = wrist - hipFlex + 1
	channels = wrist + 1 + other
)

// sides gives the right side the angles of the left.
func sides(p posture) posture {
	copy(p[hipFlex+other:], p[hipFlex:hipFlex+other])
	return p
}

// swapped is the posture of a mirror.
func (p posture) swapped() posture {
	q := p
	copy(q[hipFlex:], p[hipFlex+other:])
	copy(q[hipFlex+other:], p[hipFlex:hipFlex+other])
	for _, c := range [...]int{yaw, roll, twist, spineSide, spineTurn, headTilt, headTurn} {
		q[c] = -p[c]
	}
	return q
}

// with gives the posture with one channel set.
func (p posture) with(channel int, value float64) posture {
	p[channel] = value
	return p
}

// plus adds two postures, the second one scaled.
func (p posture) plus(q posture, scale float64) posture {
	for i := range p {
		p[i] += scale * q[i]
	}
	return p
}

// turns makes a rotation of turns about the axes, in the given order.
func turns(axes []r3.Vec, degrees ...float64) body.Rotation {
	r := body.Identity
	for i, d := range degrees {
		if d != 0 {
			r = body.Mul(r, body.Turn(axes[i], d))
		}
	}
	return r
}

var (
	orderTrunk = []r3.Vec{body.AxisY, body.AxisX, body.AxisZ, body.AxisY}
	orderLimb  = []r3.Vec{body.AxisX, body.AxisZ, body.AxisY}
)

// pose puts a body into the posture, with the middle of its hips at the origin.
func (p *posture) pose() (q body.Pose) {
	t := &q.Turn
	t[body.Pelvis] = turns(orderTrunk, p[yaw], p[pitch], p[roll], p[twist])
	t[body.Chest] = body.Mul(t[body.Pelvis], turns(orderLimb, p[spineFlex], p[spineSide], p[spineTurn]))
	t[body.Head] = body.Mul(t[body.Chest], turns(orderLimb, p[headNod], p[headTilt], p[headTurn]))
	for i := range 2 {
		s, a := body.Side(i), p[i*other:]
		part := func(left body.Part) *body.Rotation { return &t[left+body.Part(i)] }
		*part(body.LeftThigh) = body.Mul(t[body.Pelvis], turns(orderLimb, -a[hipFlex], s*a[hipAbd], s*a[hipTurn]))
		*part(body.LeftShank) = body.Mul(*part(body.LeftThigh), body.Turn(body.AxisX, a[knee]))
		*part(body.LeftFoot) = body.Mul(*part(body.LeftShank), body.Turn(body.AxisX, footAngle(*part(body.LeftShank), a[heelUp])))
		*part(body.LeftUpperArm) = body.Mul(t[body.Chest], turns(orderLimb, -a[armFlex], s*a[armAbd], -s*a[armTurn]))
		*part(body.LeftForearm) = body.Mul(*part(body.LeftUpperArm), body.Turn(body.AxisX, -a[elbow]))
		*part(body.LeftHand) = body.Mul(*part(body.LeftForearm), body.Turn(body.AxisX, -a[wrist]))
	}
	return q
}

// footAngle keeps the sole level as far as an ankle can (45° up, 50° down), or lifts the
// heel. The foot of a lying leg hangs, and is pushed flat where the toes point to the floor.
func footAngle(shank body.Rotation, heel float64) float64 {
	up, front := shank.Rotate(body.AxisY).Y, shank.Rotate(body.AxisZ).Y
	level := math.Atan2(front, up)/body.Degree + heel
	hanging := 32 + 36*max(-front, 0)
	part := smooth((up + 0.1) / 0.6)
	return hanging + part*(min(max(level, -45), 65)-hanging)
}

// smooth is the polynomial of least jerk: 0 up to 0, 1 from 1 on, at rest at both ends
// (Flash & Hogan 1985, "The coordination of arm movements").
func smooth(x float64) float64 {
	x = min(max(x, 0), 1)
	return x * x * x * (10 + x*(6*x-15))
}
