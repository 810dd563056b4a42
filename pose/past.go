package pose

import "math"

// Past is one person as far back as somebody needs to look: a track that forgets.
type Past struct {
	Track   Track
	Seconds float64 // that are kept at least, before the newest pose
}

// Add takes the newest pose; times ascend. What it forgets never comes back, and its memory
// does not grow with time.
func (p *Past) Add(time float64, q Pose) {
	t := &p.Track
	t.Times, t.Poses = append(t.Times, time), append(t.Poses, q)
	if keep := t.Between(time-p.Seconds, time); len(t.Times) > 2*len(keep.Times) {
		t.Times = append([]float64(nil), keep.Times...)
		t.Poses = append([]Pose(nil), keep.Poses...)
	}
}

// Last is when the newest pose was seen, -Inf where there is none.
func (p *Past) Last() float64 {
	if n := len(p.Track.Times); n > 0 {
		return p.Track.Times[n-1]
	}
	return math.Inf(-1)
}

// At is the newest pose that is no later than time; where all are later, the oldest one. ok
// is false where there is none at all.
func (p *Past) At(time float64) (q Pose, ok bool) {
	t := &p.Track
	if len(t.Times) == 0 {
		return Pose{}, false
	}
	upTo := t.Between(t.Times[0], time)
	return t.Poses[max(0, len(upTo.Poses)-1)], true
}

// Moving scores one person as the poses come, with a model of windows: at every pose the
// window that ends there. Fitting, measuring and watching see the same windows.
type Moving struct {
	Input Input
	Score func(window []float32) float64 // [Steps, Channels()], row by row

	past   Past
	window []float32
}

// Update takes the newest pose (times ascend) and gives its window's score, NaN where the
// window shows the person in less than Input.MinSeen of its steps.
func (m *Moving) Update(time float64, p Pose) float64 {
	if m.window == nil {
		m.window = make([]float32, m.Input.Steps()*m.Input.Channels())
		m.past.Seconds = m.Input.Seconds + m.Input.MaxGap
	}
	m.past.Add(time, p)
	if m.Input.Window(&m.past.Track, time, m.window) < m.Input.MinSeen {
		return math.NaN()
	}
	return m.Score(m.window)
}
