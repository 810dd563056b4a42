package data

import (
	"fmt"
	"strings"
)

// Faults is everything that is wrong with what a person wrote, one sentence each.
type Faults []string

// shownFaults is how many faults are told: a wrong column has one in every line.
const shownFaults = 20

// Error gives a fault a line, the first 20 of them.
func (f Faults) Error() string {
	if len(f) <= shownFaults {
		return strings.Join(f, "\n")
	}
	return fmt.Sprintf("%s\n… and %d more faults", strings.Join(f[:shownFaults], "\n"), len(f)-shownFaults)
}

// err is nil where there is no fault.
func (f Faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}
