package motion

// Postures that motions pass through. Angles of the thigh against the plumb line are
// hipFlex-pitch, of the shank hipFlex-pitch-knee: feet stay under the body where their
// backward and forward lengths cancel.
var (
	standing = sides(posture{hipFlex: 2, knee: 5, hipAbd: 2, hipTurn: 7, armFlex: 2, armAbd: 7, elbow: 14, armTurn: 10})

	// halfway between standing and sitting, weight over the feet
	crouching = sides(posture{pitch: 38, spineFlex: 16, headNod: -24, hipFlex: 88, hipAbd: 5, hipTurn: 8, knee: 82, armFlex: 52, armAbd: 10, elbow: 35})
	sitting   = sides(posture{pitch: -6, spineFlex: 8, hipFlex: 80, hipAbd: 7, hipTurn: 6, knee: 84, armFlex: 32, armAbd: 8, elbow: 62, armTurn: 20})
	squatting = sides(posture{pitch: 30, spineFlex: 25, headNod: -25, hipFlex: 126, hipAbd: 16, hipTurn: 14, knee: 132, armFlex: 95, armAbd: 8, elbow: 25, heelUp: 12})
	bending   = sides(posture{pitch: 62, spineFlex: 48, headNod: -10, hipFlex: 88, hipAbd: 4, hipTurn: 5, knee: 36, armFlex: 105, armAbd: 4, elbow: 8})

	// on one knee: the right one is down, the left foot stands
	halfKneeling = posture{
		pitch: 8, spineFlex: 6, headNod: 4,
		hipFlex: 92, hipAbd: 6, knee: 88, armFlex: 30, armAbd: 10, elbow: 40,
		hipFlex + other: 4, hipAbd + other: 4, knee + other: 96, armFlex + other: 12, armAbd + other: 12, elbow + other: 25,
	}
	kneeling  = sides(posture{pitch: 2, spineFlex: 4, hipFlex: 3, hipAbd: 4, knee: 91, armFlex: 12, armAbd: 10, elbow: 25})
	heelSit   = sides(posture{pitch: 12, spineFlex: 18, headNod: 4, hipFlex: 84, hipAbd: 8, knee: 150, armFlex: 42, armAbd: 8, elbow: 22})
	allFours  = sides(posture{pitch: 82, spineFlex: 4, headNod: -42, hipFlex: 88, hipAbd: 5, knee: 94, armFlex: 92, armAbd: 6, elbow: 8, wrist: 70})
	childPose = sides(posture{pitch: 84, spineFlex: 30, headNod: 10, hipFlex: 138, hipAbd: 10, knee: 150, armFlex: 165, armAbd: 8, elbow: 12, wrist: 10})

	// on the floor, knees drawn up
	sittingOnFloor = sides(posture{pitch: -14, spineFlex: 24, hipFlex: 106, hipAbd: 12, hipTurn: 12, knee: 104, armFlex: 62, armAbd: 10, elbow: 34, armTurn: 15})
	// on the floor, legs crossed
	tailorSeat = sides(posture{pitch: -6, spineFlex: 20, headNod: 6, hipFlex: 82, hipAbd: 46, hipTurn: 40, knee: 128, armFlex: 42, armAbd: 14, elbow: 46, armTurn: 25})
	// on the floor, legs stretched out, hands behind
	longSitting = sides(posture{pitch: -24, spineFlex: 16, headNod: 8, hipFlex: 64, hipAbd: 8, hipTurn: 15, knee: 14, armFlex: -36, armAbd: 16, elbow: 8, wrist: 60})

	supine = sides(posture{pitch: -90, headNod: 6, hipFlex: -3, hipAbd: 8, hipTurn: 24, knee: 5, armFlex: -7, armAbd: 22, elbow: 20, armTurn: 60})
	prone  = sides(posture{pitch: 90, headTurn: 55, headNod: -8, hipFlex: 0, hipAbd: 8, hipTurn: -6, knee: 10, armFlex: 60, armAbd: 80, elbow: 70, armTurn: 0})
	// on the back, knees drawn up, feet on the floor
	crookLying = sides(posture{pitch: -88, headNod: 8, hipFlex: 52, hipAbd: 6, knee: 104, armFlex: -5, armAbd: 22, elbow: 20, armTurn: 60})
	// on the right side, knees drawn up; shoulders are wider than hips, hence not 90°
	onSide = posture{
		roll: 83, headTilt: -12, spineFlex: 12,
		hipFlex: 48, hipAbd: -13, knee: 62, armFlex: 48, armAbd: -30, elbow: 45, armTurn: 10,
		hipFlex + other: 28, hipAbd + other: 9, knee + other: 42, armFlex + other: 78, armAbd + other: 6, elbow + other: 50,
	}
	// lying and sitting half, propped on the right elbow
	propped = posture{
		roll: 40, pitch: -20, spineSide: 22, headTilt: -22, spineFlex: 10,
		hipFlex: 62, hipAbd: 6, knee: 72, armFlex: 30, armAbd: 12, elbow: 50,
		hipFlex + other: 48, hipAbd + other: 26, knee + other: 74, armFlex + other: 8, armAbd + other: 38, elbow + other: 88,
	}
	// sitting sideways on the right hip, leaning on the right hand
	sideSitting = posture{
		roll: 20, pitch: -4, spineSide: 12, headTilt: -16, spineFlex: 12,
		hipFlex: 84, hipAbd: 0, hipTurn: 14, knee: 96, armFlex: 30, armAbd: 12, elbow: 40,
		hipFlex + other: 76, hipAbd + other: 34, hipTurn + other: -6, knee + other: 104, armFlex + other: 4, armAbd + other: 36, elbow + other: 10, wrist + other: 60,
	}
)
