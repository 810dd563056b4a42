package weights

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Fault is that a network or ONNX Runtime is not there, or not what it should be: a pull mends it.
type Fault struct {
	What    string // is wrong
	Runtime bool   // with ONNX Runtime
}

// Error names the trainer's pull; another program that has one says so itself.
func (f Fault) Error() string {
	if f.Runtime {
		return f.What + `: run "falltrain pull --runtime onnxruntime"`
	}
	return f.What + `: run "falltrain pull"`
}

// verify tells whether the network's file under home is whole.
func (n *Network) verify(home string) error {
	path := Path(home, n.Name)
	sum, err := sumOfFile(path, n.Bytes)
	if errors.Is(err, fs.ErrNotExist) {
		return Fault{What: fmt.Sprintf("pose network %s is not at %s", n.Name, path)}
	}
	if err != nil {
		return fmt.Errorf("read pose network %s: %w", n.Name, err)
	}
	if sum != n.SHA256 {
		return Fault{What: fmt.Sprintf("pose network %s at %s is damaged or of another version", n.Name, path)}
	}
	return nil
}

// sumOfFile is the sha256, in hex, of a file that should have so many bytes. One byte
// more is enough to see that it is another file.
func sumOfFile(path string, bytes int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, io.LimitReader(f, bytes+1)); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// workshop is a folder for half-made files, beside the place where they will lie so that
// a rename is all it takes to put them there.
type workshop struct {
	dir  string
	lock *os.File // held as long as the owner lives; nil where the disk has no locks
}

const workshopPattern = ".pull-*"

// openWorkshop makes the folder for finished files and a workshop in it, and removes
// the workshops of pulls that were killed.
func openWorkshop(models string) (*workshop, error) {
	if err := os.MkdirAll(models, 0o755); err != nil {
		return nil, err
	}
	if err := sweep(models); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(models, workshopPattern)
	if err != nil {
		return nil, err
	}
	// Without a lock (some network disks) the pull works all the same; only, if it is
	// killed, nobody will tidy up after it.
	lock, _ := tryLock(dir)
	return &workshop{dir, lock}, nil
}

// sweep removes the workshops that nobody holds. An empty one may be so new that its
// owner has not yet locked it, and takes no room.
func sweep(models string) error {
	dirs, err := filepath.Glob(filepath.Join(models, workshopPattern))
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		lock, err := tryLock(dir)
		if err != nil {
			continue
		}
		w := workshop{dir, lock}
		if files, err := os.ReadDir(dir); err == nil && len(files) == 0 {
			lock.Close()
		} else if err := w.close(); err != nil {
			return err
		}
	}
	return nil
}

func tryLock(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// close removes the folder with all that is left in it.
func (w *workshop) close() error {
	err := os.RemoveAll(w.dir)
	if w.lock != nil {
		err = errors.Join(err, w.lock.Close())
	}
	return err
}

// put writes a file in the workshop and then moves it to path, so that path is at every
// moment the old file or the new one, whole.
func (w *workshop) put(path string, data []byte, create func(path string) (*os.File, error)) error {
	draft := filepath.Join(w.dir, filepath.Base(path))
	f, err := create(draft)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(draft, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a rename in the folder outlast a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
