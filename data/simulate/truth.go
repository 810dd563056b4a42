package simulate

// Visibility tells how a keypoint is seen, with the numbers of COCO.
type Visibility int

// A keypoint outside the picture has its true coordinates all the same.
const (
	Outside Visibility = iota // not in the picture
	Hidden                    // in the picture, behind something or another part of the body
	Visible
)

// Keypoint is the true place of a joint in a picture, in pixels (y downwards).
type Keypoint struct {
	X, Y       float64
	Visibility Visibility
}

// Segment is a run of frames in one state.
type Segment struct {
	Start int    `json:"start_frame"`
	End   int    `json:"end_frame"` // inclusive
	State string `json:"state"`
}

// Outline is what is known of a clip without drawing it.
type Outline struct {
	Frames    int       `json:"frames"`
	FallStart int       `json:"fall_start_frame"` // the hips begin to go down; -1 = no fall
	FallEnd   int       `json:"fall_end_frame"`   // body at rest on the floor, inclusive; -1 = no fall
	Segments  []Segment `json:"segments"`
}
