package train

import (
	"bytes"
	"fmt"
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
			joints[i] = scoredJoint{weight: 1, score: s, right: rng.Float64() < want.chance(s)}
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
		c := fitCurve([]scoredJoint{{weight: 1, score: 0.2, right: right}, {weight: 1, score: 0.7, right: right}})
		if p := c.chance(0.5); !(p >= 0 && p <= 1) {
			t.Errorf("right is %v: %+v says %g", right, c, p)
		}
	}
}

// Networks are fitted apart, and what a person has no pose for tells nothing.
func TestFitJointScores(t *testing.T) {
	f := FitJointScores([]JointSet{{"stills", scoredTurns(2, 24, 0.4)}})
	whole, crop := f.Whole.Sets[0], f.Crop.Sets[0]
	if whole.Joints != 12*pose.Joints || crop.Joints != 12*pose.Joints || crop.Units != 12 {
		t.Fatalf("%+v and %+v", whole, crop)
	}
	if at := inputScore; !(crop.Right > whole.Right) || !(f.Crop.Curves[0].Curve.chance(at) > f.Whole.Curves[0].Curve.chance(at)) {
		t.Errorf("crops are right more often: %+v", f)
	}
	own, curve := f.Crop.Held[0].On[0], f.Crop.Held[1].On[0]
	if f.Crop.Held[1].Kind != "curve of stills" || !(curve.ECE < own.ECE && curve.Loss < own.Loss) {
		t.Errorf("the curve is no better than the score: %+v", f.Crop.Held)
	}
	var text bytes.Buffer
	if err := f.WriteTable(&text); err != nil || !strings.Contains(text.String(), "Crop: Curve{Slope: ") {
		t.Errorf("%v, %s", err, &text)
	}
}

// A set of few joints weighs as much as one of many, and each set's own curve is the best on
// it and worse on the other.
func TestFitJointScoresOfSets(t *testing.T) {
	sets := []JointSet{{"many", scoredTurns(3, 60, 0.2)}, {"few", scoredTurns(4, 20, 0.9)}}
	f := FitJointScores(sets).Crop
	var names []string
	for _, c := range f.Curves {
		names = append(names, c.Of)
	}
	if got := strings.Join(names, " "); got != "all many few" {
		t.Fatalf("curves of %s", got)
	}
	for s := 0.1; s < 0.9; s += 0.1 {
		all, many, few := f.Curves[0].Curve.chance(s), f.Curves[1].Curve.chance(s), f.Curves[2].Curve.chance(s)
		if !(few < all && all < many) || math.Abs(all-(many+few)/2) > 0.1 {
			t.Errorf("a score of %.1f means %.2f, which is not between %.2f and %.2f", s, all, many, few)
		}
	}
	of := func(kind string, set int) float64 {
		for _, h := range f.Held {
			if h.Kind == "curve of "+kind {
				return h.On[set].Loss
			}
		}
		t.Fatalf("no curve of %s: %+v", kind, f.Held)
		return 0
	}
	for set, own := range []string{"many", "few"} {
		if other := []string{"few", "many"}[set]; !(of(own, set) < of("all", set) && of("all", set) < of(other, set)) {
			t.Errorf("on %s: own %.3f, all %.3f, other %.3f", own, of(own, set), of("all", set), of(other, set))
		}
	}
}

// Frames of one video are held out together: one video alone has nothing to be judged by.
func TestFitJointScoresOfOneVideo(t *testing.T) {
	turns := scoredTurns(5, 12, 0.4)
	for i := range turns[0].Looks {
		turns[0].Looks[i].Truth.Path = "one.mp4"
	}
	f := FitJointScores([]JointSet{{"video", turns}})
	if f.Crop.Sets[0].Units != 1 || f.Crop.Held[0].On[0].String() != "–" {
		t.Errorf("%+v", f.Crop)
	}
}

// A chance is that of its score.
func TestScoreOfChance(t *testing.T) {
	c := jointCurve{1.5, 0.5, 0.9}
	for s := 0.05; s < 0.99; s += 0.05 {
		if got := c.score(c.chance(s)); math.Abs(got-s) > 1e-9 {
			t.Errorf("%.2f becomes %g", s, got)
		}
	}
}

// scoredTurns are pictures of one person each, every other one seen in a crop; wrong is the share of the
// unsure joints that are wrong in crops.
func scoredTurns(seed uint64, pictures int, wrong float64) []PoseLooks {
	rng := rand.New(rand.NewPCG(seed, 1))
	var looks []PoseLook
	for i := range pictures {
		look := scoredLook(rng, i%2 == 0, wrong)
		look.Truth.Path = fmt.Sprint(i)
		looks = append(looks, look)
	}
	return []PoseLooks{{Looks: looks}}
}

// scoredLook is a person of whom joints with higher scores are right more often, in crops by
// far.
func scoredLook(rng *rand.Rand, cropped bool, wrong float64) PoseLook {
	at := [pose.Joints][2]float64{{0, -55}, {2, -57}, {-2, -57}, {4, -56}, {-4, -56}, {9, -40}, {-9, -40}, {12, -20}, {-12, -20}, {12, 0}, {-12, 0}, {6, 0}, {-6, 0}, {6, 30}, {-6, 30}, {6, 60}, {-6, 60}}
	var person data.TruePerson
	var p pose.Pose
	person.Box = pose.Box{X0: 80, Y0: 40, X1: 120, Y1: 165}
	p.Box, p.Score = person.Box, 0.5
	for j, d := range at {
		x, y, score := 100+d[0], 100+d[1], 0.05+0.7*rng.Float64()
		person.Joints[j] = data.TrueJoint{X: float32(x), Y: float32(y), Seen: data.Visible}
		if chance := score; rng.Float64() > chance && (!cropped || rng.Float64() < wrong) {
			x += 15
		}
		p.Keypoints[j] = pose.Keypoint{X: float32(x), Y: float32(y), Score: float32(score)}
	}
	return PoseLook{
		Truth: &data.KeypointImage{Width: 320, Height: 240, Frame: -1, People: []data.TruePerson{person}},
		Found: []pose.Pose{p}, Cropped: []bool{cropped},
	}
}
