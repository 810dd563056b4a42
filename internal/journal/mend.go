package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
)

// take holds the lock file until it is closed. It holds the number of the process that has it.
func take(path string) (*os.File, error) {
	lock, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(path)
		err = ErrInUse
		if process := strings.TrimSpace(string(holder)); process != "" {
			err = fmt.Errorf("%w (process %s)", ErrInUse, process)
		}
		return nil, errors.Join(err, lock.Close())
	}
	_ = lock.Truncate(0)
	_, _ = lock.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0) // only to tell people
	return lock, nil
}

// mend looks through the whole file before bbolt may. A damaged one is set aside, and what can be
// read of it makes the new one; one that is mostly empty is written anew, smaller.
func (j *Journal) mend() error {
	file, err := os.Open(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("it is not a file")
	case info.Size() == 0:
		return nil
	}
	p := pages{file, info.Size()}
	if fault := p.check(); fault != nil {
		return j.replace(p, fault)
	}
	return j.compact()
}

// replace sets the damaged file aside under another name, and puts a new one in its place, in one
// step: whenever the power fails, one of the two is there.
func (j *Journal) replace(p pages, fault error) error {
	items := p.salvage()
	fresh := j.path + ".new"
	if err := write(fresh, items); err != nil {
		return fmt.Errorf("%w (%s), and writing what can be read of it failed: %w", ErrDamaged, first(fault), err)
	}
	aside := j.path + ".damaged-" + time.Now().UTC().Format("20060102T150405.000")
	if err := os.Link(j.path, aside); err != nil { // a file system without links
		if err := os.Rename(j.path, aside); err != nil {
			return err
		}
	}
	if err := os.Rename(fresh, j.path); err != nil {
		return err
	}
	j.damage = fmt.Sprintf("the journal was damaged (%s); it is now %s, and a new one begins with the %d records that could be read",
		first(fault), aside, len(items))
	return syncFolder(filepath.Dir(j.path))
}

// first is one line of all that is wrong.
func first(fault error) string {
	lines := strings.Split(fault.Error(), "\n")
	if len(lines) == 1 {
		return lines[0]
	}
	return fmt.Sprintf("%s, and %d more faults", lines[0], len(lines)-1)
}

// salvage is every value that can be read and believed: of the newest tree, and what is missing
// there of the one before it. What the newest tree had removed may come back with that: a report
// is then sent twice rather than never.
func (p pages) salvage() []item {
	var items []item
	known := map[string]bool{}
	for _, m := range p.metas() {
		t, l := p.tree(m), newLedger()
		for i := range t.items() {
			id := i.place() + "\x00" + string(i.key)
			if err := l.check(i); err != nil {
				t.faults = append(t.faults, err)
				continue
			}
			if !known[id] && expected(i.path, false) {
				known[id] = true
				items = append(items, i)
			}
		}
		if len(t.faults)+len(l.faults()) == 0 { // only what is free was damaged
			break
		}
	}
	return items
}

// expected tells whether a value lies where the journal keeps some; derived ones, which can be made
// anew of others, only on request.
func expected(path []string, derived bool) bool {
	if len(path) == 0 {
		return false
	}
	switch nested := path[0] == rowBucket || path[0] == dueBucket; {
	case path[0] == dueBucket || path[0] == idBucket || path[0] == orderBucket:
		return derived && (len(path) == 2) == nested && len(path) <= 2
	default:
		return slices.Contains(buckets, path[0]) && (len(path) == 2) == nested && len(path) <= 2
	}
}

// write makes a new file of items, whole and on the disk.
func write(path string, items []item) (err error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	db, err := openFile(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.Update(func(tx *bolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		for _, i := range items {
			if err := put(tx, i); err != nil {
				return err
			}
		}
		return boxes{tx}.rejoin()
	})
}

func put(tx *bolt.Tx, i item) error {
	bucket := tx.Bucket([]byte(i.path[0]))
	if len(i.path) == 2 {
		var err error
		if bucket, err = bucket.CreateBucketIfNotExists([]byte(i.path[1])); err != nil {
			return err
		}
	}
	if n, err := fromNumber(i.key); err == nil && len(i.path) == 1 && n > bucket.Sequence() {
		if err := bucket.SetSequence(n); err != nil {
			return err
		}
	}
	return bucket.Put(i.key, i.value)
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}
