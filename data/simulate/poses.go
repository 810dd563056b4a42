package simulate

import (
	"iter"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data"
	"fallkit/data/simulate/motion"
	"fallkit/pose"
)

// Filmed is a recording with the truth about it.
type Filmed struct {
	Recording *pose.Recording
	clipTruth
}

// Film performs the clip and records what an observer finds, Settings.FPS times a second.
func (c Clip) Film(o Observer) (*Filmed, error) {
	f := &Filmed{Recording: &pose.Recording{Width: c.settings.Width, Height: c.settings.Height}}
	var tracks tracks
	truth, err := c.play(o, func(now pose.Frame) bool {
		f.Recording.FrameTimes = append(f.Recording.FrameTimes, now.Time)
		tracks.add(now)
		return true
	})
	if err != nil {
		return nil, err
	}
	f.Recording.PoseTimes = f.Recording.FrameTimes
	f.Recording.Tracks, f.clipTruth = tracks.list(), truth
	return f, nil
}

// Play performs the clip as Film does, and gives what is found to each, frame by frame, until it
// has had enough. Nothing is kept but the truth, which is given in the end.
func (c Clip) Play(o Observer, each func(pose.Frame) bool) (Outline, error) {
	truth, err := c.play(o, each)
	return truth.Outline, err
}

func (c Clip) play(o Observer, each func(pose.Frame) bool) (clipTruth, error) {
	s, err := c.shoot()
	if err != nil {
		return clipTruth{}, err
	}
	watcher, truth := o.Watch(c.settings.chance("observer/"+c.Name)), c.notes(s)
	var tracker pose.Tracker
	for m := range s.moments(c.settings.FPS) {
		truth.add(m)
		if !each(pose.Frame{Time: m.time, People: tracker.Update(m.time, watcher.Observe(m.time, m.seen()))}) {
			break
		}
	}
	return truth.clipTruth, nil
}

// shoot performs the clip and hangs its camera.
func (c Clip) shoot() (*shot, error) {
	take, err := c.perform()
	if err != nil {
		return nil, err
	}
	l := newLens(c.settings.chance("camera/" + c.Camera))
	s := seenFrom(c.View, c.settings.chance("shot/"+c.Name), take, l, c.settings.Width, c.settings.Height)
	from, to := c.span(take)
	s.people[0].since, s.seconds = from, to-from
	if c.settings.Preset != Demo {
		s.invite(c.settings.chance("company/" + c.Name))
	}
	s.room = newRoomOf(c.settings.chance("room/"+c.Camera), s)
	s.clutter = append(s.clutter, s.room.clutter(c.settings.chance("clutter/"+c.Name), s)...)
	s.keepPet(c.settings.chance("pet/" + c.Name))
	return s, nil
}

// withPet is the share of clips that show a cat or a dog.
const withPet = 0.12

// keepPet lets a pet into some shots.
func (s *shot) keepPet(rng *rand.Rand) {
	if rng.Float64() > withPet {
		return
	}
	paths, _ := s.paths()
	s.pet = newPet(rng, either(rng, "cat", "dog"), s.room, s.clear(paths))
}

// clear tells how far a place on the floor is from paths and furniture, up to 1 m.
func (s *shot) clear(paths []r3.Vec) func(p r3.Vec) float64 {
	return func(p r3.Vec) float64 {
		gap := 1.0
		for _, q := range paths {
			d := r3.Sub(p, q)
			gap = min(gap, math.Hypot(d.X, d.Z))
		}
		for i := range s.clutter {
			gap = min(gap, -s.clutter[i].inside(p))
		}
		for _, who := range s.people {
			for i := range who.boxes {
				gap = min(gap, -who.boxes[i].Inside(p))
			}
		}
		return gap
	}
}

// instant is a moment of a shot.
type instant struct {
	shot   *shot
	number int
	time   float64
	states []motion.State // of each person
	known  []Seen
}

// seen is what is so in the picture then.
func (m *instant) seen() []Seen {
	if m.known == nil {
		m.known = m.shot.seen(m.states, m.time)
	}
	return m.known
}

// moments plays the shot at a rate. What is yielded is only good until the next one.
func (s *shot) moments(fps float64) iter.Seq[*instant] {
	return func(yield func(*instant) bool) {
		for i := range s.frames(fps) {
			m := &instant{shot: s, number: i, time: float64(i) / fps}
			for _, p := range s.people {
				m.states = append(m.states, p.at(m.time))
			}
			if !yield(m) {
				return
			}
		}
	}
}

// frames is how many frames the shot fills.
func (s *shot) frames(fps float64) int { return int(s.seconds*fps + 1e-6) }

// notes takes down the truth of a shot.
func (c Clip) notes(s *shot) *notes {
	fps := c.settings.FPS
	n := &notes{sampler: sampler{every: c.settings.KeypointsEvery, fps: fps}, falls: s.falls()}
	n.Outline = Outline{Frames: s.frames(fps), FallStart: -1, FallEnd: -1}
	if len(n.falls) > 0 {
		frame := func(t float64) int { return min(max(int(math.Ceil(t*fps-1e-9)), 0), n.Frames-1) }
		n.FallStart, n.FallEnd = frame(n.falls[0].Descent), frame(n.falls[0].Rest)
	}
	return n
}

// falls are those of the first person, in the shot's time.
func (s *shot) falls() []motion.Fall {
	who := s.people[0]
	var all []motion.Fall
	for _, f := range who.take.Falls {
		f.Onset, f.Descent, f.Impact, f.Rest = f.Onset-who.since, f.Descent-who.since, f.Impact-who.since, f.Rest-who.since
		all = append(all, f)
	}
	return all
}

// notes are the truth of a shot, moment by moment.
type notes struct {
	clipTruth
	sampler sampler
	falls   []motion.Fall
	taken   int // frames
}

func (n *notes) add(m *instant) {
	n.taken++
	n.say(m.number, n.doing(m))
	if n.sampler.due(m.number) {
		n.sampler.take(m, n.falls)
		n.Samples = n.sampler.samples
	}
}

// doing is what the first person does. Who loses balance staggers until the body goes down.
func (n *notes) doing(m *instant) string {
	doing := m.states[0].Activity
	if doing != data.StateFalling {
		return doing
	}
	for _, f := range n.falls {
		if m.time >= f.Descent-1e-9 && m.time <= f.Rest+1e-9 {
			return doing
		}
	}
	return staggering
}

// staggering is the state of who loses balance.
const staggering = "staggering"

// say adds a frame in a state.
func (o *Outline) say(frame int, state string) {
	if n := len(o.Segments); n > 0 && o.Segments[n-1].State == state {
		o.Segments[n-1].End = frame
		return
	}
	o.Segments = append(o.Segments, Segment{frame, frame, state})
}

// tracks gathers what the tracker makes of the poses, as the pose front end does.
type tracks struct{ all []pose.Track } // by ascending ID

func (t *tracks) add(f pose.Frame) {
	for _, p := range f.People {
		for len(t.all) < p.Track {
			t.all = append(t.all, pose.Track{ID: len(t.all) + 1})
		}
		k := &t.all[p.Track-1]
		k.Times, k.Poses = append(k.Times, f.Time), append(k.Poses, p.Pose)
	}
}

func (t *tracks) list() (some []pose.Track) {
	for _, k := range t.all {
		if len(k.Times) > 0 {
			some = append(some, k)
		}
	}
	return some
}
