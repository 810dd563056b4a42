package pose

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// standing is an upright person of a given torso length with the mid-hip at x, y.
func standing(x, y, torso float32) Pose {
	at := func(dx, dy float32) Keypoint { return Keypoint{x + dx*torso, y + dy*torso, 0.9} }
	var p Pose
	p.Score = 0.8
	p.Keypoints = [Joints]Keypoint{
		at(0, -1.5), at(.05, -1.55), at(-.05, -1.55), at(.12, -1.5), at(-.12, -1.5),
		at(.35, -1), at(-.35, -1), at(.45, -.5), at(-.45, -.5), at(.45, 0), at(-.45, 0),
		at(.2, 0), at(-.2, 0), at(.2, .9), at(-.2, .9), at(.2, 1.7), at(-.2, 1.7),
	}
	p.Box, _ = p.Extent(0)
	return p
}

// walking gives a person who crosses the picture at 12.5 poses a second.
func walking(n int, dx float32) Track {
	t := Track{ID: 1}
	for i := range n {
		t.Times = append(t.Times, float64(i)/12.5)
		t.Poses = append(t.Poses, standing(100+dx*float32(i), 120, 40))
	}
	return t
}

func window(in Input, t *Track, end float64) ([]float32, float64) {
	dst := make([]float32, in.Steps()*Channels)
	seen := in.Window(t, end, dst)
	return dst, seen
}

func TestWindowIgnoresPlaceAndDistance(t *testing.T) {
	in := DefaultInput
	rapid.Check(t, func(t *rapid.T) {
		scale := rapid.Float32Range(0.5, 4).Draw(t, "scale")
		dx := rapid.Float32Range(-300, 300).Draw(t, "dx")
		dy := rapid.Float32Range(-300, 300).Draw(t, "dy")
		near := walking(40, 2)
		far := walking(40, 2)
		for i := range far.Poses {
			for j := range far.Poses[i].Keypoints {
				k := &far.Poses[i].Keypoints[j]
				k.X, k.Y = k.X*scale+dx, k.Y*scale+dy
			}
		}
		a, _ := window(in, &near, 3)
		b, _ := window(in, &far, 3)
		for i := range a {
			if math.Abs(float64(a[i]-b[i])) > 1e-3 {
				t.Fatalf("feature %d of step %d: %g and %g", i%Channels, i/Channels, a[i], b[i])
			}
		}
	})
}

func TestWindowLooksAtNothingAfterItsEnd(t *testing.T) {
	in := DefaultInput
	rapid.Check(t, func(t *rapid.T) {
		end := rapid.Float64Range(0.1, 3).Draw(t, "end")
		whole := walking(60, 3)
		past := whole.Between(0, end)
		a, seenA := window(in, &whole, end)
		b, seenB := window(in, &past, end)
		if seenA != seenB {
			t.Fatalf("seen is %g with a future and %g without", seenA, seenB)
		}
		for i := range a {
			if a[i] != b[i] {
				t.Fatalf("feature %d of step %d is %g with a future and %g without", i%Channels, i/Channels, a[i], b[i])
			}
		}
	})
}

func TestWindowIsCutByTimeNotByCount(t *testing.T) {
	in := DefaultInput
	slow, fast := walking(40, 2), Track{ID: 1}
	for i := range 120 { // the same walk seen at three times the rate
		fast.Times = append(fast.Times, float64(i)/37.5)
		fast.Poses = append(fast.Poses, standing(100+2*float32(i)/3, 120, 40))
	}
	a, _ := window(in, &slow, 3.04)
	b, _ := window(in, &fast, 3.04)
	for i := range a {
		if math.Abs(float64(a[i]-b[i])) > 0.05 { // the median centre moves by up to one step of the walk
			t.Fatalf("feature %d of step %d: %g at 12.5 Hz, %g at 37.5 Hz", i%Channels, i/Channels, a[i], b[i])
		}
	}
}

func TestWindowMarksWhatIsMissing(t *testing.T) {
	in := DefaultInput
	tr := walking(31, 2)
	for i := range tr.Poses {
		tr.Poses[i].Keypoints[LeftWrist].Score = 0.05
	}
	x, seen := window(in, &tr, 2.4)
	if seen != 1 {
		t.Fatalf("seen is %g, want 1", seen)
	}
	for s := range in.Steps() {
		row := x[s*Channels : (s+1)*Channels]
		if row[3*LeftWrist] != 0 || row[3*LeftWrist+1] != 0 || row[3*LeftWrist+2] != 0 {
			t.Fatalf("step %d shows a missing wrist: %v", s, row[3*LeftWrist:3*LeftWrist+3])
		}
		if row[3*RightWrist+2] != 1 {
			t.Fatalf("step %d hides a seen wrist", s)
		}
		for i, b := range Bones {
			v := row[3*Joints+2*i : 3*Joints+2*i+2]
			if missing := b.From == LeftWrist || b.To == LeftWrist; missing != (v[0] == 0 && v[1] == 0) {
				t.Fatalf("step %d bone %v–%v is %v", s, b.From, b.To, v)
			}
		}
	}
}

func TestWindowSeenCountsSteps(t *testing.T) {
	in := DefaultInput
	for _, c := range []struct {
		name string
		cut  func(Track) Track
		end  float64
		want float64
	}{
		{"whole", func(t Track) Track { return t }, 2.4, 1},
		{"nothing yet", func(t Track) Track { return t.Between(2.5, 9) }, 2.4, 0},
		{"second half", func(t Track) Track { return t.Between(1.2, 9) }, 2.32, 0.5},
		{"a gap too long to bridge", func(t Track) Track {
			t.Times = append(append([]float64{}, t.Times[:10]...), t.Times[20:]...)
			t.Poses = append(append([]Pose{}, t.Poses[:10]...), t.Poses[20:]...)
			return t
		}, 2.32, 20.0 / 30},
	} {
		tr := c.cut(walking(40, 2))
		if _, seen := window(in, &tr, c.end); math.Abs(seen-c.want) > 0.04 {
			t.Errorf("%s: seen is %.3f, want %.3f", c.name, seen, c.want)
		}
	}
}

func TestInputCheckNamesTheSetting(t *testing.T) {
	for _, in := range []Input{
		{RateHz: 0, Seconds: 2},
		{RateHz: 10, Seconds: -1},
		{RateHz: 1, Seconds: 1},
		{RateHz: 10, Seconds: 2, MinScore: 2},
		{RateHz: 10, Seconds: 2, MaxGap: 3},
		{RateHz: 10, Seconds: 2, MinSeen: -1},
		{RateHz: math.NaN(), Seconds: 2},
	} {
		if in.Check() == nil {
			t.Errorf("%+v passes", in)
		}
	}
	if err := DefaultInput.Check(); err != nil {
		t.Errorf("the default fails: %v", err)
	}
}
