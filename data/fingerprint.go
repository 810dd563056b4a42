package data

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// fingerprint tells two states of a file apart without reading it.
type fingerprint struct {
	Size    int64  `json:"size"`
	MTime   int64  `json:"mtime_ns"`
	CTime   int64  `json:"ctime_ns,omitempty"` // last change as the system saw it, 0 where it does not say
	Inode   uint64 `json:"inode,omitempty"`
	settled bool   // nothing that happens from now on can leave it the same
}

// settling is how long a file has to be left alone before its times tell of the next
// change for certain: file systems count time in steps of up to two seconds.
const settling = 2 * time.Second

func fingerprintOf(info fs.FileInfo, now time.Time) fingerprint {
	f := fingerprint{Size: info.Size(), MTime: info.ModTime().UnixNano()}
	f.Inode, f.CTime = systemMarks(info)
	f.settled = now.UnixNano()-max(f.MTime, f.CTime) > int64(settling)
	return f
}

// same tells whether two fingerprints are of one state of a file.
func (f fingerprint) same(g fingerprint) bool {
	f.settled, g.settled = false, false
	return f == g
}

// videoSums knows the sha256 of videos, and keeps what it knows in a file of the store, so
// that big videos are not read again in each run. Losing that file costs time alone.
type videoSums struct {
	store Store
	now   func() time.Time

	mutex sync.Mutex
	known map[string]videoSum // by absolute path
	fresh map[string]videoSum // not in the file yet
}

type videoSum struct {
	fingerprint
	SHA256 string `json:"sha256"`
}

const sumsFile = "videos.json"

func openSums(s Store) *videoSums {
	return &videoSums{store: s, now: time.Now, known: readSums(s), fresh: map[string]videoSum{}}
}

// readSums gives what the file says, and nothing where it cannot be read.
func readSums(s Store) map[string]videoSum {
	known := map[string]videoSum{}
	text, err := os.ReadFile(filepath.Join(s.Dir, sumsFile))
	if err != nil || json.Unmarshal(text, &known) != nil {
		return map[string]videoSum{}
	}
	return known
}

// of gives the sha256 of a video's bytes, and the state of the file that it belongs to.
func (v *videoSums) of(ctx context.Context, path string) (string, fingerprint, error) {
	print, err := v.look(path)
	if err != nil {
		return "", print, err
	}
	name, err := filepath.Abs(path)
	if err != nil {
		return "", print, err
	}
	v.mutex.Lock()
	known, ok := v.known[name]
	v.mutex.Unlock()
	if ok && known.same(print) {
		return known.SHA256, print, nil
	}
	sum, err := sumFile(ctx, path)
	if err != nil {
		return "", print, err
	}
	if err := v.unchanged(path, print); err != nil {
		return "", print, err
	}
	if print.settled {
		v.mutex.Lock()
		defer v.mutex.Unlock()
		v.known[name] = videoSum{print, sum}
		v.fresh[name] = videoSum{print, sum}
	}
	return sum, print, nil
}

// look takes the fingerprint of a video.
func (v *videoSums) look(path string) (fingerprint, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fingerprint{}, fmt.Errorf("the video is not there: %w", fs.ErrNotExist)
	case err != nil:
		return fingerprint{}, err
	case !info.Mode().IsRegular():
		return fingerprint{}, errors.New("this is not a file")
	}
	return fingerprintOf(info, v.now()), nil
}

// unchanged is an error where a video is not in the given state any more.
func (v *videoSums) unchanged(path string, was fingerprint) error {
	is, err := v.look(path)
	if err != nil {
		return err
	}
	if !is.same(was) {
		return errors.New("the video changed while it was read: run again when it is complete")
	}
	return nil
}

func sumFile(ctx context.Context, path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, &stoppable{ctx, file}); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// stoppable is a reader that ends with its context.
type stoppable struct {
	ctx  context.Context
	from io.Reader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.from.Read(p)
}

// save adds what is fresh to the file, beside what other processes have added.
func (v *videoSums) save() error {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if len(v.fresh) == 0 {
		return nil
	}
	unlock, _ := lockAlone(v.store.Dir, true)
	defer unlock()
	all := readSums(v.store)
	for name, sum := range v.fresh {
		all[name] = sum
	}
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return err
	}
	if err := replaceFile(filepath.Join(v.store.Dir, sumsFile), append(text, '\n')); err != nil {
		return fmt.Errorf("keep the videos' sha256: %w", err)
	}
	clear(v.fresh)
	return nil
}
