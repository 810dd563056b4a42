package vision

import (
	"math"
	"testing"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// person is a standing figure's pose, some joints missing.
func person(x, y, size float32, missing ...pose.Joint) pose.Pose {
	var p pose.Pose
	for j, at := range [pose.Joints][2]float32{
		{0, -.7},
		{.04, -.73},
		{-.04, -.73},
		{.1, -.72},
		{-.1, -.72},
		{.19, -.5},
		{-.19, -.5},
		{.3, -.22},
		{-.3, -.22},
		{.33, .05},
		{-.33, .05},
		{.1, 0},
		{-.1, 0},
		{.13, .45},
		{-.13, .45},
		{.14, .9},
		{-.14, .9},
	} {
		p.Keypoints[j] = pose.Keypoint{X: x + size*at[0], Y: y + size*at[1], Score: .7}
	}
	for _, j := range missing {
		p.Keypoints[j].Score = 0.05
	}
	p.Box = pose.Box{X0: x - .4*size, Y0: y - .85*size, X1: x + .4*size, Y1: y + size}
	p.Score = .62
	return p
}

func paintExample(canvas *gocv.Mat) {
	frame := pose.Frame{Time: 12.34, People: []pose.Tracked{
		{Track: 1, Pose: person(180, 240, 150)},
		{Track: 12, Pose: person(460, 260, 120, pose.LeftAnkle, pose.RightWrist)},
	}}
	paint(canvas, 1, frame, &Caption{Score: .72, Threshold: .5, Banner: "FALL SUSPECTED"})
}

// Nothing that can be in a pose or a caption ends the process or leaves the canvas.
func TestPaintAnything(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, size := range [][2]int{{1, 1}, {20, 20}, {480, 640}, {2160, 3840}} {
		canvas := gocv.NewMatWithSize(size[0], size[1], gocv.MatTypeCV8UC3)
		for _, v := range []float32{0, -1e9, 1e9, inf, -inf, nan} {
			p := person(v, v, 100)
			frame := pose.Frame{Time: 1e7, People: []pose.Tracked{{Track: 1e9, Pose: p}}}
			for _, c := range []*Caption{nil, {Score: math.NaN()}, {Score: -4, Threshold: 9}, {Score: math.Inf(1), Threshold: math.NaN(), Banner: "a very long banner that does not fit anywhere, \x00 ä\n"}} {
				paint(&canvas, 2, frame, c)
			}
		}
		canvas.Close()
	}
}
