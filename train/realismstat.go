package train

import (
	"fmt"
	"math"

	"fallkit/pose"
)

// windowStatistic is a number about a window of one person: what may tell generated poses
// from real ones.
type windowStatistic struct {
	Name  string // with its unit
	Place bool   // it says where in the picture the person is, which no model sees
	of    func(w *windowSight) float64
}

// windowSight is a window as statistics see it.
type windowSight struct {
	x             []float32 // [step, pose.Channels], as a model sees it
	steps         int
	rate          float64 // steps a second
	part          pose.Track
	least         float32 // joints below are missing
	width, height float64 // of the picture, pixels
}

// jointGroups are the joints that err alike.
var jointGroups = []struct {
	name   string
	joints []pose.Joint
}{
	{"head", []pose.Joint{pose.Nose, pose.LeftEye, pose.RightEye, pose.LeftEar, pose.RightEar}},
	{"shoulders", []pose.Joint{pose.LeftShoulder, pose.RightShoulder}},
	{"elbows", []pose.Joint{pose.LeftElbow, pose.RightElbow}},
	{"wrists", []pose.Joint{pose.LeftWrist, pose.RightWrist}},
	{"hips", []pose.Joint{pose.LeftHip, pose.RightHip}},
	{"knees", []pose.Joint{pose.LeftKnee, pose.RightKnee}},
	{"ankles", []pose.Joint{pose.LeftAnkle, pose.RightAnkle}},
}

// limbs are bones whose length says something of a body, and of how steadily it is seen.
var limbs = []struct {
	name  string
	bones []pose.Bone
}{
	{"torso", []pose.Bone{{From: pose.LeftShoulder, To: pose.LeftHip}, {From: pose.RightShoulder, To: pose.RightHip}}},
	{"shoulder width", []pose.Bone{{From: pose.LeftShoulder, To: pose.RightShoulder}}},
	{"hip width", []pose.Bone{{From: pose.LeftHip, To: pose.RightHip}}},
	{"upper arm", []pose.Bone{{From: pose.LeftShoulder, To: pose.LeftElbow}, {From: pose.RightShoulder, To: pose.RightElbow}}},
	{"forearm", []pose.Bone{{From: pose.LeftElbow, To: pose.LeftWrist}, {From: pose.RightElbow, To: pose.RightWrist}}},
	{"thigh", []pose.Bone{{From: pose.LeftHip, To: pose.LeftKnee}, {From: pose.RightHip, To: pose.RightKnee}}},
	{"shank", []pose.Bone{{From: pose.LeftKnee, To: pose.LeftAnkle}, {From: pose.RightKnee, To: pose.RightAnkle}}},
	{"eyes", []pose.Bone{{From: pose.LeftEye, To: pose.RightEye}}},
	{"nose to shoulders", []pose.Bone{{From: pose.Nose, To: pose.LeftShoulder}, {From: pose.Nose, To: pose.RightShoulder}}},
}

// windowStatistics are all that is looked at, in body sizes unless they say otherwise.
var windowStatistics = allWindowStatistics()

func allWindowStatistics() (all []windowStatistic) {
	add := func(name string, of func(w *windowSight) float64) {
		all = append(all, windowStatistic{Name: name, of: of})
	}
	for _, g := range jointGroups {
		add(g.name+": share missing", func(w *windowSight) float64 { return w.missing(g.joints) })
		add(g.name+": jitter, median", func(w *windowSight) float64 { return quantileOf(w.jitter(g.joints), 0.5) })
		add(g.name+": jitter, 95th percentile", func(w *windowSight) float64 { return quantileOf(w.jitter(g.joints), 0.95) })
		add(g.name+": score, mean", func(w *windowSight) float64 { mean, _ := w.scores(g.joints); return mean })
		add(g.name+": score, spread in time", func(w *windowSight) float64 { _, sd := w.scores(g.joints); return sd })
	}
	for _, l := range limbs {
		add(l.name+": length", func(w *windowSight) float64 { return quantileOf(w.lengths(l.bones), 0.5) })
		add(l.name+": spread of its length", func(w *windowSight) float64 {
			v := w.lengths(l.bones)
			return quantileOf(v, 0.9) - quantileOf(v, 0.1)
		})
	}
	add("person: score, mean", func(w *windowSight) float64 { mean, _ := w.personScore(); return mean })
	add("person: score, spread in time", func(w *windowSight) float64 { _, sd := w.personScore(); return sd })
	add("person: share of steps not found", func(w *windowSight) float64 { return w.lost() })
	add("left and right exchanged, share of steps", func(w *windowSight) float64 { return w.turns() })
	add("left arm and left hip on different sides", func(w *windowSight) float64 { return w.twisted() })
	return append(all, motionStatistics()...)
}

