package train

import "fmt"

// AttackSettings say how hard a detector is attacked.
type AttackSettings struct {
	Budgets []float64 `json:"budgets" mapstructure:"budgets" yaml:"budgets"` // pixels that each joint may be moved in x and in y, ascending
	Steps   int       `json:"steps" mapstructure:"steps" yaml:"steps"`       // of projected gradient descent
	Seed    uint64    `json:"seed" mapstructure:"seed" yaml:"seed"`          // of random starts and of random noise
}

// DefaultAttack goes from half a pixel, which no pose network resolves, to eight, which
// anybody sees.
var DefaultAttack = AttackSettings{Budgets: []float64{0.5, 1, 2, 4, 8}, Steps: 20, Seed: 1}

// Faults lists every setting that cannot be, each as one clear sentence.
func (s AttackSettings) Faults() []error {
	var faults []error
	if n := len(s.Budgets); n < 1 || n > 20 {
		faults = append(faults, fmt.Errorf("attack.budgets has %d entries, and must have 1 to 20", n))
	}
	before := 0.0
	for i, b := range s.Budgets {
		if !(b > before && b <= 1000) {
			faults = append(faults, fmt.Errorf("attack.budgets has %g as entry %d, and must ascend from above 0 to at most 1000 pixels", b, i+1))
			break
		}
		before = b
	}
	if s.Steps < 1 || s.Steps > 10_000 {
		faults = append(faults, fmt.Errorf("attack.steps is %d, and must be from 1 to 10000", s.Steps))
	}
	return faults
}
