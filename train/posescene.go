package train

import (
	"fmt"
	"sort"

	"fallkit/data"
	"fallkit/pose"
)

// PoseScene is a clip to be shown: some of its frames, with the people found in them.
type PoseScene struct {
	Example *data.Example
	Title   string
	Shots   []pose.Shot
}

// How many clips of each kind a sheet shows.
const sceneWorst, sceneTypical, sceneQuiet = 4, 2, 2

// Scenes chooses clips for a sheet: with falls the worst ones and those in the middle, and
// the worst without falls. Clips that are poses without a video are not among them. examples
// are those that were checked.
func (c *PoseCheck) Scenes(examples []data.Example) []PoseScene {
	var falls, quiet []*PoseCheckGroup
	for i := range c.Clips {
		g := &c.Clips[i]
		switch {
		case examples[g.index].Clip.Posed(): // there are no pictures
		case g.Falls > 0:
			falls = append(falls, g)
		case g.Any.Found > 0:
			quiet = append(quiet, g)
		}
	}
	var scenes []PoseScene
	add := func(kind string, groups []*PoseCheckGroup) {
		for _, g := range groups {
			scenes = append(scenes, g.scene(kind, &examples[g.index]))
		}
	}
	worst := falls[:min(sceneWorst, len(falls))]
	add("worst", worst)
	rest := falls[len(worst):]
	middle := max(0, (len(rest)-sceneTypical)/2)
	add("typical", rest[middle:min(middle+sceneTypical, len(rest))])
	add("no fall, worst", quiet[:min(sceneQuiet, len(quiet))])
	return scenes
}

func (g *PoseCheckGroup) scene(kind string, e *data.Example) PoseScene {
	d := together(g.During, g.After)
	if d.Frames == 0 {
		d = g.Any
	}
	s := PoseScene{Example: e, Title: fmt.Sprintf("%s: %s, %s: found %s, torso %s", kind, g.Value, cameraOf(e), percent(d.FoundShare()), percent(d.TorsoShare()))}
	frames := e.Recording.Frames()
	if len(frames) == 0 {
		return s
	}
	for _, w := range wantedShots(e) {
		f := frames[nearest(frames, w.time)]
		label := fmt.Sprintf("%s %.2f s", w.label, f.Time)
		if len(f.People) == 0 {
			label += ": nobody"
		}
		s.Shots = append(s.Shots, pose.Shot{Label: label, Frame: f})
	}
	return s
}

type wantedShot struct {
	time  float64
	label string
}

// wantedShots are two moments before a clip's first fall, three during and three after it;
// eight spread over a clip without.
func wantedShots(e *data.Example) (wanted []wantedShot) {
	if len(e.Falls) == 0 {
		for i := range 8 {
			wanted = append(wanted, wantedShot{(float64(i) + 0.5) / 8 * e.Recording.Duration(), ""})
		}
		return wanted
	}
	f := e.Falls[0]
	for _, before := range []float64{1, 0.3} {
		wanted = append(wanted, wantedShot{max(0, f.Start-before), "before"})
	}
	for _, part := range []float64{0.3, 0.6, 0.9} {
		wanted = append(wanted, wantedShot{f.Start + part*(f.End-f.Start), "during"})
	}
	for _, after := range []float64{0.3, 1, 2.5} {
		wanted = append(wanted, wantedShot{f.End + after, "after"})
	}
	return wanted
}

// nearest is the frame that is nearest to a time.
func nearest(frames []pose.Frame, time float64) int {
	at := sort.Search(len(frames), func(i int) bool { return frames[i].Time >= time })
	if at == len(frames) || at > 0 && time-frames[at-1].Time < frames[at].Time-time {
		at--
	}
	return at
}
