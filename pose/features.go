package pose

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Features names what a model sees of a time step. A checkpoint without the name has
// skeleton features.
type Features string

const (
	// Skeleton is x, y and seen of each joint, then x and y of each bone. Positions are
	// relative to the window's median body centre and divided by its body size (80th
	// percentile), so that neither place nor distance matters; motion within the window
	// stays. A missing joint is 0, 0 with seen = 0; a bone with a missing end is 0, 0.
	Skeleton Features = ""

	// Pendulum is the body as a double inverted pendulum: see PendulumChannels.
	Pendulum Features = "pendulum"

	// Fall is made step by step, of what is known about falls: see FallChannels.
	Fall Features = "fall"
)

// skeletonName is what Skeleton is called where a name has to be written.
const skeletonName Features = "skeleton"

// featureSet is one kind of features; each has a file of its own.
type featureSet struct {
	channels int
	begin    func(in Input, part *Track) stepWriter // for one window; part holds its poses
}

// stepWriter makes the features of one window's steps, in their order.
type stepWriter interface {
	// write fills in a step's numbers, which are 0, and tells whether the step shows the
	// person. Where ok is false there is no pose at that time (seconds).
	write(p *Pose, ok bool, time float64, dst []float32) (shown bool)
}

var featureSets = map[Features]featureSet{
	Skeleton:     skeletonFeatures,
	skeletonName: skeletonFeatures,
	Pendulum:     pendulumFeatures,
	Fall:         fallFeatures,
}

func (f Features) set() featureSet { return featureSets[f] }

func (f Features) check() error {
	if _, known := featureSets[f]; known {
		return nil
	}
	var names []string
	for name := range maps.Keys(featureSets) {
		if name != Skeleton {
			names = append(names, string(name))
		}
	}
	slices.Sort(names)
	return fmt.Errorf("input.features is %q, and must be one of %s", string(f), strings.Join(names, ", "))
}

// Channels is how many features a time step has. It is 0 where Check finds the features
// unknown.
func (in Input) Channels() int { return in.Features.set().channels }
