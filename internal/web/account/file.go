package account

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"fallkit/internal/replace"
)

// fileName is the file in the folder of the state. It holds no password and no token, only
// what they are recognised by, and only its owner may read it.
const fileName = "accounts.json"

const fileVersion = 1

type file struct {
	Version  int       `json:"version"`
	Users    []user    `json:"users"`
	Tokens   []token   `json:"tokens"`
	Sessions []session `json:"sessions"`
	Resets   []Reset   `json:"resets,omitempty"`
}

type user struct {
	Name      string    `json:"name"`
	Scope     Scope     `json:"scope"`
	Password  string    `json:"password"`            // see hash
	Generated bool      `json:"generated,omitempty"` // the password was made by the program
	Created   time.Time `json:"created"`
}

type token struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Scope   Scope     `json:"scope"`
	Hash    string    `json:"hash"` // see digest
	Created time.Time `json:"created"`
	Used    time.Time `json:"used,omitzero"` // to the day
}

type session struct {
	Hash    string    `json:"hash"` // see digest
	User    string    `json:"user"`
	From    string    `json:"from"` // the address
	Created time.Time `json:"created"`
	Used    time.Time `json:"used"` // to the hour
}

// parse reads a file, strictly.
func parse(text []byte) (*file, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	f := &file{}
	if err := d.Decode(f); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the end")
	}
	if f.Version != fileVersion {
		return nil, fmt.Errorf("it has version %d, and this program knows version %d", f.Version, fileVersion)
	}
	return f, f.check()
}

func (f *file) check() error {
	names := map[string]bool{}
	for _, u := range f.Users {
		if _, _, _, err := parts(u.Password); err != nil {
			return fmt.Errorf("user %q: %w", u.Name, err)
		}
		if err := checkName(u.Name); err != nil || names[u.Name] || scopes[u.Scope] == 0 {
			return fmt.Errorf("user %q cannot be, or is there twice", u.Name)
		}
		names[u.Name] = true
	}
	for _, t := range f.Tokens {
		if scopes[t.Scope] == 0 || t.Hash == "" {
			return fmt.Errorf("token %q cannot be", t.Name)
		}
	}
	if f.admins() == 0 {
		return errors.New("no user is an admin")
	}
	return nil
}

func (f *file) admins() (n int) {
	for _, u := range f.Users {
		if u.Scope == Admin {
			n++
		}
	}
	return n
}

// read gives nil where there is no file.
func read(path string) (*file, []byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read accounts: %w", err)
	}
	f, err := parse(text)
	if err != nil {
		return nil, nil, fmt.Errorf("%s is damaged: %w; put a good copy there, or move it away and a new admin password is made at the next start", path, err)
	}
	return f, text, nil
}

// write replaces the file.
func (f *file) write(path string) ([]byte, error) {
	text, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write accounts: %w", err)
	}
	text = append(text, '\n')
	if err := replace.File(path, text, 0o600); err != nil {
		return nil, fmt.Errorf("write accounts: %w", err)
	}
	return text, nil
}

// clone is a copy whose lists can be changed.
func (f *file) clone() *file {
	c := *f
	c.Users = append([]user{}, f.Users...)
	c.Tokens = append([]token{}, f.Tokens...)
	c.Sessions = append([]session{}, f.Sessions...)
	c.Resets = append([]Reset(nil), f.Resets...)
	return &c
}
