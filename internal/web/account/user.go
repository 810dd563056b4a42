package account

import (
	"fmt"
	"regexp"
	"slices"
	"time"
)

// User is what may be told of a user.
type User struct {
	Name      string    `json:"name"`
	Scope     Scope     `json:"scope"`
	Generated bool      `json:"generated"` // has the password that the program made
	Created   time.Time `json:"created"`
	Sessions  int       `json:"sessions"` // signed in on so many browsers
}

var nameForm = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,39}$`)

func checkName(name string) error {
	if !nameForm.MatchString(name) {
		return Refusal("a name has 1 to 40 letters, digits, spaces and . _ @ -, and starts with a letter or a digit")
	}
	return nil
}

func checkScope(s Scope) error {
	if scopes[s] == 0 {
		return Refusal(fmt.Sprintf("scope is %q, and must be read, acknowledge or admin", s))
	}
	return nil
}

// Users lists all users, in the order in which they were made.
func (s *Store) Users() []User {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := s.now()
	all := make([]User, len(s.kept.Users))
	for i, u := range s.kept.Users {
		all[i] = User{Name: u.Name, Scope: u.Scope, Generated: u.Generated, Created: u.Created}
		for _, x := range s.kept.Sessions {
			if x.User == u.Name && s.lives(x, now) {
				all[i].Sessions++
			}
		}
	}
	return all
}

// AddUser makes a user.
func (s *Store) AddUser(name string, scope Scope, password string) error {
	for _, err := range []error{checkName(name), checkScope(scope), checkPassword(name, password)} {
		if err != nil {
			return err
		}
	}
	kept := s.newHash(password)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.change(func(f *file) error {
		if f.user(name) != nil {
			return Refusal(fmt.Sprintf("there is a user %q already", name))
		}
		if len(f.Users) >= mostUsers {
			return Refusal(fmt.Sprintf("there are %d users already", mostUsers))
		}
		f.Users = append(f.Users, user{Name: name, Scope: scope, Password: kept, Created: s.now().UTC()})
		return nil
	})
}

// SetUser gives a user another scope or, where it is not "", another password, which ends
// their sessions.
func (s *Store) SetUser(name string, scope Scope, password string) error {
	if err := checkScope(scope); err != nil {
		return err
	}
	kept := ""
	if password != "" {
		if err := checkPassword(name, password); err != nil {
			return err
		}
		kept = s.newHash(password)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.changeUser(name, func(f *file, u *user) error {
		if u.Scope = scope; f.admins() == 0 {
			return Refusal("somebody must stay an admin")
		}
		if kept != "" {
			u.Password, u.Generated = kept, false
			f.signOut(name, "")
		}
		return nil
	})
}

// RemoveUser removes a user and ends their sessions.
func (s *Store) RemoveUser(name string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.changeUser(name, func(f *file, _ *user) error {
		f.Users = slices.DeleteFunc(f.Users, func(u user) bool { return u.Name == name })
		if f.admins() == 0 {
			return Refusal("somebody must stay an admin")
		}
		f.signOut(name, "")
		return nil
	})
}

// ChangePassword gives the user who holds a session another password, and ends their other sessions.
func (s *Store) ChangePassword(from string, who Identity, old, password string) error {
	if err := checkPassword(who.Name, password); err != nil {
		return err
	}
	address := network(from)
	kept, account, wait := s.admit(address, who.Name) // who has found an open page cannot guess either
	if wait > 0 {
		return Wait(wait)
	}
	if !s.verify(kept, old) || account == "" {
		return ErrWrong
	}
	next := s.newHash(password)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.limit.right(address, account)
	return s.changeUser(who.Name, func(f *file, u *user) error {
		u.Password, u.Generated = next, false
		f.signOut(who.Name, who.Session)
		return nil
	})
}

func (s *Store) changeUser(name string, what func(*file, *user) error) error {
	return s.change(func(f *file) error {
		u := f.user(name)
		if u == nil {
			return Refusal(fmt.Sprintf("there is no user %q", name))
		}
		return what(f, u)
	})
}
