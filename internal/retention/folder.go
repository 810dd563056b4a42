package retention

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Folder is a place of files, such as pose clips for retraining: every regular file in it, not
// those below it, is a record, as old as its last change.
type Folder struct {
	Dir  string
	Only func(name string) bool // which files are records; nil = all
}

var _ Place = Folder{}

// Prune removes files; one that cannot be removed does not keep others from it.
func (f Folder) Prune(olderThan time.Time, maxBytes int64) (removed int, err error) {
	files, err := f.files()
	if err != nil {
		return 0, err
	}
	var size int64
	for _, file := range files {
		size += file.Size()
	}
	var faults []error
	for _, file := range files {
		old := file.ModTime().Before(olderThan)
		if !old && (maxBytes == 0 || size <= maxBytes) {
			break
		}
		if err := os.Remove(filepath.Join(f.Dir, file.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			faults = append(faults, err)
			continue
		}
		size -= file.Size()
		removed++
	}
	return removed, errors.Join(faults...)
}

// files of the folder, oldest first; none where there is no folder.
func (f Folder) files() ([]fs.FileInfo, error) {
	entries, err := os.ReadDir(f.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("retention: %w", err)
	}
	var files []fs.FileInfo
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && info.Mode().IsRegular() && (f.Only == nil || f.Only(e.Name())) {
			files = append(files, info)
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	return files, nil
}
