package simulate

import (
	"math"
	"math/rand/v2"

	"fallkit/pose"
)

// leastPerson is the score below which the pose front end believes nobody.
const leastPerson = 0.15

// Watch begins a clip.
func (n *Noise) Watch(rng *rand.Rand) Watcher { return &noiseWatch{noise: n, rng: rng, last: -1} }

// noiseWatch observes one clip.
type noiseWatch struct {
	noise  *Noise
	rng    *rand.Rand
	last   float64 // the time before; -1 = none
	people []*watched
	ghosts []*nobody
}

// watched is what lasts about one person.
type watched struct {
	recall recall
	before *look // when they were last in the picture, nil = not since the frame before
	now    look
}

// Observe gives what the pose front end would find.
func (w *noiseWatch) Observe(time float64, people []Seen) (found []pose.Pose) {
	dt := StepSeconds
	if w.last >= 0 {
		dt = max(time-w.last, 1e-3)
	}
	w.last = time
	for len(w.people) < len(people) {
		w.people = append(w.people, &watched{recall: recall{of: w.noise.memory}})
	}
	for i := range people {
		k := w.people[i]
		now, ok := lookOf(&people[i], k.before, dt)
		if !ok {
			k.before = nil
			continue
		}
		k.now = now
		k.before = &k.now
		if said := k.recall.step(w.rng, &k.now, dt); said.found {
			found = append(found, w.noise.find(said, &people[i], &k.now))
		}
	}
	return append(found, w.nobodies(people, dt)...)
}

// passes turns the chance to stay so for a step into that for dt seconds.
func passes(stay float32, dt float64) float64 { return math.Pow(float64(stay), dt/StepSeconds) }

// find is the pose that is found of a person.
func (n *Noise) find(said *remembered, s *Seen, l *look) (p pose.Pose) {
	for j := range pose.Joint(pose.Joints) {
		from := swapped(j, said.swap)
		at := &s.Keypoints[from]
		x, y := at.X, at.Y
		switch {
		case said.seen[from] == Outside: // what was said there was said of no joint's place
			x, y = l.anchor[0], l.anchor[1]
		case at.Visibility == Outside:
			x, y = min(max(x, 0), float64(s.Width-1)), min(max(y, 0), float64(s.Height-1))
		}
		x += l.scale * float64(said.off[j][0])
		y += l.scale * float64(said.off[j][1])
		p.Keypoints[j] = pose.Keypoint{X: float32(x), Y: float32(y), Score: said.score[j]}
	}
	p.Score = min(max(said.person, leastPerson), 1)
	n.box(&p)
	return p
}

// betterScore is what joints must exceed to count for a person's score.
const betterScore = 0.127

// box draws a box around the joints as the network does.
func (n *Noise) box(p *pose.Pose) {
	b, ok := p.Extent(betterScore)
	if !ok {
		b, _ = p.Extent(0)
	}
	w, h := b.Width(), b.Height()
	p.Box = pose.Box{X0: b.X0 - n.Margin[0]*w, Y0: b.Y0 - n.Margin[1]*h, X1: b.X1 + n.Margin[2]*w, Y1: b.Y1 + n.Margin[3]*h}
}
