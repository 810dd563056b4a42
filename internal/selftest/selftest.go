// Package selftest runs a model on built-in poses whose answers are known, before anybody
// trusts it. The answers are the model's own, given on the machine that trained it, and
// travel in its checkpoint: a model whose numbers, features or arithmetic are not the
// same any more answers otherwise here.
//
// It says nothing about how good a model is.
package selftest

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync"

	"fallkit/model"
	"fallkit/pose"
)

// Key is where a checkpoint's Meta keeps its answers.
const Key = "self_test"

// Every so many seconds of a track the model is asked.
const stride = 0.4

// tolerance of a logit, absolute and relative: another processor may fuse a product and a
// sum, which moves a logit by some 1e-5.
const tolerance = 1e-3

// ErrNoAnswers is a checkpoint from before answers were kept.
var ErrNoAnswers = errors.New("it holds no answers to the built-in poses: train it anew, or let its maker add them")

// answers is what Meta holds.
type answers struct {
	Poses  string    `json:"poses"`  // the built-in poses that they are about, by the start of their sha256
	Logits []float64 `json:"logits"` // the network's own answers, NaN never
}

// Record puts the model's answers into its Meta.
func Record(c *model.Checkpoint) error {
	logits, err := run(c)
	if err != nil {
		return err
	}
	text, err := json.Marshal(answers{posesID(), logits})
	if err != nil {
		return fmt.Errorf("self-test: %w", err)
	}
	if c.Meta == nil {
		c.Meta = map[string]string{}
	}
	c.Meta[Key] = string(text)
	return nil
}

// Check runs the model and holds its answers against those that it came with; the error
// says how they differ.
func Check(c *model.Checkpoint) error {
	text, ok := c.Meta[Key]
	if !ok {
		return ErrNoAnswers
	}
	var want answers
	if err := json.Unmarshal([]byte(text), &want); err != nil {
		return fmt.Errorf("its answers to the built-in poses cannot be read: %w", err)
	}
	if want.Poses != posesID() {
		return fmt.Errorf("its answers are about the built-in poses %.12s, and this program has %s: use the program of the same version, or let its maker add them anew", want.Poses, posesID())
	}
	got, err := run(c)
	if err != nil {
		return err
	}
	return compare(got, want.Logits)
}

func compare(got, want []float64) error {
	if len(got) != len(want) {
		return fmt.Errorf("it gave %d answers to the built-in poses, and came with %d", len(got), len(want))
	}
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= tolerance*(1+math.Abs(w))) {
			return fmt.Errorf("it answers %.6g to moment %d of the built-in poses, and must answer %.6g: the file or this machine's arithmetic is not to be trusted", got[i], i+1, w)
		}
	}
	return nil
}

// run asks the model about every track.
func run(c *model.Checkpoint) (logits []float64, err error) {
	tracks, err := builtIn()
	if err != nil {
		return nil, err
	}
	ask, err := asker(c)
	if err != nil {
		return nil, fmt.Errorf("self-test: %w", err)
	}
	for i := range tracks {
		logits = append(logits, ask(&tracks[i])...)
	}
	if len(logits) == 0 {
		return nil, errors.New("it answers nothing to the built-in poses: they are shorter than what it must have seen")
	}
	for i, l := range logits {
		if math.IsNaN(l) || math.IsInf(l, 0) {
			return nil, fmt.Errorf("it answers %g to moment %d of the built-in poses", l, i+1)
		}
	}
	return logits, nil
}

// asker gives a model's answers to a track, in the way in which its kind is used.
func asker(c *model.Checkpoint) (func(*pose.Track) []float64, error) {
	if c.Spec.Kind == model.Causal {
		s, err := model.NewStream(c)
		if err != nil {
			return nil, err
		}
		return func(t *pose.Track) []float64 { return poseByPose(s.Fresh(), t) }, nil
	}
	p, err := model.NewPredictor(c)
	if err != nil {
		return nil, err
	}
	return func(t *pose.Track) (logits []float64) {
		window := make([]float32, c.Spec.Steps*c.Spec.Inputs)
		for end := stride; end <= t.Times[len(t.Times)-1]; end += stride {
			c.Input.Window(t, end, window)
			logits = append(logits, p.Logit(window))
		}
		return logits
	}, nil
}

// poseByPose leaves out the time in which a stream has not yet seen enough to answer.
func poseByPose(s *model.Stream, t *pose.Track) (logits []float64) {
	const every = 5
	for i, time := range t.Times {
		logit := s.Logit(time, &t.Poses[i])
		if i%every == every-1 && !math.IsNaN(logit) {
			logits = append(logits, logit)
		}
	}
	return logits
}

//go:embed poses.json
var embedded []byte

func posesID() string {
	sum := sha256.Sum256(embedded)
	return hex.EncodeToString(sum[:6])
}

// clip is one generated person: x and y of each joint in tenths of a pixel, its score in
// hundredths.
type clip struct {
	Name  string                 `json:"name"`
	FPS   float64                `json:"fps"`
	Poses [][pose.Joints * 3]int `json:"poses"`
}

var builtIn = sync.OnceValues(func() ([]pose.Track, error) {
	var clips []clip
	if err := json.Unmarshal(embedded, &clips); err != nil {
		return nil, fmt.Errorf("the built-in poses: %w", err)
	}
	var tracks []pose.Track
	for _, c := range clips {
		tracks = append(tracks, c.track())
	}
	return tracks, nil
})

func (c clip) track() pose.Track {
	t := pose.Track{ID: 1}
	for i, numbers := range c.Poses {
		p := pose.Pose{Score: 1}
		for j := range p.Keypoints {
			n := numbers[3*j:]
			p.Keypoints[j] = pose.Keypoint{X: float32(n[0]) / 10, Y: float32(n[1]) / 10, Score: float32(n[2]) / 100}
		}
		p.Box, _ = p.Extent(0)
		t.Times, t.Poses = append(t.Times, float64(i)/c.FPS), append(t.Poses, p)
	}
	return t
}
