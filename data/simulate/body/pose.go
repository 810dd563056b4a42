package body

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/pose"
)

func sqrtRatio(p Person) float64 {
	usual := 23.0
	if p.Child() {
		usual = chart(p.Sex, p.Age).bmi.m
	}
	return math.Sqrt(p.Mass / (p.Stature * p.Stature) / usual)
}

// Pose is a body in space. Bones cannot change their length, since only their directions
// are kept.
type Pose struct {
	Root r3.Vec          // middle of the hips
	Turn [Parts]Rotation // of each part, against the world; a limb's y axis points to its upper joint
}

// Points are where the body's joints and ends are. Index 0 of pairs is the left.
type Points struct {
	Hips, Waist, Shoulders, Neck, Head, Crown, Nose r3.Vec
	Hip, Knee, Ankle, Heel, Ball, Toe               [2]r3.Vec
	Shoulder, Elbow, Wrist, Fingers                 [2]r3.Vec
	Eye, Ear                                        [2]r3.Vec
}

// Side is +1 for the left (0) and -1 for the right (1).
func Side(i int) float64 { return 1 - 2*float64(i) }

// Place follows the bones from the hips outward.
func (b *Body) Place(p *Pose) (q Points) {
	q.Hips = p.Root
	at := func(from r3.Vec, part Part, x, y, z float64) r3.Vec {
		return r3.Add(from, p.Turn[part].Rotate(r3.Vec{X: x, Y: y, Z: z}))
	}
	q.Waist = at(q.Hips, Pelvis, 0, b.Lumbar, 0)
	q.Shoulders = at(q.Waist, Chest, 0, b.Back, 0)
	q.Neck = at(q.Shoulders, Chest, 0, b.Neck, 0)
	b.placeHead(&q, at)
	for i := range 2 {
		s, part := Side(i), func(p Part) Part { return p + Part(i) }
		q.Hip[i] = at(q.Hips, Pelvis, s*b.HipHalf, 0, 0)
		q.Knee[i] = at(q.Hip[i], part(LeftThigh), 0, -b.Thigh, 0)
		q.Ankle[i] = at(q.Knee[i], part(LeftShank), 0, -b.Shank, 0)
		q.Heel[i] = at(q.Ankle[i], part(LeftFoot), 0, b.Flesh.Sole-b.Ankle, -b.Heel)
		q.Ball[i] = at(q.Ankle[i], part(LeftFoot), 0, b.Flesh.Sole-b.Ankle, b.Ball)
		q.Toe[i] = at(q.Ankle[i], part(LeftFoot), 0, b.Flesh.Sole-b.Ankle, b.Toe)
		q.Shoulder[i] = at(q.Shoulders, Chest, s*b.ShoulderHalf, 0, 0)
		q.Elbow[i] = at(q.Shoulder[i], part(LeftUpperArm), 0, -b.UpperArm, 0)
		q.Wrist[i] = at(q.Elbow[i], part(LeftForearm), 0, -b.Forearm, 0)
		q.Fingers[i] = at(q.Wrist[i], part(LeftHand), 0, -0.85*b.Hand, 0)
	}
	return q
}

// placeHead sets the points of the head; the face is as high as its skull.
func (b *Body) placeHead(q *Points, at func(from r3.Vec, part Part, x, y, z float64) r3.Vec) {
	k := b.Skull / (1 - neckHeight) // an adult's stature that has such a head
	of := func(x, y, z float64) r3.Vec { return at(q.Neck, Head, x*k, y*k, z*k) }
	q.Head, q.Crown = of(0, 0.090, 0.008), of(0, 1-neckHeight, 0)
	q.Nose = of(0, 0.067, 0.070)
	for i := range 2 {
		q.Eye[i] = of(Side(i)*0.019, 0.091, 0.056)
		q.Ear[i] = of(Side(i)*0.045, 0.079, 0.002)
	}
}

// Joints are the places of the COCO-17 joints.
func (q *Points) Joints() (j [pose.Joints]r3.Vec) {
	j[pose.Nose] = q.Nose
	for i := range pose.Joint(2) {
		j[pose.LeftEye+i], j[pose.LeftEar+i] = q.Eye[i], q.Ear[i]
		j[pose.LeftShoulder+i], j[pose.LeftElbow+i], j[pose.LeftWrist+i] = q.Shoulder[i], q.Elbow[i], q.Wrist[i]
		j[pose.LeftHip+i], j[pose.LeftKnee+i], j[pose.LeftAnkle+i] = q.Hip[i], q.Knee[i], q.Ankle[i]
	}
	return j
}

// ends are the upper and the lower end of a part.
func (q *Points) ends(p Part) (upper, lower r3.Vec) {
	i := int(p-LeftThigh) & 1
	switch p {
	case Pelvis:
		return q.Waist, q.Hips
	case Chest:
		return q.Shoulders, q.Waist
	case Head:
		return q.Crown, q.Neck
	case LeftThigh, RightThigh:
		return q.Hip[i], q.Knee[i]
	case LeftShank, RightShank:
		return q.Knee[i], q.Ankle[i]
	case LeftFoot, RightFoot:
		return q.Heel[i], q.Toe[i]
	case LeftUpperArm, RightUpperArm:
		return q.Shoulder[i], q.Elbow[i]
	case LeftForearm, RightForearm:
		return q.Elbow[i], q.Wrist[i]
	}
	return q.Wrist[i], q.Fingers[i]
}

// MassCentre is the centre of the whole body's mass.
func (b *Body) MassCentre(q *Points) (c r3.Vec) {
	for p := range Part(Parts) {
		upper, lower := q.ends(p)
		c = r3.Add(c, r3.Scale(b.Weight[p], Lerp(upper, lower, b.centre[p])))
	}
	return c
}

// Touch is a point of the body that can rest on something, and the flesh around it.
type Touch struct {
	At     r3.Vec
	Radius float64
	Spot   Spot
}

// Spot names what a body can rest on.
type Spot int

// The spots, pairs left and right.
const (
	OnBall Spot = iota
	OnHeel
	OnKnee
	OnHand
	OnElbow
	OnHip
	OnShoulder
	OnWaist
	OnChest
	OnHead
	OnAnkle

	Spots = 2 * (int(OnAnkle) + 1)
)

// Touches are the points that can rest, Spot by Spot with the left first; single ones
// stand twice.
func (b *Body) Touches(q *Points) (t [Spots]Touch) {
	f := &b.Flesh
	set := func(s Spot, left, right r3.Vec, radius float64) {
		t[2*s], t[2*s+1] = Touch{left, radius, s}, Touch{right, radius, s}
	}
	set(OnBall, q.Ball[0], q.Ball[1], f.Sole)
	set(OnHeel, q.Heel[0], q.Heel[1], f.Sole)
	set(OnKnee, q.Knee[0], q.Knee[1], f.Knee)
	set(OnHand, q.Wrist[0], q.Wrist[1], f.Wrist)
	set(OnElbow, q.Elbow[0], q.Elbow[1], f.Elbow)
	set(OnHip, q.Hip[0], q.Hip[1], f.Hip)
	set(OnShoulder, q.Shoulder[0], q.Shoulder[1], f.Shoulder)
	set(OnWaist, q.Waist, q.Waist, f.Waist)
	middle := Lerp(q.Waist, q.Shoulders, 0.55)
	set(OnChest, middle, middle, f.Chest)
	set(OnHead, q.Head, q.Head, f.Head)
	set(OnAnkle, q.Ankle[0], q.Ankle[1], f.Ankle)
	return t
}
