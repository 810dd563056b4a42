package body

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"
)

// bend solves a chain of two bones of lengths a and b from one point to (or towards)
// another: the angle is as open as the distance asks for. front is where the hinge looks:
// before the knee, and before the elbow's inside. sign is +1 where the middle joint points
// to the front (knees), -1 where it points away from it (elbows).
func bend(from, to r3.Vec, a, b float64, front r3.Vec, sign float64) (upper, lower Rotation) {
	const straight, folded = 0.9995, 152.0 // of full length; degrees
	least := math.Sqrt(a*a + b*b + 2*a*b*math.Cos(folded*Degree))
	way := r3.Sub(to, from)
	far := min(max(r3.Norm(way), least), straight*(a+b))
	along := Unit(way, r3.Vec{Y: -1})
	side := r3.Sub(front, r3.Scale(r3.Dot(front, along), along))
	if r3.Norm(side) < 1e-6 {
		side = anyAcross(along)
	}
	side = r3.Scale(sign, r3.Unit(side))
	back := (a*a + far*far - b*b) / (2 * far)
	out := math.Sqrt(max(a*a-back*back, 0))
	middle := r3.Add(r3.Scale(back, along), r3.Scale(out, side))
	end := r3.Scale(far, along)
	x := r3.Cross(side, along)
	x = r3.Scale(sign, x)
	return Basis(r3.Scale(-1, middle), x), Basis(r3.Sub(middle, end), x)
}

// Leg bends a leg so that its ankle comes to (or towards) a point, the knee on the side of
// front.
func (b *Body) Leg(p *Pose, i int, ankle, front r3.Vec) {
	hip := r3.Add(p.Root, p.Turn[Pelvis].Rotate(r3.Vec{X: Side(i) * b.HipHalf}))
	p.Turn[LeftThigh+Part(i)], p.Turn[LeftShank+Part(i)] = bend(hip, ankle, b.Thigh, b.Shank, front, 1)
}

// Arm bends an arm so that its wrist comes to (or towards) a point, the elbow on the side
// away from front. The hand goes on as it was against the forearm.
func (b *Body) Arm(p *Pose, i int, wrist, front r3.Vec) {
	waist := r3.Add(p.Root, p.Turn[Pelvis].Rotate(r3.Vec{Y: b.Lumbar}))
	shoulder := r3.Add(waist, p.Turn[Chest].Rotate(r3.Vec{X: Side(i) * b.ShoulderHalf, Y: b.Back}))
	hand := Between(p.Turn[LeftForearm+Part(i)], p.Turn[LeftHand+Part(i)])
	p.Turn[LeftUpperArm+Part(i)], p.Turn[LeftForearm+Part(i)] = bend(shoulder, wrist, b.UpperArm, b.Forearm, front, -1)
	p.Turn[LeftHand+Part(i)] = Mul(p.Turn[LeftForearm+Part(i)], hand)
}

// AnkleOver is where the ankle is when the ball of a foot that is turned so lies at a point
// (the middle of its flesh).
func (b *Body) AnkleOver(ball r3.Vec, foot Rotation) r3.Vec {
	return r3.Sub(ball, foot.Rotate(r3.Vec{Y: b.Flesh.Sole - b.Ankle, Z: b.Ball}))
}

// AnkleOverHeel is the same for the heel.
func (b *Body) AnkleOverHeel(heel r3.Vec, foot Rotation) r3.Vec {
	return r3.Sub(heel, foot.Rotate(r3.Vec{Y: b.Flesh.Sole - b.Ankle, Z: -b.Heel}))
}
