package train

// JointSet is pictures, or frames of videos, with labelled people: one file of joints placed
// by hand.
type JointSet struct {
	Name  string
	Turns []PoseLooks // as they are, and turned; of the videos' frames only as they are
}

// joints are those of one network. Their unit is the picture, or the video that a frame is
// of, so that nothing is judged by what was fitted to its like.
func (s *JointSet) joints(cropped bool) (joints []scoredJoint) {
	units := map[string]int{}
	for _, t := range s.Turns {
		for i := range t.Looks {
			if path := t.Looks[i].Truth.Path; units[path] == 0 {
				units[path] = len(units) + 1
			}
		}
		people, _ := sightAll(t.Looks)
		for _, j := range scoredJoints(people) {
			if j.unit = units[t.Looks[j.image].Truth.Path]; j.cropped == cropped {
				joints = append(joints, j)
			}
		}
	}
	return joints
}

// pooled are the joints of several sets, each set weighing as much as another.
func pooled(sets [][]scoredJoint) (joints []scoredJoint) {
	total, filled := 0, 0
	for _, s := range sets {
		if total += len(s); len(s) > 0 {
			filled++
		}
	}
	for _, s := range sets {
		for _, j := range s {
			j.weight = float64(total) / float64(filled*len(s))
			joints = append(joints, j)
		}
	}
	return joints
}

func unitsOf(joints []scoredJoint) int {
	units := map[int]bool{}
	for _, j := range joints {
		units[j.unit] = true
	}
	return len(units)
}
