package data

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// segmentColumns are the columns that segments.csv must have.
var segmentColumns = []string{"dataset", "clip", "start_frame", "end_frame", "state"}

// openSegments reads every segments.csv of the folder.
func (m *Manifest) openSegments() error {
	var faults Faults
	for _, folder := range m.segmentFolders() {
		path := filepath.Join(m.Dir, folder, segmentsFile)
		file, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("open segments: %w", err)
		}
		err = m.readSegments(file, path)
		file.Close()
		var some Faults
		if errors.As(err, &some) {
			faults = append(faults, some...)
		} else if err != nil {
			return err
		}
	}
	return faults.err()
}

// segmentFolders are the manifest's own folder and those of its data sets.
func (m *Manifest) segmentFolders() []string {
	folders := []string{""}
	for i := range m.Clips {
		if d := m.Clips[i].Dataset; !slices.Contains(folders, d) {
			folders = append(folders, d)
		}
	}
	slices.Sort(folders)
	return folders
}

// readSegments adds the rows of one segments.csv.
func (m *Manifest) readSegments(r io.Reader, path string) error {
	t, err := openTable(r, path, segmentColumns)
	if err != nil {
		return err
	}
	clips := map[string]*Clip{}
	for i := range m.Clips {
		clips[m.Clips[i].String()] = &m.Clips[i]
	}
	for r := range t.rows {
		m.Segments = append(m.Segments, r.segment(clips))
	}
	return t.faults.err()
}

// segment reads a row of segments.csv; clips are the known ones by Clip.String.
func (r *row) segment(clips map[string]*Clip) Segment {
	s := Segment{
		Dataset: r.text("dataset"),
		Clip:    r.text("clip"),
		Start:   r.frame("start_frame"),
		End:     r.frame("end_frame"),
		State:   r.text("state"),
	}
	if s.State == "" {
		r.fault("state is empty, and must say what the person does in these frames")
	}
	clip := clips[s.clipName()]
	switch {
	case clip == nil:
		r.fault("clip %q of data set %q is not in %s", s.Clip, s.Dataset, labelsFile)
	case s.Start < 0 || s.End < 0:
	case s.Start > s.End:
		r.fault("start_frame %d lies after end_frame %d", s.Start, s.End)
	case clip.Frames > 0 && s.End >= clip.Frames:
		r.fault("end_frame is %d, and the last of %d frames is number %d", s.End, clip.Frames, clip.Frames-1)
	}
	return s
}

// frame is the number of a frame, -1 where it is none.
func (r *row) frame(column string) int {
	v := r.text(column)
	n, ok := parseWhole(v, 0)
	if !ok {
		r.fault("%s is %q, and must be the number of a frame, counted from 0", column, v)
		return -1
	}
	return n
}

// statesOf sorts the segments by clip (Clip.String) and time.
func statesOf(m *Manifest) map[string][]Segment {
	states := map[string][]Segment{}
	for _, s := range m.Segments {
		name := s.clipName()
		states[name] = append(states[name], s)
	}
	for _, of := range states {
		slices.SortStableFunc(of, func(a, b Segment) int { return a.Start - b.Start })
	}
	return states
}

// clipName is what Clip.String says of the segment's clip.
func (s Segment) clipName() string { return (&Clip{Dataset: s.Dataset, ID: s.Clip}).String() }
