package simulate

import (
	"fmt"
	"image"
	"iter"
	"math"

	"fallkit/data/simulate/motion"
)

// pictures draws the clip, frame by frame, and takes down the truth that Film gives, too.
// Every picture is an *image.RGBA of its own.
func (c PoseClip) pictures(s *shot, n *notes) iter.Seq[image.Image] {
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

func (c PoseClip) painter(s *shot) *painter {
	d := &painter{shot: s, grime: newGrime(c.settings.chance("poses/grime/" + c.Name))}
	d.lamps = newLamps(c.settings.chance("poses/lamps/"+c.Name), s.seconds, c.settings.chance("poses/grey/"+c.Camera).Float64() < greyCameras)
	if d.grime.grey = d.lamps.grey; d.grime.grey {
		d.grime.tint = [3]float64{1, 1, 1}
	}
	for i, p := range s.people {
		whose := "poses/looks/" + c.Subject
		if i > 0 {
			whose = fmt.Sprintf("poses/looks/%s/%d", c.Name, i)
		}
		d.looks = append(d.looks, dress(p.take.Body, c.settings.chance(whose)))
	}
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

// paint draws a moment.
func (d *painter) paint(m *instant) image.Image {
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
	bright, gain := d.lamps.at(m.time)
	d.grime.expose(bright * gain)
	return d.grime.develop(d.work, m.number, math.Sqrt(gain))
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
