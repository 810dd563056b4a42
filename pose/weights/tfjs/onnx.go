package tfjs

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// onnxGraph gathers an ONNX file in the order in which it is written. Field numbers are
// those of onnx.proto3 (ir_version 6), opset 11.
type onnxGraph struct {
	name    string
	body    []byte          // nodes and initializers, as fields of GraphProto
	ends    []byte          // input and output
	results map[string]bool // what nodes give
	stored  map[string]bool // initializers
	err     error           // the first fault
}

func newONNX(name string) *onnxGraph {
	return &onnxGraph{name: name, results: map[string]bool{}, stored: map[string]bool{}}
}

const (
	opset     = 11
	irVersion = 6
	float     = 1 // TensorProto.FLOAT
	int64s    = 7 // TensorProto.INT64
)

// node adds an operation. It is called like its result, which must be new.
func (g *onnxGraph) node(op string, inputs []string, output string, attributes ...[]byte) {
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

// floats stores a constant, unless one of that name is stored already.
func (g *onnxGraph) floats(name string, dims []int, values func() []float32) {
	g.store(name, dims, float, func() []byte {
		v := values()
		raw := make([]byte, 0, 4*len(v))
		for _, f := range v {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(f))
		}
		return raw
	})
}

// integers stores a list of integers and returns its name.
func (g *onnxGraph) integers(values []int) string {
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

// zero stores the scalar 0.0 and returns its name.
func (g *onnxGraph) zero() string {
	g.floats("#zero", nil, func() []float32 { return []float32{0} })
	return "#zero"
}

// noFloats stores an empty list, which stands for an input that is not given.
func (g *onnxGraph) noFloats() string {
	g.floats("#none", []int{0}, func() []float32 { return nil })
	return "#none"
}

func (g *onnxGraph) store(name string, dims []int, kind uint64, raw func() []byte) {
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

func (g *onnxGraph) input(name string, dims []int) {
	g.ends = message(g.ends, 11, valueInfo(name, dims))
}

func (g *onnxGraph) output(name string, dims []int) {
	g.ends = message(g.ends, 12, valueInfo(name, dims))
}

// model is the whole file, a ModelProto.
func (g *onnxGraph) model() []byte {
	graph := text(g.body, 2, g.name)
	graph = append(graph, g.ends...)
	b := number(nil, 1, irVersion)
	b = text(b, 2, "fallkit")
	b = message(b, 7, graph)
	return message(b, 8, number(text(nil, 1, ""), 2, opset))
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

// The kinds of AttributeProto that are written here: FLOAT, INT, STRING, INTS.
func floatAttribute(name string, v float32) []byte {
	b := protowire.AppendTag(text(nil, 1, name), 2, protowire.Fixed32Type)
	b = protowire.AppendFixed32(b, math.Float32bits(v))
	return number(b, 20, 1)
}

func integerAttribute(name string, v int) []byte {
	return number(number(text(nil, 1, name), 3, v), 20, 2)
}

func textAttribute(name, v string) []byte {
	return number(text(text(nil, 1, name), 4, v), 20, 3)
}

func integersAttribute(name string, list []int) []byte {
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
