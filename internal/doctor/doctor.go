// Package doctor examines a machine before, or while, fallwatch runs on it: each check says
// in a sentence what it found and, where that is not as it should be, what to do. It changes
// nothing that it does not put back.
package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
)

// State is how bad a finding is.
type State string

// From best to worst.
const (
	Fine    State = "ok"
	Skipped State = "skipped" // not examined, and why
	Warning State = "warning" // it works, but not as well or as surely as it could
	Fault   State = "fault"   // it does not work
)

var order = map[State]int{Fine: 0, Skipped: 1, Warning: 2, Fault: 3}

// Finding is one.
type Finding struct {
	Check string `json:"check"` // camera hall, disk, …
	State State  `json:"state"`
	What  string `json:"what"`
	Do    string `json:"do,omitempty"` // what helps
}

// Check examines one thing.
type Check struct {
	Name string
	Run  func(context.Context) []Finding
}

// Examine runs checks one after the other, hands over each finding as soon as it is there,
// and gives all of them. A check that finds nothing to say is a fault of its own.
func Examine(ctx context.Context, checks []Check, each func(Finding)) []Finding {
	var all []Finding
	for _, c := range checks {
		if ctx.Err() != nil {
			return all
		}
		found := c.Run(ctx)
		if found == nil {
			found = []Finding{{State: Fault, What: "the check came to no end"}}
		}
		for _, f := range found {
			f.Check = c.Name
			each(f)
			all = append(all, f)
		}
	}
	return all
}

// Worst of the findings; ok where there is none.
func Worst(findings []Finding) State {
	worst := Fine
	for _, f := range findings {
		if order[f.State] > order[worst] {
			worst = f.State
		}
	}
	return worst
}

// Print writes a finding for people.
func (f Finding) Print(w io.Writer) {
	fmt.Fprintf(w, "%-8s %s: %s\n", f.State, f.Check, f.What)
	if f.Do != "" {
		fmt.Fprintf(w, "         → %s\n", f.Do)
	}
}

// WriteJSON writes all findings for programs.
func WriteJSON(w io.Writer, findings []Finding) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		Worst    State     `json:"worst"`
		Findings []Finding `json:"findings"`
	}{Worst(findings), findings})
}

func fine(format string, args ...any) Finding {
	return Finding{State: Fine, What: fmt.Sprintf(format, args...)}
}

func one(state State, what, do string) []Finding {
	return []Finding{{State: state, What: what, Do: do}}
}

// Simple is a check that either passes, and says what, or fails with an error.
func Simple(name, do string, run func(context.Context) (string, error)) Check {
	return Check{name, func(ctx context.Context) []Finding {
		what, err := run(ctx)
		if err != nil {
			return one(Fault, err.Error(), do)
		}
		return []Finding{fine("%s", what)}
	}}
}
