package vision

/*
#include <stdlib.h>
#include "numbers.h"
*/
import "C"

import "unsafe"

// cvNumbers is a network of numbers in OpenCV DNN.
type cvNumbers struct {
	p               *C.numbers_net
	inputs, outputs []value
}

func openCVNumbers(onnx []byte, inputs, outputs []value) (numbers, error) {
	n := &cvNumbers{inputs: inputs, outputs: outputs}
	if err := cvError(C.numbers_open(unsafe.Pointer(&onnx[0]), C.size_t(len(onnx)), &n.p)); err != nil {
		return nil, err
	}
	return n, nil
}

func (n *cvNumbers) run(inputs [][]float32) ([][]float32, error) {
	for i, v := range n.inputs {
		if err := n.load(v, inputs[i]); err != nil {
			return nil, err
		}
	}
	results := make([][]float32, len(n.outputs))
	for i, v := range n.outputs {
		results[i] = make([]float32, v.size())
		if err := n.forward(v, results[i]); err != nil {
			return nil, err
		}
	}
	return results, nil
}

func (n *cvNumbers) load(v value, numbers []float32) error {
	name := C.CString(v.name)
	defer C.free(unsafe.Pointer(name))
	dims := make([]C.int, len(v.shape))
	for i, d := range v.shape {
		dims[i] = C.int(d)
	}
	return cvError(C.numbers_load(n.p, name, &dims[0], C.int(len(dims)), (*C.float)(&numbers[0])))
}

func (n *cvNumbers) forward(v value, into []float32) error {
	name := C.CString(v.name)
	defer C.free(unsafe.Pointer(name))
	return cvError(C.numbers_forward(n.p, name, (*C.float)(&into[0]), C.size_t(len(into))))
}

func (n *cvNumbers) close() error {
	C.numbers_close(n.p)
	n.p = nil
	return nil
}
