package data

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// Source is where a data set comes from, and on what terms.
type Source struct {
	Dataset    string
	Source     string // who made it, for people
	Licence    string
	Commercial bool // whether what was learned from it may be used commercially
}

var sourceColumns = []string{"dataset", "source", "licence", "commercial"}

// ReadSources reads a CSV file with the columns dataset, source, licence and commercial (yes
// or no). Everything wrong with it is told at once, in an error that is a Faults.
func ReadSources(path string) ([]Source, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the sources: %w", err)
	}
	defer file.Close()
	return readSources(file, path)
}

func readSources(r io.Reader, path string) ([]Source, error) {
	t, err := openTable(r, path, sourceColumns)
	if err != nil {
		return nil, err
	}
	var all []Source
	seen := map[string]int{}
	for r := range t.rows {
		s := Source{Dataset: r.word("dataset"), Source: r.text("source"), Licence: r.text("licence")}
		if s.Licence == "" {
			r.fault("licence is empty: say on what terms %s may be used", s.Dataset)
		}
		switch strings.ToLower(r.text("commercial")) {
		case "yes":
			s.Commercial = true
		case "no":
		default:
			r.fault("commercial is %q, and must be yes or no", r.text("commercial"))
		}
		if first, twice := seen[s.Dataset]; twice {
			r.fault("data set %q is in line %d already", s.Dataset, first)
			continue
		}
		seen[s.Dataset] = r.line
		all = append(all, s)
	}
	return all, t.faults.err()
}
