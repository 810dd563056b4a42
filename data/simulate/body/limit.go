package body

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/spatial/r3"
)

// Angles are the angles of a body's joints in degrees. Index 0 of pairs is the left.
type Angles struct {
	Spine, Neck Bend
	Hip         [2]Ball
	Knee, Elbow [2]float64 // bent, 0 = straight
	Ankle       [2]float64 // toes down, 0 = at a right angle to the shank
	Hinge       [2]float64 // how far a knee is off its hinge
}

// Bend is how a spine or a neck is bent: forward, to the right, and turned to the left.
type Bend struct{ Flex, Side, Turn float64 }

// Ball is a hip: thigh forward, outward, and toes turned outward.
type Ball struct{ Flex, Out, Turn float64 }

// Angles gives the joint angles of a pose.
func (p *Pose) Angles() (a Angles) {
	between := func(parent, child Part) (x, z, y float64) { return Euler(Between(p.Turn[parent], p.Turn[child])) }
	a.Spine.Flex, a.Spine.Side, a.Spine.Turn = between(Pelvis, Chest)
	a.Neck.Flex, a.Neck.Side, a.Neck.Turn = between(Chest, Head)
	for i := range 2 {
		s, part := Side(i), func(p Part) Part { return p + Part(i) }
		x, z, y := between(Pelvis, part(LeftThigh))
		a.Hip[i] = Ball{-unfolded(x), s * z, s * y}
		var side, turn float64
		a.Knee[i], side, turn = between(part(LeftThigh), part(LeftShank))
		a.Hinge[i] = math.Hypot(side, turn)
		a.Ankle[i], _, _ = between(part(LeftShank), part(LeftFoot))
		x, _, _ = between(part(LeftUpperArm), part(LeftForearm))
		a.Elbow[i] = -x
	}
	return a
}

// unfolded tells a thigh that is folded up before the trunk from one behind the back: both
// point upward, and only the first can be.
func unfolded(x float64) float64 {
	if x > 110 {
		return x - 360
	}
	return x
}

// sideways is how far out, in degrees, a thigh is neither before nor behind the body.
const sideways = 55

// span is what a joint can do, in degrees.
type span struct{ from, to float64 }

func (s span) excess(angle float64) float64 { return max(s.from-angle, angle-s.to, 0) }

// Limits of the joints: about the mean of healthy people and two standard deviations beyond
// (Soucie et al. 2011, "Range of motion measurements: reference values", for hip, knee,
// ankle and elbow). The spine's bend and the neck stand for many joints in one.
var (
	spineFlex, spineSide, spineTurn = span{-40, 95}, span{-48, 48}, span{-60, 60}
	neckFlex, neckSide, neckTurn    = span{-70, 70}, span{-55, 55}, span{-88, 88}
	hipFlex, hipOut                 = span{-38, 148}, span{-48, 75}
	kneeBend                        = span{-4, 156}
	elbowBend                       = span{-6, 158}
	ankleDown                       = span{-52, 78} // toes and midfoot bend too: a squatting shank leans 45°
)

// Strain is how many degrees the worst joint is beyond its limits, and which one.
func (p *Pose) Strain() (degrees float64, joint string) {
	a := p.Angles()
	look := func(excess float64, name string, i ...int) {
		if excess > degrees {
			degrees, joint = excess, name
			if len(i) > 0 {
				joint = fmt.Sprintf("%s %s", [...]string{"left", "right"}[i[0]], name)
			}
		}
	}
	look(spineFlex.excess(a.Spine.Flex), "spine forward")
	look(spineSide.excess(a.Spine.Side), "spine sideways")
	look(spineTurn.excess(a.Spine.Turn), "spine turned")
	look(neckFlex.excess(a.Neck.Flex), "neck forward")
	look(neckSide.excess(a.Neck.Side), "neck sideways")
	look(neckTurn.excess(a.Neck.Turn), "neck turned")
	for i := range 2 {
		if a.Hip[i].Out < sideways {
			look(hipFlex.excess(a.Hip[i].Flex), "hip forward", i)
		}
		look(hipOut.excess(a.Hip[i].Out), "hip outward", i)
		look(kneeBend.excess(a.Knee[i]), "knee", i)
		look(a.Hinge[i], "knee off its hinge", i)
		look(elbowBend.excess(a.Elbow[i]), "elbow", i)
		look(ankleDown.excess(a.Ankle[i]), "ankle", i)
		look(p.armExcess(i), "shoulder", i)
	}
	return degrees, joint
}

