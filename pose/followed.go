package pose

import "math"

// followed is a track that may still be continued.
type followed struct {
	id    int
	taken bool    // by a pose of the present frame
	time  float64 // when last seen
	size  float64 // of the body, smoothed, in pixels

	// pose is the last one, with the joints that it lacks where they were, moved along:
	// whom a chair hides to the waist has legs all the same.
	pose             Pose
	centreX, centreY float64 // of pose
	x, y             motion  // of the centre, as of time
}

func follow(id int, time float64, p *Pose, least float32) followed {
	f := followed{id: id, taken: true, time: time, size: p.trackSize(least), pose: *p}
	f.centreX, f.centreY = p.centre(least)
	f.x, f.y = startMotion(f.centreX, f.size), startMotion(f.centreY, f.size)
	return f
}

// see takes p as the track's newest pose.
func (f *followed) see(time float64, p *Pose, least float32) {
	dx, dy := f.moved(p, least)
	f.x = f.x.after(time-f.time, f.size).seen(f.centreX+dx, f.size)
	f.y = f.y.after(time-f.time, f.size).seen(f.centreY+dy, f.size)
	f.size += 0.3 * (p.trackSize(least) - f.size)
	f.time, f.taken = time, true
	before := f.pose
	f.pose = *p
	f.pose.complete(&before, float32(dx), float32(dy), least)
	f.centreX, f.centreY = f.pose.centre(least)
}

// complete gives p the joints that it lacks and an earlier pose has, moved by dx, dy.
func (p *Pose) complete(earlier *Pose, dx, dy float32, least float32) {
	for j := range Joint(Joints) {
		if k := earlier.Keypoints[j]; !p.Seen(j, least) && earlier.Seen(j, least) {
			p.Keypoints[j] = Keypoint{k.X + dx, k.Y + dy, k.Score}
		}
	}
}

// moved is how far p's body lies from the track's last pose, in pixels: the mean of the
// torso's joints that both show, else of all such joints, else of the centres.
func (f *followed) moved(p *Pose, least float32) (dx, dy float64) {
	if dx, dy, ok := f.pose.shiftTo(p, LeftShoulder, RightHip, least); ok {
		return dx, dy
	}
	if dx, dy, ok := f.pose.shiftTo(p, Nose, RightAnkle, least); ok {
		return dx, dy
	}
	x, y := p.centre(least)
	return x - f.centreX, y - f.centreY
}

// shiftTo is the mean way from p's joints to q's, of those between first and last that
// both show; the arms' are left out.
func (p *Pose) shiftTo(q *Pose, first, last Joint, least float32) (dx, dy float64, ok bool) {
	n := 0.0
	for j := first; j <= last; j++ {
		if !p.Seen(j, least) || !q.Seen(j, least) || (j >= LeftElbow && j <= RightWrist) {
			continue
		}
		dx += float64(q.Keypoints[j].X) - float64(p.Keypoints[j].X)
		dy += float64(q.Keypoints[j].Y) - float64(p.Keypoints[j].Y)
		n++
	}
	if n == 0 {
		return 0, 0, false
	}
	return dx / n, dy / n, true
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
