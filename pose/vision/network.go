package vision

import (
	"errors"
	"fmt"
)

// What an engine's pose network runs in. Both give the same poses.
const (
	OpenCV      = "opencv"      // OpenCV DNN, which is always there
	ONNXRuntime = "onnxruntime" // about twice as fast, after LoadONNXRuntime
)

// network is what an engine needs of whatever runs its pose network. It is not safe for
// concurrent use.
type network interface {
	// load makes a picture the next input.
	load(in *input) error
	// forward gives what the network makes of it.
	forward() (output, error)
	// close frees all memory; nothing may be called after it.
	close() error
}

// output is a network's one output. The values are valid until the next forward.
type output struct {
	values []float32
	shape  []int
}

// openNetwork loads an ONNX file.
func openNetwork(runtime string, onnx []byte) (network, error) {
	if len(onnx) == 0 {
		return nil, errors.New("the file is empty")
	}
	switch runtime {
	case "", OpenCV:
		return openOpenCV(onnx)
	case ONNXRuntime:
		return openONNXRuntime(onnx)
	}
	return nil, fmt.Errorf("nothing is called %q that runs networks: there are %s and %s", runtime, OpenCV, ONNXRuntime)
}
