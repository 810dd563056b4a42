package vision

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"fallkit/internal/onnx/wire"
)

// A pose network's file is written for OpenCV 4.6, and ONNX Runtime reads it but for
// the limits of Clip: since opset 11 they are inputs, and OpenCV 4.6 takes them as
// attributes only. So ONNX Runtime gets a translation, made in memory: the file on
// disk, its sha256 and with it the engine's ID are the same for both.
//
// The translation also takes back what the file does for OpenCV's sake alone: deep
// layers are padded to a width at which OpenCV is fast (see pose/weights/tfjs), and cut
// again. That is the same number for number, and slower in ONNX Runtime.

// translation is a network as ONNX Runtime takes it.
type translation struct {
	onnx          []byte
	input, output value
}

// value is a tensor of floats that goes in or comes out.
type value struct {
	name  string
	shape []int
}

func (v value) size() int {
	size := 1
	for _, d := range v.shape {
		size *= d
	}
	return size
}

// Field numbers of onnx.proto3.
const (
	modelGraph       = 7
	graphNode        = 1
	graphInitializer = 5
	graphInput       = 11
	graphOutput      = 12
	nodeInput        = 1
	nodeOutput       = 2
	nodeOp           = 4
	nodeAttribute    = 5
)

func forONNXRuntime(onnx []byte) (translation, error) {
	var t translation
	t.onnx = make([]byte, 0, len(onnx)+1024)
	err := wire.Each(onnx, func(f wire.Field) error {
		if f.Number != modelGraph {
			t.onnx = append(t.onnx, f.Whole...)
			return nil
		}
		graph, err := t.graph(f.Bytes)
		t.onnx = appendMessage(t.onnx, modelGraph, graph)
		return err
	})
	if err == nil && (t.input.name == "" || t.output.name == "") {
		err = errors.New("the file has no input or no output")
	}
	return t, err
}

func (t *translation) graph(graph []byte) ([]byte, error) {
	out := make([]byte, 0, len(graph)+1024)
	limits := map[string]bool{}
	err := wire.Each(graph, func(f wire.Field) error {
		var err error
		switch f.Number {
		case graphNode:
			var n node
			if n, err = readNode(f.Bytes); err != nil {
				return err
			}
			for _, l := range n.translate() {
				if !limits[l.name()] {
					limits[l.name()] = true
					out = appendMessage(out, graphInitializer, l.initializer())
				}
			}
			out = appendMessage(out, graphNode, n.bytes())
			return nil
		case graphInput:
			err = t.input.read(f.Bytes)
		case graphOutput:
			err = t.output.read(f.Bytes)
		}
		out = append(out, f.Whole...)
		return err
	})
	return out, err
}

// node is an operation.
type node struct {
	op              string
	inputs, outputs []string
	attributes      [][]byte
	rest            []byte // fields that are left as they are
}

func readNode(b []byte) (node, error) {
	var n node
	err := wire.Each(b, func(f wire.Field) error {
		switch f.Number {
		case nodeInput:
			n.inputs = append(n.inputs, string(f.Bytes))
		case nodeOutput:
			n.outputs = append(n.outputs, string(f.Bytes))
		case nodeOp:
			n.op = string(f.Bytes)
		case nodeAttribute:
			n.attributes = append(n.attributes, f.Bytes)
		default:
			n.rest = append(n.rest, f.Whole...)
		}
		return nil
	})
	return n, err
}

func (n *node) bytes() []byte {
	var b []byte
	for _, name := range n.inputs {
		b = appendMessage(b, nodeInput, []byte(name))
	}
	for _, name := range n.outputs {
		b = appendMessage(b, nodeOutput, []byte(name))
	}
	b = appendMessage(b, nodeOp, []byte(n.op))
	for _, a := range n.attributes {
		b = appendMessage(b, nodeAttribute, a)
	}
	return append(b, n.rest...)
}

// translate changes a node, and names the limits that it has as inputs then.
func (n *node) translate() []limit {
	switch {
	case n.op == "Clip" && len(n.inputs) == 1 && len(n.attributes) > 0:
		return n.clip()
	case n.op == "Pad" && len(n.outputs) == 1 && len(n.inputs) > 0 && strings.HasSuffix(n.outputs[0], "#padded"),
		n.op == "Slice" && len(n.inputs) > 0 && strings.HasSuffix(n.inputs[0], "#wide"):
		n.op, n.inputs, n.attributes = "Identity", n.inputs[:1], nil
	}
	return nil
}

func (n *node) clip() []limit {
	var limits []limit
	inputs := []string{n.inputs[0], "", ""} // an empty name is an input that is not given
	for _, a := range n.attributes {
		name, v, err := floatAttribute(a)
		at := map[string]int{"min": 1, "max": 2}[name]
		if err != nil || at == 0 {
			return nil // for ONNX Runtime to judge
		}
		inputs[at] = limit(v).name()
		limits = append(limits, limit(v))
	}
	n.inputs, n.attributes = inputs, nil
	return limits
}

func floatAttribute(b []byte) (name string, v float32, err error) {
	err = wire.Each(b, func(f wire.Field) error {
		switch f.Number {
		case 1:
			name = string(f.Bytes)
		case 2:
			v = math.Float32frombits(f.Fixed32)
		}
		return nil
	})
	return name, v, err
}

// limit is a constant of one float.
type limit float32

func (l limit) name() string { return fmt.Sprintf("#limit %g", float32(l)) }

// initializer is a TensorProto without dimensions.
func (l limit) initializer() []byte {
	b := protowire.AppendVarint(protowire.AppendTag(nil, 2, protowire.VarintType), 1) // FLOAT
	b = appendMessage(b, 8, []byte(l.name()))
	return appendMessage(b, 9, protowire.AppendFixed32(nil, math.Float32bits(float32(l))))
}

// maxValues bounds what is set aside for an input or output.
const maxValues = 1 << 26

// read takes a ValueInfoProto: {1: name, 2: type {1: tensor {2: shape {1: dimension {1: size}}}}}.
func (v *value) read(b []byte) error {
	if v.name != "" {
		return errors.New("the network has more than one input or output")
	}
	err := wire.Each(b, func(f wire.Field) error {
		if f.Number == 1 {
			v.name = string(f.Bytes)
			return nil
		}
		return wire.Inside(f, []protowire.Number{2, 1, 2, 1, 1}, func(dimension wire.Field) error {
			d := int(dimension.Varint)
			if d < 1 || d > maxValues || v.size()*d > maxValues {
				return fmt.Errorf("a dimension of %d", d)
			}
			v.shape = append(v.shape, d)
			return nil
		})
	})
	switch {
	case err != nil:
		return fmt.Errorf("%q is of no known shape: %w", v.name, err)
	case v.name == "" || len(v.shape) == 0:
		return fmt.Errorf("%q is of no known shape", v.name)
	}
	return nil
}

func appendMessage(b []byte, number protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, number, protowire.BytesType), v)
}
