// Package account keeps who may use the page: users and their passwords, tokens for programs,
// and who is signed in. It keeps no password and no token, only what they are recognised by,
// in one file that its owner alone can read. It knows neither HTTP nor cookies, and gets the
// time as an argument of Open.
package account

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Refusal is a change that is not made, said so that whoever asked can be told.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// ErrWrong is given for a wrong name and for a wrong password alike.
var ErrWrong = errors.New("the name or the password is wrong")

// Wait is given where too many wrong passwords have come.
type Wait time.Duration

func (w Wait) Error() string {
	return fmt.Sprintf("too many wrong passwords: try again in %d minutes", int(time.Duration(w).Minutes())+1)
}

// Settings say how long somebody stays signed in.
type Settings struct {
	Longest time.Duration // since signing in
	Idle    time.Duration // since the page was last used
	Rounds  int           // of a password's hash; 0 = Rounds, and only tests have less
}

// Store is safe for concurrent use. Use Open.
type Store struct {
	settings Settings
	path     string
	now      func() time.Time
	hashing  sync.Mutex // one password at a time: who guesses must not take the processor from the cameras

	mutex sync.Mutex
	limit limit
	kept  *file
	disk  []byte               // the file as it was last read or written
	used  map[string]time.Time // by digest: when a session was last used, newer than the file's
}

// FirstUser is the admin who is made at the first start.
const FirstUser = "admin"

// Open takes up the accounts in a folder. Where there are none it makes FirstUser, whose
// random password is given back: it is kept nowhere.
func Open(folder string, s Settings, now func() time.Time) (store *Store, password string, err error) {
	if s.Rounds == 0 {
		s.Rounds = Rounds
	}
	store = &Store{settings: s, path: filepath.Join(folder, fileName), now: now, limit: newLimit(), used: map[string]time.Time{}}
	if store.kept, store.disk, err = read(store.path); err != nil || store.kept != nil {
		return store, "", err
	}
	password = makePassword()
	store.kept = &file{Version: fileVersion}
	return store, password, store.change(func(f *file) error {
		f.Users = []user{{Name: FirstUser, Scope: Admin, Password: hash(password, s.Rounds), Generated: true, Created: now().UTC()}}
		return nil
	})
}

// change makes a change in the file, or none at all. The mutex is held.
func (s *Store) change(what func(*file) error) error {
	defer turn(s.path)()
	if err := s.refresh(); err != nil {
		return err
	}
	next := s.kept.clone()
	if err := what(next); err != nil {
		return err
	}
	text, err := next.write(s.path)
	if err != nil {
		return err
	}
	s.kept, s.disk = next, text
	return nil
}

// keep makes a change that must not wait for room on the disk: whoever signs in to answer an
// alarm gets in while it is full. What could not be written is written with the next change.
// The mutex is held.
func (s *Store) keep(what func(*file)) {
	defer turn(s.path)()
	_ = s.refresh()
	next := s.kept.clone()
	what(next)
	s.kept = next
	if text, err := next.write(s.path); err == nil {
		s.disk = text
	}
}

// refresh takes up what another program (see ResetPassword) has written. The mutex is held.
func (s *Store) refresh() error {
	text, _ := os.ReadFile(s.path) // what is gone, or cannot be read, is written anew
	if s.disk == nil || text == nil || bytes.Equal(text, s.disk) {
		return nil
	}
	next, err := parse(text)
	if err != nil {
		return fmt.Errorf("%s was changed, and is damaged: %w", s.path, err)
	}
	if len(next.Resets) > len(s.kept.Resets) { // whoever had forgotten the password has tried some
		s.limit = newLimit()
	}
	s.kept, s.disk = next, text
	return nil
}

