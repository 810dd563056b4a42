package vision

import (
	"encoding/binary"
	"fmt"
	"io"
)

// whole reports a file that is shorter than its own header says: a download or a copy
// that was cut off. FFmpeg plays what is there and says nothing, and labels would then
// point past the end. It knows mp4 and mov (ISO/IEC 14496-12, boxes), and says nothing
// about other files.
func whole(f io.ReaderAt, size int64) error {
	if size == 0 {
		return fmt.Errorf("%w: the file is empty", ErrCorrupt)
	}
	for at := int64(0); at < size; {
		length, kind, err := box(f, at, size)
		if err != nil || (at == 0 && kind != "ftyp") {
			return nil //nolint:nilerr // not a file of boxes: for FFmpeg to judge
		}
		if at+length > size {
			return fmt.Errorf("%w: cut off, its part %q ends at byte %d and the file at %d", ErrCorrupt, kind, at+length, size)
		}
		at += length
	}
	return nil
}

// box reads the header of the box at an offset: its whole length and its four letters.
func box(f io.ReaderAt, at, size int64) (length int64, kind string, err error) {
	var head [16]byte
	n, err := f.ReadAt(head[:], at)
	if n < 8 {
		return 0, "", err
	}
	length, kind = int64(binary.BigEndian.Uint32(head[:4])), string(head[4:8])
	switch {
	case length == 0: // to the end of the file
		length = size - at
	case length == 1 && n == 16:
		length = int64(binary.BigEndian.Uint64(head[8:]))
	}
	if length < 8 || length > 1<<50 {
		return 0, "", fmt.Errorf("a box of %d bytes", length)
	}
	return length, kind, nil
}
