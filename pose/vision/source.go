package vision

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"gocv.io/x/gocv"
)

// Source is where pictures come from.
type Source struct {
	Path    string         // a file, a URL or /dev/videoN
	Live    bool           // a camera: read at its own speed, the newest frame wins
	Seconds float64        // stop after this time; 0 = go on to the end
	Harm    Harm           // comes to the pictures of a file; the zero value is none
	Camera  CameraSettings // the zero value is a camera that stands upright
	Watch   Watch          // of a live one

	wrap func(reader) reader // of a file; nil = as it is
}

// Name is the path without a password, for messages.
func (s Source) Name() string { return redact(s.Path) }

// check reports what cannot be, and fills in what is left open.
func (s *Source) check() error {
	if s.Path == "" {
		return errors.New("no video given")
	}
	if !(s.Seconds >= 0) || math.IsInf(s.Seconds, 1) {
		return fmt.Errorf("%s: seconds is %g, and must be 0 or more", s.Name(), s.Seconds)
	}
	if s.Live && !s.Harm.none() {
		return fmt.Errorf("%s: harm can come to files only, since no camera shows the same twice", s.Name())
	}
	return errors.Join(s.Harm.Check(), s.Camera.check())
}

// reader gives the frames of a source one after the other.
type reader interface {
	// next goes to the next frame and tells its time in seconds from the first; io.EOF
	// after the last one.
	next(ctx context.Context) (time float64, err error)
	// picture decodes the frame that next went to, and says false where it has no picture.
	picture(into *gocv.Mat) (bool, error)
	rate() float64 // frames a second, as near as it is known
	total() int    // how many frames there will be, as near as it is known; 0 = unknown
	close()
}

func (s Source) open(ctx context.Context) (reader, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.Live {
		return upright(openCamera(ctx, s), s.Camera), nil
	}
	f, err := openFile(s.Path)
	if err != nil {
		return nil, err
	}
	if s.wrap != nil {
		return s.wrap(f), nil
	}
	if s.Harm.none() {
		return upright(f, s.Camera), nil
	}
	r, err := harm(f, s.Harm, s.Path)
	if err != nil {
		return nil, err
	}
	return upright(r, s.Camera), nil
}

// file reads a video file, every frame of it.
type file struct {
	path    string
	capture *capture
	clock   clock
	read    int
}

// maxPixels is beyond any camera (16k video has 133 million): a header that says more is
// damaged, and decoding it would need gigabytes.
const maxPixels = 140e6

func openFile(path string) (*file, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open video: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("open video: %s is not a file", path)
	}
	content, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open video: %w", err)
	}
	err = whole(content, info.Size())
	content.Close()
	if err != nil {
		return nil, fmt.Errorf("open video %s: %w", path, err)
	}
	full, err := filepath.Abs(path) // "a:b.mp4" would be protocol a to FFmpeg
	if err != nil {
		return nil, fmt.Errorf("open video: %w", err)
	}
	c, err := openCapture(full, gocv.VideoCaptureFFmpeg, 0)
	if err != nil {
		return nil, fmt.Errorf("open video %s: %w: %w", path, ErrCorrupt, err)
	}
	width, height := c.property(gocv.VideoCaptureFrameWidth), c.property(gocv.VideoCaptureFrameHeight)
	if width*height > maxPixels {
		c.close()
		return nil, fmt.Errorf("open video %s: %w: pictures of %.0fx%.0f cannot be", path, ErrCorrupt, width, height)
	}
	return &file{path: path, capture: c, clock: clock{Interval: 1 / sane(c.property(gocv.VideoCaptureFPS))}}, nil
}

// sane is a frame rate, or 25 where it is none.
func sane(fps float64) float64 {
	if fps >= 0.5 && fps <= 1000 {
		return fps
	}
	return 25
}

func (f *file) next(ctx context.Context) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	ok, err := f.capture.grab()
	if err != nil {
		return 0, fmt.Errorf("read video %s after frame %d: %w: %w", f.path, f.read, ErrCorrupt, err)
	}
	if !ok && f.read == 0 {
		return 0, fmt.Errorf("read video %s: %w: no frame can be decoded", f.path, ErrCorrupt)
	}
	if !ok {
		return 0, io.EOF
	}
	f.read++
	return f.clock.next(f.capture.property(gocv.VideoCapturePosMsec) / 1000), nil
}

func (f *file) picture(into *gocv.Mat) (bool, error) {
	ok, err := f.capture.retrieve(into)
	if err != nil {
		return false, fmt.Errorf("decode frame %d of %s: %w: %w", f.read, f.path, ErrCorrupt, err)
	}
	return ok, nil
}

func (f *file) rate() float64 { return sane(f.capture.property(gocv.VideoCaptureFPS)) }

func (f *file) total() int {
	n := f.capture.property(gocv.VideoCaptureFrameCount)
	if !(n > 0 && n < 1e8) {
		return 0
	}
	return int(n)
}

func (f *file) close() { f.capture.close() }

// isDevice tells a camera of this machine from a stream.
func isDevice(path string) bool { return strings.HasPrefix(path, "/dev/") }
