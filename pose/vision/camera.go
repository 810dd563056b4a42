package vision

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"gocv.io/x/gocv"
)

const (
	// answerTime is how long a camera may take to answer within one call.
	answerTime = 3 * time.Second
	// stallTime makes a read a stall: FFmpeg hands out an old frame after its time-out.
	stallTime = 2 * time.Second
	// silence is how long frames may stay away, opening included, before it is an error.
	silence = 10 * time.Second
)

// streamOptions are for FFmpeg: RTSP over TCP, and giving up on a silent camera
// (microseconds). OpenCV has no other way in.
const streamOptions = "rtsp_transport;tcp|timeout;3000000"

// grabber is the part of a capture that a camera needs.
type grabber interface {
	grab() (bool, error)
	retrieve(into *gocv.Mat) (bool, error)
	close()
}

// shot is a picture with the moment it came.
type shot struct {
	picture gocv.Mat
	at      time.Time
}

// camera reads a live source in a goroutine of its own, which does nothing else, and
// keeps the newest frame: a fall is found in what is happening now.
type camera struct {
	name    string
	open    func() (grabber, error)
	shots   chan shot // room for one
	failed  chan error
	stop    context.CancelFunc
	done    sync.WaitGroup
	current shot
	started bool
	first   time.Time
	last    float64
}

func openCamera(ctx context.Context, s Source) (*camera, error) {
	api := gocv.VideoCaptureFFmpeg
	if isDevice(s.Path) {
		if _, err := os.Stat(s.Path); err != nil {
			return nil, fmt.Errorf("open camera: %w", err)
		}
		api = gocv.VideoCaptureV4L2
	}
	setDefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", streamOptions)
	setDefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "3")
	return startCamera(ctx, s.name(), func() (grabber, error) {
		return openCapture(s.Path, api, int(answerTime/time.Millisecond))
	}), nil
}

// setDefault sets a variable that OpenCV reads when it opens a source.
func setDefault(name, value string) {
	if os.Getenv(name) == "" {
		os.Setenv(name, value)
	}
}

func startCamera(ctx context.Context, name string, open func() (grabber, error)) *camera {
	ctx, stop := context.WithCancel(ctx)
	c := &camera{name: name, open: open, shots: make(chan shot, 1), failed: make(chan error, 1), stop: stop}
	c.current.picture = gocv.NewMat()
	c.done.Go(func() { c.failed <- c.run(ctx) })
	return c
}

// run reads until ctx ends or the camera does; it gives the reason.
func (c *camera) run(ctx context.Context) error {
	source, err := c.open()
	if err != nil {
		return fmt.Errorf("camera %s does not answer: %w", c.name, err)
	}
	defer source.close()
	picture := gocv.NewMat()
	defer picture.Close()
	for ctx.Err() == nil {
		start := time.Now()
		if err := shoot(source, &picture); err != nil {
			return fmt.Errorf("camera %s: %w", c.name, err)
		}
		if took := time.Since(start); took > stallTime {
			return fmt.Errorf("camera %s stalled: no picture for %v", c.name, took.Round(100*time.Millisecond))
		}
		c.offer(shot{picture.Clone(), time.Now()})
	}
	return ctx.Err()
}

// shoot waits for the next picture. A stream may have packets without one, as after a
// loss; many in a row are its end.
func shoot(source grabber, picture *gocv.Mat) error {
	for range 100 {
		ok, err := source.grab()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if ok, err = source.retrieve(picture); ok || err != nil {
			return err
		}
	}
	return errors.New("the stream has ended")
}

// offer hands s over, dropping an older one that nobody has taken.
func (c *camera) offer(s shot) {
	for {
		select {
		case c.shots <- s:
			return
		default:
		}
		select {
		case old := <-c.shots:
			old.picture.Close()
		default:
		}
	}
}

func (c *camera) next(ctx context.Context) (float64, error) {
	patience := time.NewTimer(silence)
	defer patience.Stop()
	select { // a picture goes before the reason why there will be no more
	case s := <-c.shots:
		return c.take(s), nil
	default:
	}
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case err := <-c.failed:
		return 0, err
	case <-patience.C:
		return 0, fmt.Errorf("camera %s: no picture for %v", c.name, silence)
	case s := <-c.shots:
		return c.take(s), nil
	}
}

// take makes s the current frame and tells its time.
func (c *camera) take(s shot) float64 {
	c.current.picture.Close()
	c.current = s
	return c.since(s.at)
}

// since is the time of a frame that came at a moment, from the first frame.
func (c *camera) since(at time.Time) float64 {
	if !c.started {
		c.started, c.first = true, at
		return 0
	}
	c.last = max(at.Sub(c.first).Seconds(), c.last+minStep)
	return c.last
}

func (c *camera) picture(into *gocv.Mat) (bool, error) {
	c.current.picture.CopyTo(into)
	return true, nil
}

func (c *camera) rate() float64 { return 0 }
func (c *camera) total() int    { return 0 }

// close waits for the reading goroutine: at most one answerTime, as a read cannot be broken off.
func (c *camera) close() {
	c.stop()
	c.done.Wait()
	c.current.picture.Close()
	select {
	case s := <-c.shots:
		s.picture.Close()
	default:
	}
}
