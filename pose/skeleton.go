// Package pose holds the words that everybody shares: joints and bones, keypoints,
// poses, tracks, recordings, and the one path from poses to what a model sees.
// It uses the standard library alone and never knows a picture.
package pose

// Joint is a body part whose position a pose network estimates.
type Joint int

// The skeleton is COCO-17 (Lin et al. 2014, "Microsoft COCO"), in its usual order.
// Left and right are the person's own.
const (
	Nose Joint = iota
	LeftEye
	RightEye
	LeftEar
	RightEar
	LeftShoulder
	RightShoulder
	LeftElbow
	RightElbow
	LeftWrist
	RightWrist
	LeftHip
	RightHip
	LeftKnee
	RightKnee
	LeftAnkle
	RightAnkle
)

// Joints is how many joints the skeleton has.
const Joints = 17

var jointNames = [Joints]string{
	"nose", "left_eye", "right_eye", "left_ear", "right_ear",
	"left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
	"left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
}

// String gives the joint's COCO name.
func (j Joint) String() string {
	if j < 0 || j >= Joints {
		return "unknown"
	}
	return jointNames[j]
}

// Mirror gives the same joint of the other side; the nose is its own.
func (j Joint) Mirror() Joint {
	switch {
	case j == Nose:
		return Nose
	case j%2 == 1:
		return j + 1
	default:
		return j - 1
	}
}

// Bone is a pair of joints that the body holds together.
type Bone struct{ From, To Joint }

// Bones are drawn, and given to the model as vectors, in this order.
var Bones = [...]Bone{
	{Nose, LeftEye},
	{Nose, RightEye},
	{LeftEye, LeftEar},
	{RightEye, RightEar},
	{LeftShoulder, RightShoulder},
	{LeftShoulder, LeftElbow},
	{LeftElbow, LeftWrist},
	{RightShoulder, RightElbow},
	{RightElbow, RightWrist},
	{LeftShoulder, LeftHip},
	{RightShoulder, RightHip},
	{LeftHip, RightHip},
	{LeftHip, LeftKnee},
	{LeftKnee, LeftAnkle},
	{RightHip, RightKnee},
	{RightKnee, RightAnkle},
}
