package data

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// FuzzSources: what is wrong is told line by line, and what is taken is whole.
func FuzzSources(f *testing.F) {
	f.Add([]byte("dataset,source,licence,commercial\nurfd,\"Kwolek, Kepski\",CC BY-NC-SA 4.0,no\nmine,,MIT,Yes\n"))
	f.Add([]byte("licence,commercial,dataset,source\n,maybe,a/b,\nMIT,no,a,\nMIT,no,a,\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		sources, err := readSources(bytes.NewReader(text), "sources.csv")
		if err != nil {
			var faults Faults
			if !errors.As(err, &faults) || len(faults) == 0 || strings.ContainsAny(faults[0], "\n\r") {
				t.Fatalf("the error names no faults, or in more than a line: %v", err)
			}
			return
		}
		seen := map[string]bool{}
		for _, s := range sources {
			if badWord(s.Dataset) != "" || s.Licence == "" || seen[s.Dataset] {
				t.Errorf("source %+v was taken", s)
			}
			seen[s.Dataset] = true
		}
	})
}
