package simulate

import (
	"math/rand/v2"

	"fallkit/pose"
)

// Observer makes of what is so in a picture what a pose network would say about it: the
// seam where the errors of a real network come in.
type Observer interface {
	// ID names the observer and its settings: it travels with the poses.
	ID() string
	// Watch begins a clip. Whatever is drawn by chance comes from rng, which is the clip's own.
	Watch(rng *rand.Rand) Watcher
}

// Watcher observes one clip.
type Watcher interface {
	// Observe gives the people that the network would find in the frame at a time, in seconds.
	// Frames are asked for in their order; people, too, keep theirs.
	Observe(time float64, people []Seen) []pose.Pose
}

// Seen is one person in one picture, as it is.
type Seen struct {
	Keypoints [pose.Joints]Keypoint
	Metres    [pose.Joints]float64 // from the camera to the joint, along the line of sight
	Width     int                  // of the picture, in pixels
	Height    int
}

// labelled is the person as a pose of the joints that are in the picture, and how many they are.
func (s *Seen) labelled() (p pose.Pose, n int) {
	for j, k := range s.Keypoints {
		if k.Visibility != Outside {
			p.Keypoints[j] = pose.Keypoint{X: float32(k.X), Y: float32(k.Y), Score: 1}
			n++
		}
	}
	return p, n
}

// Exact is an observer that makes no error: joints in the picture are where they are, the
// hidden ones with less confidence, and those outside are missing.
type Exact struct{}

// Confidences of an exact observer.
const (
	visibleScore = 0.9
	hiddenScore  = 0.3
	leastJoints  = 4 // fewer in the picture are no person
)

// ID names the observer.
func (Exact) ID() string { return "simulate exact 1" }

// Watch begins a clip.
func (Exact) Watch(*rand.Rand) Watcher { return Exact{} }

// Observe gives everybody who is in the picture.
func (Exact) Observe(_ float64, people []Seen) (found []pose.Pose) {
	for i := range people {
		var p pose.Pose
		n, sum := 0, float32(0)
		for j, k := range people[i].Keypoints {
			score := [...]float32{Outside: 0, Hidden: hiddenScore, Visible: visibleScore}[k.Visibility]
			if score > 0 {
				p.Keypoints[j] = pose.Keypoint{X: float32(k.X), Y: float32(k.Y), Score: score}
				n, sum = n+1, sum+score
			}
		}
		if n < leastJoints {
			continue
		}
		p.Box, _ = p.Extent(hiddenScore)
		p.Score = sum / float32(n)
		found = append(found, p)
	}
	return found
}
