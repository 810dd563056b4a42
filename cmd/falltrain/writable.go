package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// writable makes the folder of a result and tries whether a file can be made there: it is
// better to know now than after an hour of work. "" is no file.
func writable(path string) error {
	if path == "" {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return usage("%s is a folder: name a file for the result", path)
	}
	dir := filepath.Dir(path)
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		var f *os.File
		if f, err = os.CreateTemp(dir, ".fallkit-"); err == nil {
			return errors.Join(f.Close(), os.Remove(f.Name()))
		}
	}
	why := err
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		why = p.Err
	}
	return fmt.Errorf("%s cannot be written: %w", path, why)
}
