package train

import (
	"bytes"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"fallkit/data"
	"fallkit/pose"
)

// seen makes a clip of one frame a second from a drawing: '.' nobody, 'o' somebody without a
// torso, 'T' with one, 'E' with one at the picture's edge. The fall lasts from one second to another.
func seen(name, camera, drawing string, fall ...float64) data.Example {
	c := &data.Clip{Dataset: "set", ID: name, Camera: camera, Label: data.LabelADL, FallStart: -1, FallEnd: -1}
	e := data.Example{Clip: c, Recording: &pose.Recording{Width: 200, Height: 100, Tracks: []pose.Track{{ID: 1}}}}
	if len(fall) > 0 {
		c.Label = data.LabelFall
		e.Falls = []data.Span{{Start: fall[0], End: fall[1]}}
	}
	t := &e.Recording.Tracks[0]
	for i, r := range drawing {
		time := float64(i)
		e.Recording.FrameTimes = append(e.Recording.FrameTimes, time)
		if r == '.' {
			continue
		}
		p := pose.Pose{Box: pose.Box{X0: 50, Y0: 20, X1: 70, Y1: 70}, Score: 0.5}
		if r != 'o' {
			for _, j := range []pose.Joint{pose.LeftShoulder, pose.RightShoulder, pose.LeftHip, pose.RightHip} {
				p.Keypoints[j].Score = 0.85
			}
		}
		if r == 'E' {
			p.Box.Y1 = 100
		}
		t.Times, t.Poses = append(t.Times, time), append(t.Poses, p)
	}
	e.Recording.PoseTimes = e.Recording.FrameTimes
	return e
}

func TestCheckPoses(t *testing.T) {
	examples := []data.Example{
		seen("good", "a", "TTTTTTTTTTTT", 2, 4),
		seen("bad", "b", "TTT.oooo....", 2, 4),
		seen("calm", "b", "..TE"),
	}
	c := CheckPoses(examples, []string{"camera", "camera"}, 0.15)
	if c.All.Clips != 3 || c.All.Falls != 2 || len(c.Groups) != 2 || len(c.Clips) != 3 {
		t.Fatalf("%+v", c)
	}
	if got := []string{c.Clips[0].Value, c.Clips[1].Value, c.Clips[2].Value}; fmt.Sprint(got) != "[set/bad set/good set/calm]" {
		t.Errorf("the worst clip first: %v", got)
	}
	bad := c.Clips[0]
	for _, w := range []struct {
		name                 string
		s                    Sight
		frames, found, torso int
	}{
		{"before", bad.Before, 2, 2, 2},
		{"during", bad.During, 3, 2, 1},
		{"after", bad.After, 5, 3, 0},
		{"without", bad.Without, 0, 0, 0},
		{"any", bad.Any, 12, 7, 3},
		{"calm", c.Clips[2].Without, 4, 2, 2},
	} {
		if w.s.Frames != w.frames || w.s.Found != w.found || w.s.Torso != w.torso {
			t.Errorf("%s: %d frames, %d found, %d torsos", w.name, w.s.Frames, w.s.Found, w.s.Torso)
		}
	}
	calm := c.Clips[2].Any
	if calm.Edge != 1 || calm.Size != 65 || calm.Share != 65.0/200 || math.Abs(calm.Confidence-4*0.85/17) > 1e-6 {
		t.Errorf("calm: %+v", calm)
	}
}

func TestUntimedFallsCountAmongAllFramesOnly(t *testing.T) {
	e := seen("x", "a", "TT..", 1, 2)
	e.Untimed, e.Falls = true, nil
	c := CheckPoses([]data.Example{e}, nil, 0.15)
	if g := c.All; g.Falls != 0 || g.Before.Frames+g.During.Frames+g.After.Frames+g.Without.Frames != 0 || g.Any.Frames != 4 {
		t.Errorf("%+v", g)
	}
}

func TestVerdicts(t *testing.T) {
	three := func(drawing string) (all []data.Example) {
		for i := range 3 {
			all = append(all, seen(fmt.Sprint(i), "cam", drawing, 2, 5))
		}
		return all
	}
	for _, c := range []struct {
		name     string
		examples []data.Example
		want     []string
	}{
		{"good", three("TTTTTTTTTT"), []string{"good: during and after 3 falls somebody is found in 100 %", "torso in 100 %."}},
		{"fair", three("TTToToToTTT"), []string{"fair: "}},
		{"poor, lost", three("TTTT......."), []string{"poor: ", "who lies is lost"}},
		{"edge", three("EEEEEEEEEE"), []string{"good: ", "100 % of the poses touch the picture's edge"}},
		{"few", three("TTTTT")[:1], []string{"not judged: only 1 fall with a known time is labelled here; somebody is found in 100 %"}},
		{"nobody", []data.Example{seen("x", "", "....")}, []string{"not judged: no fall is labelled here, and nobody was found in 4 frames"}},
	} {
		got := CheckPoses(c.examples, nil, 0.15).Cameras[0].Verdict
		for _, w := range c.want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q does not say %q", c.name, got, w)
			}
		}
	}
}

func TestPoseCheckTableAndScenes(t *testing.T) {
	examples := []data.Example{seen("good", "a", "TTTTTTTTTTTT", 2, 4), seen("bad", "b", "TTT.oooo....", 2, 4), seen("calm", "b", "..TT")}
	c := CheckPoses(examples, []string{"camera"}, 0.15)
	var b bytes.Buffer
	if err := c.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	for _, w := range []string{"3 clips, 28 frames", "set/bad      1      1      100 / 100  67 / 33    60 / 0", "Is the camera's place any good?"} {
		if !strings.Contains(b.String(), w) {
			t.Errorf("the table does not say %q:\n%s", w, b.String())
		}
	}
	if err := c.Write(filepath.Join(t.TempDir(), "c.json")); err != nil {
		t.Error(err)
	}
	scenes := c.Scenes(examples)
	if len(scenes) != 3 || scenes[0].Example.Clip.ID != "bad" || scenes[2].Example.Clip.ID != "calm" || len(scenes[0].Shots) != 8 {
		t.Fatalf("%d scenes", len(scenes))
	}
	if s := scenes[0].Shots; s[0].Label != "before 1.00 s" || s[7].Label != "after 7.00 s" || s[3].Label != "during 3.00 s: nobody" {
		t.Errorf("shots %q, %q, %q", s[0].Label, s[3].Label, s[7].Label)
	}
	examples[1].Clip.Path, examples[2].Clip.Path = "bad.parquet", "calm.parquet" // no pictures
	if scenes := c.Scenes(examples); len(scenes) != 1 || scenes[0].Example.Clip.ID != "good" {
		t.Errorf("%d scenes, with clips that are poses", len(scenes))
	}
}
