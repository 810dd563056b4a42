package train

import (
	"math"

	"fallkit/data"
	"fallkit/pose"
)

// chain are the body's parts from head to feet. How long each is of a standing person's
// height follows from the heights of the joints in Drillis & Contini 1966, "Body segment
// parameters", as drawn by Winter 2009, "Biomechanics and motor control of human movement",
// fig. 4.1: eyes .936, shoulders .818, hips .530, knees .285, ankles .039.
var chain = []struct {
	joints []pose.Joint
	height float64
}{
	{[]pose.Joint{pose.Nose, pose.LeftEye, pose.RightEye, pose.LeftEar, pose.RightEar}, .936},
	{[]pose.Joint{pose.LeftShoulder, pose.RightShoulder}, .818},
	{[]pose.Joint{pose.LeftHip, pose.RightHip}, .530},
	{[]pose.Joint{pose.LeftKnee, pose.RightKnee}, .285},
	{[]pose.Joint{pose.LeftAnkle, pose.RightAnkle}, .039},
}

// BodyLength is a person's length in the picture in pixels, from the head over shoulders,
// hips and knees to the ankles, each the middle of its labelled joints: who is bent is not
// shorter. A part with an end that is not labelled is taken to be as long as the others say,
// by the proportions of chain. It is NaN where no part has both ends.
func BodyLength(p *data.TruePerson) float64 {
	long, known := 0.0, 0.0
	for i := 1; i < len(chain); i++ {
		ax, ay, aOK := trueMiddle(p, chain[i-1].joints)
		bx, by, bOK := trueMiddle(p, chain[i].joints)
		if aOK && bOK {
			long += math.Hypot(ax-bx, ay-by)
			known += chain[i-1].height - chain[i].height
		}
	}
	if known == 0 || long == 0 {
		return math.NaN()
	}
	return long * (chain[0].height - chain[len(chain)-1].height) / known
}

// trueMiddle is the mean of the labelled ones among joints.
func trueMiddle(p *data.TruePerson, joints []pose.Joint) (x, y float64, ok bool) {
	n := 0.0
	for _, j := range joints {
		if t := p.Joints[j]; t.Seen != data.NotLabelled {
			x, y, n = x+float64(t.X), y+float64(t.Y), n+1
		}
	}
	return x / n, y / n, n > 0
}
