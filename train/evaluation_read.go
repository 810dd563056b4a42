package train

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// decodeEvaluation trusts nothing in what it reads.
func decodeEvaluation(r io.Reader) (f evaluationFile, err error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return f, err
	}
	d := json.NewDecoder(io.LimitReader(z, mostEvaluation))
	if err := d.Decode(&f); err != nil {
		return f, err
	}
	if f.Format != ResultFormat {
		return f, fmt.Errorf("it has format %d, and this program reads format %d", f.Format, ResultFormat)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) { // gzip's sum is looked at there
		return f, fmt.Errorf("it does not end where it should: %w", cmp.Or(err, errTrailing))
	}
	return f, f.Measuring.check()
}

var errTrailing = errors.New("more follows")

func (m Measuring) check() error {
	const most = 1_000_000
	switch {
	case m.Resamples < 0 || m.Resamples > most:
		return fmt.Errorf("it has %d resamples, and there may be up to %d", m.Resamples, most)
	case !(m.MinEvidence >= 0 && m.MinEvidence <= 1):
		return fmt.Errorf("its MinEvidence is %g, and must lie between 0 and 1", m.MinEvidence)
	}
	return m.Alarm.Check()
}

// check names what no evaluation says of a clip.
func (j *Judged) check() error {
	switch {
	case !(j.Seconds >= 0):
		return fmt.Errorf("it lasts %g seconds", j.Seconds)
	case !(j.Threshold > 0 && j.Threshold <= 1):
		return fmt.Errorf("its threshold is %g", j.Threshold)
	case !(j.Evidence >= 0 && j.Evidence <= 1):
		return fmt.Errorf("the share of it that has a score is %g", j.Evidence)
	}
	for _, t := range j.Scores {
		for i := 1; i < len(t.Times); i++ {
			if !(t.Times[i] > t.Times[i-1]) {
				return fmt.Errorf("track %d has %g s after %g s", t.Track, t.Times[i], t.Times[i-1])
			}
		}
	}
	return nil
}
