package pose

import "math"

// Homography maps points of one picture to points of another as a camera's turn does,
// row by row: (x, y) goes to (h0·x + h1·y + h2, h3·x + h4·y + h5) ÷ (h6·x + h7·y + h8).
type Homography [9]float64

// Roll is what a camera sees that is turned about its line of sight, so that everything
// turns clockwise by so many degrees about the middle of a picture of width × height pixels.
func Roll(degrees float64, width, height int) Homography {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return about(Homography{cos, -sin, 0, sin, cos, 0, 0, 0, 1}, width, height)
}

// Tilt is what a camera sees that looks down more steeply by so many degrees (fewer than
// 90) and was raised, so that the middle of the picture stays where it is: what is above
// grows, what is below shrinks. The camera's focal length is taken to be the picture's
// width, a field of view of 53°. It is the turn of a camera (Hartley & Zisserman 2004,
// "Multiple View Geometry", 8.4.2), and exact for what is flat only.
func Tilt(degrees float64, width, height int) Homography {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	f := float64(width)
	return about(Homography{f * cos, 0, 0, 0, f, 0, 0, sin, f * cos}, width, height)
}

// about lets a homography work from the middle of the picture instead of its corner.
func about(h Homography, width, height int) Homography {
	cx, cy := float64(width)/2, float64(height)/2
	for row := range 3 {
		h[3*row+2] -= h[3*row]*cx + h[3*row+1]*cy
	}
	for column := range 3 {
		h[column] += cx * h[6+column]
		h[3+column] += cy * h[6+column]
	}
	return h
}

// At is where a point goes. Points at and behind the camera are held far outside of the picture.
func (h *Homography) At(x, y float64) (float64, float64) {
	const nearest = 1e-3
	w := h[6]*x + h[7]*y + h[8]
	w = max(w, nearest*h[8])
	return (h[0]*x + h[1]*y + h[2]) / w, (h[3]*x + h[4]*y + h[5]) / w
}
