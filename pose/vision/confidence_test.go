package vision

import (
	"image"
	"math"
	"testing"

	"pgregory.net/rapid"

	"fallkit/pose"
)

// steep is a Confidence that no network has.
var steep = Confidence{Whole: Curve{Slope: 1, Offset: -2, Top: 1}, Crop: Curve{Slope: 2, Offset: 1, Top: 0.9}}

// A curve keeps the order of joints, a missing one missing and every other one there, and never
// exceeds its top.
func TestChancesRise(t *testing.T) {
	for _, c := range []Curve{{}, steep.Whole, steep.Crop, {Slope: 20, Offset: -90, Top: 0.5}} {
		if c.chance(0) != 0 {
			t.Errorf("%+v: a missing joint gets %g", c, c.chance(0))
		}
		rapid.Check(t, func(t *rapid.T) {
			a, b := rapid.Float32Range(0, 1).Draw(t, "a"), rapid.Float32Range(0, 1).Draw(t, "b")
			low, high := c.chance(min(a, b)), c.chance(max(a, b))
			if !(low <= high && low >= 0 && high <= 1) || (max(a, b) > 0 && high == 0) {
				t.Fatalf("%+v: %g and %g become %g and %g", c, min(a, b), max(a, b), low, high)
			}
			if c != (Curve{}) && float64(high) > c.Top+1e-6 {
				t.Fatalf("%+v: %g exceeds the top", c, high)
			}
		})
	}
}

// The curves of the profiles rise all the way and never say that a joint is surely right or
// surely wrong. Plain's scores, and label's, are the network's own.
func TestProfilesChances(t *testing.T) {
	for _, p := range Profiles {
		fitted := p.Network == lightning
		for part, c := range map[string]Curve{"whole": p.Confidence.Whole, "crop": p.Confidence.Crop} {
			if (c != Curve{}) != fitted {
				t.Errorf("%s, %s: %+v", p.Name, part, c)
			}
			if !fitted {
				continue
			}
			before := float32(0)
			for score := float32(0.01); score < 1; score += 0.01 {
				chance := c.chance(score)
				if !(chance > before && chance < 1) {
					t.Errorf("%s, %s: a score of %.2f means %g, and the one below it %g", p.Name, part, score, chance, before)
				}
				before = chance
			}
		}
	}
}

func TestChanceByHand(t *testing.T) {
	c := Curve{Slope: 2, Offset: 1, Top: 0.9}
	for score, want := range map[float32]float64{0.5: 0.9 / (1 + math.Exp(-1)), 0.2: 0.9 / (1 + 16*math.Exp(-1)), 1: 0.9} {
		if got := float64(c.chance(score)); !near(got, want, 1e-6) {
			t.Errorf("a score of %g means %g, want %g", score, got, want)
		}
	}
	if got := (Curve{}).chance(0.3); got != 0.3 {
		t.Errorf("no curve: %g", got)
	}
}

// Scores change at the very end: who is found, where, and what is looked at next stay as
// they were; each network's joints get their own curve.
func TestConfidenceChangesNothingElse(t *testing.T) {
	picture := scenery(t, image.Pt(150, 200), image.Pt(450, 250))
	for _, name := range []string{"fast", "balanced", "accurate"} {
		raw := standinProfile(t, name)
		raw.Confidence, raw.Jumps = Confidence{}, pose.JumpSettings{}
		told := raw
		told.Confidence = steep
		path, s := standinFiles(t, raw, OpenCV)
		s.Profile = raw
		a := newFinder(profileEngine(t, path, s))
		s.Profile = told
		b := newFinder(profileEngine(t, path, s))
		for i := range 8 {
			first, second := look(t, a, float64(i)*.08, picture), look(t, b, float64(i)*.08, picture)
			if len(first) != len(second) || len(first) == 0 {
				t.Fatalf("%s, look %d: %d and %d people", name, i, len(first), len(second))
			}
			for k := range first {
				if b.follows[k].pose != first[k].Pose {
					t.Errorf("%s, look %d: what is followed has changed", name, i)
				}
				want := first[k]
				told.Confidence.apply(&want.Pose, a.cropped(len(first))[k])
				if second[k] != want {
					t.Errorf("%s, look %d: %+v, want %+v", name, i, second[k], want)
				}
			}
		}
		if a.engine.Spent().Crops != b.engine.Spent().Crops {
			t.Errorf("%s: other crops are looked at", name)
		}
	}
}

// A still picture's joints get the curve of the network that they are from.
func TestConfidenceOfStills(t *testing.T) {
	picture := scenery(t, image.Pt(150, 200), image.Pt(450, 250))
	raw := standinProfile(t, "accurate")
	raw.Confidence = Confidence{}
	path, s := standinFiles(t, raw, OpenCV)
	before, cropped, err := profileEngine(t, path, s).once(picture)
	if err != nil || len(before) != 2 || len(cropped) != 2 {
		t.Fatal(len(before), cropped, err)
	}
	s.Profile.Confidence = steep
	after, _, err := profileEngine(t, path, s).once(picture)
	if err != nil || len(after) != 2 {
		t.Fatal(len(after), err)
	}
	for i := range before {
		s.Profile.Confidence.apply(&before[i], cropped[i])
		if before[i] != after[i] {
			t.Errorf("person %d: %+v, want %+v", i, after[i], before[i])
		}
	}
}
