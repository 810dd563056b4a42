package click

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"slices"
	"sync"

	"fallkit/data"
)

// Session is what was placed on the chosen frames so far, and the file that it is kept in.
// It is safe for concurrent use.
type Session struct {
	Frames []Frame

	path  string
	mutex sync.Mutex
	kept  data.Keypoints // of the file, chosen now or not
	disk  []byte         // the file as it was last seen, nil = there is none
}

// errChanged says that somebody else wrote into the file.
var errChanged = errors.New("the file was changed by another program: end this one, and start it again")

// Open takes up the file at path, where there is one.
func Open(path string, frames []Frame) (*Session, error) {
	s := &Session{Frames: frames, path: path}
	var err error
	if s.disk, err = read(path); err != nil {
		return nil, fmt.Errorf("read clicks: %w", err)
	}
	if s.disk == nil {
		return s, nil
	}
	kept, err := data.ReadKeypoints(path)
	if err != nil {
		return nil, err
	}
	for _, image := range kept.Images {
		if image.Frame < 0 {
			return nil, fmt.Errorf("%s holds still pictures (%s), so it is none of this program's: name another file", path, image.Path)
		}
	}
	s.kept = *kept
	return s, nil
}

// read gives nil where there is no file.
func read(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

// find gives what is kept of a chosen frame, nil where it is nothing.
func (s *Session) find(n int) *data.KeypointImage {
	i := s.index(n)
	if i < 0 {
		return nil
	}
	return &s.kept.Images[i]
}

func (s *Session) index(n int) int {
	f := &s.Frames[n]
	return slices.IndexFunc(s.kept.Images, func(k data.KeypointImage) bool { return k.Path == f.Path && k.Frame == f.Number })
}

// The statuses of a frame beside the words of data.KeypointImage.Skipped.
const (
	statusTodo = "todo"
	statusDone = "done"
)

// Status tells how far a frame is.
func (s *Session) Status(n int) string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch k := s.find(n); {
	case k == nil:
		return statusTodo
	case k.Skipped == "":
		return statusDone
	default:
		return k.Skipped
	}
}

// Done counts the frames that need no more work.
func (s *Session) Done() (done int) {
	for n := range s.Frames {
		if status := s.Status(n); status != statusTodo && status != data.SkippedUnfinished {
			done++
		}
	}
	return done
}

// answer gives what was placed on a frame.
func (s *Session) answer(n int) Answer {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	k := s.find(n)
	if k == nil {
		return Answer{Skipped: data.SkippedUnfinished, People: [][]Point{}}
	}
	return answerOf(k)
}

// put keeps an answer, in the file at once. size is the picture's.
func (s *Session) put(n int, size image.Point, a Answer) error {
	people, err := a.people(size)
	if err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	f := s.Frames[n]
	return s.save(n, data.KeypointImage{
		Path: f.Path, Width: size.X, Height: size.Y, Dataset: f.Dataset, Clip: f.Clip, Frame: f.Number, State: f.State,
		Skipped: a.Skipped, People: people,
	})
}

// save writes the file with a changed picture, and forgets the change where that fails. A
// frame on which nothing was placed yet does not stand in the file.
func (s *Session) save(n int, k data.KeypointImage) error {
	if now, err := read(s.path); err != nil {
		return err
	} else if !bytes.Equal(now, s.disk) || (now == nil) != (s.disk == nil) {
		return errChanged
	}
	next := data.Keypoints{Images: slices.Clone(s.kept.Images)}
	i := s.index(n)
	nothing := k.Skipped == data.SkippedUnfinished && len(k.People) == 0
	switch {
	case i >= 0 && nothing:
		next.Images = slices.Delete(next.Images, i, i+1)
	case i >= 0:
		next.Images[i] = k
	case !nothing:
		next.Images = append(next.Images, k)
	}
	if err := next.Write(s.path); err != nil {
		return err
	}
	s.kept = next
	var err error
	s.disk, err = read(s.path)
	return err
}
