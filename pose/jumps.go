package pose

import (
	"math"
	"slices"
)

// JumpSettings say how far a joint may go beside its body. Distances are in body sizes
// (Pose.BodySize, about the length of a torso).
type JumpSettings struct {
	Reach    float64 `json:"reach"`     // at once
	Speed    float64 `json:"speed"`     // and in addition a second of not being seen
	MaxGap   float64 `json:"max_gap"`   // seconds after which nothing is known of where a joint was
	MinScore float32 `json:"min_score"` // joints below this are left as they are
}

// DefaultJumps let pass what bodies do: in a walk or a fall, hands and feet move at some 6
// torsos a second beside the body's middle.
var DefaultJumps = JumpSettings{Reach: 0.5, Speed: 6, MaxGap: 0.5, MinScore: 0.1}

// Jumps marks a joint missing (score 0) for the one frame in which it jumps away from its
// body, as pose networks take a table's leg for a foot now and then. It holds no pose back and
// moves no joint, so what it lets pass has no delay; a joint that is still at the new place in
// the next frame is believed there, one frame late. How far the body as a whole goes does not
// matter: the joints' median way is taken off. Settings that are all 0 are DefaultJumps.
type Jumps struct {
	Settings JumpSettings

	tracks map[int]*sightings
}

// sightings are a track's joints when they were last seen.
type sightings struct {
	time   float64
	joints [Joints]sighting
}

type sighting struct {
	x, y, time     float64
	known, doubted bool // doubted: x and y are where it is believed, and it was seen at newX, newY
	newX, newY     float64
}

// Update looks at the people of the frame at a time (seconds, not before the last one's) and
// marks in them which joints are missing.
func (f *Jumps) Update(time float64, people []Tracked) {
	if f.Settings == (JumpSettings{}) {
		f.Settings = DefaultJumps
	}
	if f.tracks == nil {
		f.tracks = map[int]*sightings{}
	}
	for i := range people {
		t := f.tracks[people[i].Track]
		if t == nil {
			t = &sightings{}
			f.tracks[people[i].Track] = t
		}
		f.judge(time, &people[i].Pose, t)
	}
	for id, t := range f.tracks {
		if time-t.time > f.Settings.MaxGap {
			delete(f.tracks, id)
		}
	}
}

func (f *Jumps) judge(time float64, p *Pose, t *sightings) {
	size := p.BodySize(f.Settings.MinScore)
	dx, dy := f.way(time, p, t)
	t.time = time
	for j := range Joint(Joints) {
		if !p.Seen(j, f.Settings.MinScore) {
			continue
		}
		k, s := &p.Keypoints[j], &t.joints[j]
		x, y := float64(k.X), float64(k.Y)
		limit := size * (f.Settings.Reach + f.Settings.Speed*(time-s.time))
		if s.since(time) > f.Settings.MaxGap || math.Hypot(x-s.x-dx, y-s.y-dy) <= limit ||
			s.doubted && math.Hypot(x-s.newX-dx, y-s.newY-dy) <= limit {
			*s = sighting{x: x, y: y, time: time, known: true}
			continue
		}
		s.doubted, s.newX, s.newY = true, x, y
		k.Score = 0
	}
}

func (s *sighting) since(time float64) float64 {
	if !s.known {
		return math.Inf(1)
	}
	return time - s.time
}

// way is how far the body went since the joints were last seen: their median.
func (f *Jumps) way(time float64, p *Pose, t *sightings) (dx, dy float64) {
	var xs, ys []float64
	for j := range Joint(Joints) {
		if s := &t.joints[j]; p.Seen(j, f.Settings.MinScore) && s.since(time) <= f.Settings.MaxGap {
			xs, ys = append(xs, float64(p.Keypoints[j].X)-s.x), append(ys, float64(p.Keypoints[j].Y)-s.y)
		}
	}
	if len(xs) == 0 {
		return 0, 0
	}
	slices.Sort(xs)
	slices.Sort(ys)
	return xs[len(xs)/2], ys[len(ys)/2]
}
