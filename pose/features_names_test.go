package pose

import (
	"slices"
	"testing"
)

// TestEveryNumberOfAStepHasAName of its own, in the order in which it is written.
func TestEveryNumberOfAStepHasAName(t *testing.T) {
	for f := range featureTexts {
		names := f.Names()
		if want := f.set().channels; len(names) != want {
			t.Errorf("%q has %d names for %d numbers", f, len(names), want)
		}
		if sorted := slices.Sorted(slices.Values(names)); len(slices.Compact(sorted)) != len(names) {
			t.Errorf("%q has a name twice", f)
		}
		if f.About() == "" {
			t.Errorf("%q is not described", f)
		}
	}
	track := Track{Times: []float64{0}, Poses: []Pose{{}}}
	track.Poses[0].Keypoints[RightKnee] = Keypoint{X: 10, Y: 20, Score: 1}
	in := DefaultInput
	window := make([]float32, in.Steps()*in.Channels())
	in.Window(&track, 0, window)
	at := slices.Index(Skeleton.Names(), "right_knee.seen")
	if last := window[len(window)-in.Channels():]; last[at] != 1 {
		t.Errorf("number %d of the last step is %v, and should be the right knee's", at, last[at])
	}
}
