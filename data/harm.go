package data

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"fallkit/pose"
)

// Harm is something bad that comes to a recording's poses, as if the pose network or the
// tracker were worse or the camera hung elsewhere. Equal harms do the same to the same
// clip. Chance does not know the severity: a worse harm is more of the same.
type Harm struct {
	Kind     string // the Name of one of HarmKinds
	Severity int    // 1 to 5; 0 = none
	Seed     uint64 // of all that is drawn by chance
}

// Severities is how many severities each kind of harm has, from 1.
const Severities = 5

// HarmKind is a kind of harm, with its parameter at each severity.
type HarmKind struct {
	Name   string
	About  string // what happens, for people
	Unit   string // of the parameter
	Levels [Severities]float64

	do func(level float64, r *pose.Recording, rng *rand.Rand) []pose.Track
}

var harmKinds = []HarmKind{
	{"joint_jitter", "joints tremble", "σ in % of the body size", [...]float64{3, 6, 10, 16, 25}, jitterJoints},
	{"missing_joints", "joints are not seen, each for half a second at a time", "% missing", [...]float64{10, 20, 35, 50, 70}, missJoints},
	{"swapped_sides", "left and right exchanged: of face, arms, legs", "% of the poses", [...]float64{5, 10, 20, 35, 50}, swapSides},
	{"missed_poses", "people are not seen, for 0.4 s at a time", "% missing", [...]float64{10, 20, 35, 50, 70}, missPoses},
	{"switched_people", "tracks are exchanged, or break off where one is alone", "a minute", [...]float64{3, 6, 12, 24, 48}, switchPeople},
	{"pose_roll", "the camera hangs askew", "degrees", [...]float64{6, 12, 20, 30, 45}, rollPoses},
	{"pose_tilt", "the camera looks down more steeply", "degrees", [...]float64{8, 16, 24, 32, 40}, tiltPoses},
	{"pose_scale", "people are further away: smaller, and rounded to the network's pixels", "% of the size", [...]float64{70, 50, 35, 25, 15}, shrinkPoses},
}

// HarmKinds lists all kinds.
func HarmKinds() []HarmKind { return slices.Clone(harmKinds) }

// Check reports a harm that there is none of.
func (h Harm) Check() error {
	if h.Severity < 0 || h.Severity > Severities {
		return fmt.Errorf("severity of harm is %d, and must be from 1 to %d, or 0 for none", h.Severity, Severities)
	}
	if _, known := h.kind(); !known {
		var names []string
		for _, k := range harmKinds {
			names = append(names, k.Name)
		}
		return fmt.Errorf("there is no harm %q to poses: choose of %s", h.Kind, strings.Join(names, ", "))
	}
	return nil
}

func (h Harm) kind() (HarmKind, bool) {
	i := slices.IndexFunc(harmKinds, func(k HarmKind) bool { return k.Name == h.Kind })
	if i < 0 {
		return HarmKind{}, false
	}
	return harmKinds[i], true
}

// Apply gives a harmed copy of a clip's recording; the times of frames and poses stay.
// clip is the clip's name, from which chance comes. With severity 0, or a harm that Check
// reports, it gives the recording itself.
func (h Harm) Apply(r *pose.Recording, clip string) *pose.Recording {
	k, known := h.kind()
	if !known || h.Severity < 1 || h.Severity > Severities {
		return r
	}
	out := *r
	out.Tracks = slices.DeleteFunc(k.do(k.Levels[h.Severity-1], r, h.chance(clip)), func(t pose.Track) bool { return len(t.Times) == 0 })
	return &out
}

// chance depends on kind, seed and clip alone.
func (h Harm) chance(clip string) *rand.Rand {
	d := sha256.Sum256(fmt.Appendf(nil, "%s %d %s", h.Kind, h.Seed, clip))
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(d[:]), binary.LittleEndian.Uint64(d[8:])))
}
