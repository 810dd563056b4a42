package vision

import (
	"errors"
	"fmt"
	"image"
	"iter"
	"os"
	"path/filepath"

	"gocv.io/x/gocv"
)

// video is an H.264 mp4 that is written beside its final place and appears there whole,
// at commit.
type video struct {
	path, temp string
	writer     *writer
	size       image.Point
	frames     int
}

// createVideo starts a video; H.264 wants even sizes, so an odd row or column is cut off.
func createVideo(path string, fps float64, size image.Point) (*video, error) {
	size = image.Pt(size.X&^1, size.Y&^1)
	if size.X < 2 || size.Y < 2 {
		return nil, fmt.Errorf("write video %s: pictures of %v are too small", path, size)
	}
	if !(fps >= 0.1 && fps <= 1000) {
		return nil, fmt.Errorf("write video %s: %g frames a second cannot be, give 0.1 to 1000", path, fps)
	}
	temp, err := beside(path, ".mp4")
	if err != nil {
		return nil, fmt.Errorf("write video: %w", err)
	}
	w, err := openWriter(temp, fps, size.X, size.Y)
	if err != nil {
		os.Remove(temp)
		return nil, fmt.Errorf("write video %s: %w", path, err)
	}
	return &video{path: path, temp: temp, writer: w, size: size}, nil
}

// beside makes an empty file in path's folder. FFmpeg chooses the format by the ending.
func beside(path, ending string) (string, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(full), "."+filepath.Base(full)+".*"+ending)
	if err != nil {
		return "", err
	}
	return f.Name(), errors.Join(f.Chmod(0o644), f.Close())
}

// add appends a picture (8-bit BGR) of at least the video's size.
func (v *video) add(picture *gocv.Mat) error {
	if picture.Cols() < v.size.X || picture.Rows() < v.size.Y {
		return fmt.Errorf("write video %s: picture %d is %dx%d, and must be %dx%d",
			v.path, v.frames, picture.Cols(), picture.Rows(), v.size.X, v.size.Y)
	}
	part := picture.Region(image.Rectangle{Max: v.size})
	defer part.Close()
	if err := v.writer.write(&part); err != nil {
		return fmt.Errorf("write video %s: %w", v.path, err)
	}
	v.frames++
	return nil
}

// commit finishes the video and puts it in its place. FFmpeg's writer does not tell of a
// full disk, so the file is looked into first.
func (v *video) commit() error {
	err := v.writer.close()
	v.writer = nil
	if err == nil {
		err = v.check()
	}
	if err == nil {
		err = replace(v.temp, v.path)
	}
	if err != nil {
		os.Remove(v.temp)
		return fmt.Errorf("write video %s: %w", v.path, err)
	}
	return nil
}

// check opens the file again. Its error is not ErrCorrupt, which speaks of what was read.
func (v *video) check() error {
	f, err := openFile(v.temp)
	if err != nil {
		return errors.New("the file came out broken; is the disk full?")
	}
	defer f.close()
	if n := f.total(); n != v.frames {
		return fmt.Errorf("the file holds %d of %d frames; is the disk full?", n, v.frames)
	}
	return nil
}

// abort removes what was written; after a commit it does nothing.
func (v *video) abort() {
	if v.writer == nil {
		return
	}
	_ = v.writer.close()
	v.writer = nil
	os.Remove(v.temp)
}

// replace puts temp in path's place, on disk for sure.
func replace(temp, path string) error {
	f, err := os.OpenFile(temp, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(temp, path)
}

// WriteVideo writes pictures of one size as an H.264 mp4 of fps frames a second. The file
// appears whole or not at all.
func WriteVideo(path string, fps float64, frames iter.Seq[image.Image]) error {
	var v *video
	defer func() {
		if v != nil {
			v.abort()
		}
	}()
	for picture := range frames {
		size := picture.Bounds().Size()
		if v == nil {
			var err error
			if v, err = createVideo(path, fps, size); err != nil {
				return err
			}
		}
		if err := v.addImage(picture); err != nil {
			return err
		}
	}
	if v == nil {
		return fmt.Errorf("write video %s: there are no pictures", path)
	}
	return v.commit()
}

func (v *video) addImage(picture image.Image) error {
	m, err := fromImage(picture)
	if err != nil {
		return fmt.Errorf("write video %s: picture %d: %w", v.path, v.frames, err)
	}
	defer m.Close()
	size := picture.Bounds().Size()
	if image.Pt(size.X&^1, size.Y&^1) != v.size {
		return fmt.Errorf("write video %s: picture %d is %v, the first one %v", v.path, v.frames, size, v.size)
	}
	return v.add(&m)
}
