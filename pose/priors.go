package pose

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Priors are what is known about falls and built into a model instead of learned, each of
// which can be left out. In JSON they are a list of names.
type Priors uint32

// The priors; docs/model.md says where each comes from.
const (
	BonePrior      Priors = 1 << iota // bones beside joints
	KinematicPrior                    // speeds, angles and heights of the body over time
	GravityPrior                      // down is where upright people say it is
	SymmetryPrior                     // a person and its mirror image fall alike
	ScalePrior                        // speeds over several time scales
	MissingPrior                      // a joint that is not seen is marked so
	DescentPrior                      // the speed × angle rule is the answer that learning corrects
	PhasePrior                        // phases in their order, each with its duration
	LookBackPrior                     // who is found on the ground may have fallen before
)

// AllPriors is every one of them.
const AllPriors = LookBackPrior<<1 - 1

var priorNames = []string{"bones", "kinematics", "gravity", "symmetry", "scales", "missing", "descent", "phases", "lookback"}

// PriorNames are the names of all priors.
func PriorNames() []string { return slices.Clone(priorNames) }

// Has tells whether all of some priors are among p.
func (p Priors) Has(some Priors) bool { return p&some == some }

// Names are the names of the priors, in their order.
func (p Priors) Names() []string {
	names := []string{}
	for i, name := range priorNames {
		if p.Has(1 << i) {
			names = append(names, name)
		}
	}
	return names
}

// PriorsNamed puts priors together by their names.
func PriorsNamed(names []string) (Priors, error) {
	var p Priors
	for _, name := range names {
		i := slices.Index(priorNames, name)
		if i < 0 {
			return 0, fmt.Errorf("there is no prior %q: choose of %s", name, strings.Join(priorNames, ", "))
		}
		p |= 1 << i
	}
	return p, nil
}

// MarshalJSON writes the list of names.
func (p Priors) MarshalJSON() ([]byte, error) { return json.Marshal(p.Names()) }

// UnmarshalJSON reads a list of names.
func (p *Priors) UnmarshalJSON(text []byte) error {
	var names []string
	if err := json.Unmarshal(text, &names); err != nil {
		return err
	}
	some, err := PriorsNamed(names)
	*p = some
	return err
}
