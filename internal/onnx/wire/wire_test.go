package wire

import (
	"bytes"
	"errors"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// message is {1: 7, 2: {3: "deep"}, 4: float32 bits 5, 6: 8 bytes}.
func message() (b []byte) {
	b = protowire.AppendVarint(protowire.AppendTag(b, 1, protowire.VarintType), 7)
	inner := protowire.AppendString(protowire.AppendTag(nil, 3, protowire.BytesType), "deep")
	b = protowire.AppendBytes(protowire.AppendTag(b, 2, protowire.BytesType), inner)
	b = protowire.AppendFixed32(protowire.AppendTag(b, 4, protowire.Fixed32Type), 5)
	return protowire.AppendFixed64(protowire.AppendTag(b, 6, protowire.Fixed64Type), 9)
}

func TestEveryFieldOnce(t *testing.T) {
	var whole []byte
	var deep string
	err := Each(message(), func(f Field) error {
		whole = append(whole, f.Whole...)
		if f.Number == 1 && f.Varint != 7 || f.Number == 4 && f.Fixed32 != 5 {
			t.Errorf("%+v", f)
		}
		return Inside(f, []protowire.Number{2, 3}, func(f Field) error { deep = string(f.Bytes); return nil })
	})
	if err != nil || deep != "deep" || !bytes.Equal(whole, message()) {
		t.Errorf("%v, %q, % x", err, deep, whole)
	}
	stop := errors.New("enough")
	if err := Each(message(), func(Field) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
}

func FuzzEach(f *testing.F) {
	f.Add(message())
	f.Add(message()[:5])
	f.Add([]byte{0xff})
	f.Fuzz(func(t *testing.T, text []byte) {
		n := 0
		err := Each(text, func(f Field) error {
			n += len(f.Whole)
			return Inside(f, []protowire.Number{2, 1, 2}, func(Field) error { return nil })
		})
		if err == nil && n != len(text) {
			t.Errorf("%d of %d bytes were gone through", n, len(text))
		}
	})
}