// SignIn gives the key of a new session. The error is ErrWrong, a Wait, or that of the file.
func (s *Store) SignIn(from, name, password string) (key string, err error) {
	address := network(from)
	kept, account, wait := s.admit(address, name)
	if wait > 0 {
		return "", Wait(wait)
	}
	if !s.verify(kept, password) || account == "" {
		return "", ErrWrong
	}
	key = secret()
	now := s.now().UTC()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.limit.right(address, account)
	if u := s.kept.user(name); u == nil || u.Password != kept { // changed while it was hashed
		return "", ErrWrong
	}
	s.keep(func(f *file) {
		f.Sessions = slices.DeleteFunc(f.Sessions, func(x session) bool { return !s.lives(x, now) })
		maps.DeleteFunc(s.used, func(hashed string, _ time.Time) bool { return f.session(hashed) == nil })
		if f.Sessions = append(f.Sessions, session{digest(key), name, from, now, now}); len(f.Sessions) > mostSessions {
			f.Sessions = slices.Delete(f.Sessions, 0, len(f.Sessions)-mostSessions)
		}
	})
	return key, nil
}

// mostSessions, users and tokens: far more than one house has.
const (
	mostSessions = 200
	mostUsers    = 50
	mostTokens   = 50
)

// admit counts the attempt, and gives what is kept of the user's password. account is "" where
// there is no such user; something is hashed for them all the same, so that the time that it
// takes does not tell.
func (s *Store) admit(address, name string) (kept, account string, wait time.Duration) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	_ = s.refresh() // a damaged file changes nothing, and is told at the next change
	now := s.now()
	u := s.kept.user(name)
	if u != nil {
		kept, account = u.Password, name
	}
	if wait = s.limit.wait(address, account, now); wait == 0 {
		s.limit.wrong(address, account, now)
	}
	return kept, account, wait
}

func (s *Store) verify(kept, password string) bool {
	if len(password) > 4*mostPassword {
		password = "" // no password is that long: hash little
	}
	s.hashing.Lock()
	defer s.hashing.Unlock()
	if kept == "" {
		derive(password, make([]byte, saltBytes), s.settings.Rounds)
		return false
	}
	return matches(kept, password)
}

func (s *Store) newHash(password string) string {
	s.hashing.Lock()
	defer s.hashing.Unlock()
	return hash(password, s.settings.Rounds)
}

// Session gives who holds a session's key, and notes that they are there.
func (s *Store) Session(key string) (Identity, bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	_ = s.refresh() // somebody may have ended it
	now, hashed := s.now().UTC(), digest(key)
	x := s.kept.session(hashed)
	if x == nil || !s.lives(*x, now) {
		return Identity{}, false
	}
	u := s.kept.user(x.User)
	if u == nil {
		return Identity{}, false
	}
	s.used[hashed] = now
	if now.Sub(x.Used) >= time.Hour {
		s.keep(func(f *file) {
			if x := f.session(hashed); x != nil {
				x.Used = now
			}
		})
	}
	return Identity{Name: u.Name, Scope: u.Scope, Session: hashed, CSRF: csrf(key), Generated: u.Generated}, true
}

func (s *Store) lives(x session, now time.Time) bool {
	used := x.Used
	if later := s.used[x.Hash]; later.After(used) {
		used = later
	}
	return now.Before(x.Created.Add(s.settings.Longest)) && now.Before(used.Add(s.settings.Idle))
}

// csrf is bound to the session's key: it is kept nowhere, and dies with it.
func csrf(key string) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte("csrf"))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// SignOut ends a session, given Identity.Session.
func (s *Store) SignOut(hashed string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.used, hashed)
	s.keep(func(f *file) {
		f.Sessions = slices.DeleteFunc(f.Sessions, func(x session) bool { return x.Hash == hashed })
	})
}

func (f *file) user(name string) *user {
	if i := slices.IndexFunc(f.Users, func(u user) bool { return u.Name == name }); i >= 0 {
		return &f.Users[i]
	}
	return nil
}

func (f *file) session(hashed string) *session {
	if i := slices.IndexFunc(f.Sessions, func(x session) bool { return x.Hash == hashed }); i >= 0 {
		return &f.Sessions[i]
	}
	return nil
}

// signOut ends all sessions of a user but one.
func (f *file) signOut(name, but string) {
	f.Sessions = slices.DeleteFunc(f.Sessions, func(x session) bool { return x.User == name && x.Hash != but })
}
