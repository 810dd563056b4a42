package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// What the disk should have room for.
const (
	leastFree  = 50 << 20  // bytes: below that the daemon removes old records early
	enoughFree = 500 << 20 // bytes
	slowSync   = 500 * time.Millisecond
	fewInodes  = 1000
)

// DiskCheck examines the folder of the daemon's state.
func DiskCheck(state string) Check {
	return Check{"disk", func(context.Context) []Finding {
		if info, err := os.Stat(state); err != nil || !info.IsDir() {
			return one(Fault, fmt.Sprintf("%s is no folder that can be read", state), "make it, and give it to the daemon's user; the package does so: apt-get install --reinstall fallwatch")
		}
		took, err := trySync(state)
		if err != nil {
			return one(Fault, err.Error(), "free the disk, or mount it for writing (dmesg tells whether it is failing), and see who owns "+state)
		}
		var s syscall.Statfs_t
		if err := syscall.Statfs(state, &s); err != nil {
			return one(Fault, fmt.Sprintf("%s: %v", state, err), "see what disk that is")
		}
		free := s.Bavail * uint64(s.Bsize)
		return diskFindings(state, took, free, s.Ffree, s.Files)
	}}
}

func diskFindings(state string, took time.Duration, free, freeInodes, inodes uint64) []Finding {
	found := []Finding{fine("%s: %d MB free, a write is on disk after %.1f ms", state, free>>20, float64(took.Microseconds())/1000)}
	add := func(state State, what, do string) { found = append(found, Finding{State: state, What: what, Do: do}) }
	const remove = "remove what is not needed, or lower retention.days and retention.megabytes"
	switch {
	case free < leastFree:
		add(Fault, fmt.Sprintf("only %d MB are free", free>>20), remove)
	case free < enoughFree:
		add(Warning, fmt.Sprintf("only %d MB are free", free>>20), remove)
	}
	if inodes > 0 && freeInodes < fewInodes {
		add(Warning, fmt.Sprintf("only %d files more can be made on this disk", freeInodes), "remove small files that are not needed")
	}
	if took > slowSync {
		add(Warning, fmt.Sprintf("a write takes %.1f s until it is on disk", took.Seconds()), "an alarm waits for that: use a better card or disk")
	}
	return found
}

// trySync writes a small file, has it on disk, and removes it.
func trySync(dir string) (took time.Duration, err error) {
	start := time.Now()
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(make([]byte, 4096))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return 0, fmt.Errorf("write to %s: %w", filepath.Dir(f.Name()), err)
	}
	return time.Since(start), nil
}
