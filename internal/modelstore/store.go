package modelstore

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"fallkit/internal/replace"
)

// Store is a folder of models. Several programs may use it at the same time: each call
// reads the folder anew, and those that change it take turns.
type Store struct {
	Dir      string // made where it is not there
	Shipped  Shipped
	Checks   Checks
	Patience time.Duration // that a new model has to get ready in
}

// Shipped is the model that is used while none is installed.
type Shipped struct {
	Name string // for people
	Path string // of its file; "" = it is File
	File []byte
}

// Open is the store that settings speak of, in the folder models of a state folder, with the
// bytes of the model that comes along.
func Open(state string, s Settings, comesAlong []byte, checks Checks) (*Store, error) {
	keys, err := ReadKeys(s.Keys)
	if err != nil {
		return nil, err
	}
	checks.Keys, checks.Required = keys, s.RequireSignature
	shipped := Shipped{Name: cmp.Or(s.Path, "the model that comes along"), Path: s.Path, File: comesAlong}
	return &Store{Dir: filepath.Join(state, "models"), Shipped: shipped, Checks: checks, Patience: s.Probation}, nil
}

// path of a model in the store.
func (s *Store) path(sha256 string) string { return filepath.Join(s.Dir, sha256+".safetensors") }

// Install checks a model and makes it the one that the next start of the daemon uses, on
// probation. The one before it is kept.
func (s *Store) Install(path string, now time.Time) (*Model, error) {
	m, err := s.Checks.Verify(path)
	if err != nil {
		return nil, err
	}
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	before, _, err := s.read()
	if err != nil {
		return nil, err
	}
	if before.Current != nil && before.Current.SHA256 == m.SHA256 {
		return nil, fmt.Errorf("model %s is the one in use", path)
	}
	if err := s.keep(m); err != nil {
		return nil, err
	}
	next := state{
		Current:   &Entry{m.SHA256, filepath.Base(path), now.UTC().Truncate(time.Second)},
		Previous:  before.Current,
		Probation: &probation{},
	}
	if before.Probation != nil { // it has never worked: what was before it is what to go back to
		next.Previous = before.Previous
	}
	if err := s.change(before, next); err != nil {
		return nil, err
	}
	return m, s.sweep(next)
}

// keep writes a model's file and its signature.
func (s *Store) keep(m *Model) error {
	path := s.path(m.SHA256)
	var err error
	if m.seal != nil {
		err = replace.File(path+signatureSuffix, m.seal, 0o644)
	}
	if err == nil {
		err = replace.File(path, m.bytes, 0o644)
	}
	if err != nil {
		return fmt.Errorf("keep the model in %s: %w", s.Dir, err)
	}
	return nil
}

// lock has the folder for this caller alone until unlock is called.
func (s *Store) lock() (unlock func(), err error) {
	if err := replace.Dir(s.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("the folder of models: %w", err)
	}
	d, err := os.Open(s.Dir)
	if err != nil {
		return nil, fmt.Errorf("the folder of models: %w", err)
	}
	if err := syscall.Flock(int(d.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", s.Dir, err), d.Close())
	}
	return func() { _ = d.Close() }, nil // which gives the lock back
}

func (s *Store) read() (state, []error, error) { return readState(s.Dir) }

// change writes what is new.
func (s *Store) change(before, next state) error {
	next.Serial = before.Serial + 1
	text, err := next.encode()
	if err != nil {
		return err
	}
	if err := replace.File(next.slot(s.Dir), text, 0o644); err != nil {
		return fmt.Errorf("the list of models: %w", err)
	}
	return nil
}

// Rollback goes back to the model before the current one, or to the shipped one; the
// current one is then the one before, so that a second rollback undoes the first.
func (s *Store) Rollback() (now string, err error) {
	unlock, err := s.lock()
	if err != nil {
		return "", err
	}
	defer unlock()
	before, _, err := s.read()
	if err != nil {
		return "", err
	}
	if before.Current == nil && before.Previous == nil {
		return "", errors.New("there is nothing to go back to: the model in use is the one that came with the program")
	}
	if p := before.Previous; p != nil {
		if _, err := s.load(p); err != nil {
			return "", fmt.Errorf("the model before this one cannot be used: %w", err)
		}
	}
	return s.nameOf(before.Previous), s.change(before, state{Current: before.Previous, Previous: before.Current})
}

func (s *Store) nameOf(e *Entry) string {
	if e == nil {
		return s.Shipped.Name
	}
	return fmt.Sprintf("%s (%.12s)", e.Name, e.SHA256)
}

// load checks a model of the store as if it were new.
func (s *Store) load(e *Entry) (*Model, error) {
	return s.Checks.verify(s.path(e.SHA256), e.SHA256)
}

// shipped checks the model that came along; nobody need have signed it.
func (s *Store) shipped() (*Model, error) {
	c := s.Checks
	c.Required, c.Keys = false, nil
	if s.Shipped.Path != "" {
		return c.Verify(s.Shipped.Path)
	}
	m, err := c.check(s.Shipped.File, nil, "")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Shipped.Name, err)
	}
	return m, nil
}

// sweep removes files that the state does not name any more, and those that somebody left
// half-written who was killed.
func (s *Store) sweep(now state) error {
	keep := map[string]bool{}
	for _, e := range []*Entry{now.Current, now.Previous} {
		if e != nil {
			keep[s.path(e.SHA256)] = true
			keep[s.path(e.SHA256)+signatureSuffix] = true
		}
	}
	for _, pattern := range []string{"*.safetensors", "*.safetensors" + signatureSuffix, ".*.safetensors*"} {
		all, err := filepath.Glob(filepath.Join(s.Dir, pattern))
		if err != nil {
			return err
		}
		for _, path := range all {
			if keep[path] {
				continue
			}
			if err := os.Remove(path); err != nil {
				return fmt.Errorf("remove an old model: %w", err)
			}
		}
	}
	return nil
}
