package data

import (
	"fallkit/pose"
)

// PhaseSet is the phases that may be true of a moment, a bit each. None is a moment of which
// nothing is known.
type PhaseSet uint8

// Among are some phases.
func Among(phases ...pose.Phase) (s PhaseSet) {
	for _, p := range phases {
		s |= 1 << p
	}
	return s
}

// Has tells whether a phase may be true.
func (s PhaseSet) Has(p pose.Phase) bool { return s&(1<<p) != 0 }

// OfFall tells whether the moment belongs to a fall; sure is false where that is not known.
func (s PhaseSet) OfFall() (fall, sure bool) {
	fall, calm := s&^noFall != 0, s&noFall != 0
	return fall, fall != calm
}

// noFall is all phases of everyday life.
var noFall = Among(pose.Upright, pose.Lowering, pose.Down, pose.Rising)

// statePhases are the phases that the states of segments.csv may be, by their names.
var statePhases = map[string]PhaseSet{
	"standing": Among(pose.Upright), "walking": Among(pose.Upright), "sitting": Among(pose.Upright),
	"not_lying": Among(pose.Upright, pose.Lowering, pose.Rising),
	"sit_down":  Among(pose.Lowering), "lie_down": Among(pose.Lowering),
	"lying":    Among(pose.Down),
	"stand_up": Among(pose.Rising), "getting_up": Among(pose.Rising), "sit_up": Among(pose.Rising),
}

// momentAfter is for how many seconds whoever has come down has just come down: a fall is
// surer to be seen once it has ended than in its midst.
const momentAfter = fallShown

// blurred is how many seconds the end of that moment may be off.
const blurred = 0.6

// truePhases tells what a clip's labels say of the person who falls, and of others.
type truePhases struct {
	example *Example
	falls   []Span
	faller  int // index of the track, -1 = nobody falls
}

// phasesOf reads the labels; ok is false where a clip holds a fall of which nobody knows
// when it was.
func phasesOf(e *Example, least float32) (t truePhases, ok bool) {
	t = truePhases{example: e, falls: e.Falls}
	if e.Untimed {
		if t.falls = locateFall(e.Recording, least); len(t.falls) == 0 {
			return t, false
		}
	}
	t.faller = whoFalls(e.Recording, t.falls, least)
	return t, true
}

// at is what may be true of a track at a time.
func (t *truePhases) at(track int, time float64) PhaseSet {
	said := t.said(time)
	if len(t.falls) == 0 {
		return said
	}
	for i := len(t.falls) - 1; i >= 0; i-- {
		f := t.falls[i]
		if time < f.Start-onsetSlack {
			continue
		}
		if track != t.faller {
			return 0 // the same person under another number, or somebody else
		}
		return t.during(f, time)
	}
	return said
}

// during is what may be true of the person who falls, from a fall's onset on.
func (t *truePhases) during(f Span, time float64) PhaseSet {
	switch {
	case time < (f.Start+f.End)/2:
		return Among(pose.Upright, pose.Lowering, pose.Falling)
	case time < f.End+momentAfter:
		return Among(pose.Falling)
	case time < f.End+momentAfter+blurred:
		return Among(pose.Falling, pose.Down)
	}
	return t.after(f, time)
}

// after is what may be true once the body was at rest: down until somebody is said to get up.
func (t *truePhases) after(f Span, time float64) PhaseSet {
	const unsaid = 3.0 // seconds after which nobody knows, where there are no segments
	if len(t.example.States) == 0 {
		if time < f.End+unsaid {
			return Among(pose.Down)
		}
		return 0
	}
	risen := false
	for _, s := range t.example.States {
		if s.Start > time {
			break
		}
		if s.Start > f.End && !restState(s.State) {
			risen = true
		}
	}
	if !risen {
		return Among(pose.Down)
	}
	return t.said(time)
}

// restState tells whether a state after a fall means that the person is still down.
func restState(state string) bool {
	return state == "fallen" || state == "lying" || state == "down" || state == "falling"
}

// said is what segments.csv says of a moment without a fall.
func (t *truePhases) said(time float64) PhaseSet {
	states := t.example.States
	for i, s := range states {
		if time < s.Start || time > s.End {
			continue
		}
		if s.State == "falling" { // so called by who labelled a body that goes down or up
			return deliberate(states, i)
		}
		set, known := statePhases[s.State]
		if !known {
			break
		}
		if i > 0 && time < s.Start+momentAfter && goesDown(states, i-1) {
			set |= Among(pose.Lowering)
		}
		return set
	}
	return noFall
}

// goesDown tells whether a state of everyday life is going down.
func goesDown(states []StateSpan, i int) bool {
	s := states[i].State
	return statePhases[s] == Among(pose.Lowering) || s == "falling" && deliberate(states, i) == Among(pose.Lowering)
}

// deliberate is what a transition of everyday life is, by what stands beside it.
func deliberate(states []StateSpan, i int) PhaseSet {
	switch {
	case i+1 < len(states) && states[i+1].State == "lying":
		return Among(pose.Lowering)
	case i > 0 && states[i-1].State == "lying":
		return Among(pose.Rising)
	}
	return Among(pose.Upright, pose.Lowering, pose.Rising)
}
