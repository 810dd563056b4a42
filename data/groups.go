package data

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// groupColumns are the columns that a table of groups must have.
var groupColumns = []string{"dataset", "clip", "groups"}

// OpenGroups reads a table that says which groups clips belong to, such as "dark" or "small",
// and notes them in Clip.Groups: one row for each clip, its groups separated by spaces. Clips
// without a row are in no group. Everything wrong with the table is told at once, in an error
// that is a Faults; no clip is changed then.
func (m *Manifest) OpenGroups(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open groups: %w", err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder: name the CSV file that holds the groups", path)
	}
	return m.readGroups(file, path)
}

func (m *Manifest) readGroups(r io.Reader, path string) error {
	t, err := openTable(r, path, groupColumns)
	if err != nil {
		return err
	}
	at := map[string]int{}
	for i := range m.Clips {
		at[m.Clips[i].String()] = i
	}
	groups := make([][]string, len(m.Clips))
	for r := range t.rows {
		r.groups(m.Dir, at, groups)
	}
	if len(t.faults) == 0 && !slices.ContainsFunc(groups, func(g []string) bool { return g != nil }) {
		t.fault(1, "no clip is in a group: a line such as le2i,home-03,dark small puts it there")
	}
	if err := t.faults.err(); err != nil {
		return err
	}
	for i := range m.Clips {
		m.Clips[i].Groups = groups[i]
	}
	return nil
}

// groups reads a row; at says where each clip of the folder stands, by Clip.String.
func (r *row) groups(dir string, at map[string]int, groups [][]string) {
	clip := Clip{Dataset: r.text("dataset"), ID: r.text("clip")}
	names := strings.Fields(r.text("groups"))
	i, known := at[clip.String()]
	switch {
	case !known:
		r.fault("clip %q of data set %q is not in %s", clip.ID, clip.Dataset, dir)
	case groups[i] != nil:
		r.fault("clip %q of data set %q has a line already: put all of its groups there", clip.ID, clip.Dataset)
	case len(names) == 0:
		r.fault("groups is empty, and must name one or several, separated by spaces")
	default:
		slices.Sort(names)
		groups[i] = slices.Compact(names)
	}
}
