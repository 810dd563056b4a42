package simulate

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"

	"github.com/google/renameio/v2"

	"fallkit/pose"
)

// noiseFormat is the version of the file of a noise model.
const noiseFormat = 1

// Noise is how a pose network errs, as numbers that were fitted to what it found in rendered
// video: FitNoise. Where a joint is said to be comes in two steps: first its score, from how
// the person is seen and from what came before; then its error, the larger the lower the
// score. Both last, and go together: factors are fitted that all joints share in, and how much
// of each factor's variance passes within each of lasting.
type Noise struct {
	Format int    `json:"format"`
	Engine string `json:"engine"` // whose errors they are
	Clips  int    `json:"clips"`  // that it was fitted to
	Frames int    `json:"frames"` // of them

	// Missed is how often, a second of an error's time, somebody begins and ceases to be missed:
	// by turn, size and shown.
	Missed [turns][sizes][showns]chain `json:"missed"`
	// Swapped is how often, a second of an error's time, left and right come to be exchanged
	// otherwise: of head, arms and legs together, bit by bit, by facing, before and after.
	Swapped [facings][swaps][swaps]float32 `json:"swapped"`
	First   [facings][swaps]float32        `json:"swapped_first"` // the chance of each at first

	Scores    [kinds][3][turns][sizes]knots `json:"scores"`     // of joints by kind, simulate's Visibility, turn and size
	ScoreLast wanders                       `json:"score_last"` // how scores wander

	Bias      [kinds][turns][facings][2]float32 `json:"bias"`       // of joints, in body sizes along the torso and, from the other side, across
	Errors    [kinds][errorScores][2]knots      `json:"errors"`     // without bias, by kind and score, over what follows
	Turn      [kinds][turns]float32             `json:"by_turn"`    // factors of errors
	Size      [kinds][sizes]float32             `json:"by_size"`    //
	Sight     [kinds][3]float32                 `json:"by_sight"`   // by Visibility
	ErrorLast wanders                           `json:"error_last"` // how errors wander

	Person     [turns]knots `json:"person"`      // score of a person over the mean of their better joints' scores
	PersonLast wanders      `json:"person_last"` // how that wanders
	Margin     [4]float32   `json:"margin"`      // of boxes beyond the joints, left, top, right, bottom, over their width or height

	Nobody nobodies `json:"nobody"`
}

// StepSeconds is the time between two frames that the chances of Nobody are about.
const StepSeconds = 0.08

// chain is how often something begins and ceases to be so, a second.
type chain struct {
	Begin float32 `json:"begin"`
	End   float32 `json:"end"`
}

// swaps are the combinations of head, arms and legs whose sides are exchanged.
const swaps = 8

// errorScores is how many scores the errors of joints are known at.
const errorScores = 7

var errorScoreAt = [errorScores]float64{0.03, 0.1, 0.22, 0.37, 0.52, 0.67, 0.8}

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
	var n Noise
	if err := json.Unmarshal(fittedNoise, &n); err != nil {
		panic(fmt.Sprintf("simulate: the noise that comes along is broken: %v", err)) // a test reads it
	}
	return &n
}

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
		return nil, fmt.Errorf("%s is no noise of poses: %w", path, err)
	}
	if n.Format != noiseFormat {
		return nil, fmt.Errorf("%s is no noise of poses that this program knows: its format is %d, not %d: make it with falltrain fit-noise", path, n.Format, noiseFormat)
	}
	return &n, n.check(path)
}

// check refuses chances that are none.
func (n *Noise) check(path string) error {
	for t := range n.Missed {
		for s := range n.Missed[t] {
			for _, c := range n.Missed[t][s] {
				if !(c.Begin >= 0 && c.End >= 0) {
					return fmt.Errorf("%s: missed has a rate below 0", path)
				}
			}
		}
	}
	for f := range n.Swapped {
		for _, row := range n.Swapped[f] {
			for _, v := range row {
				if !(v >= 0) {
					return fmt.Errorf("%s: swapped has a rate below 0", path)
				}
			}
		}
	}
	for _, w := range []struct {
		name string
		of   *wanders
		n    int
	}{{"score_last", &n.ScoreLast, pose.Joints}, {"error_last", &n.ErrorLast, 2 * pose.Joints}, {"person_last", &n.PersonLast, 1}} {
		for _, f := range w.of.Factors {
			if f.Block < 0 || f.Block >= blocks || len(f.Loads) != w.n {
				return fmt.Errorf("%s: %s has a factor of block %d with %d loads, and must have blocks from 0 to %d and %d loads", path, w.name, f.Block, len(f.Loads), blocks-1, w.n)
			}
		}
	}
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
