package data

import (
	"math"

	"fallkit/pose"
)

// Window is a window that the model learns from or is judged on: where it ends, what it
// shows, and how much it counts.
type Window struct {
	Example int     // index into the examples it was cut from
	Track   int     // index into the recording's tracks
	End     float64 // seconds since the recording's first frame
	Target  float32 // 1 where it shows a fall, 0 where it does not
}

// Answer is what a window's label says.
type Answer int

const (
	NoFall Answer = iota
	Fall
	Unclear // learned from by nobody: neither answer would be true
)

// Around a labelled fall, seconds. Labels mark its onset up to half a second early (URFD) or
// 0.3 s late (Le2i), and a window that still holds a part of a past fall has no clear answer.
const (
	onsetSlack = 0.3 // before the labelled start, unclear
	fallShown  = 1.0 // after the body came to rest, a window still shows the fall
)

// LabelWindow says what a window of the given length shows that ends at time end: a fall
// from the middle of the descent to one second after the body is at rest; no fall before
// the onset and once the fall has left the window.
func LabelWindow(falls []Span, end, seconds float64) Answer {
	answer := NoFall
	for _, f := range falls {
		middle := (f.Start + f.End) / 2
		switch {
		case end >= middle && end <= f.End+fallShown:
			return Fall
		case end >= f.Start-onsetSlack && end < f.End+seconds:
			answer = Unclear
		}
	}
	return answer
}

// CutWindows cuts contiguous windows by time from every track of the examples, one every
// stride seconds, and labels them. Windows that show too little of a person, and those whose
// label is unclear, are left out. Where several people are seen during a fall, the label
// belongs to the one who comes down; the others' windows are left out then.
func CutWindows(examples []Example, in pose.Input, stride float64) []Window {
	var cut []Window
	buffer := make([]float32, in.Steps()*in.Channels())
	for i := range examples {
		cut = append(cut, cutExample(&examples[i], i, in, stride, buffer)...)
	}
	return cut
}

func cutExample(e *Example, index int, in pose.Input, stride float64, buffer []float32) []Window {
	var cut []Window
	falls := e.Falls
	if e.Untimed {
		if falls = locateFall(e.Recording, in.MinScore); len(falls) == 0 {
			return nil // there is a fall somewhere, and nobody can say where not
		}
	}
	faller := whoFalls(e.Recording, falls, in.MinScore)
	for k := range e.Recording.Tracks {
		t := &e.Recording.Tracks[k]
		next := math.Inf(-1)
		for _, end := range t.Times {
			if end < next {
				continue
			}
			answer := LabelWindow(falls, end, in.Seconds)
			if k != faller && answer == Fall {
				answer = Unclear
			}
			if answer == Unclear || in.Seen(t, end, buffer) < in.MinSeen {
				continue
			}
			next = end + stride - 1e-6
			cut = append(cut, Window{Example: index, Track: k, End: end, Target: float32(answer)})
		}
	}
	return cut
}

// whoFalls is the index of the track that comes down the most during the falls, -1 where
// there is no fall.
func whoFalls(r *pose.Recording, falls []Span, least float32) int {
	who, most := -1, math.Inf(-1)
	for k := range r.Tracks {
		for _, f := range falls {
			part := r.Tracks[k].Between(f.Start-0.5, f.End+1)
			if speed, _ := fastestDescent(&part, least); len(part.Times) > 0 && speed > most {
				who, most = k, speed
			}
		}
	}
	return who
}

// locateFall finds the moment of a fall in a clip that is only known to hold one: the
// fastest descent of any person, and the half second around it.
func locateFall(r *pose.Recording, least float32) []Span {
	fastest, when := 0.0, math.NaN()
	for k := range r.Tracks {
		if speed, at := fastestDescent(&r.Tracks[k], least); speed > fastest {
			fastest, when = speed, at
		}
	}
	if math.IsNaN(when) {
		return nil
	}
	return []Span{{Start: max(0, when-0.5), End: when + 0.5}}
}

// fastestDescent is the greatest downward speed of the hips and the head over 0.4 s, in
// body sizes a second, and the middle of that time.
func fastestDescent(t *pose.Track, least float32) (speed, at float64) {
	const span = 0.4
	size := trackSize(t, least)
	past := 0
	for i := range t.Times {
		for t.Times[i]-t.Times[past] > span+1e-9 {
			past++
		}
		took := t.Times[i] - t.Times[past]
		if took < span/2 {
			continue
		}
		now, okNow := height(&t.Poses[i], least)
		then, okThen := height(&t.Poses[past], least)
		if v := (now - then) / took / size; okNow && okThen && v > speed {
			speed, at = v, (t.Times[i]+t.Times[past])/2
		}
	}
	return speed, at
}

// height is how far down the picture the hips and the head are, in pixels.
func height(p *pose.Pose, least float32) (y float64, ok bool) {
	_, hips, okHips := p.Midpoint(least, pose.LeftHip, pose.RightHip)
	_, head, okHead := p.Midpoint(least, pose.Nose, pose.LeftEye, pose.RightEye, pose.LeftEar, pose.RightEar)
	return (hips + head) / 2, okHips && okHead
}

func trackSize(t *pose.Track, least float32) float64 {
	size := 3.0
	for i := range t.Poses {
		size = max(size, t.Poses[i].BodySize(least))
	}
	return size
}
