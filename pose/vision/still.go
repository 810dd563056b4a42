package vision

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"

	"gocv.io/x/gocv"
)

// Still writes one frame of a video, counted from 0, as a PNG of the video's own size, and
// gives that size. It reads from the first frame on: seeking lands on a near frame, and
// not always on the same one. The file appears whole or not at all.
func Still(ctx context.Context, video string, frame int, out string) (image.Point, error) {
	f, err := openFile(video)
	if err != nil {
		return image.Point{}, err
	}
	defer f.close()
	for range frame + 1 {
		_, err := f.next(ctx)
		if errors.Is(err, io.EOF) {
			return image.Point{}, fmt.Errorf("%s has no frame %d: its last one is number %d", video, frame, f.read-1)
		}
		if err != nil {
			return image.Point{}, err
		}
	}
	return f.save(out)
}

// save writes the frame that next went to.
func (f *file) save(out string) (image.Point, error) {
	m := gocv.NewMat()
	defer m.Close()
	ok, err := f.picture(&m)
	if err != nil {
		return image.Point{}, err
	}
	if !ok {
		return image.Point{}, fmt.Errorf("decode frame %d of %s: %w: there is no picture in it", f.read-1, f.path, ErrCorrupt)
	}
	picture, err := m.ToImage()
	if err == nil {
		err = savePNG(out, picture)
	}
	if err != nil {
		return image.Point{}, fmt.Errorf("write frame %d of %s: %w", f.read-1, f.path, err)
	}
	return picture.Bounds().Size(), nil
}
