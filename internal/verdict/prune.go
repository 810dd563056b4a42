package verdict

import (
	"errors"
	"strings"
	"time"

	"fallkit/internal/retention"
	"fallkit/pose/clipfile"
)

var _ retention.Place = (*Folder)(nil)

// Prune removes clips by age and size, and their lines.
func (f *Folder) Prune(olderThan time.Time, maxBytes int64) (removed int, err error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	clips := retention.Folder{Dir: f.Dir, Only: func(name string) bool { return strings.HasSuffix(name, clipfile.Ending) }}
	if removed, err = clips.Prune(olderThan, maxBytes); removed > 0 {
		err = errors.Join(err, f.list())
	}
	return removed, err
}
