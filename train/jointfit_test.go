package train

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"fallkit/data"
	"fallkit/pose"
)

// Joints that are right as often as a known curve says give that curve back.
func TestJointCurveIsFoundAgain(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, want := range []jointCurve{{1.5, 1, 1}, {2, 2.5, 0.9}, {0.7, -0.5, 0.95}} {
		joints := make([]scoredJoint, 3000)
		for i := range joints {
			s := 0.02 + 0.96*rng.Float64()
			joints[i] = scoredJoint{image: i, score: s, right: rng.Float64() < want.chance(s)}
		}
		got := fitCurve(joints)
		for s := 0.05; s < 1; s += 0.05 {
			if math.Abs(got.chance(s)-want.chance(s)) > 0.06 {
				t.Errorf("%+v: found %+v, which differs at %.2f", want, got, s)
			}
		}
		if line := fitLine(joints); line.top != 1 || jointLoss(joints, line.chance) < jointLoss(joints, got.chance) {
			t.Errorf("%+v: the line %+v is better than the curve %+v", want, line, got)
		}
	}
}

// A few joints, all right or all wrong, give a curve that can be used.
func TestJointCurveOfOneKind(t *testing.T) {
	for _, right := range []bool{true, false} {
		c := fitCurve([]scoredJoint{{score: 0.2, right: right}, {score: 0.7, right: right}})
		if p := c.chance(0.5); !(p >= 0 && p <= 1) {
			t.Errorf("right is %v: %+v says %g", right, c, p)
		}
	}
}

// Networks are fitted apart, and what a person has no pose for tells nothing.
func TestFitJointScores(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	var looks []PoseLook
	for i := range 24 {
		looks = append(looks, scoredLook(rng, i%2 == 0))
	}
	f := FitJointScores([]PoseLooks{{Looks: looks}})
	if f.Whole.Joints != 12*pose.Joints || f.Crop.Joints != 12*pose.Joints || f.Crop.pictures != 12 {
		t.Fatalf("%d and %d joints", f.Whole.Joints, f.Crop.Joints)
	}
	if !(f.Crop.Right > f.Whole.Right) || !(f.Crop.AtInput > f.Whole.AtInput) {
		t.Errorf("crops are right more often: %+v", f)
	}
	if own, curve := f.Crop.Held[0], f.Crop.Held[2]; !(curve.ECE < own.ECE && curve.Loss < own.Loss) {
		t.Errorf("the curve is no better than the score: %+v", f.Crop.Held)
	}
	var text bytes.Buffer
	if err := f.WriteTable(&text); err != nil || !strings.Contains(text.String(), "Crop: Curve{Slope: ") {
		t.Errorf("%v, %s", err, &text)
	}
}

// scoredLook is a person of whom joints with higher scores are right more often, in crops by
// far.
func scoredLook(rng *rand.Rand, cropped bool) PoseLook {
	at := [pose.Joints][2]float64{{0, -55}, {2, -57}, {-2, -57}, {4, -56}, {-4, -56}, {9, -40}, {-9, -40}, {12, -20}, {-12, -20}, {12, 0}, {-12, 0}, {6, 0}, {-6, 0}, {6, 30}, {-6, 30}, {6, 60}, {-6, 60}}
	var person data.TruePerson
	var p pose.Pose
	person.Box = pose.Box{X0: 80, Y0: 40, X1: 120, Y1: 165}
	p.Box, p.Score = person.Box, 0.5
	for j, d := range at {
		x, y, score := 100+d[0], 100+d[1], 0.05+0.7*rng.Float64()
		person.Joints[j] = data.TrueJoint{X: float32(x), Y: float32(y), Seen: data.Visible}
		if chance := score; rng.Float64() > chance && (!cropped || rng.Float64() < 0.4) {
			x += 15
		}
		p.Keypoints[j] = pose.Keypoint{X: float32(x), Y: float32(y), Score: float32(score)}
	}
	return PoseLook{
		Truth: &data.KeypointImage{Width: 320, Height: 240, Frame: -1, People: []data.TruePerson{person}},
		Found: []pose.Pose{p}, Cropped: []bool{cropped},
	}
}
