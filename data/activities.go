package data

import (
	"slices"

	"fallkit/pose"
)

// Activities are what the labels of some clips call what people do, everyday activities first
// and then the kinds of falls: the answers of a model that recognises all of them.
type Activities struct {
	Everyday []string // by name
	Falls    []string // likewise
}

// vague are states that name no activity: all but lying, and whatever goes down or up.
var vague = []string{"not_lying", "falling"}

// unnamedFall and unnamedDay are what clips show whose activity has no name.
const (
	unnamedFall = "fall"
	unnamedDay  = "everyday life"
)

// ActivitiesOf lists those that the labels name of any pose: of everyday life the state of
// segments.csv, and where it names none the activity of an everyday clip; of falls the activity
// of the clip.
func ActivitiesOf(examples ...[]Example) *Activities {
	a := &Activities{}
	for _, some := range examples {
		for i := range some {
			e := &some[i]
			if e.Clip.Label == LabelFall {
				a.Falls = append(a.Falls, fallName(e))
			}
			var days []string
			for _, time := range e.Recording.PoseTimes {
				if name := dayName(e, time); name != "" && !slices.Contains(days, name) {
					days = append(days, name)
				}
			}
			a.Everyday = append(a.Everyday, days...)
		}
	}
	a.Everyday, a.Falls = set(a.Everyday), set(a.Falls)
	return a
}

func set(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

func fallName(e *Example) string { return firstOf(e.Clip.Activity, unnamedFall) }

// dayName is the everyday activity of a moment, "" where the labels do not say which: what a
// clip with a fall shows beside it only segments.csv can tell.
func dayName(e *Example, time float64) string {
	for _, s := range e.States {
		if time >= s.Start && time <= s.End && !slices.Contains(vague, s.State) {
			return s.State
		}
	}
	if e.Clip.Label == LabelFall {
		return ""
	}
	return firstOf(e.Clip.Activity, unnamedDay)
}

// Len is how many there are.
func (a *Activities) Len() int { return len(a.Everyday) + len(a.Falls) }

// Names are all of them, in the order of the answers.
func (a *Activities) Names() []string { return slices.Concat(a.Everyday, a.Falls) }

// label writes which activities may be true of each step, 1 for each, y [steps, Len()]: the
// clip's kind of fall where the step may show a fall, and where it may show none what the
// labels name, or any of everyday life where they name nothing.
func (a *Activities) label(k *known, y []float32) {
	clear(y)
	fall, isFall := slices.BinarySearch(a.Falls, fallName(k.example))
	for t, set := range k.sets {
		row := y[t*a.Len() : (t+1)*a.Len()]
		if set.Has(pose.Falling) && isFall {
			row[len(a.Everyday)+fall] = 1
		}
		if set&noFall == 0 {
			continue
		}
		if day, known := slices.BinarySearch(a.Everyday, dayName(k.example, k.times[t])); known {
			row[day] = 1
			continue
		}
		for i := range a.Everyday {
			row[i] = 1
		}
	}
}
