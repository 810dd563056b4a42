package vision

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
)

// part is a box of an mp4 file: its length as it says, its letters, and what is there.
func part(length uint32, kind string, content int) []byte {
	b := append(binary.BigEndian.AppendUint32(nil, length), kind...)
	return append(b, make([]byte, content)...)
}

func join(parts ...[]byte) (all []byte) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func TestWhole(t *testing.T) {
	large := func(size uint64, content int) []byte {
		return append(binary.BigEndian.AppendUint64(part(1, "mdat", 0), size), make([]byte, content)...)
	}
	for _, c := range []struct {
		name    string
		file    []byte
		corrupt bool
	}{
		{"empty", nil, true},
		{"text", []byte("time,x,y\n0,1,2\n3,4,5\n"), false},
		{"three bytes", []byte("abc"), false},
		{"whole", join(part(16, "ftyp", 8), part(108, "mdat", 100), part(28, "moov", 20)), false},
		{"cut off", join(part(16, "ftyp", 8), part(108, "mdat", 99)), true},
		{"cut in a header", join(part(16, "ftyp", 8), part(108, "mdat", 100), []byte("\x00\x00")), false},
		{"to the end of the file", join(part(16, "ftyp", 8), part(0, "mdat", 50)), false},
		{"64-bit length", join(part(16, "ftyp", 8), large(116, 100)), false},
		{"64-bit length, cut off", join(part(16, "ftyp", 8), large(1<<33, 100)), true},
		{"length that cannot be", join(part(16, "ftyp", 8), part(3, "mdat", 100)), false},
	} {
		if err := whole(bytes.NewReader(c.file), int64(len(c.file))); errors.Is(err, ErrCorrupt) != c.corrupt {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// It ends for any bytes; what lies within one box is found whole, and a byte less is found cut off.
func FuzzWhole(f *testing.F) {
	f.Add([]byte{})
	f.Add(join(part(16, "ftyp", 8), part(108, "mdat", 100)))
	f.Add(join(part(16, "ftyp", 8), part(1, "mdat", 30), part(0, "free", 3)))
	f.Fuzz(func(t *testing.T, file []byte) {
		err := whole(bytes.NewReader(file), int64(len(file)))
		if err != nil && !errors.Is(err, ErrCorrupt) {
			t.Fatal(err)
		}
		framed := join(part(16, "ftyp", 8), part(uint32(8+len(file)), "mdat", 0), file)
		if err := whole(bytes.NewReader(framed), int64(len(framed))); err != nil {
			t.Fatalf("a whole file is found broken: %v", err)
		}
		if len(file) > 0 {
			if err := whole(bytes.NewReader(framed), int64(len(framed)-1)); err == nil {
				t.Fatal("a missing byte is not found")
			}
		}
	})
}
