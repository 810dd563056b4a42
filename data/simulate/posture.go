package simulate

// posture is all joint angles of the figure, in degrees, and the heights (metres) of
// what carries it. Being a plain list of numbers it can be mixed and interpolated.
//
// The body's own axes: x to its left, y up, z forward. An upright figure has all angles
// 0, arms hanging. The trunk is turned by yaw (about y), then pitch (forward), then roll
// (to the right), then twist (about its own long axis).
type posture [channels]float64

// Channels of a posture. Those of limbs are given for the left side; the right side's
// stand other places further on.
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
	seat      // height of the surface under the trunk
	legSeat   // height of the surface under the legs

	hipFlex // forward
	hipAbd  // outward
	hipTurn // toes outward
	knee    // bent
	armFlex // forward
	armAbd  // outward
	armTurn // forearm inward
	elbow   // bent

	other    = elbow - hipFlex + 1
	channels = elbow + 1 + other
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
	for _, c := range [...]int{roll, twist, spineSide, spineTurn, headTilt, headTurn} {
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

// mix is p where part is 0 and q where it is 1.
func mix(p, q posture, part float64) posture { return p.plus(q.plus(p, -1), part) }

// Postures that motions pass through. Angles of the thigh against the plumb line are
// hipFlex-pitch, of the shank hipFlex-pitch-knee: feet stay under the body where their
// backward and forward lengths cancel.
var (
	standing = sides(posture{hipFlex: 2, knee: 4, hipAbd: 2, hipTurn: 7, armFlex: 2, armAbd: 7, elbow: 14, armTurn: 10})

	// halfway between standing and sitting, weight over the feet
	crouching = sides(posture{pitch: 32, spineFlex: 14, headNod: -20, hipFlex: 80, hipAbd: 5, hipTurn: 8, knee: 76, armFlex: 52, armAbd: 10, elbow: 35})
	sitting   = sides(posture{pitch: -6, spineFlex: 8, hipFlex: 80, hipAbd: 7, hipTurn: 6, knee: 84, armFlex: 32, armAbd: 8, elbow: 62, armTurn: 20})
	squatting = sides(posture{pitch: 30, spineFlex: 25, headNod: -25, hipFlex: 122, hipAbd: 14, hipTurn: 14, knee: 126, armFlex: 95, armAbd: 8, elbow: 25})
	bending   = sides(posture{pitch: 58, spineFlex: 48, headNod: -10, hipFlex: 82, hipAbd: 4, hipTurn: 5, knee: 34, armFlex: 105, armAbd: 4, elbow: 8})

	// on the floor, knees drawn up
	sittingOnFloor = sides(posture{pitch: -14, spineFlex: 22, hipFlex: 108, hipAbd: 12, hipTurn: 12, knee: 104, armFlex: 55, armAbd: 14, elbow: 30, armTurn: 15})
	// on the floor, legs stretched out, hands behind
	longSitting = sides(posture{pitch: -28, spineFlex: 14, headNod: 8, hipFlex: 62, hipAbd: 8, hipTurn: 15, knee: 18, armFlex: -32, armAbd: 14, elbow: 8})

	supine = sides(posture{pitch: -90, headNod: 6, hipFlex: -3, hipAbd: 8, hipTurn: 24, knee: 5, armFlex: -7, armAbd: 22, elbow: 20, armTurn: 60})
	prone  = sides(posture{pitch: 90, headTurn: 55, headNod: -8, hipFlex: 0, hipAbd: 8, hipTurn: -6, knee: 10, armFlex: 60, armAbd: 80, elbow: 70, armTurn: 0})
	// on the right side, knees drawn up; shoulders are wider than hips, hence not 90°
	onSide = posture{
		roll: 83, headTilt: -12, spineFlex: 12,
		hipFlex: 48, hipAbd: -13, knee: 62, armFlex: 48, armAbd: -30, elbow: 45, armTurn: 10,
		hipFlex + other: 28, hipAbd + other: 9, knee + other: 42, armFlex + other: 78, armAbd + other: 6, elbow + other: 50,
	}
)
