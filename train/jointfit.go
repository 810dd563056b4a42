package train

import (
	"slices"

	"fallkit/model"
)

// JointFit is what the networks' own scores of joints mean, by joints placed by hand.
type JointFit struct {
	Whole, Crop NetworkFit // of joints seen in whole pictures, and in crops
}

// NetworkFit is that of one network.
type NetworkFit struct {
	Sets   []FittedSet  // that have such joints
	Curves []FittedPart // fitted to all joints of all sets together, each weighing the same, and to those of each
	Held   []HeldOut    // what scores and kinds of curves are worth
}

// FittedSet is one set's joints.
type FittedSet struct {
	Name          string
	Joints, Units int     // units are pictures or videos
	Right         float64 // share of the joints
}

// FittedPart is a curve and what it was fitted to.
type FittedPart struct {
	Of    string
	Curve jointCurve
}

// HeldOut is what a kind of curve is worth on each set (in the order of Sets), on pictures
// and videos that it was not fitted to.
type HeldOut struct {
	Kind string
	On   []CurveError
}

// CurveError is the expected calibration error in ten bins, and the log loss.
type CurveError struct{ ECE, Loss float64 }

// fitFolds is how many parts pictures, and videos, are cut into. All turns of a picture and
// all frames of a video are in one.
const fitFolds = 6

// allSets names what is fitted to all sets together.
const allSets = "all"

// FitJointScores fits curves to the scores of the labelled joints of sets of pictures.
func FitJointScores(sets []JointSet) JointFit {
	var names []string
	var whole, crop [][]scoredJoint
	for i := range sets {
		names = append(names, sets[i].Name)
		whole, crop = append(whole, sets[i].joints(false)), append(crop, sets[i].joints(true))
	}
	return JointFit{fitNetwork(names, whole), fitNetwork(names, crop)}
}

// jointMeaning is the chance of being right that a score means.
type jointMeaning func(score float64) float64

// jointKind is a way to find it, by joints of all sets that were not left out.
type jointKind struct {
	name string
	fit  func(sets [][]scoredJoint, judged int) jointMeaning
}

// jointKinds are those that are compared.
func jointKinds(sets []FittedSet) []jointKind {
	kinds := []jointKind{{"the network's own score", func([][]scoredJoint, int) jointMeaning {
		return func(score float64) float64 { return score }
	}}}
	if len(sets) > 1 {
		kinds = append(kinds, jointKind{"curve of " + allSets, func(s [][]scoredJoint, _ int) jointMeaning {
			return fitCurve(pooled(s)).chance
		}})
	}
	for i := range sets {
		kinds = append(kinds, jointKind{"curve of " + sets[i].Name, func(s [][]scoredJoint, _ int) jointMeaning {
			return fitCurve(s[i]).chance
		}})
	}
	return append(kinds,
		jointKind{"the same set's line in log-odds", func(s [][]scoredJoint, judged int) jointMeaning { return fitLine(s[judged]).chance }},
		jointKind{"the same set's isotonic regression", func(s [][]scoredJoint, judged int) jointMeaning { return isotonicJoints(s[judged]) }})
}

func fitNetwork(names []string, sets [][]scoredJoint) NetworkFit {
	var n NetworkFit
	var joints [][]scoredJoint
	for i, j := range sets {
		if len(j) > 0 {
			right := jointMean(j, func(j scoredJoint) float64 { return count(j.right) })
			joints, n.Sets = append(joints, j), append(n.Sets, FittedSet{names[i], len(j), unitsOf(j), right})
		}
	}
	if len(joints) == 0 {
		return n
	}
	if len(joints) > 1 {
		n.Curves = append(n.Curves, FittedPart{allSets, fitCurve(pooled(joints))})
	}
	for i, s := range n.Sets {
		n.Curves = append(n.Curves, FittedPart{s.Name, fitCurve(joints[i])})
	}
	for _, k := range jointKinds(n.Sets) {
		n.Held = append(n.Held, HeldOut{k.name, k.judge(joints)})
	}
	return n
}

// judge has each part of a set judged by what the other parts of all sets say.
func (k *jointKind) judge(sets [][]scoredJoint) []CurveError {
	judged := make([][]scoredJoint, len(sets))
	for fold := range fitFolds {
		fitted := make([][]scoredJoint, len(sets))
		for i, s := range sets {
			fitted[i] = slices.DeleteFunc(slices.Clone(s), func(j scoredJoint) bool { return j.unit%fitFolds == fold })
		}
		if slices.ContainsFunc(fitted, func(s []scoredJoint) bool { return len(s) == 0 }) {
			continue
		}
		for i, s := range sets {
			chance := k.fit(fitted, i)
			for _, j := range s {
				if j.unit%fitFolds == fold {
					j.score = chance(j.score)
					judged[i] = append(judged[i], j)
				}
			}
		}
	}
	errs := make([]CurveError, len(sets))
	for i, s := range judged {
		errs[i] = CurveError{jointReliability(s).ECE, jointLoss(s, func(score float64) float64 { return score })}
	}
	return errs
}

// isotonicJoints is the rising curve of the least squared error.
func isotonicJoints(joints []scoredJoint) jointMeaning {
	samples := make([]sample, len(joints))
	for i, j := range joints {
		samples[i] = sample{finiteLogit(j.score), kept(count(j.right)), 1 / float64(len(joints))}
	}
	sortSamples(samples)
	c := fitIsotonic(samples)
	if c.Check() != nil {
		c = &model.Calibration{Slope: 1}
	}
	return func(score float64) float64 { return c.Probability(finiteLogit(score)) }
}

func jointMean(joints []scoredJoint, of func(scoredJoint) float64) float64 {
	sum := 0.0
	for _, j := range joints {
		sum += of(j)
	}
	return sum / float64(max(len(joints), 1))
}
