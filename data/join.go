package data

import (
	"fmt"
	"path/filepath"
	"slices"
)

// Join gives one manifest of several folders' clips, the first folder's first. It is for
// learning from all of them and is not to be saved: clips of the other folders have the
// whole paths of their files. A clip that two folders name alike is an error.
func Join(folders ...*Manifest) (*Manifest, error) {
	all := &Manifest{Dir: folders[0].Dir}
	from := map[string]string{}
	for n, m := range folders {
		for i := range m.Clips {
			c := m.Clips[i]
			if other, twice := from[c.String()]; twice {
				return nil, fmt.Errorf("%s and %s both have a clip %s: rename the data set in one of them", other, m.Dir, &c)
			}
			from[c.String()] = m.Dir
			if n > 0 {
				file, err := filepath.Abs(m.VideoPath(i))
				if err != nil {
					return nil, fmt.Errorf("join data folders: %w", err)
				}
				c.Path = filepath.ToSlash(file)
			}
			all.Clips = append(all.Clips, c)
		}
		for _, column := range m.Columns {
			if !slices.Contains(all.Columns, column) {
				all.Columns = append(all.Columns, column)
			}
		}
		all.Segments = append(all.Segments, m.Segments...)
	}
	return all, nil
}
