package tfjs_test

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
	"pgregory.net/rapid"
)

// array is a tensor as ONNX has it: any number of dimensions, the last one the fastest.
type array struct {
	dims   []int
	floats []float64
	ints   []int
}

// operation is a node of an ONNX graph.
type operation struct {
	kind            string
	inputs, outputs []string
	attributes      map[string]any // float64, int, string or []int
}

// network is what a test needs of an ONNX file. It is read by the field numbers of
// onnx.proto, with none of the converter's code.
type network struct {
	operations    []operation
	constants     map[string]array
	input, output string
	inputDims     []int
	outputDims    []int
	opset         int
}

// fields reads a message: the values of each field, numbers as uint64 and the rest as
// []byte.
func fields(t rapid.TB, b []byte) map[protowire.Number][]any {
	t.Helper()
	all := map[protowire.Number][]any{}
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			t.Fatalf("not protobuf: %v", protowire.ParseError(n))
		}
		b = b[n:]
		var v any
		switch kind {
		case protowire.VarintType:
			v, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var bits uint32
			bits, n = protowire.ConsumeFixed32(b)
			v = uint64(bits)
		default:
			v, n = protowire.ConsumeBytes(b)
		}
		if n < 0 {
			t.Fatalf("not protobuf: %v", protowire.ParseError(n))
		}
		all[number] = append(all[number], v)
		b = b[n:]
	}
	return all
}

func texts(values []any) []string {
	var list []string
	for _, v := range values {
		list = append(list, string(v.([]byte)))
	}
	return list
}

func numbers(values []any) []int {
	list := []int{}
	for _, v := range values {
		list = append(list, int(v.(uint64)))
	}
	return list
}

func parse(t rapid.TB, file []byte) *network {
	t.Helper()
	model := fields(t, file)
	graph := fields(t, model[7][0].([]byte))
	n := &network{constants: map[string]array{}, opset: numbers(fields(t, model[8][0].([]byte))[2])[0]}
	for _, v := range graph[1] {
		n.operations = append(n.operations, parseOperation(t, v.([]byte)))
	}
	for _, v := range graph[5] {
		name, a := parseConstant(t, v.([]byte))
		if _, twice := n.constants[name]; twice {
			t.Fatalf("two constants are called %s", name)
		}
		n.constants[name] = a
	}
	if len(graph[11]) != 1 || len(graph[12]) != 1 {
		t.Fatalf("the graph has %d inputs and %d outputs, want one each", len(graph[11]), len(graph[12]))
	}
	n.input, n.inputDims = parseEnd(t, graph[11][0].([]byte))
	n.output, n.outputDims = parseEnd(t, graph[12][0].([]byte))
	return n
}

func parseOperation(t rapid.TB, b []byte) operation {
	f := fields(t, b)
	op := operation{kind: texts(f[4])[0], inputs: texts(f[1]), outputs: texts(f[2]), attributes: map[string]any{}}
	for _, v := range f[5] {
		a := fields(t, v.([]byte))
		name := texts(a[1])[0]
		switch kind := numbers(a[20])[0]; kind {
		case 1:
			op.attributes[name] = float64(math.Float32frombits(uint32(a[2][0].(uint64))))
		case 2:
			op.attributes[name] = numbers(a[3])[0]
		case 3:
			op.attributes[name] = texts(a[4])[0]
		case 7:
			op.attributes[name] = numbers(a[8])
		default:
			t.Fatalf("attribute %s has type %d", name, kind)
		}
	}
	return op
}

func parseConstant(t rapid.TB, b []byte) (string, array) {
	f := fields(t, b)
	a := array{dims: numbers(f[1])}
	raw := f[9][0].([]byte)
	switch kind := numbers(f[2])[0]; kind {
	case 1:
		for ; len(raw) > 0; raw = raw[4:] {
			a.floats = append(a.floats, float64(math.Float32frombits(binary.LittleEndian.Uint32(raw))))
		}
	case 7:
		for ; len(raw) > 0; raw = raw[8:] {
			a.ints = append(a.ints, int(binary.LittleEndian.Uint64(raw)))
		}
	default:
		t.Fatalf("a constant has type %d", kind)
	}
	if count(a.dims) != len(a.floats)+len(a.ints) {
		t.Fatalf("constant %s has dims %v and %d numbers", texts(f[8]), a.dims, len(a.floats)+len(a.ints))
	}
	return texts(f[8])[0], a
}

func parseEnd(t rapid.TB, b []byte) (name string, dims []int) {
	f := fields(t, b)
	tensor := fields(t, fields(t, f[2][0].([]byte))[1][0].([]byte))
	for _, v := range fields(t, tensor[2][0].([]byte))[1] {
		dims = append(dims, numbers(fields(t, v.([]byte))[1])[0])
	}
	return texts(f[1])[0], dims
}

