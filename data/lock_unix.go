//go:build linux || darwin || freebsd

package data

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// A store has one lock, which the system itself releases when a process dies. Writing a
// file shares it; sweeping, and changing a file that several processes change, needs it
// alone.

// lockShared waits for the store's lock, to share it. On a file system that has no locks
// it gives ok = false, and work goes on without.
func lockShared(dir string) (unlock func(), ok bool) { return lock(dir, syscall.LOCK_SH) }

// lockAlone takes the store's lock for one holder; ok is false where another one has it
// and wait is false, or where there are no locks.
func lockAlone(dir string, wait bool) (unlock func(), ok bool) {
	if wait {
		return lock(dir, syscall.LOCK_EX)
	}
	return lock(dir, syscall.LOCK_EX|syscall.LOCK_NB)
}

func lock(dir string, how int) (unlock func(), ok bool) {
	file, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return func() {}, false
	}
	for {
		err = syscall.Flock(int(file.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	return func() { file.Close() }, err == nil
}
