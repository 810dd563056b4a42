package vision

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	"fallkit/internal/onnx/wire"
)

// Numbers is a network whose input and outputs are plain numbers, such as an exported
// model: it sees no picture. It is not safe for concurrent use.
type Numbers struct {
	runtime numbers
	inputs  []value
	outputs []value
}

// numbers is what runs it.
type numbers interface {
	// run takes the values of each input and gives those of each output, valid until the
	// next call.
	run(inputs [][]float32) ([][]float32, error)
	close() error
}

// OpenNumbers loads an ONNX file, whose inputs and outputs must be floats of fixed shapes,
// into OpenCV or, after LoadONNXRuntime, into ONNXRuntime.
func OpenNumbers(runtime string, onnx []byte) (*Numbers, error) {
	n, err := openNumbers(runtime, onnx)
	if err != nil {
		return nil, fmt.Errorf("load the network into %s: %w", runtime, err)
	}
	return n, nil
}

func openNumbers(runtime string, onnx []byte) (*Numbers, error) {
	n := new(Numbers)
	err := n.readEnds(onnx)
	if err != nil {
		return nil, err
	}
	switch runtime {
	case OpenCV:
		n.runtime, err = openCVNumbers(onnx, n.inputs, n.outputs)
	case ONNXRuntime:
		n.runtime, err = openORTNumbers(onnx, n.inputs, n.outputs)
	default:
		err = fmt.Errorf("nothing is called %q that runs networks: there are %s and %s", runtime, OpenCV, ONNXRuntime)
	}
	if err != nil {
		return nil, err
	}
	return n, nil
}

// readEnds finds inputs and outputs.
func (n *Numbers) readEnds(onnx []byte) error {
	err := wire.Each(onnx, func(f wire.Field) error {
		return wire.Inside(f, []protowire.Number{modelGraph, graphInput}, n.end(&n.inputs))
	})
	if err == nil {
		err = wire.Each(onnx, func(f wire.Field) error {
			return wire.Inside(f, []protowire.Number{modelGraph, graphOutput}, n.end(&n.outputs))
		})
	}
	if err == nil && (len(n.inputs) == 0 || len(n.outputs) == 0) {
		err = errors.New("the file has no input or no output")
	}
	return err
}

func (n *Numbers) end(list *[]value) func(wire.Field) error {
	return func(f wire.Field) error {
		var v value
		err := v.read(f.Bytes)
		*list = append(*list, v)
		return err
	}
}

// Run takes the numbers of each input, in the file's order, and gives those of each output by
// name. The results are the caller's.
func (n *Numbers) Run(inputs ...[]float32) (map[string][]float32, error) {
	if len(inputs) != len(n.inputs) {
		return nil, fmt.Errorf("run the network: it has %d inputs, and %d were given", len(n.inputs), len(inputs))
	}
	for i, v := range n.inputs {
		if len(inputs[i]) != v.size() {
			return nil, fmt.Errorf("run the network: its input %s takes %d numbers, and %d were given", v.name, v.size(), len(inputs[i]))
		}
	}
	results, err := n.runtime.run(inputs)
	if err != nil {
		return nil, fmt.Errorf("run the network: %w", err)
	}
	out := map[string][]float32{}
	for i, v := range n.outputs {
		if len(results[i]) != v.size() {
			return nil, fmt.Errorf("run the network: its output %s has %d numbers, and must have %d", v.name, len(results[i]), v.size())
		}
		out[v.name] = append([]float32(nil), results[i]...)
	}
	return out, nil
}

// Close frees all memory; nothing may be called after it.
func (n *Numbers) Close() error { return n.runtime.close() }
