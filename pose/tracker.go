package pose

import (
	"cmp"
	"math"
	"slices"
)

// TrackerVersion names how tracks are made: raise it when the same poses give other
// tracks than before, since recordings hold tracks.
const TrackerVersion = 1

// TrackerSettings say when a pose continues a track. Distances are in body sizes
// (Pose.BodySize, about the length of a torso), since pixels mean nothing by themselves.
type TrackerSettings struct {
	MaxGap   float64 // seconds that a track may be unseen before it ends
	Reach    float64 // distance that a pose may lie from its track's last pose at once
	Speed    float64 // by which that distance grows, in body sizes a second of not being seen
	MinScore float32 // joints below this say nothing about the distance
	MinNew   float32 // poses below this go on with a track that is left over, or are left out
}

// DefaultTracker follows falls down to three poses a second: a body's middle hits the
// ground at about 4 m/s, which is 8 torsos a second for a moment.
var DefaultTracker = TrackerSettings{MaxGap: 1, Reach: 1.5, Speed: 3, MinScore: 0.1}

// Tracker gives the poses of following frames track numbers: the same person, the same
// number. It compares keypoints and body centres, scaled by body size; boxes are no
// measure in a fall, which turns them from high to wide within a few frames.
// Settings that are all 0 are DefaultTracker.
type Tracker struct {
	Settings TrackerSettings

	last   int // the newest number
	active []followed
}

// followed is a track that may still be continued.
type followed struct {
	id             int
	taken          bool    // by a pose of the present frame
	time           float64 // when last seen
	pose           Pose
	size           float64
	speedX, speedY float64 // of the body's centre, pixels a second
}

// candidate is a track that pose i may continue.
type candidate struct {
	distance     float64
	track, index int
}

// Update gives each pose of the frame at time (seconds, not before the last Update's) its
// track number: numbers ascend from 1 and are never used again. The result has the
// poses' order. A pose whose score is below MinNew is not believed by itself, but where
// somebody is who is followed already: who has fallen often scores low. Such poses come
// second (Zhang et al. 2022, "ByteTrack"), and those that go on with no track are left out.
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
	sure := func(p *Pose) bool { return !(p.Score < t.Settings.MinNew) }
	t.join(time, tracked, sure)
	t.join(time, tracked, func(p *Pose) bool { return !sure(p) })
	for i := range tracked {
		if tracked[i].Track == 0 && sure(&tracked[i].Pose) {
			t.begin(time, &tracked[i])
		}
	}
	return slices.DeleteFunc(tracked, func(p Tracked) bool { return p.Track == 0 })
}

// join continues tracks that have no pose at this time with those of the poses, the
// nearest pair first; equal distances go to the older track, then to the earlier pose.
func (t *Tracker) join(time float64, tracked []Tracked, of func(*Pose) bool) {
	pairs := t.candidates(time, tracked, of)
	slices.SortFunc(pairs, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.track, b.track), cmp.Compare(a.index, b.index))
	})
	for _, c := range pairs {
		if !t.active[c.track].taken && tracked[c.index].Track == 0 {
			tracked[c.index].Track = t.active[c.track].id
			t.active[c.track].see(time, &tracked[c.index].Pose, t.Settings.MinScore)
		}
	}
}

func (t *Tracker) candidates(time float64, tracked []Tracked, of func(*Pose) bool) []candidate {
	var pairs []candidate
	for track := range t.active {
		f := &t.active[track]
		reach := t.Settings.Reach + t.Settings.Speed*(time-f.time)
		for i := range tracked {
			if f.taken || !of(&tracked[i].Pose) {
				continue
			}
			if d := f.distance(time, &tracked[i].Pose, t.Settings.MinScore); d <= reach {
				pairs = append(pairs, candidate{d, track, i})
			}
		}
	}
	return pairs
}

func (t *Tracker) begin(time float64, p *Tracked) {
	t.last++
	p.Track = t.last
	t.active = append(t.active, followed{id: t.last, time: time, pose: p.Pose, size: p.Pose.trackSize(t.Settings.MinScore)})
}

// see takes p as the track's newest pose.
func (f *followed) see(time float64, p *Pose, least float32) {
	if dt := time - f.time; dt > 0 {
		x, y := p.centre(least)
		oldX, oldY := f.pose.centre(least)
		f.speedX += 0.4 * ((x-oldX)/dt - f.speedX)
		f.speedY += 0.4 * ((y-oldY)/dt - f.speedY)
	}
	f.size += 0.3 * (p.trackSize(least) - f.size)
	f.time, f.pose, f.taken = time, *p, true
}

// distance is how far p lies from the track, in body sizes: the mean distance of the
// joints seen in both, or of the centres where that is less (a fall moves the head far
// and the hips little), from where the track was or would be now had it kept moving.
func (f *followed) distance(time float64, p *Pose, least float32) float64 {
	size := math.Max(math.Max(f.size, p.trackSize(least)), 1e-6)
	drift := math.Min(time-f.time, 0.5)
	dx, dy := f.speedX*drift, f.speedY*drift
	still := f.apart(p, 0, 0, least)
	moving := f.apart(p, dx, dy, least)
	return math.Min(still, moving) / size
}

// apart is in pixels, with the track's last pose moved by dx, dy.
func (f *followed) apart(p *Pose, dx, dy float64, least float32) float64 {
	ax, ay := f.pose.centre(least)
	bx, by := p.centre(least)
	centres := math.Hypot(ax+dx-bx, ay+dy-by)
	sum, n := 0.0, 0
	for j := range Joint(Joints) {
		if f.pose.Seen(j, least) && p.Seen(j, least) {
			a, b := f.pose.Keypoints[j], p.Keypoints[j]
			sum += math.Hypot(float64(a.X)+dx-float64(b.X), float64(a.Y)+dy-float64(b.Y))
			n++
		}
	}
	if n < 3 {
		return centres
	}
	return math.Min(centres, sum/float64(n))
}

// centre is the middle of the torso's seen joints, else of all seen joints, else of the box.
func (p *Pose) centre(least float32) (x, y float64) {
	if x, y, ok := p.Midpoint(least, LeftShoulder, RightShoulder, LeftHip, RightHip); ok {
		return x, y
	}
	b, ok := p.Extent(least)
	if !ok {
		b = p.Box
	}
	return float64(b.X0+b.X1) / 2, float64(b.Y0+b.Y1) / 2
}

// trackSize is BodySize, or what the box says where no joint is seen.
func (p *Pose) trackSize(least float32) float64 {
	if s := p.BodySize(least); s > 0 {
		return s
	}
	return 0.3 * math.Hypot(float64(p.Box.Width()), float64(p.Box.Height()))
}
