package simulate

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fallkit/data/simulate/motion"
	"fallkit/pose"
)

func seen(t Truth) (n int) {
	for _, k := range t.People[0].Keypoints {
		if k.Visibility == Visible {
			n++
		}
	}
	return n
}

// Who walks behind another is hidden by them for a while, and nobody else is.
func TestCrowdHides(t *testing.T) {
	s := DefaultSettings
	c, err := NewCrowd(s, "room-01", Actor{Subject: "a", Activity: "stay", Z: 0.6}, Actor{Subject: "b", Activity: "pass", X: -3, Z: -0.6, Turn: 90})
	if err != nil {
		t.Fatal(err)
	}
	least, most := pose.Joints, 0
	for i := range int(c.Seconds() * 10) {
		truth := c.At(float64(i) / 10)
		if n := seen(truth[0]); n < 10 {
			t.Errorf("%.1f s: %d joints of the one in front are seen", float64(i)/10, n)
		}
		x := truth[1].People[0].Keypoints[pose.Nose].X
		if x < 40 || x > float64(s.Width)-40 {
			continue
		}
		least, most = min(least, seen(truth[1])), max(most, seen(truth[1]))
		if gap := math.Abs(x - truth[0].People[0].Keypoints[pose.Nose].X); gap > 120 && seen(truth[1]) < 6 {
			t.Errorf("%.1f s: %d joints of the one who is far from anybody are seen", float64(i)/10, seen(truth[1]))
		}
	}
	t.Logf("of the one behind, %d to %d joints are seen", least, most)
	if least > 4 || most < 10 {
		t.Errorf("of the one behind, %d to %d joints are seen", least, most)
	}
	if size := c.Picture().Bounds().Size(); size.X != s.Width || size.Y != s.Height {
		t.Errorf("the picture has %v", size)
	}
}

// The same settings give the same scene; after a fall the actor stands again.
func TestCrowdFallAndRise(t *testing.T) {
	actor := Actor{Subject: "a", Activity: "fall-and-rise", Pause: 0.5}
	var crowds [2]*Crowd
	for i := range crowds {
		c, err := NewCrowd(DefaultSettings, "room-02", actor)
		if err != nil {
			t.Fatal(err)
		}
		crowds[i] = c
	}
	var phases []motion.Phase
	for i := range int(crowds[0].Seconds() * 5) {
		a, b := crowds[0].At(float64(i)/5), crowds[1].At(float64(i)/5)
		if !cmp.Equal(a[0], b[0]) {
			t.Fatalf("moment %d differs", i)
		}
		if n := len(phases); n == 0 || phases[n-1] != a[0].Phase {
			phases = append(phases, a[0].Phase)
		}
	}
	if want := []motion.Phase{motion.Upright, motion.Falling, motion.Down, motion.Rising, motion.Upright}; !slices.Equal(phases, want) {
		t.Errorf("phases %v, want %v", phases, want)
	}
}

func TestCrowdRefuses(t *testing.T) {
	if _, err := NewCrowd(DefaultSettings, "room-01", Actor{Activity: "fly"}); err == nil || err.Error() != `actor 1 does "fly", which is no activity` {
		t.Errorf("an unknown activity: %v", err)
	}
	if _, err := NewCrowd(Settings{}, "room-01"); err == nil {
		t.Error("settings that cannot be are taken")
	}
	for _, act := range motion.Staged {
		if _, err := NewCrowd(DefaultSettings, "room-01", Actor{Activity: act.Name}); err != nil {
			t.Errorf("%s: %v", act.Name, err)
		}
	}
}
