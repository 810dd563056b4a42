package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"fallkit/internal/onnx/wire"
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
	if err := wire.Each(file, r.model); err != nil {
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

func (r *reader) model(f wire.Field) error {
	switch f.Number {
	case 7:
		return wire.Each(f.Bytes, r.graph)
	case 8:
		return wire.Each(f.Bytes, func(f wire.Field) error {
			if f.Number == 2 {
				r.Opset = int(f.Varint)
			}
			return nil
		})
	case 14:
		return r.property(f.Bytes)
	}
	return nil
}

func (r *reader) property(b []byte) error {
	var key, value string
	err := wire.Each(b, func(f wire.Field) error {
		switch f.Number {
		case 1:
			key = string(f.Bytes)
		case 2:
			value = string(f.Bytes)
		}
		return nil
	})
	if _, twice := r.Metadata[key]; err == nil && twice {
		return fmt.Errorf("metadata has %q twice", key)
	}
	r.Metadata[key] = value
	return err
}

func (r *reader) graph(f wire.Field) (err error) {
	switch f.Number {
	case 1:
		var o Operation
		o, err = readOperation(f.Bytes)
		r.Operations = append(r.Operations, o)
	case 2:
		r.Name = string(f.Bytes)
	case 5:
		err = r.constant(f.Bytes)
	case 11:
		var v Value
		v, err = readValue(f.Bytes)
		r.Inputs = append(r.Inputs, v)
		err = errors.Join(err, r.give(v.Name))
	case 12:
		var v Value
		v, err = readValue(f.Bytes)
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
	err = wire.Each(b, func(f wire.Field) error {
		switch f.Number {
		case 1:
			o.Inputs = append(o.Inputs, string(f.Bytes))
		case 2:
			o.Outputs = append(o.Outputs, string(f.Bytes))
		case 4:
			o.Kind = string(f.Bytes)
		}
		return nil
	})
	return o, err
}

func (r *reader) constant(b []byte) error {
	var c Constant
	var kind int
	var raw []byte
	err := wire.Each(b, func(f wire.Field) error {
		switch f.Number {
		case 1:
			return c.dimension(f)
		case 2:
			kind = int(f.Varint)
		case 8:
			c.Name = string(f.Bytes)
		case 9:
			raw = f.Bytes
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
func (v *Value) dimension(f wire.Field) error {
	d := int(f.Varint)
	if d < 0 || d > maxNumbers || d > 0 && v.Size() > maxNumbers/d {
		return fmt.Errorf("%q has a dimension of %d", v.Name, f.Varint)
	}
	v.Dims = append(v.Dims, d)
	return nil
}

// readValue takes a ValueInfoProto: {1: name, 2: type {1: tensor {2: shape {1: dimension {1: size}}}}}.
func readValue(b []byte) (v Value, err error) {
	err = wire.Each(b, func(f wire.Field) error {
		if f.Number == 1 {
			v.Name = string(f.Bytes)
			return nil
		}
		return wire.Inside(f, []protowire.Number{2, 1, 2, 1, 1}, v.dimension)
	})
	return v, err
}
