package train

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Run is what a folder holds about one detector: a training, an evaluation, or both, and
// what other measurements left there.
type Run struct {
	Name       string
	Evaluation *Evaluation // nil = it was not evaluated
	Epochs     []EpochLog  // of its training; nil = none to show
	Facts      []Facts     // beside those of the evaluation
	Dir        string      // "" = from no folder
}

// ErrNoRun is wrapped where a folder holds nothing that can be reported on.
var ErrNoRun = errors.New("holds neither a training nor an evaluation: make one with fit --out or evaluate --out")

// OpenRun reads all that a folder holds. What is not there is left out.
func OpenRun(dir string) (*Run, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("reading a run: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s is a file, and a run is a folder: name the folder", dir)
	}
	r := &Run{Name: filepath.Base(filepath.Clean(dir)), Dir: dir}
	var err error
	if r.Evaluation, err = OpenEvaluation(dir); err != nil && !errors.Is(err, ErrNoEvaluation) {
		return nil, err
	}
	if r.Epochs, err = ReadLog(filepath.Join(dir, LogName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if r.Epochs == nil && r.Evaluation != nil {
		r.Epochs = r.Evaluation.Epochs
	}
	if r.Evaluation == nil && len(r.Epochs) == 0 && !r.holdsMore() {
		return nil, fmt.Errorf("%s %w", dir, ErrNoRun)
	}
	return r, nil
}

// holdsMore tells whether a section of the report has something to say of the run.
func (r *Run) holdsMore() bool {
	for _, s := range sections {
		if _, err := os.Stat(r.path(s.file)); err == nil {
			return true
		}
	}
	return false
}

func (r *Run) path(name string) string { return filepath.Join(r.Dir, name) }

// facts are all that is known about how the run came to be.
func (r *Run) facts() []Facts {
	if r.Evaluation == nil {
		return r.Facts
	}
	return append(append([]Facts(nil), r.Evaluation.Facts...), r.Facts...)
}

// nameRuns gives runs of one name the names of their folders.
func nameRuns(runs []*Run) {
	seen := map[string]int{}
	for _, r := range runs {
		seen[r.Name]++
	}
	for i, r := range runs {
		if seen[r.Name] == 1 {
			continue
		}
		if r.Dir != "" {
			r.Name = filepath.Clean(r.Dir)
		} else {
			r.Name = fmt.Sprintf("%s (%d)", r.Name, i+1)
		}
	}
}

// Datasets are those that a run's clips are from.
func (r *Run) Datasets() (names []string) {
	if r.Evaluation == nil {
		return nil
	}
	for i := range r.Evaluation.Clips {
		if d := r.Evaluation.Clips[i].Columns["dataset"]; d != "" && !slices.Contains(names, d) {
			names = append(names, d)
		}
	}
	slices.Sort(names)
	return names
}
