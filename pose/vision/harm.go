package vision

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
)

// Harm is something bad that comes to a video's pictures before the pose network sees
// them. Equal harms do the same to the same video, byte by byte of its file; the zero
// value is none. Chance does not know the severity: a worse harm is more of the same.
type Harm struct {
	Kind     string // the Name of one of HarmKinds, "" = none
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

	open func(level float64, rng *rand.Rand) (wound, error)
}

// harmVersion goes into the ID: raise it when the same harm does something else than before.
const harmVersion = 1

// harmKinds are in the order in which light, lens, sensor, cable and mounting spoil a picture.
var harmKinds = []HarmKind{
	{"darkness", "less light", "stops", [...]float64{-1, -2, -3, -4.5, -6}, exposure},
	{"overexposure", "more light than the sensor takes", "stops", [...]float64{1, 1.5, 2, 3, 4}, exposure},
	{"sensor_noise", "shot and read noise", "photons of white", [...]float64{400, 120, 50, 20, 8}, noise},
	{"motion_blur", "the camera shakes in one direction", "smear in % of the height", [...]float64{2, 4, 7, 10, 14}, motionBlur},
	{"defocus", "out of focus", "radius in % of the height", [...]float64{0.8, 1.6, 2.5, 3.5, 5}, defocus},
	{"jpeg", "JPEG compression", "quality", [...]float64{30, 18, 10, 6, 3}, jpegCompression},
	{"low_bitrate", "video compression", "quantiser, as in H.264", [...]float64{30, 36, 41, 46, 51}, lowBitrate},
	{"low_resolution", "few lines", "lines", [...]float64{120, 80, 54, 36, 24}, lowResolution},
	{"occlusion", "furniture in front of the camera", "% of the picture hidden", [...]float64{6, 12, 20, 30, 42}, occlusion},
	{"camera_roll", "the camera hangs askew", "degrees", [...]float64{6, 12, 20, 30, 45}, cameraRoll},
	{"camera_tilt", "the camera looks down more steeply", "degrees", [...]float64{8, 16, 24, 32, 40}, cameraTilt},
	{"dropped_frames", "frames are lost", "% lost", [...]float64{20, 40, 60, 75, 90}, droppedFrames},
	{"low_frame_rate", "few frames", "frames a second", [...]float64{12.5, 10, 8, 6.25, 5}, lowFrameRate},
	{"frozen_frames", "the picture stands still at times", "seconds at a time", [...]float64{0.2, 0.4, 0.8, 1.2, 2}, frozenFrames},
}

// HarmKinds lists all kinds.
func HarmKinds() []HarmKind { return slices.Clone(harmKinds) }

// none tells whether nothing happens.
func (h Harm) none() bool { return h.Kind == "" || h.Severity == 0 }

// Check reports a harm that there is none of.
func (h Harm) Check() error {
	if h.Severity < 0 || h.Severity > Severities {
		return fmt.Errorf("severity of harm is %d, and must be from 1 to %d, or 0 for none", h.Severity, Severities)
	}
	if _, known := h.kind(); h.Kind != "" && !known {
		var names []string
		for _, k := range harmKinds {
			names = append(names, k.Name)
		}
		return fmt.Errorf("there is no harm %q to pictures: choose of %s", h.Kind, strings.Join(names, ", "))
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

// EngineID is the ID of an engine whose pictures come to harm: equal IDs give equal poses.
func (h Harm) EngineID(engine string) string {
	if h.none() {
		return engine
	}
	k, _ := h.kind()
	return fmt.Sprintf("%s harm%d %s=%g seed=%d", engine, harmVersion, h.Kind, k.Levels[h.Severity-1], h.Seed)
}

// inflict opens what the harm does to one video.
func (h Harm) inflict(path string) (wound, error) {
	k, _ := h.kind()
	rng, err := h.chance(path)
	if err != nil {
		return wound{}, err
	}
	return k.open(k.Levels[h.Severity-1], rng)
}

// chance depends on kind, seed and the video's bytes alone.
func (h Harm) chance(path string) (*rand.Rand, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open video: %w", err)
	}
	defer f.Close()
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %d\n", h.Kind, h.Seed)
	if _, err := io.Copy(sum, f); err != nil {
		return nil, fmt.Errorf("read video %s: %w", path, err)
	}
	d := sum.Sum(nil)
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(d), binary.LittleEndian.Uint64(d[8:]))), nil
}
