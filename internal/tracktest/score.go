package tracktest

// Score is what is counted over frames.
type Score struct {
	Truths, Found int // people who could be seen, and poses that were followed (hidden people's left out), over all frames

	// Of each frame by itself (CLEAR MOT):
	Matches, Misses, False int
	Switches               int // a person is followed by another track than the last time
	Fragments              int // a person is followed again after frames in which they were not

	// Of the best lasting pairing of people with tracks (Ristani et al. 2016):
	IDTP, IDFP, IDFN int
}

// Add counts another scene's in.
func (s *Score) Add(o Score) {
	s.Truths += o.Truths
	s.Found += o.Found
	s.Matches += o.Matches
	s.Misses += o.Misses
	s.False += o.False
	s.Switches += o.Switches
	s.Fragments += o.Fragments
	s.IDTP += o.IDTP
	s.IDFP += o.IDFP
	s.IDFN += o.IDFN
}

// IDF1 is the share of poses that have the right identity, 0 to 1:
// 2·IDTP/(2·IDTP + IDFP + IDFN).
func (s Score) IDF1() float64 {
	return share(2*s.IDTP, 2*s.IDTP+s.IDFP+s.IDFN)
}

// MOTA is 1 - (misses + false people + switches)/people; it can be negative.
func (s Score) MOTA() float64 {
	return 1 - share(s.Misses+s.False+s.Switches, s.Truths)
}

func share(part, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of)
}
