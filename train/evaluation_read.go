package train

import (
	"compress/gzip"
	"encoding/json"
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
	return f, nil
}
