package model

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"fallkit/pose"
)

func TestEdgesOfTheSkeleton(t *testing.T) {
	if want := pose.Joints + 2*len(pose.Bones); len(Edges) != want {
		t.Fatalf("%d edges, want %d", len(Edges), want)
	}
	partition := map[[2]pose.Joint]int{}
	for _, e := range Edges {
		partition[[2]pose.Joint{e.From, e.To}] = e.Partition
	}
	for _, c := range []struct {
		from, to pose.Joint
		want     int
	}{
		{pose.LeftKnee, pose.LeftKnee, 0},
		{pose.LeftHip, pose.RightHip, 0},           // both are the hips
		{pose.LeftShoulder, pose.RightShoulder, 0}, // as near
		{pose.LeftHip, pose.LeftKnee, 1},           // the hip is nearer
		{pose.LeftAnkle, pose.LeftKnee, 2},
		{pose.LeftShoulder, pose.LeftElbow, 1},
		{pose.RightWrist, pose.RightElbow, 2},
		{pose.Nose, pose.LeftEye, 1},
	} {
		got, there := partition[[2]pose.Joint{c.from, c.to}]
		if !there || got != c.want {
			t.Errorf("%s to %s: partition %d (%v), want %d", c.from, c.to, got, there, c.want)
		}
	}
}

// What comes into a joint in a partition is a mean.
func TestSharesOfEdgesAddUpToOne(t *testing.T) {
	var sums [pose.Joints][Partitions]float64
	for _, e := range Edges {
		sums[e.To][e.Partition] += float64(e.Share)
	}
	for j, of := range sums {
		for p, sum := range of {
			if sum != 0 && math.Abs(sum-1) > 1e-6 {
				t.Errorf("%s, partition %d: %g", pose.Joint(j), p, sum)
			}
		}
	}
}

// TestGraphConvolutionByHand follows the formulas of GraphBlock in float64.
func TestGraphConvolutionByHand(t *testing.T) {
	s := Spec{Kind: STGCN, Inputs: pose.Joints*JointInputs + 3, Channels: 4, Kernel: 3, Dilations: []int{1, 2}, Steps: 6}
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	p := s.Init(5)
	rng := rand.New(rand.NewPCG(1, 2))
	for _, v := range p {
		for i := range v {
			v[i] += float32(0.2 * rng.NormFloat64())
		}
	}
	window := make([]float32, s.Steps*s.Inputs)
	for i := range window {
		window[i] = float32(rng.NormFloat64())
	}
	predictor, err := NewPredictor(&Checkpoint{Spec: s, Parameters: p})
	if err != nil {
		t.Fatal(err)
	}
	want := graphLogit(s, p, window)
	for range 2 { // scratch memory keeps nothing
		if got := predictor.Logit(window); math.Abs(got-want) > 1e-4*(1+math.Abs(want)) {
			t.Errorf("logit %g, want %g", got, want)
		}
	}
}

func graphLogit(s Spec, p Parameters, window []float32) float64 {
	h := func(t, j, c int) float64 { return float64(window[t*s.Inputs+j*JointInputs+c]) }
	for _, b := range s.GraphBlocks() {
		h = graphBlockByHand(s, p, b, h)
	}
	logit := float64(p[HeadBias][0])
	for c := range s.Channels {
		mean, most, last := 0.0, math.Inf(-1), 0.0
		for t := range s.Steps {
			last = 0
			for j := range pose.Joints {
				last += h(t, j, c) / pose.Joints
			}
			mean, most = mean+last/float64(s.Steps), math.Max(most, last)
		}
		for k, v := range []float64{mean, most, last} {
			logit += v * float64(p[HeadWeight][k*s.Channels+c])
		}
	}
	return logit
}

func graphBlockByHand(s Spec, p Parameters, b GraphBlock, h func(t, j, c int) float64) func(t, j, c int) float64 {
	space, time := b.Space(), b.Time()
	g := table3(s.Steps, pose.Joints, s.Channels, func(t, j, c int) float64 {
		sum := float64(p[space.Bias()][c])
		for k, e := range Edges {
			for i := range b.Inputs {
				if int(e.To) == j {
					sum += float64(e.Share) * float64(p[b.Importance()][k]) * h(t, int(e.From), i) * float64(p[space.Weight()][(e.Partition*b.Inputs+i)*s.Channels+c])
				}
			}
		}
		return math.Max(sum, 0)
	})
	return table3(s.Steps, pose.Joints, s.Channels, func(t, j, c int) float64 {
		sum := float64(p[time.Bias()][c])
		if b.Residual {
			sum += h(t, j, c)
		}
		for k := range s.Kernel {
			if at := t - (s.Kernel-1-k)*b.Dilation; at >= 0 {
				for i := range s.Channels {
					sum += g(at, j, i) * float64(p[time.Weight()][(k*s.Channels+i)*s.Channels+c])
				}
			}
		}
		return math.Max(sum, 0)
	})
}

func table3(steps, joints, channels int, f func(t, j, c int) float64) func(t, j, c int) float64 {
	v := make([]float64, 0, steps*joints*channels)
	for t := range steps {
		for j := range joints {
			for c := range channels {
				v = append(v, f(t, j, c))
			}
		}
	}
	return func(t, j, c int) float64 { return v[(t*joints+j)*channels+c] }
}

func TestGraphConvolutionsNeedAllJoints(t *testing.T) {
	err := Spec{Kind: STGCN, Inputs: 50, Channels: 4, Kernel: 3, Dilations: []int{1}, Steps: 6}.Check()
	if err == nil || !strings.Contains(err.Error(), "takes at least the 51 of the joints") {
		t.Error(err)
	}
}
