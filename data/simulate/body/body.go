package body

import "math/rand/v2"

// Part is a rigid piece of the body.
type Part int

// The parts. Pairs are left, right.
const (
	Pelvis Part = iota
	Chest       // from the bend of the spine to the shoulders
	Head
	LeftThigh
	RightThigh
	LeftShank
	RightShank
	LeftFoot
	RightFoot
	LeftUpperArm
	RightUpperArm
	LeftForearm
	RightForearm
	LeftHand
	RightHand

	Parts = int(RightHand) + 1
)

// Parent is the part that a part hangs on; the pelvis is its own.
func (p Part) Parent() Part {
	switch {
	case p <= Chest:
		return Pelvis
	case p == Head, p == LeftUpperArm, p == RightUpperArm:
		return Chest
	case p <= RightThigh:
		return Pelvis
	}
	return p - 2
}

// String is a word for people.
func (p Part) String() string {
	return [...]string{
		"pelvis", "chest", "head", "left thigh", "right thigh", "left shank", "right shank", "left foot", "right foot",
		"left upper arm", "right upper arm", "left forearm", "right forearm", "left hand", "right hand",
	}[p]
}

// Body is a person's bones, flesh and masses.
type Body struct {
	Person
	Stoop float64 // degrees that the spine is always bent

	// Lengths of bones and distances between joints, in metres.
	HipHalf      float64 // hip joint to the middle of the hips
	ShoulderHalf float64 // shoulder joint to the middle of the shoulders
	Lumbar       float64 // middle of the hips to the bend of the spine
	Back         float64 // bend of the spine to the middle of the shoulders
	Neck         float64 // middle of the shoulders to where the head nods
	Skull        float64 // from there to the top of the head
	UpperArm     float64
	Forearm      float64
	Hand         float64 // wrist to fingertips
	Thigh        float64
	Shank        float64
	Ankle        float64 // height over the sole
	Heel         float64 // ankle to the back of the heel, level
	Ball         float64 // ankle to the ball of the foot, level
	Toe          float64 // ankle to the tip of the toes, level

	Flesh  Flesh
	Weight [Parts]float64 // of each part, as a share of the whole, 1 in all
	centre [Parts]float64 // of mass: the share of the way from a part's upper joint to its lower
}

// Flesh are the radii around points of the body, in metres.
type Flesh struct {
	Sole, Ankle, Knee, Thigh, Hip, Waist, Chest, Shoulder, Head, Elbow, Wrist, Fingers float64
}

// Fractions of stature: Drillis & Contini 1966, "Body segment parameters", as drawn in
// Winter 2009, "Biomechanics and Motor Control of Human Movement", figure 4.1. Shoulder and
// hip are the body's outline there (0.259/2 and 0.191/2 from the middle); joint centres lie
// inside of it by the flesh. How the spine is cut is ours.
const (
	hipHeight      = 0.530
	shoulderHeight = 0.818
	neckHeight     = 0.845
	lumbar         = 0.100
	thigh          = 0.245
	shank          = 0.246
	ankleHeight    = 0.039
	foot           = 0.152
	upperArm       = 0.186
	forearm        = 0.146
	hand           = 0.108
	shoulderHalf   = 0.259/2 - 0.022
	hipHalf        = 0.191/2 - 0.045
)

// Sample draws a person and makes the body.
func Sample(rng *rand.Rand, who Who) *Body { return New(Draw(rng, who)) }

// New makes a person's body. The limbs of the old are as long as when they were young:
// what they lost is in the spine. The young have short legs and large heads.
func New(p Person) *Body {
	young := p.Stature + shrunk(p.Sex, p.Age)
	legs, head := young*legRatio(p.Age), young*headRatio(p.Age)
	b := &Body{
		Person:       p,
		HipHalf:      hipHalf * young,
		ShoulderHalf: shoulderHalf * young,
		Lumbar:       lumbar * young,
		Thigh:        thigh * legs,
		Shank:        shank * legs,
		Ankle:        ankleHeight * legs,
		UpperArm:     upperArm * young,
		Forearm:      forearm * young,
		Hand:         hand * young,
		Heel:         0.20 * foot * young,
		Ball:         0.52 * foot * young,
		Toe:          0.80 * foot * young,
	}
	b.Neck = (neckHeight - shoulderHeight) * young
	b.Skull = (1 - neckHeight) * head
	b.Back = p.Stature - b.legLength() - b.Lumbar - b.Neck - b.Skull
	b.Stoop = 4 + 26*p.Frailty*p.Frailty
	b.Flesh = fleshOf(p, young)
	b.weigh()
	return b
}

// legLength is the height of the hips over the soles.
func (b *Body) legLength() float64 { return b.Thigh + b.Shank + b.Ankle }

// LegLength is the height of the hips over the soles of a body that stands straight.
func (b *Body) LegLength() float64 { return b.legLength() }

// legRatio is the length of the legs as a share of stature, over an adult's share: sitting
// height is about 0.57 of stature at 2 years of age and 0.52 in adults (rounded after Bogin
// & Varela-Silva 2010, "Leg length, body proportion, and health").
func legRatio(age float64) float64 {
	sitting := 0.52 + 0.05*min(max((14-age)/12, 0), 1)
	return (1 - sitting) / 0.48
}

// headRatio is the head's height as a share of stature, over an adult's share: a child of 2
// years is about 5 heads high, an adult 7.5.
func headRatio(age float64) float64 { return 1 + 0.5*min(max((16-age)/14, 0), 1) }

// fleshOf scales the radii of a body of medium build with the square root of the body mass
// index, since what is heavier at the same height is thicker.
func fleshOf(p Person, young float64) Flesh {
	girth := min(max(sqrtRatio(p), 0.86), 1.3)
	g := girth * young
	return Flesh{
		Sole: 0.012 * young, Ankle: 0.026 * young, Knee: 0.034 * young, Thigh: 0.046 * g,
		Hip: 0.058 * g, Waist: 0.060 * g, Chest: 0.062 * g, Shoulder: 0.040 * g, Head: 0.052 * young * headRatio(p.Age),
		Elbow: 0.024 * young, Wrist: 0.018 * young, Fingers: 0.010 * young,
	}
}

// weigh sets masses and their centres: de Leva 1996, "Adjustments to Zatsiorsky-Seluyanov's
// segment inertia parameters", table 4. The lower trunk is the pelvis, the rest of it the
// chest, and the neck belongs to the head.
func (b *Body) weigh() {
	type row struct{ weight, centre float64 }
	table := [2][9]row{
		Female: {{0.1247, 0.5}, {0.3010, 0.5}, {0.0668, 0.5}, {0.1478, 0.3612}, {0.0481, 0.4352}, {0.0129, 0.4014}, {0.0255, 0.5754}, {0.0138, 0.4559}, {0.0056, 0.3427}},
		Male:   {{0.1117, 0.5}, {0.3229, 0.5}, {0.0694, 0.5}, {0.1416, 0.4095}, {0.0433, 0.4395}, {0.0137, 0.4415}, {0.0271, 0.5772}, {0.0162, 0.4574}, {0.0061, 0.3624}},
	}[b.Sex]
	all := 0.0
	for p := range Part(Parts) {
		r := table[p.kind()]
		b.Weight[p], b.centre[p] = r.weight, r.centre
		all += r.weight
	}
	for p := range b.Weight { // the table's shares add up to 0.9999
		b.Weight[p] /= all
	}
}

// kind numbers the parts with pairs counted once.
func (p Part) kind() int {
	if p < LeftThigh {
		return int(p)
	}
	return 3 + int(p-LeftThigh)/2
}
