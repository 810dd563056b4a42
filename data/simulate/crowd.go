package simulate

import (
	"fmt"
	"image"
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
	"fallkit/data/simulate/motion"
)

// Actor is one of several people in a room: who does what, and where it begins.
type Actor struct {
	Subject  string  // body and clothes belong to it
	Activity string  // of motion.Everyday, motion.Falls or motion.Staged
	X, Z     float64 // metres from the middle of the room: to the picture's right, and towards the camera
	Turn     float64 // degrees; 0 begins facing the camera, 90 facing the picture's right
	Pause    float64 // seconds of keeping still before
}

// Crowd is several people in one room before one camera, 1 to 2.8 m high and 2.5 to 6 m
// away. Who has finished stays as they are. People hide each other, and walk through each
// other.
type Crowd struct {
	shot    *shot
	painter *painter
	frame   int
}

// NewCrowd lets actors perform in the room of a camera, in pictures of s.Width x s.Height;
// s.Seed chooses everything that is left to chance.
func NewCrowd(s Settings, camera string, actors ...Actor) (*Crowd, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	c := &Crowd{shot: &shot{camera: watching(s.chance("room/"+camera), s.Width, s.Height)}}
	var looks []mannequin
	for i, a := range actors {
		p, err := s.act(a, i)
		if err != nil {
			return nil, err
		}
		c.shot.people = append(c.shot.people, p)
		c.shot.seconds = max(c.shot.seconds, p.take.Seconds()+a.Pause)
		looks = append(looks, dress(p.take.Body, s.chance("looks/"+a.Subject)))
	}
	c.shot.room = newRoomOf(s.chance("walls/"+camera), c.shot)
	c.painter = newPainter(c.shot, s.chance("grime/"+camera))
	c.painter.looks = looks
	return c, nil
}

// act performs the motion of an actor.
func (s Settings) act(a Actor, number int) (*player, error) {
	if _, ok := motion.ByName(a.Activity); !ok {
		return nil, fmt.Errorf("actor %d does %q, which is no activity", number+1, a.Activity)
	}
	who := body.Sample(s.chance("subject/"+a.Subject), body.Adult)
	take, err := motion.Plan(s.chance(fmt.Sprintf("motion/%s/%d", a.Activity, number)), who, a.Activity)
	if err != nil {
		return nil, err
	}
	p := &player{take: take, since: -a.Pause, turn: a.Turn}
	start := p.place(take.At(0).Pose.Root)
	p.to = r3.Vec{X: a.X - start.X, Z: a.Z - start.Z}
	return p, nil
}

// Seconds is how long the last of the actors is busy.
func (c *Crowd) Seconds() float64 { return c.shot.seconds }

// At performs a moment, and gives what is so of each actor, in their order.
func (c *Crowd) At(time float64) []Truth {
	c.frame++
	m := &instant{shot: c.shot, number: c.frame - 1, time: math.Max(time, 0)}
	for _, p := range c.shot.people {
		m.states = append(m.states, p.at(time))
	}
	c.painter.draw(m)
	truth := make([]Truth, len(m.states))
	for i, seen := range m.seen() {
		truth[i] = Truth{Frame: m.number, Time: time, Phase: m.states[i].Phase, State: m.states[i].Activity, People: []Seen{seen}}
	}
	return truth
}

// Picture is what the camera saw at the last At.
func (c *Crowd) Picture() image.Image { return c.painter.grime.develop(c.painter.work, c.frame-1, 1) }
