package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"fallkit/pose/vision"
	"fallkit/pose/weights"
)

// network is the pose network that finds the people.
const network = "multipose256"

// autoEngine is the fastest engine that is there.
const autoEngine = "auto"

var engines = []string{autoEngine, vision.OpenCV, vision.ONNXRuntime}

func engineFault(name string) error {
	if slices.Contains(engines, name) {
		return nil
	}
	return fmt.Errorf("pose.engine is %q, and must be one of %s", name, strings.Join(engines, ", "))
}

// extraction is how the poses were found that a model has learned from: as the trainer
// writes it into checkpoints.
type extraction struct {
	FPS            float64 `json:"fps"`
	MinPersonScore float32 `json:"min_person_score"`
	Profile        string  `json:"profile"`
}

func extractionOf(meta map[string]string) (e extraction, err error) {
	if err := json.Unmarshal([]byte(meta["extract"]), &e); err != nil || !(e.FPS > 0) {
		return e, errors.New("it does not say how its poses were extracted: train it anew")
	}
	return e, nil
}

// front is the pose front end that gives a model the poses that it knows.
type front struct {
	path string // of the network's file
	home string
	set  vision.EngineSettings
	fps  float64
}

func newFront(e extraction) (front, error) {
	home, err := poseHome()
	if err != nil {
		return front{}, err
	}
	set := vision.DefaultEngine
	set.MinPersonScore, set.SHA256 = e.MinPersonScore, sumOf(network)
	if set.Profile, err = vision.ProfileNamed(e.Profile); err != nil {
		return front{}, err
	}
	if n := set.Profile.Network; n != "" {
		set.Single = vision.NetworkFile{Path: weights.Path(home, n), SHA256: sumOf(n)}
	}
	return front{weights.Path(home, network), home, set, e.FPS}, nil
}

// sumOf is the sha256 that the file of a network must have.
func sumOf(network string) string {
	for _, n := range weights.Networks {
		if n.Name == network {
			return n.SHA256
		}
	}
	return ""
}

// networks are the names of all that it needs.
func (f front) networks() []string {
	if n := f.set.Profile.Network; n != "" {
		return []string{network, n}
	}
	return []string{network}
}

// ready checks the networks' files and settles what they run in; it says so in a line.
func (a *app) ready(f *front, wish string) error {
	for _, n := range f.networks() {
		if err := weights.Verify(f.home, n); err != nil {
			return remedied(err)
		}
	}
	f.set.Runtime = vision.OpenCV
	if wish != vision.OpenCV {
		err := weights.VerifyRuntime(f.home)
		if err == nil {
			err = vision.LoadONNXRuntime(weights.RuntimePath(f.home))
		}
		switch {
		case err == nil:
			f.set.Runtime = vision.ONNXRuntime
		case wish == vision.ONNXRuntime:
			return fmt.Errorf("pose.engine is %s: %w", wish, remedied(err))
		default:
			a.log.Info("ONNX Runtime is not there: the pose network runs in OpenCV, at half the speed", "why", remedied(err))
		}
	}
	a.log.Info("pose network", "engine", f.set.Runtime, "profile", f.set.Profile.Name, "poses_per_second", f.fps)
	return nil
}

// opening is held while an engine is opened: that takes a hundred megabytes for a moment, and no
// longer where cameras take turns, as they are slower to open themselves.
var opening sync.Mutex

func (f front) open() (*vision.Engine, error) {
	opening.Lock()
	defer opening.Unlock()
	defer debug.FreeOSMemory() // the networks' files were read, and are not needed any more
	return vision.OpenEngine(f.path, f.set)
}

// engineID names the poses that it gives.
func (f front) engineID() string { return vision.EngineID(f.set.SHA256, f.set) }
