package data

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

// A seal is the sha256 of everything else in a Parquet file, put between its pages and its
// footer: readers look up pages by their place from the start and the footer from the end,
// so no reader sees it. Parquet itself protects pages and not the footer, in which one
// flipped bit makes other poses of the same pages.

// seal puts a seal into a Parquet file.
func seal(file []byte) ([]byte, error) {
	at, err := footerStart(file)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(file)
	sealed := make([]byte, 0, len(file)+len(sum))
	sealed = append(sealed, file[:at]...)
	sealed = append(sealed, sum[:]...)
	return append(sealed, file[at:]...), nil
}

// checkSeal tells whether a file is as it was when it was sealed.
func checkSeal(file []byte) error {
	at, err := footerStart(file)
	if err != nil {
		return err
	}
	if at < sha256.Size {
		return fmt.Errorf("%w: it has no seal", ErrDamaged)
	}
	h := sha256.New()
	h.Write(file[:at-sha256.Size])
	h.Write(file[at:])
	if !bytes.Equal(h.Sum(nil), file[at-sha256.Size:at]) {
		return fmt.Errorf("%w: its seal does not fit: it was changed or cut, or another program wrote it", ErrDamaged)
	}
	return nil
}
