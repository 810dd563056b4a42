package data

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"fallkit/pose"
)

// Store keeps the poses of videos on disk, each under a key that is made of everything
// they depend on. What is stored is never changed: another video, engine or rate is
// another key. Several processes may use one store at the same time.
type Store struct{ Dir string }

// Origin is everything that poses depend on.
type Origin struct {
	VideoSHA256 string  // of the video file's bytes, in hex
	Engine      string  // ID of the pose network and its settings
	FPS         float64 // poses a second
}

// Key names the poses of an origin in this version of the file format.
func (o Origin) Key() string {
	text := fmt.Sprintf("fallkit poses %d\nvideo %s\nengine %q\nfps %s\n",
		poseFormat, o.VideoSHA256, o.Engine, strconv.FormatFloat(o.FPS, 'g', -1, 64))
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Key names the poses that an engine finds in a video at a rate.
func Key(videoSHA256, engine string, fps float64) string {
	return Origin{VideoSHA256: videoSHA256, Engine: engine, FPS: fps}.Key()
}

// Path is where the poses of a key lie, or would lie.
func (s Store) Path(key string) string {
	return filepath.Join(s.Dir, key[:min(2, len(key))], key+".parquet")
}

// Put saves the poses of an origin under its key.
func (s Store) Put(o Origin, r *pose.Recording) error { return s.put(o.Key(), o, r) }

// Save saves poses under a key, without a word of where they are from: see Put.
func (s Store) Save(key string, r *pose.Recording) error { return s.put(key, Origin{}, r) }

func (s Store) put(key string, o Origin, r *pose.Recording) error {
	text, err := encodePoses(o, r)
	if err != nil {
		return fmt.Errorf("save poses %s: %w", key, err)
	}
	path := s.Path(key)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fmt.Errorf("save poses: %w", err)
	}
	unlock, _ := lockShared(s.Dir)
	defer unlock()
	if err := replaceFile(path, text); err != nil {
		return fmt.Errorf("save poses: %w", err)
	}
	return nil
}

// Load reads the poses of a key. The error is a fs.ErrNotExist where there are none, and
// an ErrDamaged where the file is not as it was saved.
func (s Store) Load(key string) (*pose.Recording, error) {
	path := s.Path(key)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load poses: %w", err)
	}
	_, r, err := decodePoses(text)
	if err != nil {
		return nil, fmt.Errorf("load poses: %s: %w: run \"falltrain extract\" again", path, err)
	}
	return r, nil
}

// Has tells whether the poses of a key are there, whole and unchanged since they were
// saved. It reads the file and checks its seal, which is far cheaper than finding the
// poses again.
func (s Store) Has(key string) bool {
	text, err := os.ReadFile(s.Path(key))
	return err == nil && checkSeal(text) == nil
}

// notThere tells whether an error says that there is no such file.
func notThere(err error) bool { return errors.Is(err, fs.ErrNotExist) }
