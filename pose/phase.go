package pose

// Phase is what a person is in the midst of, as far as falls go.
type Phase int

// The phases in the order in which a model's answers stand. How a person lies does not tell
// how it came there, so there is one answer for that, and Fallen is none: it is Down with a
// fall before it, which only a memory can know.
const (
	Upright  Phase = iota // standing, walking, sitting, bending
	Lowering              // going down on purpose, and the moment after
	Falling               // from losing balance to rest, and the moment after
	Down                  // lying
	Rising                // getting up
	Fallen                // lying after a fall
)

// Answers is how many of the phases a model can tell from each other: all but Fallen.
const Answers = 5

// Phases is how many phases there are.
const Phases = 6

var phaseNames = [Phases]string{"upright", "lowering", "falling", "down", "rising", "fallen"}

// String gives the phase's name.
func (p Phase) String() string {
	if p < 0 || p >= Phases {
		return "unknown"
	}
	return phaseNames[p]
}

// OfFall tells whether the phase belongs to a fall.
func (p Phase) OfFall() bool { return p == Falling || p == Fallen }

// Answer is what a model sees of the phase.
func (p Phase) Answer() Phase {
	if p == Fallen {
		return Down
	}
	return p
}
