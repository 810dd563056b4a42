package model

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"fallkit/pose"
)

var update = flag.Bool("update", false, "write the answers of the shipped model anew, after make base")

// TestTheShippedModelStaysAsItWas: it loads, answers as it did when it was trained, to the
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
	s, err := NewStream(c)
	if err != nil {
		t.Fatal(err)
	}
	var got []float64
	for seed := range uint64(6) {
		track := drawnTrack(seed)
		s.Reset()
		for i, time := range track.Times {
			if logit := s.Logit(time, &track.Poses[i]); i%10 == 9 && !math.IsNaN(logit) {
				got = append(got, logit)
			}
		}
	}
	answers := filepath.Join("testdata", "base.logits.json")
	if *update {
		text, err := json.Marshal(got)
		if err == nil {
			err = os.WriteFile(answers, append(text, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(answers)
	if err != nil {
		t.Fatal(err)
	}
	var want []float64
	if err := json.Unmarshal(text, &want); err != nil || len(want) != len(got) {
		t.Fatalf("%s holds %d answers, want %d: %v", answers, len(want), len(got), err)
	}
	for i, was := range want {
		if got[i] != was && (runtime.GOARCH == "amd64" || math.Abs(got[i]-was) > 1e-4) { // others may fuse a product and a sum
			t.Errorf("track %d: %v, was %v (after make base: go test ./model -run Shipped -update)", i, got[i], was)
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
