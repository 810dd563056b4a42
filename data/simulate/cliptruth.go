package simulate

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"fallkit/data"
	"fallkit/data/simulate/motion"
	"fallkit/pose"
)

// clipTruth is what is so in a clip: truth/CLIP.json.
type clipTruth struct {
	Outline
	Samples []sample `json:"keypoints,omitempty"`
}

// sample is what is so in one frame of it.
type sample struct {
	Frame  int      `json:"frame"`
	State  string   `json:"state"` // of the first person: data.StateFalling, data.StateLying or data.StateElse
	People []joints `json:"people"`
}

// joints are x, y (pixels) and COCO's visibility of a person's joints.
type joints [pose.Joints][3]float32

// sampler takes the truth of some frames of a shot.
type sampler struct {
	every, fps float64 // s, frames a second; every 0 = none
	samples    []sample
}

// due tells whether a frame is the first one at or after the time of the next sample.
func (k *sampler) due(frame int) bool {
	return k.every > 0 && float64(frame)/k.fps >= float64(len(k.samples))*k.every-1e-9
}

func (k *sampler) take(m *instant, falls []motion.Fall) {
	s := sample{Frame: m.number, State: data.StateElse}
	if m.states[0].Phase == motion.Down {
		s.State = data.StateLying
	}
	for _, f := range falls {
		if m.time >= f.Descent && m.time <= f.Rest {
			s.State = data.StateFalling
		}
	}
	people := m.seen()
	for i := range people {
		var some joints
		for j, p := range people[i].Keypoints {
			if p.Visibility != Outside {
				some[j] = [3]float32{hundredths(p.X), hundredths(p.Y), float32(p.Visibility)}
			}
		}
		s.People = append(s.People, some)
	}
	k.samples = append(k.samples, s)
}

func hundredths(v float64) float32 { return float32(math.Round(v*100) / 100) }

// image is a sample in the terms of COCO's keypoint format.
func (s *sample) image(c *Clip) data.KeypointImage {
	k := data.KeypointImage{Path: c.path(), Width: c.settings.Width, Height: c.settings.Height, Dataset: Dataset, Clip: c.Name, Frame: s.Frame, State: s.State}
	for i := range s.People {
		var p data.TruePerson
		for j, v := range s.People[i] {
			p.Joints[j] = data.TrueJoint{X: v[0], Y: v[1], Seen: data.Visibility(v[2])}
		}
		if p.Labelled() > 0 {
			p.Surround()
			k.People = append(k.People, p)
		}
	}
	if len(k.People) == 0 {
		k.Skipped = data.SkippedNobody
	}
	return k
}

// writeKeypoints writes the true keypoints of all clips.
func writeKeypoints(dir string, clips []Clip, truths []clipTruth) error {
	var all data.Keypoints
	for i := range clips {
		for s := range truths[i].Samples {
			all.Images = append(all.Images, truths[i].Samples[s].image(&clips[i]))
		}
	}
	return all.Write(filepath.Join(dir, keypointsFile))
}

func (t *clipTruth) write(path string) error {
	text, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("describe the truth: %w", err)
	}
	return renameio.WriteFile(path, append(text, '\n'), 0o644, renameio.WithTempDir(filepath.Dir(path)))
}

// readTruth reads a clip's truth, where it is there and whole.
func readTruth(path string) (t clipTruth, ok bool) {
	text, err := os.ReadFile(path)
	return t, err == nil && json.Unmarshal(text, &t) == nil && t.Frames > 0
}
