package pose

import (
	"math"
	"testing"
)

func TestSimilarity(t *testing.T) {
	p := stick(200, 200, 0)
	part := p
	for j := LeftHip; j < Joints; j++ {
		part.Keypoints[j].Score = 0
	}
	moved := func(d float64) float64 { // the mean of 17 bells, one for each joint
		sum := 0.0
		for _, k := range Falloff {
			sum += math.Exp(-d*d/(2*math.Pow(2*40*k, 2))) / Joints
		}
		return sum
	}
	for _, c := range []struct {
		name   string
		q      Pose
		dx, dy float64
		loose  float64
		want   float64
	}{
		{"the same", p, 0, 0, 0, 1},
		{"some joints missing", part, 0, 0, 0, 1},
		{"where it was meant to be", stick(230, 190, 0), 30, -10, 0, 1},
		{"a quarter of a torso away", stick(210, 200, 0), 0, 0, 0, moved(10)},
		{"far away", stick(600, 200, 0), 0, 0, 0, 0},
		{"no joints", Pose{}, 0, 0, 0, 0},
	} {
		if got := p.similarity(&c.q, c.dx, c.dy, 40, c.loose, .1); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("%s: %g, want %g", c.name, got, c.want)
		}
	}
	q := stick(220, 200, 0)
	if tight, loose := p.similarity(&q, 0, 0, 40, 0, .1), p.similarity(&q, 0, 0, 40, .5, .1); loose < tight+.2 {
		t.Errorf("joints that may have moved: %g, and otherwise %g", loose, tight)
	}
}
