package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The files that people write into a data folder.
const (
	labelsFile   = "labels.csv"
	segmentsFile = "segments.csv"
)

// Manifest is a data folder: its clips, and the states that are known in them.
type Manifest struct {
	Dir      string   // the folder that all paths are relative to
	Columns  []string // of labels.csv, as they stand there
	Clips    []Clip
	Segments []Segment
}

// Open reads a data folder. That is a folder with a labels.csv, or without one a folder
// with two sub-folders of videos, fall and adl. Everything wrong with the files is told
// at once, in an error that is a Faults.
//
// segments.csv may stand beside labels.csv and in sub-folders that are named after a data
// set; all of them are read.
func Open(dir string) (*Manifest, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("open data folder: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s is a file: name the folder that holds %s", dir, labelsFile)
	}
	path := filepath.Join(dir, labelsFile)
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return openFolders(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("open labels: %w", err)
	}
	defer file.Close()
	m, err := readLabels(file, path)
	if err != nil {
		return nil, err
	}
	m.Dir = dir
	if err := m.openSegments(); err != nil {
		return nil, err
	}
	return m, nil
}

// VideoPath is where the video of clip i lies.
func (m *Manifest) VideoPath(i int) string {
	return m.file(m.Clips[i].Path)
}

// Count tells how many clips of each label there are.
func (m *Manifest) Count() (falls, adl int) {
	for i := range m.Clips {
		if m.Clips[i].Label == LabelFall {
			falls++
		} else {
			adl++
		}
	}
	return falls, adl
}
