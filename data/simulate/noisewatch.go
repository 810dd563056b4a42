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
	missed bool
	begun  bool
	swap   int
	before *Seen // the frame before

	score, error, person strolls
	now                  drawn
}

// drawn are the normal scores of a frame.
type drawn struct {
	score  [pose.Joints]float64
	error  [2 * pose.Joints]float64 // of each joint along and outward
	person [1]float64
}

// Observe gives what the pose front end would find.
func (w *noiseWatch) Observe(time float64, people []Seen) (found []pose.Pose) {
	dt := StepSeconds
	if w.last >= 0 {
		dt = max(time-w.last, 1e-3)
	}
	w.last = time
	for len(w.people) < len(people) {
		w.people = append(w.people, w.noise.meet())
	}
	for i := range people {
		k := w.people[i]
		c, ok := conditionOf(&people[i])
		if !ok {
			continue
		}
		speed := speedOf(k.before, &people[i], c.scale, dt)
		passed := dt * w.noise.ScoreLast.pace(speed)
		k.step(w.rng, dt, speed)
		missed := k.isMissed(w.noise, w.rng, &c, passed)
		k.swapSides(w.noise, w.rng, &c, passed)
		seen := people[i]
		k.before, k.begun = &seen, true
		if missed {
			continue
		}
		found = append(found, w.noise.find(k, &people[i], &c))
	}
	return append(found, w.nobodies(people, dt)...)
}

// meet begins to watch somebody.
func (n *Noise) meet() *watched {
	return &watched{score: n.ScoreLast.strolls(), error: n.ErrorLast.strolls(), person: n.PersonLast.strolls()}
}

// step lets time pass, in which the person's joints moved on average at a speed.
func (k *watched) step(rng *rand.Rand, dt, speed float64) {
	k.score.stride(rng, dt, speed, k.now.score[:])
	k.error.stride(rng, dt, speed, k.now.error[:])
	k.person.stride(rng, dt, speed, k.now.person[:])
}

// stride lets time pass and gives normal scores.
func (s *strolls) stride(rng *rand.Rand, dt, speed float64, out []float64) {
	s.step(rng, dt, s.of.pace(speed), out)
	for i := range out {
		out[i] = s.of.Whole.score(out[i])
	}
}

// speedOf is how fast joints move on average, in body sizes a second; 0 where nothing is
// known of before.
func speedOf(before, now *Seen, scale, dt float64) float64 {
	if before == nil {
		return 0
	}
	sum, n := 0.0, 0.0
	for j := range now.Keypoints {
		if a, b := &before.Keypoints[j], &now.Keypoints[j]; a.Visibility != Outside && b.Visibility != Outside {
			sum, n = sum+math.Hypot(b.X-a.X, b.Y-a.Y), n+1
		}
	}
	return sum / max(n, 1) / scale / dt
}

// passes turns the chance to stay so for a step into that for dt seconds.
func passes(stay float32, dt float64) float64 { return math.Pow(float64(stay), dt/StepSeconds) }

// isMissed draws whether the person is found, after some of an error's time.
func (k *watched) isMissed(n *Noise, rng *rand.Rand, c *condition, passed float64) bool {
	m := n.Missed[c.turn][c.size][c.shown]
	rate := float64(m.Begin)
	switch {
	case !k.begun:
		k.missed = rng.Float64() < float64(m.Begin)/max(float64(m.Begin+m.End), 1e-9)
		return k.missed
	case k.missed:
		rate = float64(m.End)
	}
	if rng.Float64() >= math.Exp(-rate*passed) {
		k.missed = !k.missed
	}
	return k.missed
}

// swapSides draws which sides are exchanged, after some of an error's time.
func (k *watched) swapSides(n *Noise, rng *rand.Rand, c *condition, passed float64) {
	row := &n.Swapped[c.facing][k.swap]
	if !k.begun {
		row = &n.First[c.facing]
	}
	total := 0.0
	for _, v := range row {
		total += float64(v)
	}
	if k.begun && rng.Float64() < math.Exp(-total*passed) {
		return
	}
	at := total * rng.Float64()
	for to, v := range row {
		if at -= float64(v); at < 0 {
			k.swap = to
			return
		}
	}
}

// swapped is the joint whose place is taken for a joint's.
func swapped(j pose.Joint, swap int) pose.Joint {
	part := 0
	switch {
	case j >= pose.LeftHip:
		part = 2
	case j >= pose.LeftShoulder:
		part = 1
	}
	if swap&(1<<part) != 0 {
		return j.Mirror()
	}
	return j
}

// find is the pose that is found of a person.
func (n *Noise) find(k *watched, s *Seen, c *condition) (p pose.Pose) {
	better, sum := 0, 0.0
	for j := range pose.Joint(pose.Joints) {
		kind, from := kindOf(j), swapped(j, k.swap)
		at := &s.Keypoints[from]
		score := n.Scores[kind][at.Visibility][c.turn][c.size].at(k.now.score[j])
		x, y := at.X, at.Y
		if at.Visibility == Outside {
			x, y = min(max(x, 0), float64(s.Width-1)), min(max(y, 0), float64(s.Height-1))
		}
		along, across := n.miss(kind, at.Visibility, c, c.outward(from), score, k.now.error[2*j:2*j+2])
		x += c.scale * (along*c.along[0] + across*c.across[0])
		y += c.scale * (along*c.along[1] + across*c.across[1])
		p.Keypoints[j] = pose.Keypoint{X: float32(x), Y: float32(y), Score: float32(score)}
		if score > betterScore {
			better, sum = better+1, sum+score
		}
	}
	p.Score = float32(min(max(n.Person[c.turn].at(k.now.person[0])*sum/float64(max(better, 1)), leastPerson), 1))
	n.box(&p)
	return p
}

// betterScore is what joints must exceed to count for a person's score.
const betterScore = 0.127

// biasOf is what is always so of a joint's error, in body sizes along the torso and across;
// outward is condition.outward.
func (n *Noise) biasOf(kind, turn, facing int, outward float64) (along, across float64) {
	b := &n.Bias[kind][turn][facing]
	return float64(b[0]), float64(b[1]) * outward
}

// miss is how far off a joint is, in body sizes along the torso and across.
func (n *Noise) miss(kind int, v Visibility, c *condition, outward, score float64, z []float64) (along, across float64) {
	f := float64(n.Turn[kind][c.turn] * n.Size[kind][c.size] * n.Sight[kind][v])
	low, part := errorsAt(score)
	of := &n.Errors[kind]
	along, across = n.biasOf(kind, c.turn, c.facing, outward)
	off := func(a int) float64 { return f * (of[low][a].at(z[a])*(1-part) + of[low+1][a].at(z[a])*part) }
	return along + off(0), across + off(1)
}

// errorsAt are the two of errorScoreAt that a score lies between, and where.
func errorsAt(score float64) (low int, part float64) {
	for low < errorScores-2 && score > errorScoreAt[low+1] {
		low++
	}
	part = (score - errorScoreAt[low]) / (errorScoreAt[low+1] - errorScoreAt[low])
	return low, min(max(part, 0), 1)
}

// box draws a box around the joints as the network does.
func (n *Noise) box(p *pose.Pose) {
	b, ok := p.Extent(betterScore)
	if !ok {
		b, _ = p.Extent(0)
	}
	w, h := b.Width(), b.Height()
	p.Box = pose.Box{X0: b.X0 - n.Margin[0]*w, Y0: b.Y0 - n.Margin[1]*h, X1: b.X1 + n.Margin[2]*w, Y1: b.Y1 + n.Margin[3]*h}
}
