package simulate

import "fallkit/pose"

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

// Truth is what is so in one frame.
type Truth struct {
	Frame     int
	Time      float64 // seconds since the first frame
	Phase     Phase
	State     string // what is being done, such as "walking", "sit_down", "falling", "down"
	Keypoints [pose.Joints]Keypoint
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
	FallStart int       `json:"fall_start_frame"` // onset of losing balance; -1 = no fall
	FallEnd   int       `json:"fall_end_frame"`   // body at rest on the floor, inclusive; -1 = no fall
	Segments  []Segment `json:"segments"`
}

// Outline performs the clip's motion without drawing it.
func (c Clip) Outline() Outline {
	t := c.perform()
	o := Outline{Frames: t.frames(c.settings.FPS), FallStart: -1, FallEnd: -1}
	if t.fallAt >= 0 {
		o.FallStart, o.FallEnd = t.frameOf(t.fallAt, c.settings.FPS), t.frameOf(t.rest, c.settings.FPS)
	}
	for i := range o.Frames {
		state := t.at(float64(i) / c.settings.FPS).state
		if n := len(o.Segments); n > 0 && o.Segments[n-1].State == state {
			o.Segments[n-1].End = i
			continue
		}
		o.Segments = append(o.Segments, Segment{i, i, state})
	}
	return o
}

// perform makes the clip's motion; the same one every time.
func (c Clip) perform() *take {
	act, ok := activityByName(c.Activity)
	if !ok {
		panic("clip of an unknown activity: " + c.Activity) // Plan makes only known ones
	}
	who := newSubject(c.settings.chance("subject/" + c.Subject))
	t := newTake(who, c.settings.chance("motion/"+c.Name), posture{}, Upright, "standing")
	t.now = t.stood()
	act.perform(t)
	return t
}

// frames is how many frames a take fills.
func (t *take) frames(fps float64) int { return int(t.seconds()*fps + 1e-6) }

// frameOf is the first frame at or after a moment.
func (t *take) frameOf(moment int, fps float64) int {
	return min(int(float64(moment)*tick*fps+0.999), t.frames(fps)-1)
}