// motionStatistics say how a body is held, how it moves, and where it is.
func motionStatistics() (all []windowStatistic) {
	add := func(name string, place bool, of func(w *windowSight) float64) {
		all = append(all, windowStatistic{name, place, of})
	}
	for _, m := range []struct {
		name   string
		joints []pose.Joint
	}{{"hips", jointGroups[4].joints}, {"head", jointGroups[0].joints}} {
		for _, q := range []float64{0.05, 0.5, 0.95} {
			add(fmt.Sprintf("%s: speed downward, %.0fth percentile, body sizes/s", m.name, 100*q), false, func(w *windowSight) float64 {
				_, down := w.speeds(m.joints)
				return quantileOf(down, q)
			})
		}
		add(m.name+": speed across, 90th percentile, body sizes/s", false, func(w *windowSight) float64 {
			across, _ := w.speeds(m.joints)
			return quantileOf(across, 0.9)
		})
	}
	add("torso angle, median, degrees", false, func(w *windowSight) float64 { return quantileOf(w.angles(), 0.5) })
	add("torso angle, range, degrees", false, func(w *windowSight) float64 {
		v := w.angles()
		return quantileOf(v, 1) - quantileOf(v, 0)
	})
	add("width by height of the body, logarithm", false, func(w *windowSight) float64 { return w.aspect() })
	add("height of the head over the hips", false, func(w *windowSight) float64 { return w.over(jointGroups[0].joints, jointGroups[4].joints) })
	add("height of the hips over the ankles", false, func(w *windowSight) float64 { return w.over(jointGroups[4].joints, jointGroups[6].joints) })
	add("size, share of the picture's height", true, func(w *windowSight) float64 {
		return w.place(func(b pose.Box) float64 { return float64(b.Height()) / w.height })
	})
	add("from the left edge, share of the picture's width", true, func(w *windowSight) float64 {
		return w.place(func(b pose.Box) float64 { return float64(b.X0+b.X1) / 2 / w.width })
	})
	add("lowest point, share of the picture's height", true, func(w *windowSight) float64 {
		return w.place(func(b pose.Box) float64 { return float64(b.Y1) / w.height })
	})
	return all
}

// at is a joint at a step, in body sizes; ok is false where it is missing.
func (w *windowSight) at(step int, j pose.Joint) (x, y float64, ok bool) {
	v := w.x[step*pose.Channels+3*int(j):]
	return float64(v[0]), float64(v[1]), v[2] == 1
}

// shown tells whether a step shows anything.
func (w *windowSight) shown(step int) bool {
	for j := range pose.Joint(pose.Joints) {
		if _, _, ok := w.at(step, j); ok {
			return true
		}
	}
	return false
}

func (w *windowSight) lost() float64 {
	n := 0.0
	for s := range w.steps {
		n += count(!w.shown(s))
	}
	return n / float64(w.steps)
}

// missing is the share of joints that are, where somebody is found.
func (w *windowSight) missing(joints []pose.Joint) float64 {
	n, of := 0.0, 0.0
	for s := range w.steps {
		if !w.shown(s) {
			continue
		}
		for _, j := range joints {
			_, _, ok := w.at(s, j)
			n, of = n+count(!ok), of+1
		}
	}
	return n / of
}

// jitter is how far joints are from the middle of where they were a step before and after.
func (w *windowSight) jitter(joints []pose.Joint) (all []float64) {
	for _, j := range joints {
		for s := 1; s+1 < w.steps; s++ {
			ax, ay, a := w.at(s-1, j)
			bx, by, b := w.at(s, j)
			cx, cy, c := w.at(s+1, j)
			if a && b && c {
				all = append(all, math.Hypot(bx-(ax+cx)/2, by-(ay+cy)/2))
			}
		}
	}
	return all
}

// scores are the mean score of joints, and how far it goes up and down in time.
func (w *windowSight) scores(joints []pose.Joint) (mean, sd float64) {
	var all []float64
	for i := range w.part.Poses {
		sum := 0.0
		for _, j := range joints {
			sum += float64(w.part.Poses[i].Keypoints[j].Score)
		}
		all = append(all, sum/float64(len(joints)))
	}
	return meanAndSpread(all)
}

