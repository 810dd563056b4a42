package weights

import (
	"os"
	"runtime"
)

// CreateWith has drafts made by create, so that a test can hand out a full disk.
func (p *Puller) CreateWith(create func(path string) (*os.File, error)) { p.create = create }

// VerifyRuntimeOf is VerifyRuntime with another table of libraries.
func VerifyRuntimeOf(all []Runtime, home string) error {
	r, err := runtimeHere(all, runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return err
	}
	return r.verify(home, all)
}
