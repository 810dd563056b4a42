package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// videoEndings are the file names that count as videos where there is no labels.csv.
var videoEndings = []string{".mp4", ".avi", ".mov", ".mkv", ".webm", ".mpg", ".m4v"}

// openFolders reads a data folder that has no labels.csv: the videos in its sub-folder
// fall are falls, those in adl are not. The data set is called as the folder is.
func openFolders(dir string) (*Manifest, error) {
	if err := checkFolders(dir); err != nil {
		return nil, err
	}
	dataset, err := folderName(dir)
	if err != nil {
		return nil, err
	}
	m := &Manifest{Dir: dir, Columns: slices.Clone(labelColumns)}
	for _, label := range []string{LabelFall, LabelADL} {
		videos, err := findVideos(dir, label)
		if err != nil {
			return nil, fmt.Errorf("look for videos: %w", err)
		}
		for _, v := range videos {
			m.Clips = append(m.Clips, Clip{Dataset: dataset, ID: clipName(v), Path: v, Label: label, FallStart: -1, FallEnd: -1})
		}
	}
	return m, m.checkFound()
}

// checkFolders tells how to make a data folder where there is none.
func checkFolders(dir string) error {
	var there, lacking []string
	for _, label := range []string{LabelFall, LabelADL} {
		if info, err := os.Stat(filepath.Join(dir, label)); err == nil && info.IsDir() {
			there = append(there, label+"/")
		} else {
			lacking = append(lacking, label+"/")
		}
	}
	switch len(there) {
	case 2:
		return nil
	case 1:
		return fmt.Errorf("%s has a folder %s and neither %s nor %s: put the videos of falls into fall/ and those of everyday life into adl/, or write a %s",
			dir, there[0], lacking[0], labelsFile, labelsFile)
	}
	return fmt.Errorf("%s is no data folder yet: put videos of falls into %s and videos of everyday life into %s, or write a %s",
		dir, filepath.Join(dir, LabelFall), filepath.Join(dir, LabelADL), labelsFile)
}

// folderName is the data set's name where nobody gave it one.
func folderName(dir string) (string, error) {
	whole, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("name the data set after its folder: %w", err)
	}
	name := strings.TrimSpace(filepath.Base(whole))
	if badWord(name) != "" {
		return "data", nil
	}
	return name, nil
}

// findVideos gives the videos below a sub-folder, at any depth, in the order of their
// paths. Hidden files and folders are left out.
func findVideos(dir, sub string) ([]string, error) {
	var found []string
	root := os.DirFS(filepath.Join(dir, sub)) // follows a link, where WalkDir would not
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
		case !d.IsDir() && slices.Contains(videoEndings, strings.ToLower(path.Ext(name))):
			found = append(found, path.Join(sub, name))
		}
		return nil
	})
	slices.Sort(found)
	return found, err
}

// clipName is a video's path without its ending, as one word.
func clipName(video string) string {
	return strings.ReplaceAll(strings.TrimSuffix(video, path.Ext(video)), "/", "-")
}

// checkFound tells whether the videos that were found can be clips.
func (m *Manifest) checkFound() error {
	if len(m.Clips) == 0 {
		return fmt.Errorf("%s and %s hold no videos (%s)",
			filepath.Join(m.Dir, LabelFall), filepath.Join(m.Dir, LabelADL), strings.Join(videoEndings, " "))
	}
	var faults Faults
	first := map[string]string{}
	for i := range m.Clips {
		c := &m.Clips[i]
		odd := strings.Contains(c.Path, `\`) || strings.ContainsFunc(c.Path, unicode.IsControl) || !utf8.ValidString(c.Path)
		if other, twice := first[c.ID]; twice {
			faults = append(faults, fmt.Sprintf("%s and %s would both be clip %q: rename one", m.file(other), m.file(c.Path), c.ID))
		} else if odd {
			faults = append(faults, fmt.Sprintf("%q is a file name with a backslash, a control character or letters that are not UTF-8: rename the file", c.Path))
		}
		first[c.ID] = c.Path
	}
	return faults.err()
}

func (m *Manifest) file(path string) string {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return path // of a joined folder
	}
	return filepath.Join(m.Dir, path)
}

// Starter writes a labels.csv for a folder of videos, for people to fill in.
type Starter struct {
	Dir string
	// Probe tells a video's frames a second and how many frames it has. Where it is nil,
	// or knows not, these columns stay empty.
	Probe func(path string) (fps float64, frames int, err error)
}

// Init writes a labels.csv into a folder that has two sub-folders of videos, fall and
// adl. A labels.csv that is there is left alone, with an error.
func Init(dir string) (*Manifest, error) {
	m, _, err := Starter{Dir: dir}.Write()
	return m, err
}

// Write writes the labels.csv and gives what stands in it, with the videos that Probe
// could make nothing of.
func (s Starter) Write() (*Manifest, []Failure, error) {
	target := filepath.Join(s.Dir, labelsFile)
	if _, err := os.Lstat(target); err == nil {
		return nil, nil, fmt.Errorf("%s is there already, and is left as it is", target)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("write labels: %w", err)
	}
	m, err := openFolders(s.Dir)
	if err != nil {
		return nil, nil, err
	}
	failed := s.probe(m)
	return m, failed, m.Save()
}

func (s Starter) probe(m *Manifest) (failed []Failure) {
	if s.Probe == nil {
		return nil
	}
	for i := range m.Clips {
		c := &m.Clips[i]
		fps, frames, err := s.Probe(m.VideoPath(i))
		if err != nil {
			failed = append(failed, Failure{Clip: c.String(), Path: m.VideoPath(i), Err: err})
			continue
		}
		if fps > 0 && fps <= mostFPS { // else the file says something that nobody can use
			c.FPS = fps
		}
		if frames > 0 && frames <= manyFrames {
			c.Frames = frames
		}
	}
	return failed
}
