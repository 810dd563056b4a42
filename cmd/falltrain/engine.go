package main

import (
	"fmt"
	"slices"
	"strings"

	"fallkit/pose/vision"
	"fallkit/pose/weights"
)

// autoEngine is the fastest engine that is there.
const autoEngine = "auto"

var engines = []string{autoEngine, vision.OpenCV, vision.ONNXRuntime}

const engineHelp = "what the pose network runs in: auto (the faster one that is there), opencv or onnxruntime; the poses are the same"

func engineFault(name string) error {
	if slices.Contains(engines, name) {
		return nil
	}
	return fmt.Errorf("extract.engine is %q, and must be one of %s", name, strings.Join(engines, ", "))
}

// chooseEngine settles what the pose network runs in, and says so in a line. Where
// ONNX Runtime cannot be had, auto takes OpenCV and says why.
func (j *job) chooseEngine(f *front) error {
	f.set.Runtime = vision.OpenCV
	wish := j.settings.Extract.Engine
	if wish == vision.OpenCV {
		j.tell("the pose network runs in OpenCV")
		return nil
	}
	err := loadRuntime(f.home)
	switch {
	case err == nil:
		f.set.Runtime = vision.ONNXRuntime
		j.tell("the pose network runs in ONNX Runtime %s", vision.ONNXRuntimeVersion())
	case wish == vision.ONNXRuntime:
		return fmt.Errorf("extract.engine is %s: %w", wish, err)
	default:
		j.tell("the pose network runs in OpenCV, which is slower: %v", err)
	}
	return nil
}

// loadRuntime has ONNX Runtime ready for engines, from a file that was checked just before.
func loadRuntime(home string) error {
	if err := weights.VerifyRuntime(home); err != nil {
		return err
	}
	return vision.LoadONNXRuntime(weights.RuntimePath(home))
}
