package simulate

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"sync"

	"github.com/google/renameio/v2"
)

// noiseFormat is the version of the file of a noise model.
const noiseFormat = 2

// Noise is how a pose network errs: what it said of people in rendered video, kept with how
// they were seen (FitNoise). Of somebody else it says what it said, over some seconds, of people
// who were held, moved and hidden alike: so the errors of all joints, their scores, and how all
// that lasts go together as they do, and nothing about them is assumed.
type Noise struct {
	Format int    `json:"format"`
	Engine string `json:"engine"` // whose errors they are
	Clips  int    `json:"clips"`  // that it was fitted to
	Frames int    `json:"frames"` // of them that are remembered, of each person in them

	Memory []byte     `json:"memory"` // packMemory
	Margin [4]float32 `json:"margin"` // of boxes beyond the joints, left, top, right, bottom, over their width or height
	Nobody nobodies   `json:"nobody"`

	memory *memory // Memory unpacked
}

// StepSeconds is the time between two frames that the chances of Nobody are about.
const StepSeconds = 0.08

// swaps are the combinations of head, arms and legs whose sides are exchanged.
const swaps = 8

// nobodies are people who are found where nobody is.
type nobodies struct {
	Near   float32 `json:"near"`   // begin in a step, beside each person
	Far    float32 `json:"far"`    // begin in a step, anywhere in the picture
	Stay   float32 `json:"stay"`   // the chance that one is there a step later
	Size   knots   `json:"size"`   // of those far away, body size over the picture's longer side
	Score  knots   `json:"score"`  // of the person
	Joints knots   `json:"joints"` // scores of joints
}

//go:embed noise.json
var fittedNoise []byte

// Fitted is the noise of the default pose front end, fitted to rendered video by
//
//	falltrain fit-noise RENDERED --out data/simulate/noise.json
func Fitted() *Noise {
	n, err := fitted()
	if err != nil {
		panic(fmt.Sprintf("simulate: the noise that comes along is broken: %v", err)) // a test reads it
	}
	return n
}

var fitted = sync.OnceValues(func() (*Noise, error) { return parseNoise(fittedNoise, "noise.json") })

// ReadNoise reads a file that Write wrote.
func ReadNoise(path string) (*Noise, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the noise of poses: %w", err)
	}
	return parseNoise(text, path)
}

func parseNoise(text []byte, path string) (*Noise, error) {
	var n Noise
	if err := json.Unmarshal(text, &n); err != nil {
		return nil, fmt.Errorf("%s is no whole noise of poses: %w: make it with falltrain fit-noise", path, err)
	}
	if n.Format != noiseFormat {
		return nil, fmt.Errorf("%s is no noise of poses that this program knows: its format is %d, not %d: make it with falltrain fit-noise", path, n.Format, noiseFormat)
	}
	return &n, n.settle(path)
}

// settle unpacks the memory, and refuses chances that are none.
func (n *Noise) settle(path string) error {
	step, episodes, err := unpackMemory(n.Memory)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	n.memory = remember(step, episodes)
	bad := func(v float32) bool { return !(v >= 0 && v < 1) }
	if bad(n.Nobody.Near) || bad(n.Nobody.Far) || bad(n.Nobody.Stay) {
		return fmt.Errorf("%s: nobody has a chance that is not from 0 to 1", path)
	}
	return nil
}

// Write replaces a file with the noise.
func (n *Noise) Write(path string) error {
	text, err := json.Marshal(n)
	if err == nil {
		err = renameio.WriteFile(path, append(text, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("write the noise of poses: %w", err)
	}
	return nil
}

// ID names the observer and all of its numbers.
func (n *Noise) ID() string {
	text, err := json.Marshal(n)
	if err != nil {
		panic(fmt.Sprintf("simulate: naming a noise: %v", err)) // it holds numbers that are none
	}
	h := fnv.New64a()
	h.Write(text)
	return fmt.Sprintf("simulate fitted %d %016x", noiseFormat, h.Sum64())
}
