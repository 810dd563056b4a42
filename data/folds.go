package data

import (
	"fmt"
	"slices"
	"strings"
)

// Fold is one division of the clips: what one group shows is held out, and everything
// else is learned from.
type Fold struct {
	Name        string // of the group that is held out
	Train, Test []int  // indices into Manifest.Clips, ascending
}

// FoldKinds are the groups that folds can hold out.
var FoldKinds = []string{"dataset", "subject", "camera"}

// Folds holds out one group after the other, in the order of their names.
//
// By "dataset" a group is a data set. By "subject" it is a subject of a data set, and a
// clip whose subject is not known belongs to the group of its camera. By "camera" it is a
// camera of a data set. Clips of a data set that have nothing to go by are one group
// together, since any two of them may show the same person in the same room.
func (m *Manifest) Folds(by string) ([]Fold, error) {
	name, err := foldName(by)
	if err != nil {
		return nil, err
	}
	groups := map[string][]int{}
	for i := range m.Clips {
		g := name(&m.Clips[i])
		groups[g] = append(groups[g], i)
	}
	if len(groups) < 2 {
		return nil, m.tooFewGroups(by, groups)
	}
	var folds []Fold
	for g, test := range groups {
		folds = append(folds, Fold{Name: g, Test: test, Train: m.without(test)})
	}
	slices.SortFunc(folds, func(a, b Fold) int { return strings.Compare(a.Name, b.Name) })
	return folds, nil
}

func foldName(by string) (func(*Clip) string, error) {
	const unnamed = "unnamed"
	switch by {
	case "dataset":
		return func(c *Clip) string { return c.Dataset }, nil
	case "subject":
		return func(c *Clip) string { return c.Dataset + "/" + firstOf(c.Subject, c.Camera, unnamed) }, nil
	case "camera":
		return func(c *Clip) string { return c.Dataset + "/" + firstOf(c.Camera, unnamed) }, nil
	}
	return nil, fmt.Errorf("folds by %q: folds are cut by %s", by, strings.Join(FoldKinds, ", "))
}

func (m *Manifest) tooFewGroups(by string, groups map[string][]int) error {
	if len(groups) == 0 {
		return fmt.Errorf("folds by %s: %s holds no clips", by, m.Dir)
	}
	var only string
	for g := range groups {
		only = g
	}
	what := fmt.Sprintf("fill in column %s of %s", by, labelsFile)
	if by == "dataset" {
		what = "add another data set, or cut folds by subject or camera"
	}
	return fmt.Errorf("folds by %s need two groups, and all %d clips belong to %q: %s", by, len(m.Clips), only, what)
}

// without gives the clips that are not among held, which ascends.
func (m *Manifest) without(held []int) []int {
	rest := make([]int, 0, len(m.Clips)-len(held))
	for i := range m.Clips {
		if _, out := slices.BinarySearch(held, i); !out {
			rest = append(rest, i)
		}
	}
	return rest
}

// Group names the group that clip i may not be parted from by a split: its subject, else
// its camera, else the clip itself, each within its data set. A subject and a camera of
// the same name are one group, which parts too little and never too much.
func (m *Manifest) Group(i int) string {
	c := &m.Clips[i]
	return c.Dataset + "/" + firstOf(c.Subject, c.Camera, c.ID)
}

func firstOf(names ...string) string {
	for _, n := range names {
		if n != "" {
			return n
		}
	}
	return ""
}
