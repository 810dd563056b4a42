package simulate

import (
	"math"

	"fallkit/pose"
)

// nobody is a person who is found where none is: a piece of furniture, a shadow, or a second
// person seen in a true one. It stays about where it is.
type nobody struct {
	x, y, size, tilt float64 // of the middle, pixels; body size, pixels; radians
	score            float64
	beside           int // the person whom it is found in, -1 = none
}

// mistake is a standing person's joints about the middle of the torso, in body sizes, y
// downwards: what a network takes furniture for has about the proportions of a person.
var mistake = [pose.Joints][2]float64{
	{0, -0.95},
	{0.06, -1.02},
	{-0.06, -1.02},
	{0.14, -1},
	{-0.14, -1},
	{0.33, -0.55},
	{-0.33, -0.55},
	{0.42, -0.05},
	{-0.42, -0.05},
	{0.4, 0.35},
	{-0.4, 0.35},
	{0.2, 0.45},
	{-0.2, 0.45},
	{0.22, 1.15},
	{-0.22, 1.15},
	{0.22, 1.85},
	{-0.22, 1.85},
}

// nobodies draws those who come and go, and gives those who are found now.
func (w *noiseWatch) nobodies(people []Seen, dt float64) (found []pose.Pose) {
	n := &w.noise.Nobody
	kept := w.ghosts[:0]
	for _, f := range w.ghosts {
		if w.rng.Float64() < passes(n.Stay, dt) && f.beside < len(people) {
			kept = append(kept, f)
		}
	}
	w.ghosts = kept
	for i := range people {
		if c, ok := conditionOf(&people[i]); ok && w.rng.Float64() >= passes(1-n.Near, dt) {
			w.ghosts = append(w.ghosts, w.doubled(i, &c))
		}
	}
	if len(people) > 0 && w.rng.Float64() >= passes(1-n.Far, dt) {
		w.ghosts = append(w.ghosts, w.mistaken(&people[0]))
	}
	for _, f := range w.ghosts {
		found = append(found, w.pose(f, people))
	}
	return found
}

// doubled is found in a true person.
func (w *noiseWatch) doubled(who int, c *condition) *nobody {
	return &nobody{
		x: 0.5 * c.scale * w.rng.NormFloat64(), y: 0.5 * c.scale * w.rng.NormFloat64(), size: c.scale * (0.6 + 0.4*w.rng.Float64()),
		tilt: math.Atan2(c.along[0], -c.along[1]), score: w.noise.Nobody.Score.at(w.rng.NormFloat64()), beside: who,
	}
}

// mistaken is found in a thing.
func (w *noiseWatch) mistaken(s *Seen) *nobody {
	long := float64(max(s.Width, s.Height))
	return &nobody{
		x: float64(s.Width) * w.rng.Float64(), y: float64(s.Height) * (0.2 + 0.8*w.rng.Float64()),
		size: long * w.noise.Nobody.Size.at(w.rng.NormFloat64()), tilt: 0.3 * w.rng.NormFloat64(),
		score: w.noise.Nobody.Score.at(w.rng.NormFloat64()), beside: -1,
	}
}

func (w *noiseWatch) pose(f *nobody, people []Seen) (p pose.Pose) {
	x, y := f.x, f.y
	if f.beside >= 0 {
		labelled, _ := people[f.beside].labelled()
		if b, ok := labelled.Extent(0); ok {
			x, y = x+float64(b.X0+b.X1)/2, y+float64(b.Y0+b.Y1)/2
		}
	}
	sin, cos := math.Sincos(f.tilt)
	for j := range p.Keypoints {
		u, v := f.size*(mistake[j][0]+0.1*w.rng.NormFloat64()), f.size*(mistake[j][1]+0.1*w.rng.NormFloat64())
		p.Keypoints[j] = pose.Keypoint{X: float32(x + cos*u - sin*v), Y: float32(y + sin*u + cos*v), Score: float32(w.noise.Nobody.Joints.at(w.rng.NormFloat64()))}
	}
	p.Score = float32(max(f.score, leastPerson))
	w.noise.box(&p)
	return p
}
