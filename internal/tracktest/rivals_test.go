package tracktest

import (
	"cmp"
	"math"
	"slices"

	"fallkit/pose"
)

// greedy is how people were followed before: the nearest pair first, by the distance of
// joints or of centres, from where the track was or would be had it kept moving.
type greedy struct {
	last   int
	active []greedyTrack
}

type greedyTrack struct {
	id             int
	taken          bool
	time           float64
	pose           pose.Pose
	size           float64
	speedX, speedY float64
}

const greedyGap, greedyReach, greedySpeed = 1, 1.5, 3

func (g *greedy) Update(time float64, poses []pose.Pose) []pose.Tracked {
	g.active = slices.DeleteFunc(g.active, func(f greedyTrack) bool { return time-f.time > greedyGap })
	for i := range g.active {
		g.active[i].taken = false
	}
	tracked := make([]pose.Tracked, len(poses))
	for i := range poses {
		tracked[i].Pose = poses[i]
	}
	sure := func(p *pose.Pose) bool { return p.Score >= sureFrom }
	g.join(time, tracked, sure)
	g.join(time, tracked, func(p *pose.Pose) bool { return !sure(p) })
	for i := range tracked {
		if p := &tracked[i]; p.Track == 0 && sure(&p.Pose) {
			g.last++
			p.Track = g.last
			g.active = append(g.active, greedyTrack{id: g.last, time: time, pose: p.Pose, size: sizeOf(&p.Pose)})
		}
	}
	return slices.DeleteFunc(tracked, func(p pose.Tracked) bool { return p.Track == 0 })
}

func (g *greedy) join(time float64, tracked []pose.Tracked, of func(*pose.Pose) bool) {
	type candidate struct {
		distance     float64
		track, index int
	}
	var pairs []candidate
	for n := range g.active {
		for i := range tracked {
			f := &g.active[n]
			if f.taken || !of(&tracked[i].Pose) {
				continue
			}
			if d := f.distance(time, &tracked[i].Pose); d <= greedyReach+greedySpeed*(time-f.time) {
				pairs = append(pairs, candidate{d, n, i})
			}
		}
	}
	slices.SortFunc(pairs, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.track, b.track), cmp.Compare(a.index, b.index))
	})
	for _, c := range pairs {
		if f := &g.active[c.track]; !f.taken && tracked[c.index].Track == 0 {
			tracked[c.index].Track = f.id
			f.see(time, &tracked[c.index].Pose)
		}
	}
}

func (f *greedyTrack) see(time float64, p *pose.Pose) {
	if dt := time - f.time; dt > 0 {
		x, y := centreOf(p)
		oldX, oldY := centreOf(&f.pose)
		f.speedX += 0.4 * ((x-oldX)/dt - f.speedX)
		f.speedY += 0.4 * ((y-oldY)/dt - f.speedY)
	}
	f.size += 0.3 * (sizeOf(p) - f.size)
	f.time, f.pose, f.taken = time, *p, true
}

func (f *greedyTrack) distance(time float64, p *pose.Pose) float64 {
	size := max(f.size, sizeOf(p), 1e-6)
	drift := min(time-f.time, 0.5)
	return min(f.apart(p, 0, 0), f.apart(p, f.speedX*drift, f.speedY*drift)) / size
}

func (f *greedyTrack) apart(p *pose.Pose, dx, dy float64) float64 {
	ax, ay := centreOf(&f.pose)
	bx, by := centreOf(p)
	centres := math.Hypot(ax+dx-bx, ay+dy-by)
	sum, n := 0.0, 0
	for j := range pose.Joint(pose.Joints) {
		if f.pose.Seen(j, least) && p.Seen(j, least) {
			a, b := f.pose.Keypoints[j], p.Keypoints[j]
			sum += math.Hypot(float64(a.X)+dx-float64(b.X), float64(a.Y)+dy-float64(b.Y))
			n++
		}
	}
	if n < 3 {
		return centres
	}
	return min(centres, sum/float64(n))
}

