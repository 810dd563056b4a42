package train

// scoredJoint is a labelled joint of somebody found: the score that it had and whether it
// was right.
type scoredJoint struct {
	image   int
	unit    int // what it is held out with, from 1
	weight  float64
	score   float64
	right   bool
	cropped bool
}

// scoredJoints are the labelled joints of people who have a pose. What has no label (out of
// the picture, say) tells nothing, and is left out.
func scoredJoints(people []sighting) (joints []scoredJoint) {
	for i := range people {
		s := &people[i]
		for j, v := range s.right {
			if s.taken && v != notJudged && s.score[j] > 0 {
				joints = append(joints, scoredJoint{image: s.image, weight: 1, score: s.score[j], right: v == right, cropped: s.cropped})
			}
		}
	}
	return joints
}

// jointBins is how many bins a reliability of joints has.
const jointBins = 10

func jointReliability(joints []scoredJoint) Reliability {
	if len(joints) == 0 {
		return Reliability{}
	}
	scores, truth := make([]float64, len(joints)), make([]bool, len(joints))
	for i, j := range joints {
		scores[i], truth[i] = j.score, j.right
	}
	return ReliabilityOf(scores, truth, jointBins)
}
