package tracktest

import (
	"math"
	"testing"

	"fallkit/pose"
)

// someone has all joints within a square of 50 pixels; a body size is about 21 pixels.
func someone(x float32) (p pose.Pose) {
	for j := range p.Keypoints {
		p.Keypoints[j] = pose.Keypoint{X: x + float32(j%2)*50, Y: 100 + float32(j/2%2)*50, Score: 1}
	}
	return p
}

// script makes frames of a text: each word is a frame, each letter of it a place, 200
// pixels apart. Capitals before the colon are people (small: hidden), digits after it tracks.
func script(words ...string) (frames []Frame) {
	for _, w := range words {
		var f Frame
		people, found := w[:len(w)/2], w[len(w)/2+1:]
		for i, c := range people {
			switch {
			case c >= 'A' && c <= 'Z':
				f.Truth = append(f.Truth, Person{ID: int(c), Pose: someone(float32(i) * 200)})
			case c >= 'a' && c <= 'z':
				f.Truth = append(f.Truth, Person{ID: int(c - 'a' + 'A'), Pose: someone(float32(i) * 200), Hidden: true})
			}
		}
		for i, c := range found {
			if c != '.' {
				f.Found = append(f.Found, pose.Tracked{Track: int(c - '0'), Pose: someone(float32(i)*200 + 3)})
			}
		}
		frames = append(frames, f)
	}
	return frames
}

func TestMeasure(t *testing.T) {
	for _, c := range []struct {
		name string
		text []string
		want Score
		idf1 float64
		mota float64
	}{
		{"all right", []string{"AB:12", "AB:12", "AB:12"}, Score{Truths: 6, Found: 6, Matches: 6, IDTP: 6}, 1, 1},
		{"nobody", []string{".:.", ".:."}, Score{}, 0, 1},
		{"one is missed", []string{"AB:12", "AB:1.", "AB:12"}, Score{Truths: 6, Found: 5, Matches: 5, Misses: 1, Fragments: 1, IDTP: 5, IDFN: 1}, 10.0 / 11, 5.0 / 6},
		{"a false one", []string{"A.:12", "A.:1."}, Score{Truths: 2, Found: 3, Matches: 2, False: 1, IDTP: 2, IDFP: 1}, 4.0 / 5, 1.0 / 2},
		{"broken in the middle", []string{"A:1", "A:1", "A:2", "A:2"}, Score{Truths: 4, Found: 4, Matches: 4, Switches: 1, IDTP: 2, IDFP: 2, IDFN: 2}, 0.5, 0.75},
		{"two change places", []string{"AB:12", "AB:12", "AB:12", "AB:21"}, Score{Truths: 8, Found: 8, Matches: 8, Switches: 2, IDTP: 6, IDFP: 2, IDFN: 2}, 0.75, 0.75},
		{"another number after a gap", []string{"A:1", "A:.", "A:2"}, Score{Truths: 3, Found: 2, Matches: 2, Misses: 1, Switches: 1, Fragments: 1, IDTP: 1, IDFP: 1, IDFN: 2}, 0.4, 1.0 / 3},
		{"hidden and not followed", []string{"A:1", "a:.", "A:1"}, Score{Truths: 2, Found: 2, Matches: 2, IDTP: 2}, 1, 1},
		{"hidden and followed", []string{"A:1", "a:1", "A:1"}, Score{Truths: 2, Found: 2, Matches: 2, IDTP: 2}, 1, 1},
	} {
		got := Measure(script(c.text...))
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
		if math.Abs(got.IDF1()-c.idf1) > 1e-9 || math.Abs(got.MOTA()-c.mota) > 1e-9 {
			t.Errorf("%s: IDF1 %g, MOTA %g; want %g, %g", c.name, got.IDF1(), got.MOTA(), c.idf1, c.mota)
		}
	}
}

// Where two poses lie on a person, the one that was theirs before goes on.
func TestMeasureKeepsPairs(t *testing.T) {
	at := func(track int, x float32) pose.Tracked { return pose.Tracked{Track: track, Pose: someone(x)} }
	person := []Person{{ID: 7, Pose: someone(0)}}
	frames := []Frame{{person, []pose.Tracked{at(1, 2)}}, {person, []pose.Tracked{at(2, 0), at(1, 9)}}}
	want := Score{Truths: 2, Found: 3, Matches: 2, False: 1, IDTP: 2, IDFP: 1}
	if got := Measure(frames); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	frames[1].Found[1] = at(1, 100) // too far to be theirs
	want.Switches, want.IDTP, want.IDFP, want.IDFN = 1, 1, 2, 1
	if got := Measure(frames); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestScoreAdd(t *testing.T) {
	a := Measure(script("AB:12", "AB:1."))
	b := Measure(script("A:1", "A:2"))
	sum := a
	sum.Add(b)
	if sum.Truths != 6 || sum.Misses != 1 || sum.Switches != 1 || sum.IDTP != 4 || sum.IDFN != 2 {
		t.Errorf("%+v", sum)
	}
}
