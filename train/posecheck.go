package train

import (
	"math"
	"slices"
	"sort"

	"fallkit/data"
)

// PoseCheckFormat is the version of the JSON of a PoseCheck.
const PoseCheckFormat = 1

// afterFall is how long after a fall's end the fallen one is surely worth looking for, in
// seconds; later somebody may have helped, and left.
const afterFall = 5.0

// PoseCheck is what the pose front end saw in clips. It knows no truth about who was there:
// a frame with nobody found may be an empty room, but during and after a fall it is not.
type PoseCheck struct {
	Format   int              `json:"format"`
	Profile  string           `json:"profile,omitempty"` // that the poses are of, "" = nobody said
	MinScore float32          `json:"min_score"`         // joints below this count as missing
	All      PoseCheckGroup   `json:"all"`
	Groups   []PoseCheckGroup `json:"groups,omitempty"` // of the columns asked for, the worst first
	Cameras  []PoseCheckGroup `json:"cameras"`          // the worst first
	Clips    []PoseCheckGroup `json:"clips"`            // the worst first
}

// PoseCheckGroup is what was seen in the clips with one value in one column.
type PoseCheckGroup struct {
	Column  string `json:"column"`
	Value   string `json:"value"`
	Clips   int    `json:"clips"`
	Falls   int    `json:"falls"`   // with their times
	Before  Sight  `json:"before"`  // a clip's falls
	During  Sight  `json:"during"`  // from onset to the body at rest
	After   Sight  `json:"after"`   // the five seconds from then on
	Without Sight  `json:"without"` // in clips that show no fall
	Any     Sight  `json:"any"`     // all frames, also those of falls without times
	Verdict string `json:"verdict,omitempty"`

	longest float64 // side of the pictures, in pixels
	index   int     // of the clip, where it is one
}

// CheckPoses counts what was seen in clips, by clip, by camera and by the columns given.
func CheckPoses(examples []data.Example, columns []string, least float32) PoseCheck {
	c := PoseCheck{Format: PoseCheckFormat, MinScore: least}
	c.All = gathered(examples, "", func(*data.Example) string { return "all" }, least)[0]
	for i, column := range columns {
		if !slices.Contains(columns[:i], column) {
			c.Groups = append(c.Groups, gathered(examples, column, func(e *data.Example) string { return e.Clip.Columns()[column] }, least)...)
		}
	}
	c.Cameras = gathered(examples, "camera", cameraOf, least)
	for i := range c.Cameras {
		c.Cameras[i].Verdict = c.Cameras[i].verdict()
	}
	c.Clips = gathered(examples, "clip", func(e *data.Example) string { return e.Clip.String() }, least)
	return c
}

// cameraOf names a camera, within its data set, or the data set where none is named.
func cameraOf(e *data.Example) string {
	if e.Clip.Camera == "" {
		return e.Clip.Dataset
	}
	return e.Clip.Dataset + "/" + e.Clip.Camera
}

// gathered counts clips by a name, the worst group first.
func gathered(examples []data.Example, column string, name func(*data.Example) string, least float32) []PoseCheckGroup {
	at := map[string]int{}
	var groups []PoseCheckGroup
	for i := range examples {
		n := name(&examples[i])
		if _, known := at[n]; !known {
			at[n] = len(groups)
			groups = append(groups, PoseCheckGroup{Column: column, Value: n, index: i})
		}
		groups[at[n]].look(&examples[i], least)
	}
	for i := range groups {
		groups[i].settle()
	}
	sort.SliceStable(groups, func(i, k int) bool { return groups[i].rank() < groups[k].rank() })
	return groups
}

// rank is lower for worse: by torsos during and after falls, and clips without falls last,
// by torsos among those found.
func (g *PoseCheckGroup) rank() float64 {
	if d := together(g.During, g.After); d.Frames > 0 {
		return d.TorsoShare()
	}
	return 2 + zeroIfNaN(partOf(g.Any.Torso, g.Any.Found))
}

func zeroIfNaN(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}

// look adds a clip.
func (g *PoseCheckGroup) look(e *data.Example, least float32) {
	g.Clips++
	g.Falls += len(e.Falls)
	r := e.Recording
	g.longest = max(g.longest, float64(max(r.Width, r.Height)))
	for _, f := range r.Frames() {
		g.Any.add(&f, r, least)
		if s := g.phase(e, f.Time); s != nil {
			s.add(&f, r, least)
		}
	}
}

// phase is where a frame counts, nil where only among all frames.
func (g *PoseCheckGroup) phase(e *data.Example, time float64) *Sight {
	if e.Clip.Label != data.LabelFall {
		return &g.Without
	}
	first := math.Inf(1)
	for _, f := range e.Falls {
		switch {
		case time >= f.Start && time <= f.End:
			return &g.During
		case time > f.End && time <= f.End+afterFall:
			return &g.After
		}
		first = min(first, f.Start)
	}
	if time < first && !e.Untimed {
		return &g.Before
	}
	return nil
}

func (g *PoseCheckGroup) settle() {
	for _, s := range []*Sight{&g.Before, &g.During, &g.After, &g.Without, &g.Any} {
		s.settle()
	}
}

// Write replaces a file with the result as JSON.
func (c *PoseCheck) Write(path string) error { return writeJSON(path, c) }
