package pose

import "testing"

func TestFrames(t *testing.T) {
	one, two := Pose{Score: 0.5}, Pose{Score: 0.7}
	r := Recording{
		Width: 10, Height: 10, FrameTimes: []float64{0, 1, 2, 3}, PoseTimes: []float64{0, 1, 3},
		Tracks: []Track{{ID: 2, Times: []float64{1, 3}, Poses: []Pose{one, two}}, {ID: 5, Times: []float64{1}, Poses: []Pose{two}}},
	}
	frames := r.Frames()
	if len(frames) != 3 || len(frames[0].People) != 0 || len(frames[1].People) != 2 || len(frames[2].People) != 1 {
		t.Fatalf("frames are %v", frames)
	}
	if p := frames[1].People; p[0].Track != 2 || p[0].Pose.Score != 0.5 || p[1].Track != 5 || frames[2].Time != 3 {
		t.Errorf("people are %v", p)
	}
}

func TestHasTorso(t *testing.T) {
	var p Pose
	for _, j := range []Joint{LeftShoulder, RightShoulder, LeftHip, RightHip} {
		if p.HasTorso(0.1) {
			t.Errorf("a torso without %v", j)
		}
		p.Keypoints[j].Score = 0.2
	}
	if !p.HasTorso(0.2) || p.HasTorso(0.3) {
		t.Error("a torso of joints with 0.2 is one from 0.2 and none from 0.3")
	}
}
