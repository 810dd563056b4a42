package modelstore

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"
)

// state says which model is used. The zero value is a store into which nothing was
// installed.
type state struct {
	Serial    int64      `json:"serial"` // counts the changes
	Current   *Entry     `json:"current,omitempty"`
	Previous  *Entry     `json:"previous,omitempty"`
	Probation *probation `json:"probation,omitempty"` // of Current
	Failed    *Failed    `json:"failed,omitempty"`    // the last one that was taken back
}

// Entry is a model in the store.
type Entry struct {
	SHA256    string    `json:"sha256"`
	Name      string    `json:"name"` // of the file that was installed
	Installed time.Time `json:"installed"`
}

// probation is of a model with which the daemon has not been ready yet.
type probation struct {
	Began time.Time `json:"began,omitzero"` // the first start; zero = not yet started
}

// Failed is a model that was taken back, and why.
type Failed struct {
	Entry
	Why string    `json:"why"`
	At  time.Time `json:"at"`
}

// The state lies in two files that are written by turns, each with its own checksum: where a
// power cut or a bad disk spoils one, the other is the state of one change before.
var slots = []string{"state-a.json", "state-b.json"}

const mostState = 1 << 20 // bytes

// readState gives the newest whole state; faults tells which files were not whole.
func readState(dir string) (s state, faults []error, err error) {
	for _, name := range slots {
		text, err := readWhole(filepath.Join(dir, name), mostState)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return state{}, nil, fmt.Errorf("the list of models: %w", err)
		}
		one, err := decodeState(text)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w: what was last installed or taken back may be forgotten", filepath.Join(dir, name), err))
			continue
		}
		if one.Serial > s.Serial {
			s = one
		}
	}
	return s, faults, nil
}

// slot is the file that a state goes into: never that of the state before it.
func (s state) slot(dir string) string { return filepath.Join(dir, slots[s.Serial%2]) }

// encode gives the state's checksum in hex, a line's end, and the state.
func (s state) encode() ([]byte, error) {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("the list of models: %w", err)
	}
	text = append(text, '\n')
	sum := sha256.Sum256(text)
	return append([]byte(hex.EncodeToString(sum[:])+"\n"), text...), nil
}

func decodeState(file []byte) (s state, err error) {
	sum, text, ok := bytes.Cut(file, []byte("\n"))
	if want := sha256.Sum256(text); !ok || string(sum) != hex.EncodeToString(want[:]) {
		return state{}, errors.New("damaged")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return state{}, fmt.Errorf("of another version of this program: %w", err)
	}
	if s.Probation != nil && s.Current == nil {
		return state{}, errors.New("damaged: nothing is on probation")
	}
	for _, e := range []*Entry{s.Current, s.Previous} {
		if e != nil && !e.valid() {
			return state{}, errors.New("damaged: it names no model")
		}
	}
	return s, nil
}

// valid keeps a name out of the store's folder from becoming a path elsewhere.
func (e *Entry) valid() bool {
	b, err := hex.DecodeString(e.SHA256)
	return err == nil && len(b) == sha256.Size && e.SHA256 == hex.EncodeToString(b)
}
