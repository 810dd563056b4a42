package pose

// Stream makes Fall features of one person's poses as they come. Their steps lie on an even
// grid of time that begins with the first pose; a step between two poses is made when the
// later one is there. After a gap of more than Input.MaxGap all is forgotten, and a new grid
// begins.
//
//	s.Add(time, &pose)
//	for s.Next(features) { ... }
type Stream struct {
	in     Input
	writer *fallWriter
	begun  bool
	before Pose
	now    Pose
	last   float64 // time of before
	time   float64 // of now
	start  float64 // of the grid
	taken  int     // steps of the grid so far
}

// NewStream begins with a person whom nobody has seen yet.
func (in Input) NewStream() *Stream {
	return &Stream{in: in, writer: newFallWriter(in)}
}

// Reset forgets the person.
func (s *Stream) Reset() { s.begun = false }

// Add takes the newest pose. A time that is not after the last one is ignored.
func (s *Stream) Add(time float64, p *Pose) {
	switch {
	case !s.begun || time-s.time > s.in.MaxGap+1e-9:
		s.begun, s.start, s.taken = true, time, 0
		s.writer.forget()
	case time <= s.time:
		return
	}
	s.before, s.last = s.now, s.time
	s.now, s.time = *p, time
}

// Last is the newest pose and when it was seen; ok is false where there is none.
func (s *Stream) Last() (time float64, p *Pose, ok bool) { return s.time, &s.now, s.begun }

// Next writes the features of the next step, [Input.Channels], if its time has come.
func (s *Stream) Next(dst []float32) bool {
	at := s.StepTime(s.taken)
	if !s.begun || at > s.time+1e-9 {
		return false
	}
	clear(dst)
	p := s.now
	if at < s.time-1e-9 {
		p = s.in.blend(&s.before, &s.now, float32((at-s.last)/(s.time-s.last)))
	}
	s.writer.write(&p, true, at, dst)
	s.taken++
	return true
}

// StepTime is the time of a step of the present grid, counted from 0, in seconds.
func (s *Stream) StepTime(step int) float64 { return s.start + float64(step)/s.in.RateHz }

// Steps is how many steps the present grid has had: 1 right after the first one, and again
// after a gap.
func (s *Stream) Steps() int { return s.taken }
