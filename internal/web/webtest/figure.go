// Package webtest is a house that is made up: people of sticks who walk, cook and fall, so that
// the page can be tested and looked at without a camera. Nothing of it is anybody's data.
package webtest

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"

	"fallkit/pose"
)

// Figure is somebody made of sticks.
type Figure struct {
	X, Ground float64 // pixels: where the feet stand
	Height    float64 // pixels
	Lean      float64 // radians from upright
	Stride    float64 // radians: how far into a step
	Arms      float64 // radians: how far into a movement of the hands
}

// upright is a body that stands, in body heights: x to the right of the picture, y up from the
// ground. Left and right are the person's own, who faces the camera.
var upright = [pose.Joints][2]float64{
	{0, 0.93},
	{0.025, 0.955},
	{-0.025, 0.955},
	{0.05, 0.94},
	{-0.05, 0.94},
	{0.115, 0.82},
	{-0.115, 0.82},
	{0.15, 0.65},
	{-0.15, 0.65},
	{0.16, 0.49},
	{-0.16, 0.49},
	{0.075, 0.53},
	{-0.075, 0.53},
	{0.08, 0.28},
	{-0.08, 0.28},
	{0.08, 0.04},
	{-0.08, 0.04},
}

// Pose gives the figure's joints in pixels.
func (f Figure) Pose() (p pose.Pose) {
	sin, cos := math.Sincos(f.Lean)
	for j, at := range upright {
		x, y := f.moved(pose.Joint(j), at)
		p.Keypoints[j] = pose.Keypoint{
			X: float32(f.X + f.Height*(x*cos+y*sin)), Y: float32(f.Ground - f.Height*(y*cos-x*sin)), Score: 0.9,
		}
	}
	p.Box, _ = p.Extent(0)
	p.Score = 0.9
	return p
}

// moved swings arms and legs.
func (f Figure) moved(j pose.Joint, at [2]float64) (x, y float64) {
	side := 1.0
	if j%2 == 0 {
		side = -1
	}
	x, y = at[0], at[1]
	switch swing := side * math.Sin(f.Stride); j {
	case pose.LeftKnee, pose.RightKnee:
		x += 0.05 * swing
	case pose.LeftAnkle, pose.RightAnkle:
		x, y = x+0.11*swing, y+0.03*math.Max(0, math.Cos(f.Stride)*side)
	case pose.LeftElbow, pose.RightElbow:
		x -= 0.03 * swing
	case pose.LeftWrist, pose.RightWrist:
		x, y = x-0.08*swing-side*0.06*math.Sin(f.Arms), y+0.12*math.Abs(math.Sin(f.Arms))
	}
	return x, y
}

// falling is a figure that stumbles at time 0 and lies 0.9 s later.
func falling(seconds float64) Figure {
	f := Figure{X: 250, Ground: 430, Height: 250}
	share := math.Min(math.Max(seconds/0.9, 0), 1)
	f.Lean = share * share * 1.5
	if seconds < 0 {
		f.X, f.Stride = 250+40*seconds, 6*seconds
	}
	f.Ground -= 25 * share
	return f
}

// strip draws some poses side by side, as a picture.
func strip(poses []pose.Pose, width, height int) []byte {
	const scale = 4.0
	w, h := int(float64(width)/scale), int(float64(height)/scale)
	img := image.NewRGBA(image.Rect(0, 0, w*len(poses), h))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	for i, p := range poses {
		for _, b := range pose.Bones {
			from, to := p.Keypoints[b.From], p.Keypoints[b.To]
			for k := range 200 {
				t := float32(k) / 199
				x, y := int((from.X+t*(to.X-from.X))/scale), int((from.Y+t*(to.Y-from.Y))/scale)
				if x >= 0 && x < w-1 {
					img.Set(i*w+x, y, color.Black)
					img.Set(i*w+x+1, y, color.Black)
				}
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // into memory
	}
	return b.Bytes()
}
