package train

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/data"
	"fallkit/pose"
)

// standing is a person of 100 pixels from nose to ankles, at x.
func standing(x float32) data.TruePerson {
	var p data.TruePerson
	heights := [pose.Joints]float32{0, 0, 0, 0, 0, 15, 15, 30, 30, 45, 45, 45, 45, 75, 75, 100, 100}
	for j := range p.Joints {
		side := float32(j%2)*10 - 5
		if j == 0 {
			side = 0
		}
		p.Joints[j] = data.TrueJoint{X: x - side, Y: 20 + heights[j], Seen: data.Visible}
	}
	p.Surround()
	p.Area = 5000
	return p
}

// placed is a pose with every joint where the person's is, moved by dx.
func placed(t *data.TruePerson, dx, score float32) pose.Pose {
	p := pose.Pose{Box: t.Box, Score: score}
	p.Box.X0, p.Box.X1 = p.Box.X0+dx, p.Box.X1+dx
	for j, k := range t.Joints {
		p.Keypoints[j] = pose.Keypoint{X: k.X + dx, Y: k.Y, Score: 0.5}
	}
	return p
}

func TestOKSIsCocos(t *testing.T) {
	truth := standing(100)
	p := placed(&truth, 0, 1)
	if v := OKS(&p, &truth); math.Abs(v-1) > 1e-12 {
		t.Errorf("where it is: %g", v)
	}
	// One joint off by s·k, k twice the sigma: exp(-1/2) in one of two labelled joints.
	for j := range truth.Joints {
		if j != int(pose.LeftHip) && j != int(pose.Nose) {
			truth.Joints[j] = data.TrueJoint{}
		}
	}
	p.Keypoints[pose.LeftHip].X += float32(math.Sqrt(5000) * 2 * .107)
	if v, want := OKS(&p, &truth), (1+math.Exp(-.5))/2; math.Abs(v-want) > 1e-5 {
		t.Errorf("a hip off by s·k: %g, and it is %g", v, want)
	}
	p.Keypoints[pose.Nose].Score = 0
	if v, want := OKS(&p, &truth), math.Exp(-.5)/2; math.Abs(v-want) > 1e-5 {
		t.Errorf("without a nose: %g, and it is %g", v, want)
	}
	if v := OKS(&p, &data.TruePerson{}); !math.IsNaN(v) {
		t.Errorf("of a person without joints it is %g", v)
	}
}

func TestBoxOverlap(t *testing.T) {
	a, b := pose.Box{X1: 10, Y1: 10}, pose.Box{X0: 5, X1: 15, Y1: 10}
	if v := boxOverlap(a, b); math.Abs(v-1.0/3) > 1e-9 {
		t.Errorf("halves: %g", v)
	}
	if boxOverlap(a, pose.Box{X0: 20, X1: 30, Y1: 10}) != 0 || boxOverlap(pose.Box{}, pose.Box{}) != 0 || boxOverlap(a, a) != 1 {
		t.Error("apart, empty or the same")
	}
}

func TestBodyLength(t *testing.T) {
	whole := standing(100)
	if v := BodyLength(&whole); math.Abs(v-100) > 0.01 {
		t.Errorf("standing: %g", v)
	}
	bent := whole
	for _, j := range []pose.Joint{pose.LeftAnkle, pose.RightAnkle} {
		bent.Joints[j].Y = bent.Joints[pose.LeftKnee].Y - 25
	}
	if v := BodyLength(&bent); math.Abs(v-100) > 0.01 {
		t.Errorf("knees bent: %g", v)
	}
	half := whole
	for _, j := range []pose.Joint{pose.LeftKnee, pose.RightKnee, pose.LeftAnkle, pose.RightAnkle} {
		half.Joints[j] = data.TrueJoint{}
	}
	if v, want := BodyLength(&half), 45*(.936-.039)/(.936-.530); math.Abs(v-want) > 0.01 {
		t.Errorf("without legs: %g, and it is %g", v, want)
	}
	for j := range half.Joints {
		if j != int(pose.LeftHip) {
			half.Joints[j] = data.TrueJoint{}
		}
	}
	if v := BodyLength(&half); !math.IsNaN(v) {
		t.Errorf("of a hip: %g", v)
	}
}

func looks(found ...[]pose.Pose) []PoseLook {
	var all []PoseLook
	for i, f := range found {
		image := &data.KeypointImage{Path: fmt.Sprint(i), Width: 256, Height: 256, Frame: -1, People: []data.TruePerson{standing(60), standing(180)}}
		all = append(all, PoseLook{Truth: image, Found: f})
	}
	return all
}

func TestMeasurePoses(t *testing.T) {
	one, two := standing(60), standing(180)
	all := looks(
		[]pose.Pose{placed(&two, 0, .9), placed(&one, 9, .5), placed(&one, 100000, .4)}, // the second within a tenth, a stranger
		[]pose.Pose{placed(&one, 11, .8)},                                               // just beyond, and one is missed
	)
	a := MeasurePoses([]PoseLooks{{0, all}}, func(i int) string { return fmt.Sprint(i) }, 200, 1)
	g := a.Turns[0].Groups[0]
	if g.Persons != 4 || a.Interval.Unit != "picture" || a.Interval.Units != 2 {
		t.Fatalf("%+v", g)
	}
	for name, v := range map[string][2]float64{
		"pck":        {g.PCK.Value, 0.5},
		"pck taken":  {g.PCKTaken.Value, 2.0 / 3},
		"torso":      {g.Torso.Value, 0.5},
		"torso line": {g.TorsoLine.Value, 0.5},
		"nose":       {g.Joints[0].Value, 0.5},
		"strangers":  {a.Turns[0].False.Value, 0.5},
		"oks":        {g.OKS.Value, (1 + OKS(&all[0].Found[1], &one) + OKS(&all[1].Found[0], &one)) / 4},
	} {
		if math.Abs(v[0]-v[1]) > 1e-9 {
			t.Errorf("%s is %g, and should be %g", name, v[0], v[1])
		}
	}
	if n := a.Scores.Bins[0].Count; n != 3*pose.Joints || math.Abs(a.Scores.Bins[0].Share-2.0/3) > 1e-9 {
		t.Errorf("joints' scores: %+v", a.Scores)
	}
	var b bytes.Buffer
	if err := a.WriteTable(&b); err != nil || !strings.Contains(b.String(), "persons with labelled joints") {
		t.Errorf("%v\n%s", err, b.String())
	}
	if err := a.Write(filepath.Join(t.TempDir(), "a.json")); err != nil {
		t.Error(err)
	}
}

