package vision

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"io"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// Options say what Run does besides finding poses.
type Options struct {
	FPS      float64               // poses a second; 0 = 12.5
	Overlay  string                // H.264 mp4 to write; "" = none
	Progress func(done, total int) // frames read, and how many are expected (0 = unknown); nil allowed

	// Gate spares the pose network the frames in which nothing can have happened. A frame
	// that it spares counts as looked at, with nobody in it: it is among the PoseTimes and
	// each is called. Who is found then depends on what was in the pictures before, so poses
	// that are kept for training are found without one. nil = every frame goes to the network.
	Gate *Gate
	// Forget keeps nothing of what was seen, so that memory does not grow with time: the
	// recording has a size and nothing else, and each is the only outcome.
	Forget bool

	// Pace changes FPS on the way; nil = it stays.
	Pace *Pace
	// Sight hears once a second, before each, what the picture looked like; nil allowed.
	Sight func(Sight)

	meet func(*finder) // is told who finds the people; nil allowed
}

const defaultFPS = 12.5

func (o *Options) check() error {
	if o.FPS == 0 {
		o.FPS = defaultFPS
	}
	if !(o.FPS > 0 && o.FPS <= 1000) {
		return fmt.Errorf("poses a second is %g, and must be above 0 and at most 1000", o.FPS)
	}
	return o.Gate.check()
}

// Run reads a source once, from its first frame to its end, and gives the poses of the
// people in it. Of the frames, the pose network gets the first at or after each tick of
// 1/FPS seconds; each is called for every one of those, in order, with its people, and
// its Caption is painted, with the skeletons, on that frame and the following ones of
// the overlay. each may be nil.
//
// On an error, what was seen until then is returned with it (nil where there was nothing),
// and no overlay is left, but where ctx ended the watching of a live source. A file that is no video gives an error that wraps ErrCorrupt.
func Run(ctx context.Context, src Source, e *Engine, o Options, each func(pose.Frame) Caption) (*pose.Recording, error) {
	return RunOpening(ctx, src, func() (*Engine, error) { return e, nil }, o, each)
}

// RunOpening is Run with an engine that is opened while a live source is, which takes a camera a
// second or two. The caller closes the engine.
func RunOpening(ctx context.Context, src Source, engine func() (*Engine, error), o Options, each func(pose.Frame) Caption) (*pose.Recording, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	r, err := src.open(ctx)
	if err != nil {
		return nil, err
	}
	defer r.close()
	e, err := engine()
	if err != nil {
		return nil, err
	}
	s, err := newSession(src, r, e, o, each)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if err := s.all(ctx, src.Seconds); err != nil {
		if s.live && ctx.Err() != nil && s.size != (image.Point{}) { // how an unlimited watch ends: what was seen is kept
			err = cmp.Or(s.finish(), err)
		}
		return s.recording(), err
	}
	return s.recording(), s.finish()
}

// newSession is for options that were checked; who makes it closes it, and r.
func newSession(src Source, r reader, e *Engine, o Options, each func(pose.Frame) Caption) (*session, error) {
	sentry, err := post(o.Gate)
	if err != nil {
		return nil, err
	}
	watcher, err := observe(o.Sight)
	if err != nil {
		sentry.close()
		return nil, fmt.Errorf("open the look at pictures: %w", err)
	}
	who := newFinder(e)
	if o.meet != nil {
		o.meet(who)
	}
	return &session{
		finder: who, reader: r, options: o, each: each, live: src.Live, name: src.Name(), sentry: sentry, observer: watcher,
		grid: grid{Rate: o.FPS}, picture: gocv.NewMat(), spare: gocv.NewMat(),
	}, nil
}

// session is one run over one source.
type session struct {
	finder  *finder
	reader  reader
	options Options
	each    func(pose.Frame) Caption
	live    bool
	name    string

	grid           grid
	sentry         *sentry
	observer       *observer
	overlay        *overlay
	picture, spare gocv.Mat
	size           image.Point // of the first picture
	people         []pose.Tracked
	caption        *Caption

	count         int // frames read
	frames, poses []float64
	tracks        []pose.Track // the track with number n at n-1
}

func (s *session) all(ctx context.Context, seconds float64) error {
	for {
		t, err := s.reader.next(ctx)
		if errors.Is(err, io.EOF) || (err == nil && seconds > 0 && t+slack >= seconds) {
			return nil
		}
		if err == nil {
			err = s.frame(t, seconds)
		}
		if err != nil {
			return err
		}
	}
}

