// Package journal is what fallwatch must not forget: reports, the state of the alarm desk,
// what still has to be delivered to whom, evidence, verdicts and who did what, in one file.
// What it says it has accepted is on the disk; what it gives back is checked, never guessed.
// It never sends anything and never decides who is called.
package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Reserve is the room, in bytes, that Open and Prune set aside in the file, so that alarms
// can still be accepted when something else has filled the disk.
const Reserve = 4 << 20

// Errors by which a caller decides.
var (
	ErrInUse   = errors.New("another fallwatch is using it: stop that one first, or set another state folder")
	ErrFull    = errors.New("the disk is full: what was accepted before is safe; make room, and it goes on")
	ErrUnknown = errors.New("no such incident")
	ErrDamaged = errors.New("it is damaged on the disk")
	ErrForeign = errors.New("it was written by a newer fallwatch: install that one again, or move the file away")
)

// Journal is an open journal. Its methods may be called from any goroutine.
type Journal struct {
	db     *bolt.DB
	lock   *os.File
	path   string
	damage string

	mu        sync.Mutex
	listeners []chan<- struct{}
}

// Open opens the journal at path, or makes a new one; its folder is made where there is none.
// A file that is damaged is moved to path.damaged-TIME and a new one begins with what could be
// read of it, which Damage tells. An error is a file that another process uses (ErrInUse), that a
// newer fallwatch wrote (ErrForeign), or that the system does not let us have.
func Open(path string) (*Journal, error) {
	j, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("journal %s: %w", path, plain(err))
	}
	return j, nil
}

func open(path string) (*Journal, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	lock, err := take(path + ".lock")
	if err != nil {
		return nil, err
	}
	j := &Journal{path: path, lock: lock}
	if err := j.begin(); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return j, nil
}

func (j *Journal) begin() error {
	if err := j.mend(); err != nil {
		return err
	}
	db, err := openFile(j.path)
	if err != nil {
		return err
	}
	j.db = db
	if err := j.prepare(); err != nil {
		return errors.Join(err, db.Close())
	}
	_ = reserve(j.path) // a full disk must not keep the journal shut
	return syncFolder(filepath.Dir(j.path))
}

// openFile opens what mend has found good, or makes what is not there.
func openFile(path string) (db *bolt.DB, err error) {
	defer recovered(&err)
	return bolt.Open(path, 0o600, &bolt.Options{Timeout: time.Second, FreelistType: bolt.FreelistMapType})
}

// prepare makes the buckets, and refuses a format that it does not know.
func (j *Journal) prepare() error {
	return j.update(func(tx *bolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		state := box{tx.Bucket([]byte(stateBucket)), stateBucket}
		written, err := state.get([]byte(formatKey))
		if err != nil {
			return err
		}
		if written != nil && string(written) != format {
			return ErrForeign
		}
		return state.put([]byte(formatKey), []byte(format))
	})
}

// Close ends the use of the file.
func (j *Journal) Close() error {
	return errors.Join(j.db.Close(), j.lock.Close())
}

// Damage tells in one sentence what Open found damaged and what became of it; "" = nothing.
func (j *Journal) Damage() string { return j.damage }

// Bytes is how much of the file is in use.
func (j *Journal) Bytes() int64 {
	var used int64
	_ = j.view(func(tx *bolt.Tx) error {
		free := j.db.Stats().FreePageN + j.db.Stats().PendingPageN
		used = tx.Size() - int64(free)*int64(j.db.Info().PageSize)
		return nil
	})
	return used
}

// Listen has a value sent to c, unless one waits there already, whenever there may be something
// new to deliver, until stop is called. c needs room for one.
func (j *Journal) Listen(c chan<- struct{}) (stop func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.listeners = append(j.listeners, c)
	return func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.listeners = slices.DeleteFunc(j.listeners, func(other chan<- struct{}) bool { return other == c })
	}
}

func (j *Journal) wake() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, c := range j.listeners {
		select {
		case c <- struct{}{}:
		default: // it has not yet seen the last one
		}
	}
}

// update is one transaction that is on the disk, whole, when it gives nil.
func (j *Journal) update(do func(*bolt.Tx) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer recovered(&err)
	return plain(j.db.Update(do))
}

func (j *Journal) view(do func(*bolt.Tx) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer recovered(&err)
	return j.db.View(do)
}

// recovered turns the panics of bbolt over a page that makes no sense, and the faults of reading
// a file that has become shorter or a disk that fails, into an error. It is to be deferred.
func recovered(err *error) {
	if fault := recover(); fault != nil {
		*err = fmt.Errorf("%w (%v)", ErrDamaged, fault)
	}
}

// plain says the system's errors in words that help. bbolt hands some on as text alone.
func plain(err error) error {
	if err == nil || errors.Is(err, ErrFull) {
		return err
	}
	for _, full := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) || strings.Contains(err.Error(), full.Error()) {
			return fmt.Errorf("%w (%w)", ErrFull, err)
		}
	}
	return err
}
