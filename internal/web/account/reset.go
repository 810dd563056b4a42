package account

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Reset is a password that was made anew without the page, and of which the program that keeps
// the audit log has not heard yet.
type Reset struct {
	User string    `json:"user"`
	By   string    `json:"by"` // who ran the program
	Time time.Time `json:"time"`
}

// ResetPassword gives a user a new random password, makes them an admin, and ends their sessions,
// or with everybody those of all users. It is for whoever has lost it and may write the folder. A
// program that holds the folder open takes it up before the next request. A Refusal says that
// there are no accounts, or no such user.
func ResetPassword(folder, name, by string, everybody bool, now time.Time) (password string, err error) {
	path := filepath.Join(folder, fileName)
	password = makePassword()
	kept := hash(password, Rounds)
	defer turn(path)()
	f, _, err := read(path)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "", fmt.Errorf("%w: run this as root, or as the user whom the daemon runs as", err)
	case err != nil:
		return "", err
	case f == nil:
		return "", Refusal(folder + " has no accounts yet: the daemon makes them when it first starts, and tells the password then")
	}
	u := f.user(name)
	if u == nil {
		return "", Refusal(fmt.Sprintf("there is no user %q, only %s", name, strings.Join(f.names(), ", ")))
	}
	u.Password, u.Scope, u.Generated = kept, Admin, true
	f.signOut(name, "")
	if everybody {
		f.Sessions = nil
	}
	f.Resets = append(f.Resets, Reset{name, by, now.UTC()})
	if _, err := f.write(path); err != nil {
		return "", err
	}
	return password, nil
}

func (f *file) names() (all []string) {
	for _, u := range f.Users {
		all = append(all, u.Name)
	}
	return all
}

// TellResets hands each reset that was not told yet to note, oldest first, until note says that
// it could not take one.
func (s *Store) TellResets(note func(Reset) error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	_ = s.refresh() // a damaged file has none
	told := 0
	for _, r := range s.kept.Resets {
		if note(r) != nil {
			break
		}
		told++
	}
	if told > 0 {
		s.keep(func(f *file) { f.Resets = f.Resets[min(told, len(f.Resets)):] })
	}
}

// turn waits until no other program changes the accounts' file, and gives the function that ends
// the turn. Where there can be no turns, as without room for another open file, it goes on
// without: whoever has to answer an alarm must get in.
func turn(path string) (end func()) {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return func() {}
	}
	_ = syscall.Flock(int(folder.Fd()), syscall.LOCK_EX)
	return func() { _ = folder.Close() } // which gives the lock back
}