func (w *windowSight) personScore() (mean, sd float64) {
	var all []float64
	for i := range w.part.Poses {
		all = append(all, float64(w.part.Poses[i].Score))
	}
	return meanAndSpread(all)
}

func meanAndSpread(v []float64) (mean, sd float64) {
	mean = sum(v) / float64(len(v))
	for _, x := range v {
		sd += (x - mean) * (x - mean) / float64(len(v))
	}
	return mean, math.Sqrt(sd)
}

func (w *windowSight) lengths(bones []pose.Bone) (all []float64) {
	for s := range w.steps {
		for _, b := range bones {
			ax, ay, a := w.at(s, b.From)
			bx, by, ok := w.at(s, b.To)
			if a && ok {
				all = append(all, math.Hypot(ax-bx, ay-by))
			}
		}
	}
	return all
}

// middle is the mean of the joints that are there.
func (w *windowSight) middle(step int, joints []pose.Joint) (x, y float64, ok bool) {
	n := 0.0
	for _, j := range joints {
		if jx, jy, there := w.at(step, j); there {
			x, y, n = x+jx, y+jy, n+1
		}
	}
	return x / n, y / n, n > 0
}

// speeds are those of the middle of joints over a quarter of a second.
func (w *windowSight) speeds(joints []pose.Joint) (across, down []float64) {
	gap := max(int(0.25*w.rate), 1)
	for s := gap; s < w.steps; s++ {
		ax, ay, a := w.middle(s-gap, joints)
		bx, by, b := w.middle(s, joints)
		if a && b {
			across = append(across, math.Abs(bx-ax)*w.rate/float64(gap))
			down = append(down, (by-ay)*w.rate/float64(gap))
		}
	}
	return across, down
}

// turns is the share of steps at which the shoulders change sides.
func (w *windowSight) turns() float64 {
	n, of, last := 0.0, 0.0, 0.0
	for s := range w.steps {
		lx, _, a := w.at(s, pose.LeftShoulder)
		rx, _, b := w.at(s, pose.RightShoulder)
		if !a || !b {
			continue
		}
		n, of = n+count(last*(lx-rx) < 0), of+1
		last = lx - rx
	}
	return n / of
}

// twisted is the share of steps at which the left shoulder is left of the right one, and
// the left hip is not, or the other way round.
func (w *windowSight) twisted() float64 {
	n, of := 0.0, 0.0
	for s := range w.steps {
		a, _, ok1 := w.at(s, pose.LeftShoulder)
		b, _, ok2 := w.at(s, pose.RightShoulder)
		c, _, ok3 := w.at(s, pose.LeftHip)
		d, _, ok4 := w.at(s, pose.RightHip)
		if ok1 && ok2 && ok3 && ok4 {
			n, of = n+count((a-b)*(c-d) < 0), of+1
		}
	}
	return n / of
}

// angles are how far the torso leans from upright, in degrees.
func (w *windowSight) angles() (all []float64) {
	for s := range w.steps {
		sx, sy, a := w.middle(s, jointGroups[1].joints)
		hx, hy, b := w.middle(s, jointGroups[4].joints)
		if a && b {
			all = append(all, math.Abs(math.Atan2(sx-hx, hy-sy))*180/math.Pi)
		}
	}
	return all
}

// aspect is the median width by height of the joints that are seen.
func (w *windowSight) aspect() float64 {
	return w.place(func(b pose.Box) float64 { return math.Log(float64(b.Width()+1) / float64(b.Height()+1)) })
}

// over is the median height of some joints over others.
func (w *windowSight) over(upper, lower []pose.Joint) float64 {
	var all []float64
	for s := range w.steps {
		_, u, a := w.middle(s, upper)
		_, l, b := w.middle(s, lower)
		if a && b {
			all = append(all, l-u)
		}
	}
	return quantileOf(all, 0.5)
}

// place is the median of a number about the box around the joints.
func (w *windowSight) place(of func(b pose.Box) float64) float64 {
	var all []float64
	for i := range w.part.Poses {
		if b, ok := w.part.Poses[i].Extent(w.least); ok {
			all = append(all, of(b))
		}
	}
	return quantileOf(all, 0.5)
}
