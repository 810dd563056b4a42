// Package data holds labelled clips: the manifest that people write, the poses that
// extraction keeps on disk, the folds that measuring needs, and the windows and batches
// that a model learns from. It never knows a picture: whoever turns a video into poses
// is handed in as an Extractor.
package data

import "fmt"

// The two labels that a clip can have.
const (
	LabelFall = "fall"
	LabelADL  = "adl" // activities of daily living: everything that is not a fall
)

// Clip is one labelled video, as a line of labels.csv describes it.
type Clip struct {
	Dataset string
	ID      string // unique in its data set
	Path    string // of the video, relative to the manifest's folder, with slashes
	Subject string // the recorded person, "" = not known; unique in its data set
	Camera  string // "" = not known; unique in its data set

	FPS    float64 // frames a second, 0 = not given
	Frames int     // how many frames the video has, 0 = not given

	Label    string // LabelFall or LabelADL
	Activity string // in people's words

	// The fall's first and last frame, both inclusive, counted from 0: its onset, and the
	// body at rest. Both are -1 where they are not given.
	FallStart, FallEnd int

	Groups []string // that OpenGroups has found it in, sorted; nil = none

	Extra map[string]string // values of unknown columns by their name, nil where there are none
	Line  int               // in labels.csv, 0 where there is none
}

// Name is what events.csv and scores.csv call the clip.
func (c *Clip) Name() string { return c.ID }

// Timed tells whether the clip's fall has its frames.
func (c *Clip) Timed() bool { return c.FallStart >= 0 && c.FallEnd >= 0 }

// String names the clip for people, with its data set.
func (c *Clip) String() string { return fmt.Sprintf("%s/%s", c.Dataset, c.ID) }

// Segment is a stretch of frames in which a person is in one state, such as "falling".
type Segment struct {
	Dataset, Clip string
	Start, End    int // frames, both inclusive, counted from 0
	State         string
}

// Span is a stretch of time, in seconds since a recording's first frame.
type Span struct{ Start, End float64 }
