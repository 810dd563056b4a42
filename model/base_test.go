package model

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"fallkit/pose"
)

// baseLogits are the bits of what the shipped model made of drawn tracks when it was the
// only kind of network that there was.
var baseLogits = []uint64{0x400af829a0000000, 0xc00c860a00000000, 0x400ac3c360000000, 0x400d3d9780000000, 0xc006e6cc60000000, 0xbfe8f4eba0000000}

// TestTheShippedModelStaysAsItWas: a file of an older version loads, scores the same to the
// bit, and is written again byte by byte.
func TestTheShippedModelStaysAsItWas(t *testing.T) {
	path := filepath.Join("..", "models", "base", "base.safetensors")
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(encoded(t, c), file) {
		t.Error("it is written otherwise than it was")
	}
	p := predictor(t, c.Spec, c.Parameters)
	window := make([]float32, c.Spec.Steps*c.Spec.Inputs)
	for seed, want := range baseLogits {
		track := drawnTrack(uint64(seed))
		c.Input.Window(&track, 3, window)
		got, was := p.Logit(window), math.Float64frombits(want)
		if got != was && (runtime.GOARCH == "amd64" || math.Abs(got-was) > 1e-4) { // others may fuse a product and a sum
			t.Errorf("track %d: %v (%#x), was %v", seed, got, math.Float64bits(got), was)
		}
	}
}

// drawnTrack wanders, turns and has missing joints and poses.
func drawnTrack(seed uint64) pose.Track {
	rng := rand.New(rand.NewPCG(seed, 5))
	t := pose.Track{ID: 1}
	turn := rng.Float64() * 2
	for i := range 40 {
		if rng.IntN(10) == 0 {
			continue
		}
		sin, cos := math.Sincos(turn * float64(i) / 40)
		var p pose.Pose
		for j := range p.Keypoints {
			wide, high := 10*float64(j%3-1)+rng.NormFloat64(), 8*float64(pose.Joints-j)+rng.NormFloat64()
			p.Keypoints[j] = pose.Keypoint{X: float32(100 + cos*wide + sin*high), Y: float32(200 - cos*high + sin*wide), Score: rng.Float32()}
		}
		t.Times, t.Poses = append(t.Times, float64(i)/12.5), append(t.Poses, p)
	}
	return t
}
