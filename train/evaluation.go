package train

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"fallkit/data"
)

// Evaluation is an evaluation as it is kept in a folder, so that it can be reported on and
// compared later: the result, and what was said of each clip.
type Evaluation struct {
	Result    Result
	Clips     []Judged // without recordings and windows' poses
	Measuring Measuring
	Cases     Cases
	Epochs    []EpochLog // of the training; nil = none to show
	Facts     []Facts
}

// The files of a kept evaluation.
const (
	ResultName     = "evaluation.json"     // the Result, as Write writes it
	EvaluationName = "evaluation.clips.gz" // the rest, JSON in gzip
)

// evaluationFile is what EvaluationName holds.
type evaluationFile struct {
	Format    int        `json:"format"`
	Measuring Measuring  `json:"measuring"`
	Clips     []clipFile `json:"clips"`
	Cases     Cases      `json:"cases"`
	Epochs    []EpochLog `json:"epochs,omitempty"`
	Facts     []Facts    `json:"facts,omitempty"`
}

// clipFile is Judged on disk: numbers that are none are null.
type clipFile struct {
	Clip      string            `json:"clip"`
	Group     string            `json:"group"`
	Trial     string            `json:"trial,omitempty"`
	Fold      string            `json:"fold"`
	Activity  string            `json:"activity,omitempty"`
	Columns   map[string]string `json:"columns"`
	Marks     []string          `json:"groups,omitempty"`
	Seconds   float64           `json:"seconds"`
	Fall      bool              `json:"fall"`
	Falls     []data.Span       `json:"falls,omitempty"`
	Lying     Lying             `json:"lying"`
	Scores    []trackFile       `json:"scores"`
	Heard     []Detection       `json:"heard,omitempty"`
	Foreign   bool              `json:"foreign,omitempty"`
	Windows   []windowFile      `json:"windows,omitempty"`
	Evidence  float64           `json:"evidence"`
	Threshold *float64          `json:"threshold"`
}

type trackFile struct {
	Track  int        `json:"track"`
	Times  []float64  `json:"times"`
	Scores []*float64 `json:"scores"`
}

type windowFile struct {
	Score *float64 `json:"score"`
	Fall  bool     `json:"fall"`
}

// Save keeps the evaluation in a folder that is there. The result goes last, so that a
// folder with a result is whole.
func (e *Evaluation) Save(dir string) error {
	f := evaluationFile{Format: ResultFormat, Measuring: e.Measuring, Cases: e.Cases, Epochs: e.Epochs, Facts: e.Facts}
	for i := range e.Clips {
		f.Clips = append(f.Clips, toFile(&e.Clips[i]))
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := errors.Join(json.NewEncoder(z).Encode(f), z.Close()); err != nil {
		return fmt.Errorf("keeping the evaluation in %s: %w", dir, err)
	}
	path := filepath.Join(dir, EvaluationName)
	if err := renameio.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return e.Result.Write(filepath.Join(dir, ResultName))
}

// ErrNoEvaluation is wrapped where a folder holds no evaluation.
var ErrNoEvaluation = errors.New("holds no evaluation: make one with evaluate --out")

// mostEvaluation is how large an evaluation may be, unpacked: days of footage.
const mostEvaluation = 4 << 30

// OpenEvaluation reads what Save wrote.
func OpenEvaluation(dir string) (*Evaluation, error) {
	result, err := ReadResult(filepath.Join(dir, ResultName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s %w", dir, ErrNoEvaluation)
	}
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, EvaluationName)
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading an evaluation: %w: evaluate again", err)
	}
	defer file.Close()
	f, err := decodeEvaluation(file)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w: evaluate again", path, err)
	}
	e := &Evaluation{Result: result, Measuring: f.Measuring, Cases: f.Cases, Epochs: f.Epochs, Facts: f.Facts}
	for _, c := range f.Clips {
		j, err := c.judged()
		if err != nil {
			return nil, fmt.Errorf("reading %s: clip %s: %w: evaluate again", path, c.Clip, err)
		}
		e.Clips = append(e.Clips, j)
	}
	return e, nil
}

func toFile(j *Judged) clipFile {
	c := clipFile{
		Clip: j.Clip, Group: j.Group, Trial: j.Trial, Fold: j.Fold, Activity: j.Activity, Columns: j.Columns, Marks: j.Marks, Seconds: j.Seconds,
		Fall: j.Fall, Falls: j.Falls, Lying: j.Lying, Heard: j.Heard, Foreign: j.Foreign, Evidence: j.Evidence, Threshold: orNull(j.Threshold),
	}
	for _, t := range j.Scores {
		f := trackFile{Track: t.Track, Times: t.Times, Scores: make([]*float64, len(t.Scores))}
		for i, s := range t.Scores {
			f.Scores[i] = orNull(s)
		}
		c.Scores = append(c.Scores, f)
	}
	for _, w := range j.Windows {
		c.Windows = append(c.Windows, windowFile{orNull(w.Score), w.Fall})
	}
	return c
}

func (c clipFile) judged() (Judged, error) {
	j := Judged{
		Clip: c.Clip, Group: c.Group, Trial: c.Trial, Fold: c.Fold, Activity: c.Activity, Columns: c.Columns, Marks: c.Marks, Seconds: c.Seconds,
		Fall: c.Fall, Falls: c.Falls, Lying: c.Lying, Heard: c.Heard, Foreign: c.Foreign, Evidence: c.Evidence, Threshold: orNaN(c.Threshold),
	}
	for _, t := range c.Scores {
		if len(t.Times) != len(t.Scores) {
			return j, fmt.Errorf("track %d has %d times and %d scores", t.Track, len(t.Times), len(t.Scores))
		}
		s := TrackScores{Track: t.Track, Times: t.Times, Scores: make([]float64, len(t.Scores))}
		for i, v := range t.Scores {
			s.Scores[i] = orNaN(v)
		}
		j.Scores = append(j.Scores, s)
	}
	for _, w := range c.Windows {
		j.Windows = append(j.Windows, JudgedWindow{orNaN(w.Score), w.Fall})
	}
	return j, j.check()
}