func centreOf(p *pose.Pose) (x, y float64) {
	if x, y, ok := p.Midpoint(least, pose.LeftShoulder, pose.RightShoulder, pose.LeftHip, pose.RightHip); ok {
		return x, y
	}
	b, ok := p.Extent(least)
	if !ok {
		b = p.Box
	}
	return float64(b.X0+b.X1) / 2, float64(b.Y0+b.Y1) / 2
}

func sizeOf(p *pose.Pose) float64 {
	if s := p.BodySize(least); s > 0 {
		return s
	}
	return 0.3 * math.Hypot(float64(p.Box.Width()), float64(p.Box.Height()))
}

// boxes follows boxes as ByteTrack does (Zhang et al. 2022): a box's centre, shape and
// height move at constant speed, the best pairing of overlaps (IoU), sure ones at 0.2 or
// more, then weak ones at 0.5; a lost track waits for a second. The filter is an
// alpha-beta filter; as there, it counts frames and not seconds.
type boxes struct {
	last   int
	active []boxTrack
}

type boxTrack struct {
	id    int
	time  float64
	at, v [4]float64 // centre x, y, width, height; and their speed per frame
	taken bool
}

func (b *boxes) Update(time float64, poses []pose.Pose) []pose.Tracked {
	b.active = slices.DeleteFunc(b.active, func(t boxTrack) bool { return time-t.time > 1 })
	for i := range b.active {
		t := &b.active[i]
		t.taken = false
		for k := range t.at {
			t.at[k] += t.v[k]
		}
	}
	tracked := make([]pose.Tracked, len(poses))
	for i := range poses {
		tracked[i].Pose = poses[i]
	}
	b.join(time, tracked, true, 0.2)
	b.join(time, tracked, false, 0.5)
	for i := range tracked {
		if p := &tracked[i]; p.Track == 0 && p.Pose.Score >= sureFrom {
			b.last++
			p.Track = b.last
			b.active = append(b.active, boxTrack{id: b.last, time: time, at: sides(p.Pose.Box)})
		}
	}
	return slices.DeleteFunc(tracked, func(p pose.Tracked) bool { return p.Track == 0 })
}

func (b *boxes) join(time float64, tracked []pose.Tracked, sure bool, least float64) {
	gain := make([]float64, len(b.active)*len(tracked))
	for n := range b.active {
		for i := range tracked {
			p := &tracked[i]
			if b.active[n].taken || p.Track != 0 || (p.Pose.Score >= sureFrom) != sure {
				continue
			}
			if o := overlap(b.active[n].at, sides(p.Pose.Box)); o >= least {
				gain[n*len(tracked)+i] = o
			}
		}
	}
	for n, i := range pose.BestPairs(gain, len(b.active), len(tracked)) {
		if i >= 0 {
			tracked[i].Track = b.active[n].id
			b.active[n].see(time, sides(tracked[i].Pose.Box))
		}
	}
}

func (t *boxTrack) see(time float64, at [4]float64) {
	for k := range at {
		off := at[k] - t.at[k]
		t.at[k] += 0.7 * off
		t.v[k] += 0.3 * off
	}
	t.time, t.taken = time, true
}

func sides(b pose.Box) [4]float64 {
	return [4]float64{float64(b.X0+b.X1) / 2, float64(b.Y0+b.Y1) / 2, float64(b.Width()), float64(b.Height())}
}

// overlap is the intersection of two boxes over their union.
func overlap(a, b [4]float64) float64 {
	w := min(a[0]+a[2]/2, b[0]+b[2]/2) - max(a[0]-a[2]/2, b[0]-b[2]/2)
	h := min(a[1]+a[3]/2, b[1]+b[3]/2) - max(a[1]-a[3]/2, b[1]-b[3]/2)
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h / (a[2]*a[3] + b[2]*b[3] - w*h)
}
