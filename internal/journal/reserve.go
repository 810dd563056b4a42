package journal

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	bolt "go.etcd.io/bbolt"
)

// compactAbove: a file that is smaller than this is never written anew, in bytes.
const compactAbove = 32 << 20

// reserve makes room in the file real for the next Reserve bytes: bbolt grows files by holes, for
// which a full disk then has no room.
func reserve(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	metas := pages{file: file}.metas()
	if len(metas) == 0 {
		return nil
	}
	end := metas[0].end * metas[0].pageBytes
	switch err := syscall.Fallocate(int(file.Fd()), 0, 0, int64(end)+Reserve); {
	case err == nil, errors.Is(err, syscall.EOPNOTSUPP), errors.Is(err, syscall.ENOSYS): // some file systems cannot
		return nil
	default:
		return plain(fmt.Errorf("making room for alarms: %w", err))
	}
}

// room is how many bytes the disk has left for us, where the system says it.
func room(path string) (free int64, known bool) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(path, &disk); err != nil {
		return 0, false
	}
	return int64(disk.Bavail) * disk.Bsize, true
}

// compact writes a file that is good, but mostly free, anew. Whatever goes wrong, the old one is
// still there and as good as before.
func (j *Journal) compact() error {
	db, err := openFile(j.path)
	if err != nil {
		return err
	}
	defer db.Close()
	if !wasteful(db) {
		return nil
	}
	fresh := j.path + ".new"
	_ = os.Remove(fresh) // of an earlier time
	smaller, err := openFile(fresh)
	if err != nil {
		return err
	}
	if err := bolt.Compact(smaller, db, 1<<20); err != nil {
		_ = smaller.Close()
		return os.Remove(fresh)
	}
	if err := smaller.Close(); err != nil {
		return err
	}
	return os.Rename(fresh, j.path)
}

func wasteful(db *bolt.DB) bool {
	var total int64
	_ = db.View(func(tx *bolt.Tx) error {
		total = tx.Size()
		return nil
	})
	free := int64(db.Stats().FreePageN) * int64(db.Info().PageSize)
	return total > compactAbove && free > total/2
}
