package data

import (
	"fmt"
	"slices"
	"strings"
)

// Only gives a manifest with the clips that meet all conditions of the form COLUMN=VALUE;
// several of one column are alternatives. Unknown columns and conditions that no clip
// meets are errors.
func (m *Manifest) Only(conditions []string) (*Manifest, error) {
	if len(conditions) == 0 {
		return m, nil
	}
	wanted, err := m.conditions(conditions)
	if err != nil {
		return nil, err
	}
	some := &Manifest{Dir: m.Dir, Columns: m.Columns}
	kept := map[string]bool{}
	for i := range m.Clips {
		if m.Clips[i].meets(wanted) {
			some.Clips = append(some.Clips, m.Clips[i])
			kept[m.Clips[i].Dataset+"/"+m.Clips[i].ID] = true
		}
	}
	if len(some.Clips) == 0 {
		return nil, fmt.Errorf("none of the %d clips of %s meets %s", len(m.Clips), m.Dir, strings.Join(conditions, ", "))
	}
	for _, s := range m.Segments {
		if kept[s.Dataset+"/"+s.Clip] {
			some.Segments = append(some.Segments, s)
		}
	}
	return some, nil
}

// Meeting gives those of some clips (indices into Clips) that meet all conditions, as Only
// takes them. Unknown columns are errors.
func (m *Manifest) Meeting(clips []int, conditions []string) (some []int, err error) {
	wanted, err := m.conditions(conditions)
	if err != nil {
		return nil, err
	}
	for _, i := range clips {
		if m.Clips[i].meets(wanted) {
			some = append(some, i)
		}
	}
	return some, nil
}

// conditions gives the values that each column may have.
func (m *Manifest) conditions(list []string) (map[string][]string, error) {
	wanted := map[string][]string{}
	for _, c := range list {
		column, value, ok := strings.Cut(c, "=")
		if !ok {
			return nil, fmt.Errorf("condition %q: write it as COLUMN=VALUE, such as dataset=urfd", c)
		}
		if !slices.Contains(selectable, column) && !slices.Contains(m.Columns, column) {
			return nil, fmt.Errorf("condition %q: %s has no column %s", c, m.Dir, column)
		}
		wanted[column] = append(wanted[column], value)
	}
	return wanted, nil
}

// selectable are the columns that every clip has, with or without a labels.csv.
var selectable = []string{"dataset", "clip", "subject", "camera", "label", "activity"}

func (c *Clip) meets(wanted map[string][]string) bool {
	for column, values := range wanted {
		if !slices.Contains(values, c.column(column)) {
			return false
		}
	}
	return true
}

func (c *Clip) column(name string) string {
	switch name {
	case "dataset":
		return c.Dataset
	case "clip":
		return c.ID
	case "subject":
		return c.Subject
	case "camera":
		return c.Camera
	case "label":
		return c.Label
	case "activity":
		return c.Activity
	}
	return c.Extra[name]
}
