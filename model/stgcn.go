package model

import (
	"fmt"
	"math/rand/v2"

	"fallkit/pose"
)

// STGCN is a spatial temporal graph convolutional network (Yan, Xiong & Lin 2018, "Spatial
// Temporal Graph Convolutional Networks for Skeleton-Based Action Recognition"): every joint of
// every step has features of its own, which are mixed along the skeleton and then over time. A
// neighbour is a joint itself, one nearer to the hips, or one further from them, each with a
// weight of its own, and every edge has a learned importance. Over time the convolutions are
// causal. It sees the joints of pose.Skeleton features and no bones, since the graph knows them;
// the joints' mean goes through a TCN's pooling and head. Left out are the paper's batch
// normalisation, dropout and strides.
const STGCN Kind = "stgcn"

// Partitions are the groups that a joint's neighbours are in: itself and those as near to the
// hips, those nearer, those further.
const Partitions = 3

// JointInputs is how many numbers an STGCN sees of a joint: x, y and whether it is seen.
const JointInputs = 3

type stgcn struct{}

func (stgcn) check(s Spec) error {
	if s.Inputs < pose.Joints*JointInputs {
		return fmt.Errorf("model: inputs is %d, and a network of kind %s takes at least the %d of the joints", s.Inputs, s.Kind, pose.Joints*JointInputs)
	}
	return tcn{}.check(s)
}

// Edge is a way from a joint to one that listens to it.
type Edge struct {
	From, To  pose.Joint
	Partition int     // 0 as near to the hips, 1 nearer, 2 further
	Share     float32 // 1 ÷ how many edges there are to the joint in this partition
}

// Edges are all of an STGCN's edges, with each joint's to itself first.
var Edges = edges()

func edges() (list []Edge) {
	near := hipDistances()
	for j := range pose.Joint(pose.Joints) {
		list = append(list, Edge{From: j, To: j})
	}
	for _, b := range pose.Bones {
		list = append(list, edgeBetween(b.From, b.To, near), edgeBetween(b.To, b.From, near))
	}
	var into [pose.Joints][Partitions]float32
	for _, e := range list {
		into[e.To][e.Partition]++
	}
	for i, e := range list {
		list[i].Share = 1 / into[e.To][e.Partition]
	}
	return list
}

func edgeBetween(from, to pose.Joint, near [pose.Joints]int) Edge {
	switch {
	case near[from] < near[to]:
		return Edge{From: from, To: to, Partition: 1}
	case near[from] > near[to]:
		return Edge{From: from, To: to, Partition: 2}
	}
	return Edge{From: from, To: to}
}

// hipDistances is how many bones lie between each joint and the hips. COCO has no neck: the
// head counts as joined to the shoulders by the nose.
func hipDistances() (near [pose.Joints]int) {
	const far = pose.Joints
	for j := range near {
		near[j] = far
	}
	near[pose.LeftHip], near[pose.RightHip] = 0, 0
	for range near {
		for _, b := range append(pose.Bones[:], neck[:]...) {
			near[b.To] = min(near[b.To], near[b.From]+1)
			near[b.From] = min(near[b.From], near[b.To]+1)
		}
	}
	return near
}

var neck = [...]pose.Bone{{From: pose.LeftShoulder, To: pose.Nose}, {From: pose.RightShoulder, To: pose.Nose}}

// GraphBlock is one block. With h [steps, joints, inputs]:
//
//	g = relu(bias + Σ_partition mixed(h)[partition] · weight[partition])     over the skeleton
//	h = relu(bias + Σ_k g[t - (kernel-1-k)·dilation] · weight[k] [+ h])      over time
//	mixed(h)[partition][t, to] = Σ_edge share · importance · h[t, from]
type GraphBlock struct {
	Name             string
	Inputs, Channels int
	Dilation         int
	Residual         bool
}

// Importance is the name of the edges' importances, [edges].
func (b GraphBlock) Importance() string { return b.Name + ".importance" }

// Space is the name of the layer over the skeleton: weight [Partitions · inputs, channels], and bias.
func (b GraphBlock) Space() Linear {
	return Linear{b.Name + ".space", Partitions * b.Inputs, b.Channels}
}

// Time is the layer over time.
func (b GraphBlock) Time() Convolution {
	return Convolution{Name: b.Name + ".time", Inputs: b.Channels, Channels: b.Channels, Dilation: b.Dilation, Residual: b.Residual}
}

// GraphBlocks are an STGCN's blocks, one for each dilation.
func (s Spec) GraphBlocks() []GraphBlock {
	var list []GraphBlock
	inputs := JointInputs
	for i, d := range s.Dilations {
		list = append(list, GraphBlock{fmt.Sprintf("block%d", i+1), inputs, s.Channels, d, i > 0})
		inputs = s.Channels
	}
	return list
}

func (stgcn) shapes(s Spec) []Parameter {
	var list []Parameter
	for _, b := range s.GraphBlocks() {
		space, time := b.Space(), b.Time()
		list = append(list,
			Parameter{b.Importance(), []int{len(Edges)}},
			Parameter{space.Weight(), []int{space.Inputs, space.Channels}}, Parameter{space.Bias(), []int{space.Channels}},
			Parameter{time.Weight(), []int{s.Kernel, time.Inputs, time.Channels}}, Parameter{time.Bias(), []int{time.Channels}})
	}
	return append(list, Parameter{HeadWeight, []int{Pools * s.Channels, 1}}, Parameter{HeadBias, []int{1}})
}

func (stgcn) widest(s Spec) int { return max(s.Inputs, pose.Joints*Partitions*s.Channels) }

// draw starts with every edge of importance 1.
func (stgcn) draw(s Spec, p Parameter, rng *rand.Rand) []float32 {
	for _, b := range s.GraphBlocks() {
		if p.Name == b.Importance() {
			return filled(p.Size(), 1)
		}
	}
	return tcn{}.draw(s, p, rng)
}

func filled(n int, with float32) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = with
	}
	return v
}
