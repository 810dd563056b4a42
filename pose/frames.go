package pose

import "slices"

// Frames gives what was seen at each of PoseTimes, people by track number; frames in which
// nobody was found are among them, without people.
func (r *Recording) Frames() []Frame {
	frames := make([]Frame, len(r.PoseTimes))
	for i, t := range r.PoseTimes {
		frames[i].Time = t
	}
	for i := range r.Tracks {
		t := &r.Tracks[i]
		for k, time := range t.Times {
			if at, ok := slices.BinarySearch(r.PoseTimes, time); ok {
				frames[at].People = append(frames[at].People, Tracked{Track: t.ID, Pose: t.Poses[k]})
			}
		}
	}
	return frames
}

// HasTorso tells whether both shoulders and both hips are seen.
func (p *Pose) HasTorso(least float32) bool {
	return p.Seen(LeftShoulder, least) && p.Seen(RightShoulder, least) && p.Seen(LeftHip, least) && p.Seen(RightHip, least)
}

// Shot is a frame that is worth showing, with a word about it in ASCII.
type Shot struct {
	Label string
	Frame Frame
}
