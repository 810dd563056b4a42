package data

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
)

// replaceFile puts text in the place of a file, whole or not at all: a reader sees the
// old text or the new one, whatever happens in between.
func replaceFile(path string, text []byte) error {
	return renameio.WriteFile(path, text, 0o666, renameio.WithTempDir(filepath.Dir(path)))
}

// unfinished are the names, in a store, of files that replaceFile has not finished.
var unfinished = []string{
	"." + indexFile + "[0-9]*",
	"." + sumsFile + "[0-9]*",
	filepath.Join("??", ".*.parquet[0-9]*"),
}

// sweep removes what processes that died in the middle of replaceFile left in the store.
// It does nothing while another process writes there: that process, or the next one,
// sweeps when it can.
func (s Store) sweep() error {
	unlock, alone := lockAlone(s.Dir, false)
	defer unlock()
	if !alone {
		return nil
	}
	for _, path := range s.unfinishedFiles() {
		if err := os.Remove(path); err != nil && !notThere(err) {
			return fmt.Errorf("remove unfinished file: %w", err)
		}
	}
	return nil
}

func (s Store) unfinishedFiles() []string {
	var all []string
	for _, pattern := range unfinished {
		some, _ := filepath.Glob(filepath.Join(escapeGlob(s.Dir), pattern)) // the patterns are good ones
		all = append(all, some...)
	}
	return all
}

func escapeGlob(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}
