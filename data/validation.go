package data

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Validation divides clips that may be learned from into those to fit and those to
// validate with, about share (0 to 1) of the falls and of the adl clips. Both parts hold
// falls and adl where the clips allow it, and no group (see Group) is cut through.
//
// The exception: where all falls, or all adl clips, belong to one group, that group is
// cut between its clips, since otherwise one part could not have any. note says that, and
// what else is not as asked, such as clips that name neither subject nor camera; it is ""
// where all is well.
func (m *Manifest) Validation(train []int, share float64, rng *rand.Rand) (fit, validation []int, note string) {
	if share <= 0 || len(train) < 2 {
		fit = slices.Sorted(slices.Values(train))
		if share > 0 {
			note = fmt.Sprintf("%d clips are too few to validate with", len(train))
		}
		return fit, nil, note
	}
	units, note := m.units(train)
	s := splitter{units: units, share: min(share, 1), rng: rng}
	for _, u := range units {
		s.total = s.total.plus(u.has)
	}
	for i, held := range s.best() {
		if held {
			validation = append(validation, units[i].clips...)
		} else {
			fit = append(fit, units[i].clips...)
		}
	}
	slices.Sort(fit)
	slices.Sort(validation)
	return fit, validation, joinNotes(joinNotes(m.nameless(train), note), m.lacking(fit, validation))
}

// nameless says how many clips have nothing that a split could keep together.
func (m *Manifest) nameless(clips []int) (note string) {
	n := 0
	for _, i := range clips {
		if c := &m.Clips[i]; c.Subject == "" && c.Camera == "" {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d clips name neither subject nor camera, so the same person may be in both parts of the validation split", n, len(clips))
}

// tallies counts clips by class: adl, falls.
type tallies [2]int

func (t tallies) plus(u tallies) tallies  { return tallies{t[0] + u[0], t[1] + u[1]} }
func (t tallies) minus(u tallies) tallies { return tallies{t[0] - u[0], t[1] - u[1]} }

// unit is clips that stay together.
type unit struct {
	name  string
	clips []int
	has   tallies
}

// units are the groups of the clips, in the order of their names; a group that alone has
// all clips of a class is taken apart.
func (m *Manifest) units(clips []int) (units []unit, note string) {
	groups := map[string]*unit{}
	for _, i := range clips {
		g := m.Group(i)
		if groups[g] == nil {
			groups[g] = &unit{name: g}
		}
		groups[g].add(i, m.class(i))
	}
	apart := aloneWithClass(groups)
	for _, name := range sortedNames(groups) {
		g := groups[name]
		if what, ok := apart[name]; ok {
			note = joinNotes(note, fmt.Sprintf("the validation split cuts between the clips of %s, which has all %s clips", name, what))
			units = append(units, m.each(g.clips)...)
			continue
		}
		units = append(units, *g)
	}
	return units, note
}

func (u *unit) add(clip, class int) {
	u.clips = append(u.clips, clip)
	u.has[class]++
}

func (m *Manifest) class(i int) int {
	if m.Clips[i].Label == LabelFall {
		return 1
	}
	return 0
}

// each makes a unit of every clip.
func (m *Manifest) each(clips []int) (units []unit) {
	for _, i := range clips {
		var u unit
		u.add(i, m.class(i))
		units = append(units, u)
	}
	return units
}

// aloneWithClass gives the groups that alone have a class of two clips or more, with the
// name of that class.
func aloneWithClass(groups map[string]*unit) map[string]string {
	alone := map[string]string{}
	for class, what := range []string{LabelADL, LabelFall} {
		var holders []*unit
		for _, g := range groups {
			if g.has[class] > 0 {
				holders = append(holders, g)
			}
		}
		if len(holders) == 1 && holders[0].has[class] > 1 {
			name := holders[0].name
			if alone[name] != "" {
				what = alone[name] + " and " + what
			}
			alone[name] = what
		}
	}
	return alone
}

func sortedNames(groups map[string]*unit) []string {
	names := make([]string, 0, len(groups))
	for n := range groups {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// splitter looks for the set of units that is nearest to what is asked.
type splitter struct {
	units []unit
	total tallies
	share float64
	rng   *rand.Rand
}

// best tries random beginnings and improves each unit by unit; it tells which units are
// held out.
func (s *splitter) best() []bool {
	const beginnings = 50
	var best []bool
	least := math.Inf(1)
	for range beginnings {
		held := make([]bool, len(s.units))
		cost := s.improve(held)
		if cost < least {
			best, least = held, cost
		}
	}
	return best
}

// improve moves units from one part to the other, in a random order, as long as that
// brings the split nearer to what is asked.
func (s *splitter) improve(held []bool) float64 {
	var out tallies
	cost := s.cost(out)
	for moved := true; moved; {
		moved = false
		for _, i := range s.rng.Perm(len(s.units)) {
			next := out.plus(s.units[i].has)
			if held[i] {
				next = out.minus(s.units[i].has)
			}
			if c := s.cost(next); c < cost-1e-12 {
				held[i], out, cost, moved = !held[i], next, c, true
			}
		}
	}
	return cost
}

// cost is how far held-out clips are from the share asked for, class by class, and more
// than any such distance for a part that lacks a class. To learn from both classes is
// worth more than to validate with both.
func (s *splitter) cost(out tallies) float64 {
	const lacksValidation, lacksFit = 10, 100
	cost := 0.0
	for class, all := range s.total {
		if all == 0 {
			continue
		}
		if out[class] == 0 {
			cost += lacksValidation
		}
		if out[class] == all {
			cost += lacksFit
		}
		cost += math.Abs(float64(out[class])/float64(all) - s.share)
	}
	return cost
}

// lacking says which part has no clips of a class.
func (m *Manifest) lacking(fit, validation []int) (note string) {
	for class, what := range []string{LabelADL, LabelFall} {
		has := func(clips []int) bool {
			return slices.ContainsFunc(clips, func(i int) bool { return m.class(i) == class })
		}
		switch inFit, inValidation := has(fit), has(validation); {
		case !inFit && !inValidation:
			note = joinNotes(note, fmt.Sprintf("there are no %s clips", what))
		case !inFit:
			note = joinNotes(note, fmt.Sprintf("no %s clip is left to fit", what))
		case !inValidation:
			note = joinNotes(note, fmt.Sprintf("no %s clip is left to validate with", what))
		}
	}
	return note
}

func joinNotes(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}
