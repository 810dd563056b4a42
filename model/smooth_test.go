package model

import (
	"math"
	"testing"

	"fallkit/pose"
)

// TestStreamOfAGeneralist: the stream's answer is the mean of the last steps' log-odds of all
// kinds of falls, and a gap begins it anew.
func TestStreamOfAGeneralist(t *testing.T) {
	n, _ := NetworkNamed(Generalist)
	in := n.Input(pose.DefaultInput)
	in.Features, in.MinSeen = n.Features, 0
	spec := n.Spec(Spec{Inputs: in.Channels(), Channels: 4, Kernel: 3, Steps: in.Steps()}, 0).Telling(4, 2)
	c := &Checkpoint{Spec: spec, Input: in, Parameters: spec.Init(3), Decoder: &Decoder{Mean: 2}}
	for i := range c.Parameters[PhaseWeight] {
		c.Parameters[PhaseWeight][i] = float32(i%5) - 2
	}
	smooth, err := NewStream(c)
	if err != nil {
		t.Fatal(err)
	}
	raw := *c
	raw.Decoder = nil
	plain, err := NewStream(&raw)
	if err != nil {
		t.Fatal(err)
	}
	before := math.NaN()
	for i := range 40 {
		time := float64(i) / in.RateHz
		if i >= 20 {
			time += 5
		}
		if i == 20 {
			before = math.NaN()
		}
		var p pose.Pose
		for j := range p.Keypoints {
			p.Keypoints[j] = pose.Keypoint{X: float32(10*j + i), Y: float32(3*j*j + i*i%7), Score: 0.9}
		}
		got, now := smooth.Logit(time, &p), plain.Logit(time, &p)
		want := now
		if before == before {
			want = (now + before) / 2
		}
		if math.Abs(got-want) > 1e-9 {
			t.Fatalf("step %d: %g, want %g", i, got, want)
		}
		before = now
	}
}
