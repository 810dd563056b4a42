// Package replace puts whole files in the place of others: after a power cut there is the old
// one or the new one, and never half of either. What root replaces belongs to the owner of the
// folder, so that a daemon without root's rights can read what its keeper has changed.
package replace

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/google/renameio/v2"
)

// File replaces a file, with these permissions whatever the umask says. It is on the disk before
// File returns.
func File(path string, data []byte, perm fs.FileMode) error {
	dir := filepath.Dir(path)
	f, err := renameio.NewPendingFile(path, renameio.WithTempDir(dir), renameio.WithPermissions(perm), renameio.WithStaticPermissions(perm))
	if err != nil {
		return err
	}
	defer f.Cleanup() //nolint:errcheck // after the replacement there is nothing to clean up
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := giveTo(dir, f.Chown); err != nil {
		return err
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return err
	}
	return syncDir(dir)
}

// Dir makes a folder, with those above it, where there is none. One that root makes belongs to
// the owner of the folder that it lies in.
func Dir(path string, perm fs.FileMode) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(path, perm); err != nil {
		return err
	}
	return giveTo(filepath.Dir(path), func(uid, gid int) error { return os.Chown(path, uid, gid) })
}

// giveTo has root give something to the owner of a folder.
func giveTo(dir string, chown func(uid, gid int) error) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return chown(int(s.Uid), int(s.Gid))
}

// syncDir makes a rename in the folder outlast a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