// How far an upper arm goes, in degrees, behind the back, and across the chest.
const armBehind, armAcross = 80, 72

// armExcess is how far an upper arm is beyond what a shoulder does.
func (p *Pose) armExcess(i int) float64 {
	d := Between(p.Turn[Chest], p.Turn[LeftUpperArm+Part(i)]).Rotate(r3.Vec{Y: -1})
	behind := math.Asin(min(max(-d.Z, -1), 1)) / Degree
	across := math.Asin(min(max(-Side(i)*d.X, -1), 1)) / Degree
	return max(behind-armBehind, across-armAcross, 0)
}

// Limit turns parts back into their joints' limits, from the trunk outward.
func (p *Pose) Limit() {
	p.back(Pelvis, Chest, spineFlex, spineSide, spineTurn)
	p.back(Chest, Head, neckFlex, neckSide, neckTurn)
	for i := range 2 {
		p.LimitLeg(i)
		p.LimitArm(i)
		p.back(LeftUpperArm+Part(i), LeftForearm+Part(i), span{-elbowBend.to, -elbowBend.from}, span{}, span{})
	}
}

// back turns a part back into spans of its angles about x, z and y.
func (p *Pose) back(parent, child Part, x, z, y span) {
	ax, az, ay := Euler(Between(p.Turn[parent], p.Turn[child]))
	bz := min(max(az, z.from), z.to)
	if parent == Pelvis && child != Chest {
		if ax = unfolded(ax); math.Abs(bz) > sideways {
			x = span{-180, 180}
		}
	}
	bx, by := min(max(ax, x.from), x.to), min(max(ay, y.from), y.to)
	if bx != ax || bz != az || by != ay {
		p.Turn[child] = Mul(p.Turn[parent], Turn(AxisX, bx), Turn(AxisZ, bz), Turn(AxisY, by))
	}
}

// LimitLeg turns hip, knee and ankle of leg i back into their limits.
func (p *Pose) LimitLeg(i int) {
	thigh, shank, sole := LeftThigh+Part(i), LeftShank+Part(i), LeftFoot+Part(i)
	out := hipOut
	if i == 1 {
		out = span{-hipOut.to, -hipOut.from}
	}
	knee, foot := Between(p.Turn[thigh], p.Turn[shank]), Between(p.Turn[shank], p.Turn[sole])
	p.back(Pelvis, thigh, span{-hipFlex.to, -hipFlex.from}, out, span{-180, 180})
	p.Turn[shank] = Mul(p.Turn[thigh], knee)
	p.back(thigh, shank, kneeBend, span{}, span{})
	p.Turn[sole] = Mul(p.Turn[shank], foot)
	p.back(shank, sole, ankleDown, span{-30, 30}, span{-35, 35})
}

// LimitArm turns upper arm i, with what hangs on it, back to where a shoulder goes.
func (p *Pose) LimitArm(i int) {
	if p.armExcess(i) == 0 {
		return
	}
	upper, lower, hand := LeftUpperArm+Part(i), LeftForearm+Part(i), LeftHand+Part(i)
	elbow, wrist := Between(p.Turn[upper], p.Turn[lower]), Between(p.Turn[lower], p.Turn[hand])
	d := Between(p.Turn[Chest], p.Turn[upper]).Rotate(r3.Vec{Y: -1})
	d.X = Side(i) * max(Side(i)*d.X, -math.Sin(armAcross*Degree))
	d.Z = max(d.Z, -math.Sin(armBehind*Degree))
	d.Y = math.Copysign(math.Sqrt(max(1-d.X*d.X-d.Z*d.Z, 0)), d.Y)
	p.Turn[upper] = Aim(p.Turn[upper], p.Turn[Chest].Rotate(r3.Scale(-1, d)))
	p.Turn[lower] = Mul(p.Turn[upper], elbow)
	p.Turn[hand] = Mul(p.Turn[lower], wrist)
}

// LimitFoot turns foot i back into its ankle's limits.
func (p *Pose) LimitFoot(i int) {
	shank, foot := LeftShank+Part(i), LeftFoot+Part(i)
	x, z, y := Euler(Between(p.Turn[shank], p.Turn[foot]))
	x, z, y = min(max(x, ankleDown.from), ankleDown.to), min(max(z, -30), 30), min(max(y, -35), 35)
	p.Turn[foot] = Mul(p.Turn[shank], Turn(AxisX, x), Turn(AxisZ, z), Turn(AxisY, y))
}