func count(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// run works the network out, operation by operation in the order of the file.
func (n *network) run(t rapid.TB, input array) array {
	t.Helper()
	known := map[string]array{n.input: input}
	for name, a := range n.constants {
		known[name] = a
	}
	for _, op := range n.operations {
		var in []array
		for _, name := range op.inputs {
			a, ok := known[name]
			if !ok {
				t.Fatalf("%s needs %q before it is there", op.kind, name)
			}
			in = append(in, a)
		}
		known[op.outputs[0]] = op.run(t, in)
	}
	return known[n.output]
}

func (op operation) run(t rapid.TB, in []array) array {
	switch op.kind {
	case "Conv":
		return op.conv(t, in)
	case "Relu":
		return each(in[0], func(v float64) float64 { return max(v, 0) })
	case "Clip":
		low, high := op.attributes["min"].(float64), op.attributes["max"].(float64)
		return each(in[0], func(v float64) float64 { return min(max(v, low), high) })
	case "Add":
		i := -1
		return each(in[0], func(v float64) float64 { i++; return v + in[1].floats[i] })
	case "Resize":
		return op.resize(t, in)
	case "Pad":
		return pad(t, in)
	case "Slice":
		return slice(t, in)
	case "Concat":
		return concat(t, in, op.attributes["axis"].(int))
	}
	t.Fatalf("operation %s is not known", op.kind)
	return array{}
}

func each(a array, f func(float64) float64) array {
	out := array{dims: a.dims}
	for _, v := range a.floats {
		out.floats = append(out.floats, f(v))
	}
	return out
}

// planes makes an array [1, channels, height, width].
func planes(channels, height, width int, value func(c, y, x int) float64) array {
	a := array{dims: []int{1, channels, height, width}}
	for c := range channels {
		for y := range height {
			for x := range width {
				a.floats = append(a.floats, value(c, y, x))
			}
		}
	}
	return a
}

// at is 0 outside the picture.
func (a array) at(c, y, x int) float64 {
	if y < 0 || x < 0 || y >= a.dims[2] || x >= a.dims[3] {
		return 0
	}
	return a.floats[(c*a.dims[2]+y)*a.dims[3]+x]
}

func (op operation) conv(t rapid.TB, in []array) array {
	x, w := in[0], in[1]
	strides, group := op.attributes["strides"].([]int), op.attributes["group"].(int)
	if x.dims[1] != w.dims[1]*group || w.dims[0]%group != 0 || fmt.Sprint(w.dims[2:]) != fmt.Sprint(op.attributes["kernel_shape"]) {
		t.Fatalf("a convolution of %v by %v in %d groups", x.dims, w.dims, group)
	}
	var size, before [2]int
	for i := range size {
		in, k, s := x.dims[2+i], w.dims[2+i], strides[i]
		if pads, ok := op.attributes["pads"].([]int); ok {
			before[i] = pads[i]
			size[i] = (in+pads[i]+pads[i+2]-k)/s + 1
			continue
		}
		if op.attributes["auto_pad"] != "SAME_UPPER" {
			t.Fatalf("a convolution with attributes %v", op.attributes)
		}
		size[i] = (in + s - 1) / s
		before[i] = max((size[i]-1)*s+k-in, 0) / 2
	}
	perGroup := w.dims[0] / group
	return planes(w.dims[0], size[0], size[1], func(oc, oy, ox int) float64 {
		sum := 0.0
		if len(in) > 2 {
			sum = in[2].floats[oc]
		}
		for i := range w.dims[1] {
			for ky := range w.dims[2] {
				for kx := range w.dims[3] {
					k := w.floats[((oc*w.dims[1]+i)*w.dims[2]+ky)*w.dims[3]+kx]
					sum += k * x.at(oc/perGroup*w.dims[1]+i, oy*strides[0]+ky-before[0], ox*strides[1]+kx-before[1])
				}
			}
		}
		return sum
	})
}

// resize follows the formula of ONNX's Resize: x_original = (x + 0.5) / scale - 0.5.
func (op operation) resize(t rapid.TB, in []array) array {
	if op.attributes["mode"] != "linear" || op.attributes["coordinate_transformation_mode"] != "half_pixel" ||
		len(in[1].floats)+len(in[2].floats) != 0 {
		t.Fatalf("a resize with attributes %v", op.attributes)
	}
	x, to := in[0], in[3].ints
	weights := func(axis, at int) map[int]float64 {
		scale := float64(to[axis]) / float64(x.dims[axis])
		v := (float64(at)+0.5)/scale - 0.5
		v = min(max(v, 0), float64(x.dims[axis]-1))
		low := int(v)
		all := map[int]float64{low: 1 - (v - float64(low))}
		if v > float64(low) {
			all[low+1] = v - float64(low)
		}
		return all
	}
	return planes(to[1], to[2], to[3], func(c, oy, ox int) float64 {
		sum := 0.0
		for y, wy := range weights(2, oy) {
			for x0, wx := range weights(3, ox) {
				sum += wy * wx * x.at(c, y, x0)
			}
		}
		return sum
	})
}

func pad(t rapid.TB, in []array) array {
	x, p := in[0], in[1].ints
	if p[0]+p[1]+p[4]+p[5] != 0 || in[2].floats[0] != 0 {
		t.Fatalf("a pad by %v with %v", p, in[2].floats)
	}
	return planes(x.dims[1], x.dims[2]+p[2]+p[6], x.dims[3]+p[3]+p[7], func(c, y, x0 int) float64 { return x.at(c, y-p[2], x0-p[3]) })
}

func slice(t rapid.TB, in []array) array {
	x, start, end, axis := in[0], in[1].ints[0], in[2].ints[0], in[3].ints[0]
	if axis != 3 || start < 0 || end > x.dims[3] {
		t.Fatalf("a slice of %v from %d to %d of axis %d", x.dims, start, end, axis)
	}
	return planes(x.dims[1], x.dims[2], end-start, func(c, y, x0 int) float64 { return x.at(c, y, start+x0) })
}

func concat(t rapid.TB, in []array, axis int) array {
	if axis != 1 {
		t.Fatalf("a concat along axis %d", axis)
	}
	all := array{dims: []int{1, 0, in[0].dims[2], in[0].dims[3]}}
	for _, a := range in {
		all.dims[1] += a.dims[1]
		all.floats = append(all.floats, a.floats...)
	}
	return all
}
