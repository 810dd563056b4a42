package data

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Save writes the manifest's labels.csv, and its segments.csv where there are segments,
// into its folder. Files that are there are replaced.
func (m *Manifest) Save() error {
	labels, err := m.encodeLabels()
	if err != nil {
		return fmt.Errorf("write labels: %w", err)
	}
	if len(m.Segments) > 0 {
		segments, err := m.encodeSegments()
		if err != nil {
			return fmt.Errorf("write segments: %w", err)
		}
		if err := replaceFile(filepath.Join(m.Dir, segmentsFile), segments); err != nil {
			return fmt.Errorf("write segments: %w", err)
		}
	}
	if err := replaceFile(filepath.Join(m.Dir, labelsFile), labels); err != nil {
		return fmt.Errorf("write labels: %w", err)
	}
	return nil
}

func (m *Manifest) encodeLabels() ([]byte, error) {
	columns := m.saveColumns()
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	if err := w.Write(columns); err != nil {
		return nil, err
	}
	for i := range m.Clips {
		if err := w.Write(m.Clips[i].values(columns)); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return text.Bytes(), w.Error()
}

// saveColumns are the manifest's own columns, then those of the known ones and of the
// clips' extra ones that are not among them.
func (m *Manifest) saveColumns() []string {
	columns := slices.DeleteFunc(slices.Clone(m.Columns), func(c string) bool { return c == "" })
	add := func(name string) {
		same := func(c string) bool { return strings.EqualFold(c, name) }
		if !slices.ContainsFunc(columns, same) {
			columns = append(columns, name)
		}
	}
	for _, c := range labelColumns {
		add(c)
	}
	for i := range m.Clips {
		for _, c := range slices.Sorted(maps.Keys(m.Clips[i].Extra)) {
			add(c)
		}
	}
	return columns
}

// values gives the clip's line of labels.csv.
func (c *Clip) values(columns []string) []string {
	known := map[string]string{
		"dataset": c.Dataset, "clip": c.ID, "path": c.Path, "subject": c.Subject, "camera": c.Camera,
		"fps": rateText(c.FPS), "frames": wholeText(c.Frames, 0), "label": c.Label, "activity": c.Activity,
		"fall_start_frame": wholeText(c.FallStart, -1), "fall_end_frame": wholeText(c.FallEnd, -1),
	}
	values := make([]string, len(columns))
	for i, column := range columns {
		v, ok := known[strings.ToLower(column)]
		if !ok {
			v = c.Extra[column]
		}
		values[i] = v
	}
	return values
}

func rateText(fps float64) string {
	if fps == 0 {
		return ""
	}
	return strconv.FormatFloat(fps, 'g', -1, 64)
}

// wholeText renders what is not known as nothing.
func wholeText(n, absent int) string {
	if n == absent {
		return ""
	}
	return strconv.Itoa(n)
}

func (m *Manifest) encodeSegments() ([]byte, error) {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	if err := w.Write(segmentColumns); err != nil {
		return nil, err
	}
	for _, s := range m.Segments {
		if err := w.Write([]string{s.Dataset, s.Clip, strconv.Itoa(s.Start), strconv.Itoa(s.End), s.State}); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return text.Bytes(), w.Error()
}
