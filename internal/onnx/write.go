// Package onnx writes networks as ONNX files and reads back what it wrote. It knows the
// file's fields alone, and nothing of what a network is for.
//
// It writes revision 6 of the file format and opset 11: OpenCV 4.6 and ONNX Runtime both
// run what these have, but for Clip, of which OpenCV 4.6 wants the
// limits as attributes, and ONNX Runtime as inputs.
package onnx

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// Graph gathers an ONNX file in the order in which it is written. Field numbers are those
// of onnx.proto3.
type Graph struct {
	name    string
	body    []byte          // nodes and initializers, as fields of GraphProto
	ends    []byte          // inputs and outputs
	results map[string]bool // what nodes give
	stored  map[string]bool // initializers
	err     error           // the first fault
}

// NewGraph begins a graph of that name.
func NewGraph(name string) *Graph {
	return &Graph{name: name, results: map[string]bool{}, stored: map[string]bool{}}
}

const (
	opset     = 11
	irVersion = 6
	producer  = "fallkit"
	float     = 1 // TensorProto.FLOAT
	int64s    = 7 // TensorProto.INT64
)

// Err is the first fault of what was added, or nil.
func (g *Graph) Err() error { return g.err }

// Node adds an operation of one result. It is called like its result, which must be new.
// An empty name among the inputs is an input that is not given.
func (g *Graph) Node(op string, inputs []string, output string, attributes ...[]byte) {
	if g.results[output] && g.err == nil {
		g.err = fmt.Errorf("two results are called %q", output)
	}
	g.results[output] = true
	var b []byte
	for _, name := range inputs {
		b = text(b, 1, name)
	}
	b = text(b, 2, output)
	b = text(b, 3, output)
	b = text(b, 4, op)
	for _, a := range attributes {
		b = message(b, 5, a)
	}
	g.body = message(g.body, 1, b)
}

// Floats stores a constant, unless one of that name is stored already.
func (g *Graph) Floats(name string, dims []int, values func() []float32) {
	g.store(name, dims, float, func() []byte {
		v := values()
		raw := make([]byte, 0, 4*len(v))
		for _, f := range v {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(f))
		}
		return raw
	})
}

// Integers stores a list of integers and returns its name.
func (g *Graph) Integers(values []int) string {
	name := "#" + strings.Trim(strings.ReplaceAll(fmt.Sprint(values), " ", ","), "[]")
	g.store(name, []int{len(values)}, int64s, func() []byte {
		var raw []byte
		for _, v := range values {
			raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
		}
		return raw
	})
	return name
}

// Zero stores the scalar 0.0 and returns its name.
func (g *Graph) Zero() string {
	g.Floats("#zero", nil, func() []float32 { return []float32{0} })
	return "#zero"
}

// NoFloats stores an empty list, which stands for an input that is not given.
func (g *Graph) NoFloats() string {
	g.Floats("#none", []int{0}, func() []float32 { return nil })
	return "#none"
}

func (g *Graph) store(name string, dims []int, kind uint64, raw func() []byte) {
	if g.stored[name] {
		return
	}
	g.stored[name] = true
	var b []byte
	for _, d := range dims {
		b = number(b, 1, d)
	}
	b = number(b, 2, int(kind))
	b = text(b, 8, name)
	b = message(b, 9, raw())
	g.body = message(g.body, 5, b)
}

// Input declares what goes in, a tensor of floats.
func (g *Graph) Input(name string, dims []int) {
	g.ends = message(g.ends, 11, valueInfo(name, dims))
}

// Output declares what comes out, a tensor of floats.
func (g *Graph) Output(name string, dims []int) {
	g.ends = message(g.ends, 12, valueInfo(name, dims))
}

// Model is the whole file, a ModelProto. What metadata says stands in it by the order of
// its keys (metadata_props); it may be nil.
func (g *Graph) Model(metadata map[string]string) []byte {
	graph := text(g.body, 2, g.name)
	graph = append(graph, g.ends...)
	b := number(nil, 1, irVersion)
	b = text(b, 2, producer)
	b = message(b, 7, graph)
	b = message(b, 8, number(text(nil, 1, ""), 2, opset))
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		b = message(b, 14, text(text(nil, 1, key), 2, metadata[key]))
	}
	return b
}

// valueInfo describes a tensor of floats.
func valueInfo(name string, dims []int) []byte {
	var shape []byte
	for _, d := range dims {
		shape = message(shape, 1, number(nil, 1, d))
	}
	tensorType := message(number(nil, 1, float), 2, shape)
	return message(text(nil, 1, name), 2, message(nil, 1, tensorType))
}

// Float is an attribute of one number.
func Float(name string, v float32) []byte {
	b := protowire.AppendTag(text(nil, 1, name), 2, protowire.Fixed32Type)
	b = protowire.AppendFixed32(b, math.Float32bits(v))
	return number(b, 20, 1)
}

// Integer is an attribute of one whole number.
func Integer(name string, v int) []byte {
	return number(number(text(nil, 1, name), 3, v), 20, 2)
}

// Text is an attribute of one word.
func Text(name, v string) []byte {
	return number(text(text(nil, 1, name), 4, v), 20, 3)
}

// List is an attribute of whole numbers.
func List(name string, list ...int) []byte {
	b := text(nil, 1, name)
	for _, v := range list {
		b = number(b, 8, v)
	}
	return number(b, 20, 7)
}

func number(b []byte, field protowire.Number, v int) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), uint64(v))
}

func text(b []byte, field protowire.Number, v string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), v)
}

func message(b []byte, field protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), v)
}
