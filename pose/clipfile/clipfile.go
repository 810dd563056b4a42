// Package clipfile is a clip of poses as a JSON file: what the daemon beside a camera keeps of an
// incident that somebody has judged, and what a data folder may name in the place of a video.
// It holds one person's poses and no picture.
package clipfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"fallkit/pose"
)

// Ending is how names of such files end.
const Ending = ".json"

// Format is what each file begins with: the version of what follows.
const Format = "fallkit clip 1"

// Clip is a file's contents.
type Clip struct {
	Format string `json:"format"`

	Name   string    `json:"clip"`
	Label  string    `json:"label"` // fall or adl, as in labels.csv
	By     string    `json:"by"`    // who has said so
	At     time.Time `json:"at"`    // and when
	Camera string    `json:"camera"`

	Engine string  `json:"engine"` // ID of the pose network and its settings
	FPS    float64 `json:"fps"`    // poses a second that were wanted; a busy machine gives fewer

	Width  int       `json:"width"` // of the picture that the poses lie in, in pixels
	Height int       `json:"height"`
	Track  int       `json:"track"`
	Start  time.Time `json:"start"`  // when the detector began to suspect a fall
	Times  []float64 `json:"times"`  // seconds from Start, ascending
	Scores []float64 `json:"scores"` // the detector's, 0 to 1, one for each time; -1 = unknown
	Poses  []Pose    `json:"poses"`  // one for each time
}

// Pose is a pose as the file has it.
type Pose struct {
	Keypoints [pose.Joints][3]float32 `json:"keypoints"` // [joint] x, y in pixels, confidence
	Box       [4]float32              `json:"box"`       // x0, y0, x1, y1 in pixels
	Score     float32                 `json:"score"`
}

// Poses are poses as a file has them.
func Poses(all []pose.Pose) []Pose {
	out := make([]Pose, len(all))
	for i := range all {
		p := &all[i]
		for j, k := range p.Keypoints {
			out[i].Keypoints[j] = [3]float32{k.X, k.Y, k.Score}
		}
		out[i].Box = [4]float32{p.Box.X0, p.Box.Y0, p.Box.X1, p.Box.Y1}
		out[i].Score = p.Score
	}
	return out
}

func (p *Pose) pose() (q pose.Pose) {
	for j, k := range p.Keypoints {
		q.Keypoints[j] = pose.Keypoint{X: k[0], Y: k[1], Score: k[2]}
	}
	q.Box = pose.Box{X0: p.Box[0], Y0: p.Box[1], X1: p.Box[2], Y1: p.Box[3]}
	q.Score = p.Score
	return q
}

// Encode gives the file's bytes; the same clip always the same ones.
func Encode(c Clip) ([]byte, error) {
	c.Format = Format
	if err := c.check(); err != nil {
		return nil, err
	}
	text, err := json.Marshal(c)
	return append(text, '\n'), err
}

// Decode reads a file, strictly.
func Decode(text []byte) (c Clip, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return c, errors.New("something follows the end")
	}
	return c, c.check()
}

func (c *Clip) check() error {
	switch {
	case c.Format != Format:
		return fmt.Errorf("its format is %q, and this program reads %q", c.Format, Format)
	case len(c.Times) == 0:
		return errors.New("it has no poses")
	case len(c.Poses) != len(c.Times) || len(c.Scores) != len(c.Times):
		return fmt.Errorf("it has %d times, %d poses and %d scores", len(c.Times), len(c.Poses), len(c.Scores))
	}
	return c.Recording().Check()
}

// Recording is the clip as training reads it: one track of one person, and a frame for each pose.
func (c *Clip) Recording() *pose.Recording {
	times := make([]float64, len(c.Times))
	for i, t := range c.Times {
		times[i] = t - c.Times[0]
	}
	t := pose.Track{ID: c.Track, Times: times, Poses: make([]pose.Pose, len(c.Poses))}
	for i := range c.Poses {
		t.Poses[i] = c.Poses[i].pose()
	}
	return &pose.Recording{Width: c.Width, Height: c.Height, FrameTimes: times, PoseTimes: times, Tracks: []pose.Track{t}}
}
