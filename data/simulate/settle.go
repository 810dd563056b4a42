package simulate

import "gonum.org/v1/gonum/spatial/r3"

// What a lying body rests with: how much it matters that a part touches what carries
// it. Parts are the supports of the body, then elbows and wrists, left and right.
var resting = [supports + 4]float64{
	0, 0.3, 0.4, 0.3, 1, 1, // left toe, heel, ankle, knee, hip, shoulder
	0, 0.3, 0.4, 0.3, 1, 1,
	1.5, 0.6, // chest, head
	0.5, 0.5, 0.6, 0.6,
}

// giving are the joints that let go when a body comes to lie.
var giving = [...]int{
	pitch, roll, twist, spineFlex, spineSide, headNod, headTilt,
	hipFlex, hipAbd, knee, armFlex, armAbd, elbow,
	hipFlex + other, hipAbd + other, knee + other, armFlex + other, armAbd + other, elbow + other,
}

// settled is a lying posture with its joints let go, so that trunk, legs and arms come
// down on what carries them as far as they can without leaving the posture. It searches
// one joint at a time with ever smaller steps.
func (s *subject) settled(p posture) posture {
	wanted := p
	best := s.unrest(p, wanted)
	for _, step := range [...]float64{8, 4, 2, 1} {
		for range 3 {
			for _, c := range giving {
				for _, by := range [...]float64{-step, step} {
					q := p.with(c, p[c]+by)
					if cost := s.unrest(q, wanted); cost < best && possible(q, c) {
						p, best = q, cost
					}
				}
			}
		}
	}
	return p
}

// possible tells whether a joint goes as far as its angle says.
func possible(p posture, c int) bool {
	switch c {
	case knee, elbow, knee + other, elbow + other:
		return p[c] >= 0 && p[c] < 150
	case hipFlex, hipFlex + other:
		return p[c] > -18
	case hipAbd, hipAbd + other:
		return p[c] > -28 && p[c] < 45
	}
	return true
}

// unrest is how far a body hangs in the air, and how far it is from the posture that is
// wanted: a sum of squares in decimetres and in angles of 25 degrees.
func (s *subject) unrest(p, wanted posture) float64 {
	f := s.pose(p, r3.Vec{})
	points := s.supports(f)
	height := lift(points[:], p)
	cost := 0.0
	for i, at := range points {
		gap := (height + at.at.Y - at.radius - at.surface(p)) * 10
		cost += resting[i] * gap * gap
	}
	for i := range 2 {
		arm := &f.arms[i]
		for k, y := range [...]float64{arm.middle.Y - s.m(elbowRadius), arm.end.Y - s.m(wristRadius)} {
			gap := (height + y - p[seat]) * 10
			if gap < 0 {
				gap *= 3
			}
			cost += resting[supports+2*k+i] * gap * gap
		}
	}
	for _, c := range giving {
		d := (p[c] - wanted[c]) / 25
		cost += 0.15 * d * d
	}
	return cost
}
