// Package tracktest measures how well people are followed where it is known who is who.
// It is for tests alone.
//
// The numbers are those of the field: CLEAR MOT (Bernardin & Stiefelhagen 2008,
// "Evaluating multiple object tracking performance") and IDF1 (Ristani et al. 2016,
// "Performance measures and a data set for multi-target, multi-camera tracking").
package tracktest

import "fallkit/pose"

// Person is somebody who is there.
type Person struct {
	ID     int
	Pose   pose.Pose
	Hidden bool // nobody could see them: not to be followed is no miss, to be followed no fault
}

// Frame is who is there at one moment, and who was followed.
type Frame struct {
	Truth []Person
	Found []pose.Tracked
}

// reach is how far a pose may lie from a person to be theirs, in body sizes: the mean
// distance of their joints.
const reach = 1.0

// least is the score from which a joint counts.
const least = 0.1

// likeness is 1 where pose and person are the same and 0 from reach on.
func likeness(person, p *pose.Pose) float64 {
	size := person.BodySize(least)
	if size == 0 {
		return 0
	}
	far, n := 0.0, 0
	for j := range pose.Joint(pose.Joints) {
		if person.Seen(j, least) && p.Seen(j, least) {
			far += distance(person.Keypoints[j], p.Keypoints[j])
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return max(0, 1-far/float64(n)/size/reach)
}
