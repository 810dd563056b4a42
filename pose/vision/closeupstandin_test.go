package vision

import (
	"os"
	"path/filepath"
	"testing"

	"fallkit/pose"
	"fallkit/pose/weights"
)

// The stand-ins of a profile: a MultiPose that is not sure of any joint, and a
// single-pose network that sees joints where it is bright, and everywhere a little, as
// Lightning sees a person in a chair.

// unsure is the logit of each joint for MultiPose, and for the crop's network in the dark.
const unsure = -1.0

// standinProfile is a profile with the stand-ins' size.
func standinProfile(t testing.TB, name string) Profile {
	t.Helper()
	p, err := ProfileNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func standinClose(side int) []byte {
	gain, bias := make([]float32, singleChannels), make([]float32, singleChannels)
	gain[0], bias[0] = 40, -34 // the very middle of the disc
	for j := range pose.Joints {
		gain[1+j], bias[1+j] = 3, unsure+3
		dx, dy := standinJoint(j)
		larger := float64(side) / 100 // a crop is of about 100 pixels
		bias[1+pose.Joints+2*j], bias[1+pose.Joints+2*j+1] = float32(dy*larger), float32(dx*larger)
	}
	return onnx(side, 3, gain, bias)
}

func unsureStandin(size int) []byte {
	gain, bias := make([]float32, channels), make([]float32, channels)
	gain[0], bias[0] = 6, -1
	bias[1], bias[2] = standinHeight, standinWidth
	for j := range pose.Joints {
		bias[5+j] = unsure
		dx, dy := standinJoint(j)
		bias[5+pose.Joints+2*j], bias[5+pose.Joints+2*j+1] = float32(dy), float32(dx)
	}
	return onnx(size, 3, gain, bias)
}

// standinFiles are settings and the file of MultiPose for a profile.
func standinFiles(t testing.TB, p Profile, runtime string) (string, EngineSettings) {
	t.Helper()
	needRuntime(t, runtime)
	dir, s := t.TempDir(), DefaultEngine
	s.Runtime, s.Profile, s.Single.Path = runtime, p, filepath.Join(dir, "single.onnx")
	multi := filepath.Join(dir, "multi.onnx")
	for path, file := range map[string][]byte{multi: unsureStandin(256), s.Single.Path: standinClose(max(p.Side, 32))} {
		if err := os.WriteFile(path, file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return multi, s
}

func profileEngine(t testing.TB, path string, s EngineSettings) *Engine {
	t.Helper()
	e, err := OpenEngine(path, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func standinProfileEngine(t testing.TB, name, runtime string) *Engine {
	t.Helper()
	path, s := standinFiles(t, standinProfile(t, name), runtime)
	return profileEngine(t, path, s)
}

// realProfileEngine has the real networks; without their weights the test is skipped.
func realProfileEngine(t testing.TB, p Profile, runtime string) *Engine {
	t.Helper()
	path, s := poseNetwork(t), DefaultEngine
	needRuntime(t, runtime)
	s.Runtime, s.Profile = runtime, p
	if !p.plain() {
		home, err := weights.Home()
		if err == nil {
			err = weights.Verify(home, p.Network)
		}
		if err != nil {
			t.Skipf("no pose weights: %v", err)
		}
		s.Single.Path = weights.Path(home, p.Network)
	}
	return profileEngine(t, path, s)
}
