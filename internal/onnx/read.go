package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// File is what Read finds in an ONNX file.
type File struct {
	Name            string
	Opset           int
	Operations      []Operation // in their order
	Floats          []Constant
	Inputs, Outputs []Value
	Metadata        map[string]string
}

// Operation is a node: what it does, what it takes and what it gives.
type Operation struct {
	Kind            string
	Inputs, Outputs []string
}

// Constant is a stored tensor of floats.
type Constant struct {
	Value
	Numbers []float32
}

// Value is a tensor by name.
type Value struct {
	Name string
	Dims []int
}

// Size is how many numbers it holds.
func (v Value) Size() int {
	size := 1
	for _, d := range v.Dims {
		size *= d
	}
	return size
}

// maxNumbers bounds what a tensor may hold.
const maxNumbers = 1 << 28

// Read reads a file of the kind that Graph writes and checks that it hangs together: every
// name that is used was given before, once, and every constant has as many numbers as its
// dimensions say. It trusts nothing.
func Read(file []byte) (*File, error) {
	f := &File{Metadata: map[string]string{}}
	r := reader{File: f, known: map[string]bool{"": true}}
	if err := eachField(file, r.model); err != nil {
		return nil, fmt.Errorf("read ONNX: %w", err)
	}
	if err := r.connected(); err != nil {
		return nil, fmt.Errorf("read ONNX: %w", err)
	}
	return f, nil
}

type reader struct {
	*File
	known map[string]bool // constants and inputs
}

func (r *reader) model(f field) error {
	switch f.number {
	case 7:
		return eachField(f.bytes, r.graph)
	case 8:
		return eachField(f.bytes, func(f field) error {
			if f.number == 2 {
				r.Opset = int(f.varint)
			}
			return nil
		})
	case 14:
		return r.property(f.bytes)
	}
	return nil
}

func (r *reader) property(b []byte) error {
	var key, value string
	err := eachField(b, func(f field) error {
		switch f.number {
		case 1:
			key = string(f.bytes)
		case 2:
			value = string(f.bytes)
		}
		return nil
	})
	if _, twice := r.Metadata[key]; err == nil && twice {
		return fmt.Errorf("metadata has %q twice", key)
	}
	r.Metadata[key] = value
	return err
}

func (r *reader) graph(f field) (err error) {
	switch f.number {
	case 1:
		var o Operation
		o, err = readOperation(f.bytes)
		r.Operations = append(r.Operations, o)
	case 2:
		r.Name = string(f.bytes)
	case 5:
		err = r.constant(f.bytes)
	case 11:
		var v Value
		v, err = readValue(f.bytes)
		r.Inputs = append(r.Inputs, v)
		err = errors.Join(err, r.give(v.Name))
	case 12:
		var v Value
		v, err = readValue(f.bytes)
		r.Outputs = append(r.Outputs, v)
	}
	return err
}

// give notes that a name can be used from now on.
func (r *reader) give(name string) error {
	if r.known[name] {
		return fmt.Errorf("two tensors are called %q", name)
	}
	r.known[name] = true
	return nil
}

// connected follows the names.
func (r *reader) connected() error {
	for _, o := range r.Operations {
		for _, name := range o.Inputs {
			if !r.known[name] {
				return fmt.Errorf("%s takes %q, which nothing before it gives", o.Kind, name)
			}
		}
		for _, name := range o.Outputs {
			if name == "" {
				continue // a result that nobody wants
			}
			if err := r.give(name); err != nil {
				return err
			}
		}
	}
	for _, v := range r.Outputs {
		if !r.known[v.Name] {
			return fmt.Errorf("nothing gives the output %q", v.Name)
		}
	}
	if len(r.Inputs) == 0 || len(r.Outputs) == 0 {
		return errors.New("the file has no input or no output")
	}
	return nil
}

func readOperation(b []byte) (o Operation, err error) {
	err = eachField(b, func(f field) error {
		switch f.number {
		case 1:
			o.Inputs = append(o.Inputs, string(f.bytes))
		case 2:
			o.Outputs = append(o.Outputs, string(f.bytes))
		case 4:
			o.Kind = string(f.bytes)
		}
		return nil
	})
	return o, err
}

func (r *reader) constant(b []byte) error {
	var c Constant
	var kind int
	var raw []byte
	err := eachField(b, func(f field) error {
		switch f.number {
		case 1:
			return c.dimension(f)
		case 2:
			kind = int(f.varint)
		case 8:
			c.Name = string(f.bytes)
		case 9:
			raw = f.bytes
		}
		return nil
	})
	if err != nil {
		return err
	}
	width := map[int]int{float: 4, int64s: 8}[kind]
	if width == 0 || len(raw) != width*c.Size() {
		return fmt.Errorf("%q has %d bytes for the dimensions %v", c.Name, len(raw), c.Dims)
	}
	if kind == float {
		for ; len(raw) > 0; raw = raw[4:] {
			c.Numbers = append(c.Numbers, math.Float32frombits(binary.LittleEndian.Uint32(raw)))
		}
		r.Floats = append(r.Floats, c)
	}
	return r.give(c.Name)
}

// dimension takes the next size of a tensor.
func (v *Value) dimension(f field) error {
	d := int(f.varint)
	if d < 0 || d > maxNumbers || d > 0 && v.Size() > maxNumbers/d {
		return fmt.Errorf("%q has a dimension of %d", v.Name, f.varint)
	}
	v.Dims = append(v.Dims, d)
	return nil
}

// readValue takes a ValueInfoProto: {1: name, 2: type {1: tensor {2: shape {1: dimension {1: size}}}}}.
func readValue(b []byte) (v Value, err error) {
	err = eachField(b, func(f field) error {
		if f.number == 1 {
			v.Name = string(f.bytes)
			return nil
		}
		return inside(f, []protowire.Number{2, 1, 2, 1, 1}, v.dimension)
	})
	return v, err
}

// inside finds the fields at the end of a path of numbers.
func inside(f field, path []protowire.Number, found func(field) error) error {
	switch {
	case f.number != path[0]:
		return nil
	case len(path) == 1:
		return found(f)
	}
	return eachField(f.bytes, func(inner field) error { return inside(inner, path[1:], found) })
}

// field is one of a protobuf message.
type field struct {
	number protowire.Number
	bytes  []byte // where it is a message or a text
	varint uint64
}

// eachField goes through a message.
func eachField(message []byte, do func(field) error) error {
	for len(message) > 0 {
		number, kind, tag := protowire.ConsumeTag(message)
		if tag < 0 {
			return errors.New("this is no ONNX file")
		}
		f := field{number: number}
		var length int
		switch rest := message[tag:]; kind {
		case protowire.BytesType:
			f.bytes, length = protowire.ConsumeBytes(rest)
		case protowire.VarintType:
			f.varint, length = protowire.ConsumeVarint(rest)
		default:
			length = protowire.ConsumeFieldValue(number, kind, rest)
		}
		if length < 0 {
			return errors.New("this is no ONNX file, or it is cut off")
		}
		message = message[tag+length:]
		if err := do(f); err != nil {
			return err
		}
	}
	return nil
}
