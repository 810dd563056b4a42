package simulate

import (
	"fmt"
	"image"
	"iter"
	"math"
	"math/rand/v2"

	"fallkit/data/simulate/motion"
)

// Truth is what is so in one frame.
type Truth struct {
	Frame  int
	Time   float64      // seconds since the first frame
	Phase  motion.Phase // of the first person, as State
	State  string       // what is being done, such as "walking", "sit_down", "falling"
	People []Seen
}

// Frames draws the clip, frame by frame. Every picture is an *image.RGBA of its own.
func (c Clip) Frames() iter.Seq2[image.Image, Truth] {
	return func(yield func(image.Image, Truth) bool) {
		s := c.mustShoot()
		d := c.painter(s)
		for m := range s.moments(c.settings.FPS) {
			t := Truth{Frame: m.number, Time: m.time, Phase: m.states[0].Phase, State: m.states[0].Activity, People: m.seen()}
			if !yield(d.paint(m), t) {
				return
			}
		}
	}
}

// Empty draws frames of the clip's room with nobody in it, as its camera sees them: the
// frames before the clip's first. Every picture is an *image.RGBA of its own.
func (c Clip) Empty(frames int) iter.Seq[image.Image] {
	return func(yield func(image.Image) bool) {
		s := c.mustShoot()
		d := c.painter(s)
		for _, p := range s.people {
			p.furnish(p.since)
		}
		s.pet = nil
		for i := range frames {
			if !yield(d.paint(&instant{shot: s, number: i - frames})) {
				return
			}
		}
	}
}

// mustShoot is shoot of a clip that Plan made: it knows only what can be performed.
func (c Clip) mustShoot() *shot {
	s, err := c.shoot()
	if err != nil {
		panic(err)
	}
	return s
}

// pictures draws the clip, frame by frame, and takes down the truth that Film gives, too.
func (c Clip) pictures(s *shot, n *notes) iter.Seq[image.Image] {
	return func(yield func(image.Image) bool) {
		d := c.painter(s)
		for m := range s.moments(c.settings.FPS) {
			n.add(m)
			if !yield(d.paint(m)) {
				return
			}
		}
	}
}

// painter draws a shot.
type painter struct {
	shot        *shot
	looks       []mannequin // of each person
	shell       *canvas     // the room without what people use
	empty, work *canvas
	there       []*motion.Box // the furniture in empty, by the first box of each person
	grime       grime
	lamps       lamps
}

func (c Clip) painter(s *shot) *painter {
	d := newPainter(s, c.settings.chance("grime/"+c.Name))
	for i, p := range s.people {
		whose := "looks/" + c.Subject
		if i > 0 {
			whose = fmt.Sprintf("looks/%s/%d", c.Name, i)
		}
		d.looks = append(d.looks, dress(p.take.Body, c.settings.chance(whose)))
	}
	if c.settings.Preset != Demo {
		d.lamps = newLamps(c.settings.chance("lamps/"+c.Name), s.seconds)
		d.grime.colourless(c.settings.chance("grey/"+c.Camera).Float64() < greyCameras)
	}
	return d
}

// newPainter draws the room of a shot, well lit.
func newPainter(s *shot, rng *rand.Rand) *painter {
	d := &painter{shot: s, grime: newGrime(rng), lamps: lamps{on: 1}}
	d.shell, d.empty, d.work = newCanvas(s.camera), newCanvas(s.camera), newCanvas(s.camera)
	s.room.paintShell(d.shell, s.room.light)
	d.shell.boxes(s.room.light, s.room.inColour(s.clutter))
	return d
}

// inColour are boxes in the room's colours.
func (r *room) inColour(boxes []box) []box {
	all := make([]box, len(boxes))
	for i, b := range boxes {
		all[i] = r.painted(b)
	}
	return all
}

// paint draws a moment, and develops it.
func (d *painter) paint(m *instant) image.Image {
	d.draw(m)
	bright, gain := d.lamps.at(m.time)
	d.grime.expose(bright * gain)
	return d.grime.develop(d.work, m.number, math.Pow(gain, 0.35))
}

// draw draws a moment.
func (d *painter) draw(m *instant) {
	d.arrange()
	d.work.copyFrom(d.empty)
	l := d.shot.room.light
	for i := range m.states {
		d.looks[i].shade(d.work, l, &m.states[i], d.shot.people[i].boxes)
	}
	for i := range m.states {
		d.looks[i].paint(d.work, l, &m.states[i])
	}
	if d.shot.pet != nil {
		d.shot.pet.paint(d.work, l, m.time)
	}
}

// arrange draws the furniture that is there now, where that has changed.
func (d *painter) arrange() {
	var now []*motion.Box
	for _, p := range d.shot.people {
		var first *motion.Box
		if len(p.now) > 0 {
			first = &p.now[len(p.now)-1]
		}
		now = append(now, first)
	}
	if d.there != nil && equal(now, d.there) {
		return
	}
	d.there = now
	d.empty.copyFrom(d.shell)
	for _, p := range d.shot.people {
		d.empty.boxes(d.shot.room.light, d.shot.room.inColour(p.used))
	}
}

func equal(a, b []*motion.Box) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
