package train

import (
	"math"
	"sort"

	"fallkit/data"
	"fallkit/pose"
)

// What makes a person found, and a joint right.
const (
	foundAt = 0.5 // OKS with the labelled joints, or overlap (IoU) with the labelled box
	rightAt = 0.1 // of the body's length: PCK@0.1 (Yang & Ramanan 2013 have the head's or box's)

	takenAt = 0.1 // OKS or overlap from which a pose is taken for a person's at all
)

// PoseLook is a picture with labelled people and what was found in it.
type PoseLook struct {
	Truth *data.KeypointImage
	Found []pose.Pose // in the truth's pixels, whatever way the picture was turned

	Cropped []bool // of each of Found, where it is known: its joints were seen in a crop
}

// sighting is how well one labelled person was found.
type sighting struct {
	image     int
	state     string
	size      float64 // longer side of the box in pixels of the pose network's input
	oks       float64 // 0 where no pose is the person's
	box       float64
	taken     bool
	length    float64 // of the body; NaN = not known
	right     [pose.Joints]verdictOn
	torsoLine verdictOn // the middles of shoulders and of hips
	score     [pose.Joints]float64
	cropped   bool
}

// verdictOn is about a joint.
type verdictOn int8

const (
	notJudged verdictOn = iota
	wrong
	right
)

// inputSide is the longer side of the pictures that the pose network gets, in pixels.
const inputSide = 256

// sight finds out for each labelled person of a picture which pose is theirs, and how many
// poses are nobody's. People without labelled joints, and groups, are not asked for: poses
// that lie on them are nobody's and no fault.
func sight(image int, l *PoseLook) (people []sighting, strangers int) {
	of := taken(l)
	for i := range l.Truth.People {
		t := &l.Truth.People[i]
		if t.Crowd || t.Labelled() == 0 {
			continue
		}
		s := sighting{image: image, state: l.Truth.State, length: BodyLength(t)}
		s.size = float64(max(t.Box.Width(), t.Box.Height())) * inputSide / float64(max(l.Truth.Width, l.Truth.Height))
		var p pose.Pose // nobody: every joint is missing
		if k := of[i]; k >= 0 {
			p, s.taken = l.Found[k], true
			s.cropped = k < len(l.Cropped) && l.Cropped[k]
			s.oks, s.box = OKS(&p, t), boxOverlap(p.Box, t.Box)
		}
		s.judge(&p, t)
		people = append(people, s)
	}
	for k := range l.Found {
		if !isTaken(of, k) && !excused(&l.Found[k], l.Truth) {
			strangers++
		}
	}
	return people, strangers
}

func isTaken(of []int, pose int) bool {
	for _, k := range of {
		if k == pose {
			return true
		}
	}
	return false
}

// taken gives each labelled person the pose that is most theirs, by OKS and overlap of the
// boxes together, the clearest pair first; -1 where there is none.
func taken(l *PoseLook) []int {
	type pair struct {
		person, pose int
		worth        float64
	}
	var pairs []pair
	of := make([]int, len(l.Truth.People))
	for i := range l.Truth.People {
		of[i] = -1
		t := &l.Truth.People[i]
		if t.Crowd {
			continue
		}
		for k := range l.Found {
			box, oks := boxOverlap(l.Found[k].Box, t.Box), OKS(&l.Found[k], t)
			if math.IsNaN(oks) {
				oks = 0
			}
			if max(box, oks) >= takenAt {
				pairs = append(pairs, pair{i, k, box + oks})
			}
		}
	}
	sort.SliceStable(pairs, func(a, b int) bool { return pairs[a].worth > pairs[b].worth })
	for _, p := range pairs {
		if of[p.person] < 0 && !isTaken(of, p.pose) {
			of[p.person] = p.pose
		}
	}
	return of
}

// excused tells whether a pose that is nobody's lies mostly on a group.
func excused(p *pose.Pose, truth *data.KeypointImage) bool {
	for i := range truth.People {
		if t := &truth.People[i]; t.Crowd && sharedArea(p.Box, t.Box) >= 0.5*area(p.Box) {
			return true
		}
	}
	return false
}

// judge compares joint by joint.
func (s *sighting) judge(p *pose.Pose, t *data.TruePerson) {
	within := rightAt * s.length
	if math.IsNaN(within) {
		return
	}
	for j, k := range p.Keypoints {
		if t.Joints[j].Seen != data.NotLabelled {
			s.right[j] = verdictIf(k.Score > 0 && math.Hypot(float64(k.X-t.Joints[j].X), float64(k.Y-t.Joints[j].Y)) <= within)
			s.score[j] = float64(k.Score)
		}
	}
	s.torsoLine = torsoLine(p, t, within)
}

func verdictIf(ok bool) verdictOn {
	if ok {
		return right
	}
	return wrong
}

func torsoLine(p *pose.Pose, t *data.TruePerson, within float64) verdictOn {
	ok := true
	for _, pair := range [][]pose.Joint{{pose.LeftShoulder, pose.RightShoulder}, {pose.LeftHip, pose.RightHip}} {
		if t.Joints[pair[0]].Seen == data.NotLabelled || t.Joints[pair[1]].Seen == data.NotLabelled {
			return notJudged
		}
		tx, ty, _ := trueMiddle(t, pair)
		x, y, seen := p.Midpoint(0, pair...)
		ok = ok && seen && math.Hypot(x-tx, y-ty) <= within
	}
	return verdictIf(ok)
}

// torso is whether all of both shoulders and both hips are right, the person's left ones on
// the left.
func (s *sighting) torso() verdictOn {
	all := right
	for _, j := range []pose.Joint{pose.LeftShoulder, pose.RightShoulder, pose.LeftHip, pose.RightHip} {
		switch s.right[j] {
		case notJudged:
			return notJudged
		case wrong:
			all = wrong
		}
	}
	return all
}
