package vision

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
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
	// silence is how long frames may stay away, opening included, where a source says nothing.
	silence = 10 * time.Second
)

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
// keeps the newest frame: a fall is found in what is happening now. Times are those of
// arrival, so they go on over a gap in which the camera was away, and the gap shows.
type camera struct {
	name    string
	open    func() (grabber, error)
	watch   Watch
	silence time.Duration // that is an error; 0 = none is
	seconds time.Duration // to watch from the first frame; 0 = for ever
	freeze  freeze        // the reading goroutine's

	shots   chan shot // room for one
	failed  chan error
	stop    context.CancelFunc
	done    sync.WaitGroup
	current shot
	started bool
	began   time.Time // of the watch
	first   time.Time // frame
	last    float64
}

func openCamera(ctx context.Context, s Source) *camera {
	c := newCamera(s)
	c.start(ctx)
	return c
}

// newCamera gives one that is not started yet.
func newCamera(s Source) *camera {
	c := &camera{
		name: s.Name(), open: s.capture, watch: s.Watch,
		silence: inSeconds(s.Camera.Silence), seconds: inSeconds(s.Seconds), freeze: freeze{patience: frozenTime},
	}
	if c.silence == 0 && !c.watch.Reconnect {
		c.silence = silence
	}
	return c
}

func inSeconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// capture opens the camera, once.
func (s Source) capture() (g grabber, err error) {
	api, limit := gocv.VideoCaptureFFmpeg, answerTime
	if isDevice(s.Path) {
		if _, err := os.Stat(s.Path); err != nil {
			return nil, err
		}
		api, limit = gocv.VideoCaptureV4L2, 0 // it takes its limit from a variable
		setDefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "3")
	}
	err = withOptions(streamOptions[s.Camera.Transport], func() error {
		c, err := openCapture(s.Path, api, int(limit/time.Millisecond))
		if err == nil {
			g = c
		}
		return err
	})
	return g, err
}

// start begins to read; what the fields leave open takes its default.
func (c *camera) start(ctx context.Context) {
	if c.watch.Health == nil {
		c.watch.Health = new(Health)
	}
	if c.watch.Jitter == nil {
		c.watch.Jitter = rand.Float64
	}
	if c.watch.Changed == nil {
		c.watch.Changed = func(CameraChange) {}
	}
	ctx, c.stop = context.WithCancel(ctx)
	c.shots, c.failed = make(chan shot, 1), make(chan error, 1)
	c.current.picture = gocv.NewMat()
	c.began = time.Now()
	c.watch.Health.begin(c.began)
	c.done.Go(func() { c.failed <- c.run(ctx) })
}

// run reads until ctx ends or the camera does for good; it gives the reason.
func (c *camera) run(ctx context.Context) error {
	wait := backoff{jitter: c.watch.Jitter}
	for {
		reason := c.read(ctx, &wait)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err := fmt.Errorf("camera %s %w", c.name, reason)
		news := c.watch.Health.lost(time.Now(), reason)
		if !c.returns() {
			return err
		}
		if news {
			c.watch.Changed(CameraChange{Err: err})
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait.next()):
		}
	}
}

// returns tells whether a camera that is away is opened again.
func (c *camera) returns() bool {
	return c.watch.Reconnect && (c.silence == 0 || c.watch.Health.Counts().Frames > 0)
}

// read opens the camera and reads until it fails or ctx ends. The error says what the
// camera did, as the rest of a sentence.
func (c *camera) read(ctx context.Context, wait *backoff) error {
	source, err := c.open()
	if err != nil {
		return fmt.Errorf("does not answer: %w", err)
	}
	defer source.close()
	picture := gocv.NewMat()
	defer picture.Close()
	c.freeze.reopened()
	opened := time.Now()
	for ctx.Err() == nil {
		if err := c.see(source, &picture); err != nil {
			return err
		}
		if time.Since(opened) > longestPause { // else one that always hangs up at once is opened again and again
			wait.reset()
		}
		c.came(shot{picture.Clone(), time.Now()})
	}
	return ctx.Err()
}

// see waits for the next picture that is new.
func (c *camera) see(source grabber, picture *gocv.Mat) error {
	start := time.Now()
	err := shoot(source, picture)
	now := time.Now()
	switch took := now.Sub(start); {
	case took > stallTime:
		c.watch.Health.stalled()
		return fmt.Errorf("stalled: no picture for %v", took.Round(100*time.Millisecond))
	case err != nil:
		return fmt.Errorf("stopped: %w", err)
	case c.watch.Reconnect && c.freeze.frozen(picture, now): // opening it again is the cure
		c.watch.Health.stalled()
		return fmt.Errorf("froze: the same picture for %v", now.Sub(c.freeze.since).Round(100*time.Millisecond))
	}
	return nil
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

// came hands a new picture over.
func (c *camera) came(s shot) {
	if changed, away := c.watch.Health.came(s.at); changed {
		c.watch.Changed(CameraChange{Up: true, Away: away})
	}
	c.offer(s)
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
			c.watch.Health.dropped()
		default:
		}
	}
}

// next waits for a picture: until the seconds are over, or the camera has been silent for
// too long.
func (c *camera) next(ctx context.Context) (float64, error) {
	select { // a picture goes before the reason why there will be no more
	case s := <-c.shots:
		return c.take(s), nil
	default:
	}
	patience, end := newTimer(c.silence), newTimer(c.left())
	defer patience.Stop()
	defer end.Stop()
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case err := <-c.failed:
		return 0, err
	case s := <-c.shots:
		return c.take(s), nil
	case <-end.C:
		if c.started {
			return 0, io.EOF
		}
		return 0, c.silent(time.Since(c.began))
	case <-patience.C:
		return 0, c.silent(c.silence)
	}
}

// newTimer fires after d, or never where d is 0.
func newTimer(d time.Duration) *time.Timer {
	if d == 0 {
		d = math.MaxInt64
	}
	return time.NewTimer(d)
}

// left is how long the watch goes on, 0 = for ever. Until the first frame there is time
// to open the camera too.
func (c *camera) left() time.Duration {
	end := c.first.Add(c.seconds)
	if !c.started {
		end = c.began.Add(silence + c.seconds)
	}
	if c.seconds == 0 {
		return 0
	}
	return max(time.Until(end), 1)
}

// silent is the error of a camera that gives nothing for so long.
func (c *camera) silent(d time.Duration) error {
	d = d.Round(100 * time.Millisecond)
	if why := c.watch.Health.why(); why != nil {
		return fmt.Errorf("camera %s gave no picture for %v: it %w", c.name, d, why)
	}
	return fmt.Errorf("camera %s gave no picture for %v", c.name, d)
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

const (
	firstPause   = 250 * time.Millisecond
	longestPause = 5 * time.Second
)

// backoff is how long to wait before a camera is opened again: twice as long each time,
// less up to the half of it, as chance will.
type backoff struct {
	jitter func() float64 // 0 to 1
	pause  time.Duration  // before chance
}

func (b *backoff) next() time.Duration {
	b.pause = min(max(2*b.pause, firstPause), longestPause)
	return b.pause - time.Duration(b.jitter()*float64(b.pause/2))
}

func (b *backoff) reset() { b.pause = 0 }