// frame handles the frame that the reader stands at. A picture is decoded only where
// someone looks at it.
func (s *session) frame(t, seconds float64) error {
	s.count++
	if !s.options.Forget {
		s.frames = append(s.frames, t)
	}
	s.grid.turn(s.options.Pace.now(s.grid.Rate), t)
	due := s.grid.due(t)
	if due || s.options.Overlay != "" {
		ok, err := s.read()
		if err == nil && ok && due {
			err = s.look(t)
		}
		if err == nil && ok && s.options.Overlay != "" {
			err = s.show(t)
		}
		if err != nil {
			return err
		}
	}
	if s.options.Progress != nil {
		s.options.Progress(s.count, s.expected(seconds))
	}
	return nil
}

// read decodes the picture; false where the frame has none. Pictures of another size
// than the first are stretched to it, so that poses stay in one frame of reference.
func (s *session) read() (bool, error) {
	ok, err := s.reader.picture(&s.picture)
	if !ok || err != nil {
		return false, err
	}
	size := image.Pt(s.picture.Cols(), s.picture.Rows())
	if s.size == (image.Point{}) {
		s.size = size
	}
	if size != s.size {
		err = resize(&s.picture, &s.spare, s.size.X, s.size.Y)
		s.picture, s.spare = s.spare, s.picture
	}
	return err == nil, err
}

// look gives the picture to the pose network, where the gate lets it pass.
func (s *session) look(t float64) error {
	s.people = nil
	if err := s.observer.see(t, &s.picture); err != nil {
		return fmt.Errorf("%s at %.2f s: look at the picture: %w", s.name, t, err)
	}
	pass, err := s.sentry.passes(t, &s.picture)
	switch {
	case err == nil && pass:
		s.people, err = s.find(t)
	case err == nil:
		s.finder.pass()
	}
	if err != nil {
		return fmt.Errorf("%s at %.2f s: %w", s.name, t, err)
	}
	if !s.options.Forget {
		s.keep(t)
	}
	if s.each != nil {
		caption := s.each(pose.Frame{Time: t, Width: s.size.X, Height: s.size.Y, People: s.people})
		s.caption = &caption
	}
	return nil
}

func (s *session) find(t float64) ([]pose.Tracked, error) {
	people, err := s.finder.look(t, &s.picture)
	if err != nil {
		return nil, err
	}
	s.sentry.found(t, people, s.size)
	return people, nil
}

func (s *session) keep(t float64) {
	s.poses = append(s.poses, t)
	for _, p := range s.people {
		for len(s.tracks) < p.Track {
			s.tracks = append(s.tracks, pose.Track{ID: len(s.tracks) + 1})
		}
		track := &s.tracks[p.Track-1]
		track.Times = append(track.Times, t)
		track.Poses = append(track.Poses, p.Pose)
	}
}

func (s *session) show(t float64) error {
	if s.overlay == nil {
		fps := s.reader.rate()
		if s.live {
			fps = s.options.FPS
		}
		o, err := createOverlay(s.options.Overlay, fps, s.size, s.live)
		if err != nil {
			return err
		}
		s.overlay = o
	}
	return s.overlay.add(&s.picture, pose.Frame{Time: t, People: s.people}, s.caption)
}

// expected is never less than what was read already, and 0 where nothing is known.
func (s *session) expected(seconds float64) int {
	n := s.reader.total()
	if part := int(seconds * s.reader.rate()); seconds > 0 && (n == 0 || part < n) {
		n = part
	}
	if n == 0 {
		return 0
	}
	return max(n, s.count)
}

// finish puts the overlay in its place.
func (s *session) finish() error {
	if s.size == (image.Point{}) {
		return fmt.Errorf("read video %s: %w: no frame can be decoded", s.name, ErrCorrupt)
	}
	if s.options.Progress != nil {
		s.options.Progress(s.count, s.count)
	}
	if s.overlay == nil {
		return nil
	}
	return s.overlay.commit()
}

// recording is what was seen so far, nil where no picture was.
func (s *session) recording() *pose.Recording {
	if s.size == (image.Point{}) {
		return nil
	}
	return &pose.Recording{Width: s.size.X, Height: s.size.Y, FrameTimes: s.frames, PoseTimes: s.poses, Tracks: s.tracks}
}

func (s *session) close() {
	if s.overlay != nil {
		s.overlay.close()
	}
	s.sentry.close()
	s.observer.close()
	s.picture.Close()
	s.spare.Close()
}
