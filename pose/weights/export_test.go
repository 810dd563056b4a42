package weights

import "os"

// CreateWith has drafts made by create, so that a test can hand out a full disk.
func (p *Puller) CreateWith(create func(path string) (*os.File, error)) { p.create = create }
