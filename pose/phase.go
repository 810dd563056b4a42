package pose

// Phase is what a person is in the midst of, as far as falls go.
type Phase int

// The phases in the order in which a model's answers stand.
const (
	Upright  Phase = iota // standing, walking, sitting, bending
	Lowering              // going down on purpose
	Lying                 // down on purpose
	Falling               // from losing balance to rest
	Fallen                // down after a fall
	Rising                // getting up
)

// Phases is how many there are.
const Phases = 6

var phaseNames = [Phases]string{"upright", "lowering", "lying", "falling", "fallen", "rising"}

// String gives the phase's name.
func (p Phase) String() string {
	if p < 0 || p >= Phases {
		return "unknown"
	}
	return phaseNames[p]
}

// OfFall tells whether the phase belongs to a fall.
func (p Phase) OfFall() bool { return p == Falling || p == Fallen }
