package train

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/google/renameio/v2"
)

// ThesisVariant is one of the detectors that are held against each other.
type ThesisVariant struct {
	Name  string `json:"name"`
	About string `json:"about"`           // for people, a phrase
	Prior string `json:"prior,omitempty"` // the one that it has alone, or lacks
	Base  string `json:"base,omitempty"`  // the variant without the prior, or with it, that says what it is worth
	Lacks bool   `json:"lacks,omitempty"` // it lacks the prior, and Base has it
}

// ThesisRun is what one training of a variant said of the clips that it was kept away from.
type ThesisRun struct {
	Format     int    `json:"format"`
	Key        string `json:"key"` // changes with all that decides what comes out: settings, clips, labels
	Protocol   string `json:"protocol"`
	Variant    string `json:"variant"`
	Fold       string `json:"fold"`
	Seed       uint64 `json:"seed"`
	Parameters int    `json:"parameters"`
	Answers    int    `json:"answers"` // of the network; 1 = a fall or none
	Decoder    string `json:"decoder"` // for people

	Clips []Judged `json:"-"` // each with the threshold that was brought; without windows
}

// thesisRunFile is a ThesisRun on disk.
type thesisRunFile struct {
	ThesisRun
	Clips []clipFile `json:"clips"`
}

// Save replaces a file with the run, JSON in gzip.
func (r *ThesisRun) Save(path string) error {
	f := thesisRunFile{ThesisRun: *r}
	f.Format = ResultFormat
	for i := range r.Clips {
		c := toFile(&r.Clips[i])
		c.Windows = nil
		f.Clips = append(f.Clips, c)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := errors.Join(json.NewEncoder(z).Encode(f), z.Close()); err != nil {
		return fmt.Errorf("keeping what was said in %s: %w", path, err)
	}
	if err := renameio.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// OpenThesisRun reads what Save wrote, and trusts nothing in it. Where the file is not there
// the error wraps fs.ErrNotExist.
func OpenThesisRun(path string) (*ThesisRun, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading a run: %w", err)
	}
	defer file.Close()
	r, err := decodeThesisRun(file)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w: delete it, and it is made again", path, err)
	}
	return r, nil
}

func decodeThesisRun(r io.Reader) (*ThesisRun, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(io.LimitReader(z, mostEvaluation))
	var f thesisRunFile
	if err := d.Decode(&f); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) { // gzip's sum is looked at there
		return nil, fmt.Errorf("it does not end where it should: %w", cmp.Or(err, errTrailing))
	}
	if f.Format != ResultFormat {
		return nil, fmt.Errorf("it has format %d, and this program reads format %d", f.Format, ResultFormat)
	}
	out := f.ThesisRun
	for _, c := range f.Clips {
		j, err := c.judged()
		if err != nil {
			return nil, fmt.Errorf("clip %s: %w", c.Clip, err)
		}
		out.Clips = append(out.Clips, j)
	}
	return &out, nil
}

// Thesis is what came out: every variant by protocol, and what sets them apart.
type Thesis struct {
	Format    int              `json:"format"`
	Protocols []ThesisProtocol `json:"protocols"`
	Facts     []Facts          `json:"facts,omitempty"`
}

// ThesisProtocol is one way of keeping clips away from trainings.
type ThesisProtocol struct {
	Protocol    string             `json:"protocol"`
	Folds       []ThesisFold       `json:"folds"`
	Interval    Interval           `json:"interval"` // seeds are drawn anew, too
	Variants    []ThesisMeasure    `json:"variants"`
	Differences []ThesisDifference `json:"differences"`
	Priors      []ThesisPrior      `json:"priors"`
}

// ThesisFold is what was tested together: one model of each variant and seed for it.
type ThesisFold struct {
	Name  string  `json:"name"`
	Clips int     `json:"clips"`
	Falls int     `json:"falls"`
	Hours float64 `json:"hours"` // of footage away from falls
}

// ThesisMeasure is one variant: the mean over its seeds.
type ThesisMeasure struct {
	ThesisVariant
	Parameters int                   `json:"parameters"`
	Answers    int                   `json:"answers"`
	Decoder    string                `json:"decoder"` // of the first run
	Seeds      []uint64              `json:"seeds"`
	Found      int                   `json:"found"`        // with the thresholds brought, over all seeds
	Falls      int                   `json:"falls"`        // over all seeds
	False      int                   `json:"false_alarms"` // likewise
	Metrics    map[string]Metric     `json:"metrics"`      // by ThesisMetrics' keys
	PerSeed    map[string][]*float64 `json:"per_seed"`     // likewise, in the seeds' order
	Curve      []ThesisPoint         `json:"curve"`        // recall at equal false alarms
}

// ThesisPoint is a point of an operating curve.
type ThesisPoint struct {
	FalseAlarmsPerHour float64 `json:"false_alarms_per_hour"`
	Recall             float64 `json:"recall"`
}

// ThesisDifference is B − A, on the same clips and the seeds that both have.
type ThesisDifference struct {
	A       string            `json:"a"`
	B       string            `json:"b"`
	Metrics map[string]Metric `json:"metrics"`
}

// ThesisPrior is what one prior is worth.
type ThesisPrior struct {
	Prior string            `json:"prior"`
	Alone *ThesisDifference `json:"alone,omitempty"` // what it adds to a variant without it
	Last  *ThesisDifference `json:"last,omitempty"`  // what all others lack without it
}

// WriteJSON replaces a file with the numbers.
func (t *Thesis) WriteJSON(path string) error { return writeJSON(path, t) }

// Of is a variant's measure, nil where it was not run.
func (p *ThesisProtocol) Of(variant string) *ThesisMeasure {
	for i := range p.Variants {
		if p.Variants[i].Name == variant {
			return &p.Variants[i]
		}
	}
	return nil
}
