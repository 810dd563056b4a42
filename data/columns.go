package data

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// TrialColumn is an optional column of labels.csv: clips of a data set with the same trial
// are one event seen by several cameras, and count once.
const TrialColumn = "trial"

// Trial names what several cameras may have seen together, within its data set; "" where
// the clip stands alone.
func (c *Clip) Trial() string {
	if c.Extra[TrialColumn] == "" {
		return ""
	}
	return c.Dataset + "/" + c.Extra[TrialColumn]
}

// Columns gives every value of the clip that clips can be grouped by, by column.
func (c *Clip) Columns() map[string]string {
	all := maps.Clone(c.Extra)
	if all == nil {
		all = map[string]string{}
	}
	for _, name := range selectable {
		all[name] = c.column(name)
	}
	return all
}

// HasColumns gives an error that names the first column which no clip can have, and those
// that they can.
func (m *Manifest) HasColumns(names []string) error {
	for _, name := range names {
		if slices.Contains(selectable, name) || slices.Contains(m.Columns, name) {
			continue
		}
		known := slices.Clone(selectable)
		for _, c := range m.Columns {
			if c != "" && !slices.Contains(labelColumns, strings.ToLower(c)) {
				known = append(known, c)
			}
		}
		return fmt.Errorf("%s has no column %q: there are %s", m.Dir, name, strings.Join(known, ", "))
	}
	return nil
}
