package graph

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	_ "go4.org/unsafe/assume-no-moving-gc" // gorgonia's copy is too old for this Go and stops the program; requiring a newer one cures it
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// op is a gorgonia operation on float32 made of a Go function.
//
// It keeps its output: the machine drops every value after a step, and allocating them
// again costs more than some operations do. It hashes as its own address, since the
// graph merges nodes of equal hash, and two of our operations differ in what their
// functions hold. A panic in run ends the process (the machine runs it in a goroutine of
// its own), so shapes are checked when the graph is built.
type op struct {
	name   string
	inputs []tensor.Shape
	output tensor.Shape // of two dimensions, or scalar
	run    func(out []float32, in [][]float32)

	// backward gives the gradient of each input from that of the output; nil for an
	// input that constant names, and nil itself for an operation of the backward pass.
	backward func(b *builder, in gorgonia.Nodes, out, grad *gorgonia.Node) gorgonia.Nodes
	constant []bool
	builder  *builder

	kept *tensor.Dense
	in   [][]float32
}

var (
	_ gorgonia.Op   = (*op)(nil)
	_ gorgonia.SDOp = (*op)(nil)
)

func typeOf(s tensor.Shape) hm.Type {
	if s.IsScalar() {
		return tensor.Float32
	}
	return gorgonia.TensorType{Dims: s.Dims(), Of: tensor.Float32}
}

// Arity is the number of inputs.
func (o *op) Arity() int { return len(o.inputs) }

// Type is a function from the inputs' types to the output's.
func (o *op) Type() hm.Type {
	var types []hm.Type
	for _, s := range o.inputs {
		types = append(types, typeOf(s))
	}
	return hm.NewFnType(append(types, typeOf(o.output))...)
}

// InferShape is the output's shape, which is fixed.
func (o *op) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) { return o.output.Clone(), nil }

// ReturnsPtr: the output is memory that the op keeps.
func (o *op) ReturnsPtr() bool { return true }

// CallsExtern is about GPUs.
func (o *op) CallsExtern() bool { return false }

// OverwritesInput: none.
func (o *op) OverwritesInput() int { return -1 }

// WriteHash makes every op its own.
func (o *op) WriteHash(h hash.Hash) { fmt.Fprintf(h, "%s/%p", o.name, o) }

// Hashcode is WriteHash as a number.
func (o *op) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

// String is the op's name.
func (o *op) String() string { return o.name }

// DiffWRT tells which inputs have a gradient. One for the windows would cost a matrix
// product that nobody reads.
func (o *op) DiffWRT(n int) []bool {
	d := make([]bool, n)
	for i := range d {
		d[i] = o.backward != nil && !(i < len(o.constant) && o.constant[i])
	}
	return d
}

// SymDiff adds the nodes of the backward pass to the graph.
func (o *op) SymDiff(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	nodes := o.backward(o.builder, in, out, grad)
	return nodes, o.builder.err
}

// Do computes the output, into the same memory every time.
func (o *op) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	o.in = o.in[:0]
	for i, v := range in {
		switch d := v.Data().(type) {
		case []float32:
			o.in = append(o.in, d)
		case float32:
			o.in = append(o.in, []float32{d})
		default:
			return nil, fmt.Errorf("%s: input %d is a %T", o.name, i, d)
		}
		if want := o.inputs[i].TotalSize(); len(o.in[i]) != want {
			return nil, fmt.Errorf("%s: input %d has %d numbers, and must have %d", o.name, i, len(o.in[i]), want)
		}
	}
	if o.output.IsScalar() {
		var out [1]float32
		o.run(out[:], o.in)
		return gorgonia.NewF32(out[0]), nil
	}
	if o.kept == nil {
		o.kept = tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(o.output.Clone()...))
	}
	o.run(o.kept.Data().([]float32), o.in)
	return o.kept, nil
}
