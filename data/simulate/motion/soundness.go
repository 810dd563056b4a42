package motion

// What is too much: joints that an impact forces are some degrees beyond their limits, and
// flesh and floor give way a little.
const (
	mostStrain = 20.0 // degrees
	mostSunk   = 0.04 // m
)

// Soundness is how far a body leaves what bodies can do.
type Soundness struct {
	Strain float64 // degrees, of the joint that is furthest beyond its limit
	Sunk   float64 // m, of the spot that is deepest in the floor
}

// note keeps the worst of what was and a state.
func (w *Soundness) note(k *Take, s *State) {
	by, _ := s.Pose.Strain()
	w.Strain = max(w.Strain, by)
	for _, p := range k.Body.Touches(&s.Points) {
		w.Sunk = max(w.Sunk, p.Radius-p.At.Y)
	}
}

// Share is how many of some falls have something in common, beside what was published.
type Share struct {
	What      string
	Generated float64 // 0 to 1
	Published string  // with its source; "" = nothing
}

// Shares counts the falls in which the head hits the ground, beside the shares among falls
// of old people on video in long-term care (37 % of 227 falls: Schonnop et al. 2013; 35 %:
// Komisar & Robinovitch 2021), and those in which the body leaves what bodies can do.
func Shares(falls []Measure) []Share {
	of := func(holds func(m *Measure) bool) float64 {
		n := 0
		for i := range falls {
			if holds(&falls[i]) {
				n++
			}
		}
		return float64(n) / float64(max(len(falls), 1))
	}
	return []Share{
		{"the head hits the ground, at 1 m/s or more", of(func(m *Measure) bool { return m.HeadHits }), "37 % (Schonnop 2013), 35 % (Komisar & Robinovitch 2021)"},
		{"a joint is forced more than 20° beyond its limit", of(func(m *Measure) bool { return m.Sound.Strain > mostStrain }), ""},
		{"a part sinks more than 4 cm into the floor", of(func(m *Measure) bool { return m.Sound.Sunk > mostSunk }), ""},
	}
}
