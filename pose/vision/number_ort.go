package vision

import (
	"errors"
	"runtime"

	ort "github.com/yalue/onnxruntime_go"
)

// ortNumbers is a network of numbers in ONNX Runtime; its ends lie in pinned Go memory.
type ortNumbers struct {
	session *ort.AdvancedSession
	in, out []*ort.Tensor[float32]
	pins    runtime.Pinner
}

func openORTNumbers(onnx []byte, inputs, outputs []value) (numbers, error) {
	if ONNXRuntimeVersion() == "" {
		return nil, errors.New("ONNX Runtime is not loaded")
	}
	n := new(ortNumbers)
	if err := n.open(onnx, inputs, outputs); err != nil {
		return nil, errors.Join(errors.New(oneLine(err.Error())), n.close())
	}
	return n, nil
}

func (n *ortNumbers) open(onnx []byte, inputs, outputs []value) (err error) {
	inNames, in, err := n.ends(inputs, &n.in)
	if err != nil {
		return err
	}
	outNames, out, err := n.ends(outputs, &n.out)
	if err != nil {
		return err
	}
	o, err := ort.NewSessionOptions()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Destroy()) }()
	if err := errors.Join(o.SetIntraOpNumThreads(1), o.SetInterOpNumThreads(1)); err != nil {
		return err
	}
	n.session, err = ort.NewAdvancedSessionWithONNXData(onnx, inNames, outNames, in, out, o)
	return err
}

// ends makes tensors of zeros.
func (n *ortNumbers) ends(of []value, kept *[]*ort.Tensor[float32]) (names []string, tensors []ort.Value, err error) {
	for _, v := range of {
		t, err := pinned(&n.pins, v)
		if err != nil {
			return nil, nil, err
		}
		*kept = append(*kept, t)
		names, tensors = append(names, v.name), append(tensors, t)
	}
	return names, tensors, nil
}

func (n *ortNumbers) run(inputs [][]float32) ([][]float32, error) {
	for i, t := range n.in {
		copy(t.GetData(), inputs[i])
	}
	if err := n.session.Run(); err != nil {
		return nil, errors.New(oneLine(err.Error()))
	}
	results := make([][]float32, len(n.out))
	for i, t := range n.out {
		results[i] = t.GetData()
	}
	return results, nil
}

// close also frees what a failed open leaves.
func (n *ortNumbers) close() error {
	var err error
	if n.session != nil {
		err = n.session.Destroy()
	}
	for _, t := range append(n.in, n.out...) {
		err = errors.Join(err, t.Destroy())
	}
	n.pins.Unpin()
	return err
}
