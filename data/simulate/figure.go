package simulate

import (
	"math"

	"gonum.org/v1/gonum/num/quat"
	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
	"fallkit/pose"
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

// figure is a posture in space: where every part of the body is. Index 0 of pairs is
// the left.
type figure struct {
	pelvis, lumbar, chest, neck, head r3.Vec // chest is the middle of the shoulders
	pelvisTurn, chestTurn, headTurn   rotation
	legs, arms                        [2]limb
	heels                             [2]r3.Vec
	nose                              r3.Vec
	eyes, ears                        [2]r3.Vec
}

// pose puts the body into a posture with the middle of its hips at root.
func (s *subject) pose(p posture, root r3.Vec) *figure {
	f := &figure{pelvis: root}
	f.pelvisTurn = turned(rotation{Real: 1}, turn{axisY, p[yaw]}, turn{axisX, p[pitch]}, turn{axisZ, p[roll]}, turn{axisY, p[twist]})
	f.chestTurn = turned(f.pelvisTurn, turn{axisX, p[spineFlex]}, turn{axisZ, p[spineSide]}, turn{axisY, p[spineTurn]})
	f.headTurn = turned(f.chestTurn, turn{axisX, p[headNod]}, turn{axisZ, p[headTilt]}, turn{axisY, p[headTurn]})
	f.lumbar = s.from(root, f.pelvisTurn, 0, lumbarLength, 0)
	f.chest = s.from(f.lumbar, f.chestTurn, 0, shoulderHeight-hipHeight-lumbarLength, 0)
	f.neck = s.from(f.chest, f.chestTurn, 0, neckHeight-shoulderHeight, 0)
	s.placeHead(f)
	for i := range 2 {
		side := 1 - 2*float64(i)
		angles := p[i*other:]
		s.placeLeg(f, i, side, angles)
		s.placeArm(f, i, side, angles)
	}
	return f
}

// from is the point at a body part's own coordinates, in fractions of body height.
func (s *subject) from(origin r3.Vec, r rotation, x, y, z float64) r3.Vec {
	return r3.Add(origin, r.Rotate(s.vec(x, y, z)))
}

func (s *subject) placeHead(f *figure) {
	at := func(x, height, z float64) r3.Vec { return s.from(f.neck, f.headTurn, x, height-neckHeight, z) }
	f.head = at(0, (1+chinHeight)/2, 0.008)
	f.nose = at(0, eyeHeight-0.024, 0.070)
	for i := range 2 {
		side := 1 - 2*float64(i)
		f.eyes[i] = at(side*0.019, eyeHeight, 0.056)
		f.ears[i] = at(side*0.045, eyeHeight-0.012, 0.002)
	}
}

func (s *subject) placeLeg(f *figure, i int, side float64, a []float64) {
	l := &f.legs[i]
	l.root = s.from(f.pelvis, f.pelvisTurn, side*hipHalf, 0, 0)
	l.upper = turned(f.pelvisTurn, turn{axisX, -a[hipFlex]}, turn{axisZ, side * a[hipAbd]}, turn{axisY, side * a[hipTurn]})
	l.lower = turned(l.upper, turn{axisX, a[knee]})
	l.middle = s.from(l.root, l.upper, 0, -thighLength, 0)
	l.end = s.from(l.middle, l.lower, 0, -shankLength, 0)
	l.last = turned(l.lower, turn{axisX, footAngle(l.lower)})
	l.tip = s.from(l.end, l.last, 0, soleRadius-ankleHeight, 0.72*footLength)
	f.heels[i] = s.from(l.end, l.last, 0, soleRadius-ankleHeight, -0.16*footLength)
}

// footAngle keeps the sole level as far as an ankle can (28° up, 50° down). The foot of a
// lying leg hangs, and is pushed flat where the toes point to the floor.
func footAngle(shank rotation) float64 {
	up, front := shank.Rotate(axisY).Y, shank.Rotate(axisZ).Y
	level := math.Atan2(front, up) / degree
	hanging := 32 + 46*max(-front, 0)
	part := smooth((up + 0.1) / 0.85)
	return hanging + part*(min(max(level, -28), 50)-hanging)
}

func (s *subject) placeArm(f *figure, i int, side float64, a []float64) {
	l := &f.arms[i]
	l.root = s.from(f.chest, f.chestTurn, side*shoulderHalf, 0, 0)
	l.upper = turned(f.chestTurn, turn{axisX, -a[armFlex]}, turn{axisZ, side * a[armAbd]}, turn{axisY, -side * a[armTurn]})
	l.lower = turned(l.upper, turn{axisX, -a[elbow]})
	l.last = l.lower
	s.extendArm(l)
}

// extendArm follows an arm's directions from its shoulder.
func (s *subject) extendArm(l *limb) {
	l.middle = s.from(l.root, l.upper, 0, -upperArmLength, 0)
	l.end = s.from(l.middle, l.lower, 0, -forearmLength, 0)
	l.tip = s.from(l.end, l.last, 0, -0.85*handLength, 0)
}

// restArms bends arms that reach below the floor until the hand lies on it.
func (s *subject) restArms(f *figure) {
	for i := range f.arms {
		l := &f.arms[i]
		least := s.m(wristRadius)
		if l.middle.Y >= s.m(elbowRadius) && l.end.Y >= least && l.tip.Y >= s.m(tipRadius) {
			continue
		}
		s.reach(l, r3.Vec{X: l.end.X, Y: max(l.end.Y, least), Z: l.end.Z})
	}
}

// reach bends an arm so that its wrist comes to (or towards) a point, the elbow to the
// upper side, the hand level: a triangle of two known sides.
func (s *subject) reach(l *limb, to r3.Vec) {
	a, b := s.m(upperArmLength), s.m(forearmLength)
	way := r3.Sub(to, l.root)
	far := min(max(r3.Norm(way), 1.05*(a-b)), 0.999*(a+b))
	along := r3.Unit(way)
	back := (a*a + far*far - b*b) / (2 * far)
	out := math.Sqrt(max(a*a-back*back, 0))
	side := r3.Sub(r3.Sub(l.middle, l.root), r3.Scale(r3.Dot(r3.Sub(l.middle, l.root), along), along))
	side = r3.Add(side, r3.Scale(s.m(0.3), r3.Sub(axisY, r3.Scale(along.Y, along))))
	elbowAt := r3.Add(l.root, r3.Add(r3.Scale(back, along), r3.Scale(out, unitOr(side, axisY))))
	wristAt := r3.Add(l.root, r3.Scale(far, along))
	l.upper = aimed(l.upper, r3.Sub(l.root, elbowAt))
	l.lower = aimed(l.lower, r3.Sub(elbowAt, wristAt))
	hand := r3.Sub(elbowAt, wristAt)
	hand.Y = min(hand.Y, 0.2*math.Hypot(hand.X, hand.Z))
	l.last = aimed(l.lower, hand)
	s.extendArm(l)
}

// aimed turns r the short way until its y axis points along up.
func aimed(r rotation, up r3.Vec) rotation {
	have, want := r.Rotate(axisY), unitOr(up, axisY)
	axis := r3.Cross(have, want)
	n := r3.Norm(axis)
	if n < 1e-9 {
		return r
	}
	angle := math.Atan2(n, r3.Dot(have, want)) / degree
	return rotation(quat.Mul(quat.Number(turn{r3.Scale(1/n, axis), angle}.rotation()), quat.Number(r)))
}

func unitOr(v, otherwise r3.Vec) r3.Vec {
	n := body.Length(v)
	if n < 1e-9 {
		return otherwise
	}
	return r3.Scale(1/n, v)
}

// joints are the true places of the COCO-17 joints.
func (f *figure) joints() (j [pose.Joints]r3.Vec) {
	j[pose.Nose] = f.nose
	for i := range pose.Joint(2) {
		j[pose.LeftEye+i], j[pose.LeftEar+i] = f.eyes[i], f.ears[i]
		arm, leg := &f.arms[i], &f.legs[i]
		j[pose.LeftShoulder+i], j[pose.LeftElbow+i], j[pose.LeftWrist+i] = arm.root, arm.middle, arm.end
		j[pose.LeftHip+i], j[pose.LeftKnee+i], j[pose.LeftAnkle+i] = leg.root, leg.middle, leg.end
	}
	return j
}

// Radii of the flesh around points of the body, as fractions of its height.
const (
	soleRadius  = 0.012
	ankleRadius = 0.026
	kneeRadius  = 0.034
	hipRadius   = 0.062
	chestRadius = 0.062
	deltRadius  = 0.042
	headRadius  = 0.052
	elbowRadius = 0.024
	wristRadius = 0.018
	tipRadius   = 0.010
)

// support is a point of the body that can rest on something.
type support struct {
	at     r3.Vec
	radius float64 // metres
	leg    bool    // rests on what carries the legs, not on what carries the trunk
}

const supports = 14

func (s *subject) supports(f *figure) (p [supports]support) {
	n := 0
	add := func(at r3.Vec, radius float64, leg bool) {
		p[n] = support{at, s.m(radius), leg}
		n++
	}
	for i := range 2 {
		add(f.legs[i].tip, soleRadius, true)
		add(f.heels[i], soleRadius, true)
		add(f.legs[i].end, ankleRadius, true)
		add(f.legs[i].middle, kneeRadius, true)
		add(f.legs[i].root, hipRadius, false)
		add(f.arms[i].root, deltRadius, false)
	}
	add(r3.Scale(0.5, r3.Add(f.lumbar, f.chest)), chestRadius, false)
	add(f.head, headRadius, false)
	return p
}

// smooth is the polynomial of least jerk: 0 up to 0, 1 from 1 on, at rest at both ends
// (Flash & Hogan 1985, "The coordination of arm movements").
func smooth(x float64) float64 {
	x = min(max(x, 0), 1)
	return x * x * x * (10 + x*(6*x-15))
}
