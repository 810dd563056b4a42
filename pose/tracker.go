package pose

import (
	"cmp"
	"slices"
)

// TrackerVersion names how tracks are made: raise it when the same poses give other
// tracks than before, since recordings hold tracks.
const TrackerVersion = 2

// TrackerSettings say when a pose can continue a track. Distances are in body sizes
// (Pose.BodySize, about the length of a torso), since pixels mean nothing by themselves.
type TrackerSettings struct {
	MaxGap   float64 // seconds that a track may be unseen before it ends
	Reach    float64 // distance that a pose may lie from its track's last pose at once, or from where that would be by now
	Speed    float64 // by which that distance grows, in body sizes a second of not being seen
	MaxReach float64 // and how far it grows at most
	MinScore float32 // joints below this count as not seen
	MinNew   float32 // poses below this go on with a track that is left over, or are left out
}

// DefaultTracker follows falls down to three poses a second: a body's middle hits the
// ground at about 4 m/s, which is 8 torsos a second for a moment. It waits three seconds for
// people who are hidden.
var DefaultTracker = TrackerSettings{MaxGap: 3, Reach: 1.5, Speed: 3, MaxReach: 3, MinScore: 0.1}

// reach is how far a pose may lie after a time of not being seen.
func (s *TrackerSettings) reach(gap float64) float64 {
	return min(s.Reach+s.Speed*gap, max(s.MaxReach, s.Reach))
}

// Tracker gives the poses of following frames track numbers: the same person, the same
// number. A Kalman filter for each track says where its body would be by now, and the best
// pairing of all tracks with all poses wins (as in SORT, Bewley et al. 2016); sure poses
// come first and weak ones second (ByteTrack, Zhang et al. 2022). What is compared are
// keypoints (OKS) and bodies' centres: boxes are no measure in a fall, which turns
// them from high to wide within a few frames. Settings that are all 0 are DefaultTracker.
type Tracker struct {
	Settings TrackerSettings

	last   int // the newest number
	active []followed

	// working memory
	order   []int     // of the frame's poses: the surest first
	likes   []float64 // of each track (row) for each pose of order
	pairing assignment
}

// Update gives each pose of the frame at time (seconds, not before the last Update's) its
// track number: numbers ascend from 1 and are never used again. The result has the
// poses' order, on which no number depends. A pose whose score is below MinNew is not
// believed by itself, but where somebody is who is followed already: who has fallen often
// scores low. Those that go on with no track are left out.
func (t *Tracker) Update(time float64, poses []Pose) []Tracked {
	if t.Settings == (TrackerSettings{}) {
		t.Settings = DefaultTracker
	}
	t.active = slices.DeleteFunc(t.active, func(f followed) bool { return time-f.time > t.Settings.MaxGap })
	for i := range t.active {
		t.active[i].taken = false
	}
	tracked := make([]Tracked, len(poses))
	for i := range poses {
		tracked[i].Pose = poses[i]
	}
	weak := t.sort(poses)
	t.join(time, tracked, t.order[:weak])
	t.join(time, tracked, t.order[weak:])
	for _, i := range t.order[:weak] {
		if tracked[i].Track == 0 {
			t.begin(time, &tracked[i])
		}
	}
	return slices.DeleteFunc(tracked, func(p Tracked) bool { return p.Track == 0 })
}

// sort puts the poses in an order of their own, the surest first, and tells where the weak
// ones begin.
func (t *Tracker) sort(poses []Pose) (weak int) {
	t.order = t.order[:0]
	for i := range poses {
		t.order = append(t.order, i)
	}
	slices.SortStableFunc(t.order, func(a, b int) int { return poses[a].compare(&poses[b]) })
	for weak < len(poses) && poses[t.order[weak]].Score >= t.Settings.MinNew {
		weak++
	}
	return weak
}

// compare orders poses by falling score, then by whatever else differs.
func (p *Pose) compare(q *Pose) int {
	if c := cmp.Compare(q.Score, p.Score); c != 0 {
		return c
	}
	for j := range p.Keypoints {
		a, b := &p.Keypoints[j], &q.Keypoints[j]
		if c := cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y), cmp.Compare(a.Score, b.Score)); c != 0 {
			return c
		}
	}
	a, b := &p.Box, &q.Box
	return cmp.Or(cmp.Compare(a.X0, b.X0), cmp.Compare(a.Y0, b.Y0), cmp.Compare(a.X1, b.X1), cmp.Compare(a.Y1, b.Y1))
}

// join continues tracks that have no pose at this time with poses of the frame, so that all
// together are as alike as can be.
func (t *Tracker) join(time float64, tracked []Tracked, poses []int) {
	t.likes = zeroed(t.likes, len(t.active)*len(poses))
	for n := range t.active {
		for k, i := range poses {
			if f := &t.active[n]; !f.taken {
				t.likes[n*len(poses)+k] = f.likeness(time, &tracked[i].Pose, &t.Settings)
			}
		}
	}
	for n, k := range t.pairing.solve(t.likes, len(t.active), len(poses)) {
		if k >= 0 {
			p := &tracked[poses[k]]
			p.Track = t.active[n].id
			t.active[n].see(time, &p.Pose, t.Settings.MinScore)
		}
	}
}

func (t *Tracker) begin(time float64, p *Tracked) {
	t.last++
	p.Track = t.last
	t.active = append(t.active, follow(t.last, time, &p.Pose, t.Settings.MinScore))
}
