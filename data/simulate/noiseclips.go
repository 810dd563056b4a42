package simulate

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/google/renameio/v2"

	"fallkit/data"
	"fallkit/pose"
)

// NoiseClips joins poses with the true keypoints of the frames that the pose front end looked
// at. Frames without truth are left out; it is an error where that is most of them.
func NoiseClips(examples []data.Example, truth *data.Keypoints) ([]NoiseClip, error) {
	byClip := map[string]map[int]*data.KeypointImage{}
	for i := range truth.Images {
		k := &truth.Images[i]
		name := k.Dataset + "/" + k.Clip
		if byClip[name] == nil {
			byClip[name] = map[int]*data.KeypointImage{}
		}
		byClip[name][k.Frame] = k
	}
	var clips []NoiseClip
	looked, known := 0, 0
	for i := range examples {
		e := &examples[i]
		c := NoiseClip{Name: e.Clip.ID, Group: e.Clip.Subject}
		frames := e.Recording.Frames()
		next := 0
		for k := range frames {
			for next < len(e.Recording.FrameTimes) && e.Recording.FrameTimes[next] < frames[k].Time {
				next++
			}
			if image := byClip[e.Clip.Dataset+"/"+e.Clip.ID][next]; image != nil {
				c.Moments = append(c.Moments, momentOf(&frames[k], image))
				known++
			}
		}
		looked += len(frames)
		clips = append(clips, c)
	}
	if 2*known < looked || known == 0 {
		return nil, fmt.Errorf("only %d of the %d frames that have poses have true keypoints: make the videos anew with --keypoints-every %g", known, looked, 0.04)
	}
	return clips, nil
}

func momentOf(f *pose.Frame, k *data.KeypointImage) NoiseMoment {
	m := NoiseMoment{Time: f.Time}
	for i := range k.People {
		s := Seen{Width: k.Width, Height: k.Height}
		for j, t := range k.People[i].Joints {
			s.Keypoints[j] = Keypoint{X: float64(t.X), Y: float64(t.Y), Visibility: Visibility(t.Seen)}
		}
		m.People = append(m.People, s)
	}
	for i := range f.People {
		m.Found = append(m.Found, f.People[i].Pose)
	}
	return m
}

// keptClip is a clip in a file of clips, its numbers rounded to tenths of a pixel and
// thousandths of a score.
type keptClip struct {
	Name    string       `json:"name"`
	Group   string       `json:"group"`
	Width   int          `json:"width"`
	Height  int          `json:"height"`
	Moments []keptMoment `json:"moments"`
}

type keptMoment struct {
	Time   float64                      `json:"t"`
	People [][pose.Joints][3]int        `json:"p"`
	Found  [][3*pose.Joints + 4 + 1]int `json:"f"`
}

// WriteNoiseClips replaces a file with clips.
func WriteNoiseClips(path string, clips []NoiseClip) error {
	var kept []keptClip
	for i := range clips {
		kept = append(kept, clips[i].kept())
	}
	var text bytes.Buffer
	z := gzip.NewWriter(&text)
	err := errors.Join(json.NewEncoder(z).Encode(kept), z.Close())
	if err == nil {
		err = renameio.WriteFile(path, text.Bytes(), 0o644)
	}
	if err != nil {
		return fmt.Errorf("write clips of a noise: %w", err)
	}
	return nil
}

func (c *NoiseClip) kept() keptClip {
	k := keptClip{Name: c.Name, Group: c.Group}
	for i := range c.Moments {
		m := &c.Moments[i]
		to := keptMoment{Time: m.Time}
		for n := range m.People {
			k.Width, k.Height = m.People[n].Width, m.People[n].Height
			var p [pose.Joints][3]int
			for j, at := range m.People[n].Keypoints {
				p[j] = [3]int{int(math.Round(10 * at.X)), int(math.Round(10 * at.Y)), int(at.Visibility)}
			}
			to.People = append(to.People, p)
		}
		for n := range m.Found {
			to.Found = append(to.Found, packed(&m.Found[n]))
		}
		k.Moments = append(k.Moments, to)
	}
	return k
}

func packed(p *pose.Pose) (f [3*pose.Joints + 5]int) {
	tenths, thousandths := func(v float32) int { return int(math.Round(10 * float64(v))) }, func(v float32) int { return int(math.Round(1000 * float64(v))) }
	for j, at := range p.Keypoints {
		f[3*j], f[3*j+1], f[3*j+2] = tenths(at.X), tenths(at.Y), thousandths(at.Score)
	}
	f[3*pose.Joints] = thousandths(p.Score)
	for i, v := range []float32{p.Box.X0, p.Box.Y0, p.Box.X1, p.Box.Y1} {
		f[3*pose.Joints+1+i] = tenths(v)
	}
	return f
}

// ReadNoiseClips reads what WriteNoiseClips wrote.
func ReadNoiseClips(r io.Reader) ([]NoiseClip, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("read clips of a noise: %w", err)
	}
	var kept []keptClip
	if err := json.NewDecoder(z).Decode(&kept); err != nil {
		return nil, fmt.Errorf("read clips of a noise: %w", err)
	}
	var clips []NoiseClip
	for i := range kept {
		clips = append(clips, kept[i].clip())
	}
	return clips, nil
}

func (k *keptClip) clip() NoiseClip {
	c := NoiseClip{Name: k.Name, Group: k.Group}
	for _, m := range k.Moments {
		to := NoiseMoment{Time: m.Time}
		for _, p := range m.People {
			s := Seen{Width: k.Width, Height: k.Height}
			for j, v := range p {
				s.Keypoints[j] = Keypoint{X: float64(v[0]) / 10, Y: float64(v[1]) / 10, Visibility: Visibility(v[2])}
			}
			to.People = append(to.People, s)
		}
		for _, f := range m.Found {
			to.Found = append(to.Found, unpacked(&f))
		}
		c.Moments = append(c.Moments, to)
	}
	return c
}

func unpacked(f *[3*pose.Joints + 5]int) (p pose.Pose) {
	for j := range p.Keypoints {
		p.Keypoints[j] = pose.Keypoint{X: float32(f[3*j]) / 10, Y: float32(f[3*j+1]) / 10, Score: float32(f[3*j+2]) / 1000}
	}
	n := 3 * pose.Joints
	p.Score = float32(f[n]) / 1000
	p.Box = pose.Box{X0: float32(f[n+1]) / 10, Y0: float32(f[n+2]) / 10, X1: float32(f[n+3]) / 10, Y1: float32(f[n+4]) / 10}
	return p
}
