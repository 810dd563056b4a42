package pose

import "math"

// likeness is how well p goes on with the track, 0 where it cannot be. Up to reach (in
// body sizes) from where the body was, or would be had it kept moving, it can; the keypoint
// similarity and the motion tell how well.
func (f *followed) likeness(time float64, p *Pose, s *TrackerSettings) float64 {
	const (
		possible = 0.01 // for all that can be
		moving   = 0.3  // weight of the motion beside the similarity
		heavy    = 10.0 // squared standard deviations at which the motion's likeness is half: centres jump where joints are lost
		limber   = 0.2  // body sizes a second that joints move besides the body
	)
	gap := time - f.time
	x, y := f.x.after(gap, f.size), f.y.after(gap, f.size)
	dx, dy := f.x.speed*gap, f.y.speed*gap
	mx, my := f.moved(p, s.MinScore)
	size := math.Max(f.size, p.trackSize(s.MinScore))
	within := func(dx, dy float64) bool {
		return f.apart(p, dx, dy, mx, my, s.MinScore) <= size*s.reach(gap)
	}
	if !finite(size) || !(within(dx, dy) || within(0, 0)) {
		return 0
	}
	off := square(f.centreX+mx-x.at)/x.spread(f.size) + square(f.centreY+my-y.at)/y.spread(f.size)
	alike := f.pose.similarity(p, dx, dy, size, limber*math.Min(gap, 0.5), s.MinScore)
	if l := possible + alike + moving/(1+off/heavy); l > 0 {
		return l
	}
	return 0
}

// apart is the distance of p in pixels from the track's last pose moved by dx, dy: the
// mean over the joints that both show, or that of the bodies where it is less, since a fall
// moves the head far and the hips little. mx, my is what moved says.
func (f *followed) apart(p *Pose, dx, dy, mx, my float64, least float32) float64 {
	bodies := math.Hypot(mx-dx, my-dy)
	sum, n := 0.0, 0
	for j := range Joint(Joints) {
		if f.pose.Seen(j, least) && p.Seen(j, least) {
			a, b := &f.pose.Keypoints[j], &p.Keypoints[j]
			sum += math.Hypot(float64(a.X)+dx-float64(b.X), float64(a.Y)+dy-float64(b.Y))
			n++
		}
	}
	if n < 3 {
		return bodies
	}
	return math.Min(bodies, sum/float64(n))
}
