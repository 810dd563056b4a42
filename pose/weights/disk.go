package weights

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// diskError says what a fault while storing in home means to the user, who needs so
// many bytes there.
func (p parcel) diskError(err error, home string, need int64) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("no room for %s: make room for about %d MB in %s, or set FALLKIT_HOME to a folder on another disk: %w", p.what, megabytes(need), home, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%s cannot be stored in %s, so set FALLKIT_HOME to a folder that you may write: %w", p.what, home, err)
	}
	return err
}

// megabytes rounds up.
func megabytes(bytes int64) int64 { return (bytes + 999_999) / 1_000_000 }
