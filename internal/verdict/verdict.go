// Package verdict keeps the poses of incidents of which somebody has said what they were, as a data
// folder that falltrain learns from as it is: a file of poses for each, and labels.csv. It never
// decides what an incident was.
package verdict

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"fallkit/internal/replace"
	"fallkit/internal/watch"
	"fallkit/pose/clipfile"
)

// Folder is the data folder. Its methods may be called from any goroutine.
type Folder struct {
	Dir string

	mutex sync.Mutex
}

const (
	labelsFile = "labels.csv"
	dataset    = "fallwatch"
)

// Verdict is what somebody has said of an incident.
type Verdict struct {
	Incident string
	Fall     bool
	By       string
	At       time.Time
}

// Keep keeps an incident's poses as a labelled clip, given watch.Evidence in JSON. Without poses,
// as those of a drill are, there is nothing to learn from, and nothing is kept.
func (f *Folder) Keep(v Verdict, evidence json.RawMessage) error {
	if evidence == nil {
		return nil
	}
	var e watch.Evidence
	if err := json.Unmarshal(evidence, &e); err != nil {
		return fmt.Errorf("the poses of %s: %w", v.Incident, err)
	}
	var views []view
	for n, one := range append([]watch.Evidence{e}, e.Also...) {
		if len(one.Times) == 0 {
			continue
		}
		name := v.Incident
		if n > 0 {
			name += otherCamera + one.Camera
		}
		text, err := encode(v, name, one)
		if err != nil {
			return fmt.Errorf("the poses of %s: %w", name, err)
		}
		views = append(views, view{name, text})
	}
	if len(views) == 0 {
		return nil
	}
	return f.put(views)
}

// otherCamera stands between an incident's name and that of a second camera that has seen it.
const otherCamera = "+"

// view is what one camera has seen, as a file.
type view struct {
	name string
	text []byte
}

func encode(v Verdict, name string, e watch.Evidence) ([]byte, error) {
	c := clipfile.Clip{
		Name: name, Label: "adl", By: v.By, At: v.At.UTC(), Camera: e.Camera, Engine: cmp.Or(e.Engine, unknown), FPS: e.FPS,
		Width: e.Width, Height: e.Height, Track: e.Track, Start: e.Start, Times: e.Times, Scores: e.Scores, Poses: clipfile.Poses(e.Poses),
	}
	if v.Fall {
		c.Label = "fall"
	}
	return clipfile.Encode(c)
}

func (f *Folder) put(views []view) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if err := replace.Dir(f.Dir, 0o750); err != nil {
		return err
	}
	var fresh []string
	for _, v := range views {
		if err := replace.File(f.path(v.name), v.text, 0o640); err != nil {
			return err
		}
		fresh = append(fresh, v.name)
	}
	return f.list(fresh...)
}

// unknown is the engine of poses that were kept before engines were.
const unknown = "unknown"

// TakeBack removes an incident's clips, where there are any.
func (f *Folder) TakeBack(incident string) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	names, err := f.names()
	if err != nil {
		return err
	}
	gone := 0
	for _, name := range names {
		if trial(name) != incident {
			continue
		}
		if err := os.Remove(f.path(name)); err != nil {
			return err
		}
		gone++
	}
	if gone == 0 {
		return nil
	}
	return f.list()
}

// trial is the incident that a clip is of: clips of one trial count once.
func trial(name string) string {
	incident, _, _ := strings.Cut(name, otherCamera)
	return incident
}

func (f *Folder) path(incident string) string {
	return filepath.Join(f.Dir, incident+clipfile.Ending)
}

// columns are those of labels.csv.
var columns = []string{"dataset", "clip", "path", "subject", "camera", "fps", "frames", "label", "activity", "fall_start_frame", "fall_end_frame", "trial", "said_by"}

// list writes labels.csv: a line for each clip that is there. Those that it had already are taken
// from it, but for those that are fresh, so that not every file has to be read. When a fall began
// nobody has said: training finds it by how fast the person comes down.
func (f *Folder) list(fresh ...string) error {
	names, err := f.names()
	if err != nil {
		return err
	}
	before := f.listed()
	lines := [][]string{columns}
	for _, name := range names {
		line := before[name+clipfile.Ending]
		if line == nil || slices.Contains(fresh, name) {
			if line, err = f.line(name); err != nil {
				continue // whoever reads the folder need not stumble over it
			}
		}
		lines = append(lines, line)
	}
	if len(lines) == 1 {
		if err := os.Remove(filepath.Join(f.Dir, labelsFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(lines); err != nil {
		return err
	}
	return replace.File(filepath.Join(f.Dir, labelsFile), b.Bytes(), 0o640)
}

// names are those of the clips that are there.
func (f *Folder) names() (names []string, err error) {
	entries, err := os.ReadDir(f.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		name, is := strings.CutSuffix(e.Name(), clipfile.Ending)
		if is && e.Type().IsRegular() && !strings.HasPrefix(name, ".") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// listed gives the lines of labels.csv by path; none where it cannot be read: it is made anew then.
func (f *Folder) listed() map[string][]string {
	text, err := os.ReadFile(filepath.Join(f.Dir, labelsFile))
	if err != nil {
		return nil
	}
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(lines) == 0 || !slices.Equal(lines[0], columns) {
		return nil
	}
	all := map[string][]string{}
	for _, line := range lines[1:] {
		all[line[2]] = line
	}
	return all
}

func (f *Folder) line(name string) ([]string, error) {
	text, err := os.ReadFile(f.path(name))
	if err != nil {
		return nil, err
	}
	c, err := clipfile.Decode(text)
	if err != nil {
		return nil, err
	}
	fps := ""
	if c.FPS > 0 {
		fps = strconv.FormatFloat(c.FPS, 'g', -1, 64)
	}
	return []string{dataset, name, name + clipfile.Ending, "", c.Camera, fps, strconv.Itoa(len(c.Times)), c.Label, "", "", "", trial(name), c.By}, nil
}
