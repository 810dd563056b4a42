package simulate

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// claimFolder makes dir a folder with this mark and these sub-folders, or finds that it is
// one.
func claimFolder(dir string, want []byte, folders ...string) error {
	path := filepath.Join(dir, markFile)
	have, err := os.ReadFile(path)
	switch {
	case err == nil && bytes.Equal(have, want):
	case err == nil:
		return fmt.Errorf("%s holds clips made with other settings (%s; see %s): choose another folder, or remove this one", dir, markDifference(have, want), path)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("read the mark of %s: %w", dir, err)
	default:
		if err := mustBeEmpty(dir); err != nil {
			return err
		}
	}
	if err := makeFolders(dir, folders...); err != nil {
		return err
	}
	if have != nil {
		return nil
	}
	return renameio.WriteFile(path, want, 0o644, renameio.WithTempDir(dir))
}

// mustBeEmpty fails where dir is anything but missing, or an empty folder, or one in
// which a run died before it had left its mark.
func mustBeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look into the folder of clips: %w", err)
	}
	for _, e := range entries {
		inside, _ := os.ReadDir(filepath.Join(dir, e.Name()))
		ours := (e.Name() == videosFolder || e.Name() == truthFolder || e.Name() == posesFolder) && e.IsDir() && len(inside) == 0
		if !ours && e.Name() != unfinished+markFile {
			return fmt.Errorf("%s is not empty and was not made by simulate: choose a new folder", dir)
		}
	}
	return nil
}

func exists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() > 0
}

// settle brings a finished file to the disk and gives it its name.
func settle(part, path string) error {
	file, err := os.OpenFile(part, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	err = file.Sync()
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(part, path)
}

// makeFolders makes sub-folders.
func makeFolders(dir string, folders ...string) error {
	for _, folder := range folders {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			return fmt.Errorf("make the folder of clips: %w", err)
		}
	}
	return nil
}
