// Package wire walks through the fields of protobuf messages, which ONNX files are made of, without
// knowing what they mean. Bytes from outside never make it panic.
package wire

import (
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field is one of a message.
type Field struct {
	Number  protowire.Number
	Whole   []byte // with its tag
	Bytes   []byte // where it is a message or a text
	Varint  uint64
	Fixed32 uint32
}

// Each goes through a message, until do gives an error.
func Each(message []byte, do func(Field) error) error {
	for len(message) > 0 {
		number, kind, tag := protowire.ConsumeTag(message)
		if tag < 0 {
			return errors.New("the file is no ONNX network")
		}
		f := Field{Number: number}
		var length int
		switch rest := message[tag:]; kind {
		case protowire.BytesType:
			f.Bytes, length = protowire.ConsumeBytes(rest)
		case protowire.VarintType:
			f.Varint, length = protowire.ConsumeVarint(rest)
		case protowire.Fixed32Type:
			f.Fixed32, length = protowire.ConsumeFixed32(rest)
		default:
			length = protowire.ConsumeFieldValue(number, kind, rest)
		}
		if length < 0 {
			return errors.New("the file is no ONNX network, or cut off")
		}
		f.Whole, message = message[:tag+length], message[tag+length:]
		if err := do(f); err != nil {
			return err
		}
	}
	return nil
}

// Inside finds the fields at the end of a path of numbers, of which f may be the first.
func Inside(f Field, path []protowire.Number, found func(Field) error) error {
	switch {
	case f.Number != path[0]:
		return nil
	case len(path) == 1:
		return found(f)
	}
	return Each(f.Bytes, func(inner Field) error { return Inside(inner, path[1:], found) })
}
