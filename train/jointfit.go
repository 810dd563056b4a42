package train

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"

	"fallkit/model"
)

// JointFit is what the networks' own scores of joints mean, by joints placed by hand.
type JointFit struct {
	Whole, Crop NetworkFit // of joints seen in whole pictures, and in crops
}

// NetworkFit is that of one network: the curve fitted to all pictures, and what scores and
// curves are worth on pictures that were not fitted.
type NetworkFit struct {
	Joints   int
	Right    float64 // share
	Curve    jointCurve
	Held     []HeldOut // kinds of curves, on pictures that each was not fitted to
	AtInput  float64   // what a score of 0.15 means by Curve
	pictures int
}

// HeldOut is what a kind of curve is worth: expected calibration error in ten bins, and log
// loss.
type HeldOut struct {
	Kind      string
	ECE, Loss float64
}

// fitFolds is how many parts pictures are cut into. All turns of a picture are in one.
const fitFolds = 6

// FitJointScores fits curves to the scores of the labelled joints of all pictures.
func FitJointScores(turns []PoseLooks) JointFit {
	var whole, crop []scoredJoint
	for _, t := range turns {
		people, _ := sightAll(t.Looks)
		for _, j := range scoredJoints(people) {
			if j.cropped {
				crop = append(crop, j)
			} else {
				whole = append(whole, j)
			}
		}
	}
	return JointFit{fitNetwork(whole), fitNetwork(crop)}
}

// jointKinds are the curves that are compared; the second is taken.
var jointKinds = []struct {
	name string
	fit  func(joints []scoredJoint) func(score float64) float64
}{
	{"line in log-odds", func(j []scoredJoint) func(float64) float64 { return fitLine(j).chance }},
	{"line below a ceiling", func(j []scoredJoint) func(float64) float64 { return fitCurve(j).chance }},
	{"isotonic", isotonicJoints},
}

func fitNetwork(joints []scoredJoint) NetworkFit {
	n := NetworkFit{Joints: len(joints), Curve: fitCurve(joints), Right: jointMean(joints, func(j scoredJoint) float64 { return count(j.right) })}
	n.AtInput = n.Curve.chance(0.15)
	pictures := map[int]bool{}
	for _, j := range joints {
		pictures[j.image] = true
	}
	n.pictures = len(pictures)
	n.Held = append(n.Held, heldOut("the network's own score", joints))
	for _, k := range jointKinds {
		var judged []scoredJoint
		for fold := range fitFolds {
			fitted, held := foldOf(joints, fold)
			if len(fitted) == 0 {
				continue
			}
			chance := k.fit(fitted)
			for _, j := range held {
				j.score = chance(j.score)
				judged = append(judged, j)
			}
		}
		n.Held = append(n.Held, heldOut(k.name, judged))
	}
	return n
}

func heldOut(kind string, joints []scoredJoint) HeldOut {
	own := func(score float64) float64 { return score }
	return HeldOut{kind, jointReliability(joints).ECE, jointLoss(joints, own)}
}

func foldOf(joints []scoredJoint, fold int) (fitted, held []scoredJoint) {
	for _, j := range joints {
		if j.image%fitFolds == fold {
			held = append(held, j)
		} else {
			fitted = append(fitted, j)
		}
	}
	return fitted, held
}

// isotonicJoints is the rising curve of the least squared error.
func isotonicJoints(joints []scoredJoint) func(score float64) float64 {
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

// WriteTable writes the curves for people, and as the lines of code that hold them.
func (f JointFit) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, n := range []struct {
		name, field string
		fit         *NetworkFit
	}{{"whole picture", "Whole", &f.Whole}, {"crop", "Crop", &f.Crop}} {
		if n.fit.Joints == 0 {
			fmt.Fprintf(t, "joints seen in the %s: none\n\n", n.name)
			continue
		}
		fmt.Fprintf(t, "joints seen in the %s\t%d in %d pictures, %.3f of them right\n", n.name, n.fit.Joints, n.fit.pictures, n.fit.Right)
		fmt.Fprintf(t, "on pictures not fitted\tcalibration error\tlog loss\n")
		for _, h := range n.fit.Held {
			fmt.Fprintf(t, "%s\t%.3f\t%.3f\n", h.Kind, h.ECE, h.Loss)
		}
		c := n.fit.Curve
		fmt.Fprintf(t, "a score of 0.15 means\t%.2f\n", n.fit.AtInput)
		fmt.Fprintf(t, "%s: Curve{Slope: %.2f, Offset: %.2f, Top: %.3f}\n\n", n.field, c.slope, c.offset, math.Min(c.top, 1))
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}