// Poses that are left and right the wrong way have the torso's middles, and not its joints.
func TestSidesMatter(t *testing.T) {
	truth := standing(60)
	for j := range truth.Joints {
		truth.Joints[j].X = 60 + 2*(truth.Joints[j].X-60) // left and right are 20 pixels apart, two tenths of the body
	}
	swapped := placed(&truth, 0, 1)
	for j := range pose.Joint(pose.Joints) {
		swapped.Keypoints[j].X = truth.Joints[j.Mirror()].X
	}
	l := PoseLook{Truth: &data.KeypointImage{Width: 256, Height: 256, Frame: -1, People: []data.TruePerson{truth}}, Found: []pose.Pose{swapped}}
	people, _ := sight(0, &l)
	if s := people[0]; s.torsoLine != right || s.torso() != wrong || s.right[pose.LeftHip] != wrong || s.right[pose.Nose] != right {
		t.Errorf("%+v", s)
	}
	truth.Joints[pose.RightHip] = data.TrueJoint{}
	l.Truth.People[0] = truth
	if people, _ = sight(0, &l); people[0].torso() == right || people[0].torsoLine != notJudged {
		t.Errorf("without a hip's label: %+v", people[0])
	}
}

func TestGroupsAndUnlabelledPeopleAreNoFault(t *testing.T) {
	one, two := standing(60), standing(180)
	crowd := data.TruePerson{Box: pose.Box{X0: 100, Y1: 256, X1: 256}, Crowd: true}
	boxed := data.TruePerson{Box: one.Box, Area: 5000}
	l := PoseLook{
		Truth: &data.KeypointImage{Width: 256, Height: 256, Frame: -1, People: []data.TruePerson{crowd, boxed}},
		Found: []pose.Pose{placed(&one, 0, 1), placed(&two, 0, 1)},
	}
	if people, strangers := sight(0, &l); len(people) != 0 || strangers != 0 {
		t.Errorf("%d people, %d strangers", len(people), strangers)
	}
	if found := cocoMatch(0, &l, .5); len(found) != 0 {
		t.Errorf("%+v", found)
	}
}

// The precision that COCO's own program (pycocotools 2) gives by its rule for these: one
// person of two found by the surest pose, a stranger after it, then the other.
func TestPrecisionAt101Recalls(t *testing.T) {
	found := []scored{{0, .9, true}, {0, .8, false}, {0, .7, true}}
	want := (51*1.0 + 50*2.0/3) / 101
	if v := precision101(found, []float64{1}, 2); math.Abs(v-want) > 1e-12 {
		t.Errorf("%g, and it is %g", v, want)
	}
	if v := precision101(nil, []float64{1}, 2); v != 0 {
		t.Errorf("of nothing it is %g", v)
	}
}

func TestPerfectPosesArePerfect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "people")
		var l PoseLook
		l.Truth = &data.KeypointImage{Width: 2000, Height: 256, Frame: -1}
		for i := range n {
			p := standing(float32(100 + 300*i))
			l.Truth.People = append(l.Truth.People, p)
			l.Found = append(l.Found, placed(&p, 0, rapid.Float32Range(.2, 1).Draw(t, "score")))
		}
		a := MeasurePoses([]PoseLooks{{0, []PoseLook{l}}, {90, []PoseLook{l}}}, func(int) string { return "" }, 100, 1)
		g := a.Turns[0].Groups[0]
		for _, v := range []float64{g.Found.Value, g.FoundBox.Value, g.OKS.Value, g.PCK.Value, g.Torso.Value, a.Turns[0].AP.Value} {
			if math.Abs(v-1) > 1e-9 {
				t.Fatalf("%+v", a.Turns[0])
			}
		}
		if a.Losses[0].OKS.Value != 0 || a.Turns[0].False.Value != 0 {
			t.Fatalf("%+v", a.Losses)
		}
	})
}

// Frames of videos have no AP, and are drawn by clip.
func TestFramesOfAVideo(t *testing.T) {
	all := looks(nil, nil, nil)
	for i := range all {
		all[i].Truth.Frame, all[i].Truth.State, all[i].Truth.People = i, data.StateLying, all[i].Truth.People[:1]
	}
	a := MeasurePoses([]PoseLooks{{0, all}}, func(i int) string { return fmt.Sprint(i / 2) }, 100, 1)
	turn := a.Turns[0]
	if turn.AP.Defined() || a.Interval.Unit != "clip" || a.Interval.Units != 2 {
		t.Errorf("%+v", a)
	}
	last := turn.Groups[len(turn.Groups)-1]
	if last.Name != data.StateLying || last.Found.Value != 0 || last.Found.High != 1 || last.OKS.Value != 0 || last.PCKTaken.Defined() {
		t.Errorf("%+v", last)
	}
	if _, err := json.Marshal(a); err != nil {
		t.Error(err)
	}
}
