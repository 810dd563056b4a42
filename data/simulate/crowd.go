package simulate

import (
	"fmt"
	"image"

	"gonum.org/v1/gonum/spatial/r3"
)

// Actor is one of several people in a room: who does what, and where it begins.
type Actor struct {
	Subject  string  // body and clothes belong to it
	Activity string  // as a clip's, or one of CrowdActivities
	X, Z     float64 // metres from the middle of the room: to the picture's right, and towards the camera
	Turn     float64 // degrees; 0 begins facing the camera, 90 facing the picture's right
	Pause    float64 // seconds of keeping still before
}

// crowdActivities are motions for scenes of several people.
var crowdActivities = []activity{
	{"stay", func(t *take) { t.standFor(1) }},
	{"pass", func(t *take) { t.upright("walking"); t.walk(8, 0.9, 0, false) }},
	{"pass-slowly", func(t *take) { t.upright("walking"); t.walk(12, 0.5, 0, false) }},
	{"fall-and-rise", fallAndRise},
}

// CrowdActivities are the names of motions that only an Actor knows: standing on,
// walking straight on for 8 s or (slowly) 12 s, and a fall after which the actor gets up.
func CrowdActivities() (names []string) {
	for _, a := range crowdActivities {
		names = append(names, a.name)
	}
	return names
}

func fallAndRise(t *take) {
	fallBackward(t)
	t.as(Rising, "rising")
	t.through(between(t.rng, 1.2, 2), t.to(longSitting), t.to(sittingOnFloor))
	t.through(between(t.rng, 1.5, 2.4), t.to(squatting), t.to(crouching), t.stood())
	t.sway = 1
	t.standFor(0.5)
}

// Crowd is several people in one room before one camera. Who has finished stays as they
// are. People hide each other, and walk through each other.
type Crowd struct {
	scenes []*scene
	pauses []float64
	empty  *canvas
	work   *canvas
	grime  grime
	frame  int
}

// NewCrowd lets actors perform in the room of a camera, in pictures of s.Width x s.Height;
// s.Seed chooses everything that is left to chance.
func NewCrowd(s Settings, camera string, actors ...Actor) (*Crowd, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	room := newRoom(s.chance("room/"+camera), s.Width, s.Height)
	c := &Crowd{empty: newCanvas(room.camera), work: newCanvas(room.camera), grime: newGrime(s.chance("scene/" + camera))}
	var boxes []box
	for i, a := range actors {
		t, err := s.act(a, i)
		if err != nil {
			return nil, err
		}
		start := t.moments[0].root
		scene := &scene{take: t, room: room, turn: a.Turn, middle: r3.Vec{X: start.X, Z: start.Z}, to: r3.Vec{X: a.X, Z: a.Z}}
		c.scenes, c.pauses = append(c.scenes, scene), append(c.pauses, a.Pause)
		boxes = append(boxes, scene.furniture()...)
	}
	room.paintEmpty(c.empty, boxes)
	return c, nil
}

// act performs the motion of an actor.
func (s Settings) act(a Actor, number int) (*take, error) {
	act, ok := activityByName(a.Activity)
	for _, more := range crowdActivities {
		if more.name == a.Activity {
			act, ok = more, true
		}
	}
	if !ok {
		return nil, fmt.Errorf("actor %d does %q, which is no activity", number+1, a.Activity)
	}
	who := newSubject(s.chance("subject/" + a.Subject))
	t := newTake(who, s.chance(fmt.Sprintf("motion/%s/%d", a.Activity, number)), posture{}, Upright, "standing")
	t.now = t.stood()
	act.perform(t)
	return t, nil
}

// Seconds is how long the last of the actors is busy.
func (c *Crowd) Seconds() (longest float64) {
	for i, s := range c.scenes {
		longest = max(longest, c.pauses[i]+s.take.seconds())
	}
	return longest
}

// At performs a moment, and gives the truth of each actor, in their order.
func (c *Crowd) At(time float64) []Truth {
	c.frame++
	c.work.copyFrom(c.empty)
	truth := make([]Truth, len(c.scenes))
	figures := make([]*figure, len(c.scenes))
	for i, s := range c.scenes {
		m := s.take.at(time - c.pauses[i])
		truth[i] = Truth{Frame: c.frame - 1, Time: time, Phase: m.phase, State: m.state}
		figures[i] = s.figureAt(m)
		s.paint(c.work, figures[i], m.posture)
	}
	for i, s := range c.scenes {
		truth[i].Keypoints = s.keypoints(c.work, figures[i])
	}
	return truth
}

// Picture is what the camera saw at the last At.
func (c *Crowd) Picture() image.Image { return c.grime.develop(c.work, c.frame-1, 1) }
