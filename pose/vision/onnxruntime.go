package vision

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// onnxRuntime is the one ONNX Runtime of the process. It stays until the process ends:
// its library cannot be unloaded while anything of it may still run.
var onnxRuntime struct {
	sync.Mutex
	library string // "" = not loaded
}

// LoadONNXRuntime loads the shared library of ONNX Runtime, once for the process, with
// telemetry switched off and silent: errors say it all. Engines whose settings name
// ONNXRuntime can be opened then. Loading the same library again does nothing, and a
// second one is an error.
//
// The loader maps the file as it is and may crash on one that is cut off: check the
// file first (weights.VerifyRuntime does).
func LoadONNXRuntime(library string) error {
	library, err := filepath.Abs(library) // a bare name would be looked for in the system's folders
	if err != nil {
		return fmt.Errorf("load ONNX Runtime: %w", err)
	}
	onnxRuntime.Lock()
	defer onnxRuntime.Unlock()
	switch onnxRuntime.library {
	case library:
		return nil
	case "":
	default:
		return fmt.Errorf("load ONNX Runtime from %s: this process has it from %s already", library, onnxRuntime.library)
	}
	ort.SetSharedLibraryPath(library)
	if err := ort.InitializeEnvironment(ort.WithLogLevelFatal()); err != nil {
		return fmt.Errorf("load ONNX Runtime from %s: %s", library, oneLine(err.Error()))
	}
	onnxRuntime.library = library
	if err := ort.DisableTelemetry(); err != nil {
		return fmt.Errorf("load ONNX Runtime from %s: %w", library, err)
	}
	return nil
}

// ONNXRuntimeVersion is that of the library that is loaded, "" = none is.
func ONNXRuntimeVersion() string {
	onnxRuntime.Lock()
	defer onnxRuntime.Unlock()
	if onnxRuntime.library == "" {
		return ""
	}
	return ort.GetVersion()
}

// ortNetwork is a pose network in ONNX Runtime. Its input and output lie in Go's memory,
// pinned as long as the session knows where.
type ortNetwork struct {
	session *ort.AdvancedSession
	in, out *ort.Tensor[float32]
	shape   []int // of the output
	pins    runtime.Pinner
}

func openONNXRuntime(onnx []byte) (network, error) {
	if ONNXRuntimeVersion() == "" {
		return nil, errors.New("ONNX Runtime is not loaded")
	}
	file, err := forONNXRuntime(onnx)
	if err != nil {
		return nil, err
	}
	n := &ortNetwork{shape: file.output.shape}
	if err := n.open(file); err != nil {
		return nil, errors.Join(errors.New(oneLine(err.Error())), n.close())
	}
	return n, nil
}

func (n *ortNetwork) open(file translation) (err error) {
	if n.in, err = pinned(&n.pins, file.input); err != nil {
		return err
	}
	if n.out, err = pinned(&n.pins, file.output); err != nil {
		return err
	}
	o, err := ort.NewSessionOptions()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Destroy()) }()
	if err := errors.Join(o.SetIntraOpNumThreads(int(threads.Load())), o.SetInterOpNumThreads(1)); err != nil {
		return err
	}
	n.session, err = ort.NewAdvancedSessionWithONNXData(file.onnx, []string{file.input.name}, []string{file.output.name},
		[]ort.Value{n.in}, []ort.Value{n.out}, o)
	return err
}

// pinned is a tensor of zeros in Go's memory.
func pinned(pins *runtime.Pinner, of value) (*ort.Tensor[float32], error) {
	dims := make(ort.Shape, len(of.shape))
	for i, d := range of.shape {
		dims[i] = int64(d)
	}
	values := make([]float32, of.size())
	pins.Pin(&values[0])
	return ort.NewTensor(dims, values)
}

func (n *ortNetwork) load(in *input) error {
	values, into := in.values(), n.in.GetData()
	if len(values) != len(into) {
		return fmt.Errorf("the network takes %v numbers, and the picture has %d", n.in.GetShape(), len(values))
	}
	copy(into, values)
	return nil
}

func (n *ortNetwork) forward() (output, error) {
	if err := n.session.Run(); err != nil {
		return output{}, errors.New(oneLine(err.Error()))
	}
	return output{n.out.GetData(), n.shape}, nil
}

// close also frees what a failed open leaves.
func (n *ortNetwork) close() error {
	var err error
	if n.session != nil {
		err = n.session.Destroy()
	}
	for _, t := range []*ort.Tensor[float32]{n.in, n.out} {
		if t != nil {
			err = errors.Join(err, t.Destroy())
		}
	}
	n.pins.Unpin()
	return err
}
