package vision

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"fallkit/internal/onnx/wire"
)

// arithmetic counts the floating-point operations of one forward, a multiplication with
// an addition as two: those of the convolutions, which are nearly all.
func arithmetic(onnx []byte) (float64, error) {
	t, err := forONNXRuntime(onnx) // without what the file does for OpenCV's sake alone
	if err != nil {
		return 0, err
	}
	g := graphSizes{weights: map[string][]int{}, sizes: map[string][2]int{t.input.name: {t.input.shape[2], t.input.shape[3]}}, integers: map[string][]int64{}}
	for _, number := range []protowire.Number{graphInitializer, graphNode} {
		err = errors.Join(err, wire.Each(t.onnx, func(f wire.Field) error {
			return wire.Inside(f, []protowire.Number{modelGraph, number}, func(f wire.Field) error {
				if number == graphInitializer {
					return g.initializer(f.Bytes)
				}
				return g.node(f.Bytes)
			})
		}))
	}
	return g.sum, err
}

// graphSizes follows the height and width of what goes through a network.
type graphSizes struct {
	weights  map[string][]int
	integers map[string][]int64
	sizes    map[string][2]int
	sum      float64
}

func (g *graphSizes) initializer(b []byte) error {
	var name string
	var dims []int
	var raw []byte
	err := wire.Each(b, func(f wire.Field) error {
		switch f.Number {
		case 1:
			if f.Bytes == nil {
				dims = append(dims, int(f.Varint))
			}
			for packed := f.Bytes; len(packed) > 0; {
				v, n := protowire.ConsumeVarint(packed)
				dims, packed = append(dims, int(v)), packed[n:]
			}
		case 8:
			name = string(f.Bytes)
		case 9:
			raw = f.Bytes
		}
		return nil
	})
	g.weights[name] = dims
	if len(dims) == 1 && dims[0] > 0 && len(raw) == 8*dims[0] {
		for ; len(raw) > 0; raw = raw[8:] {
			v, _ := protowire.ConsumeFixed64(raw)
			g.integers[name] = append(g.integers[name], int64(v))
		}
	}
	return err
}

func (g *graphSizes) node(b []byte) error {
	n, err := readNode(b)
	if err != nil || len(n.inputs) == 0 {
		return err
	}
	size, known := g.sizes[n.inputs[0]]
	if !known {
		return fmt.Errorf("%s comes before its input %s", n.op, n.inputs[0])
	}
	switch n.op {
	case "Conv":
		stride := [2]int{1, 1}
		for _, a := range n.attributes {
			if name, values := integerAttributes(a); name == "strides" && len(values) == 2 {
				stride = [2]int{int(values[0]), int(values[1])}
			}
		}
		for i := range size { // all are padded to the same size, or have nothing to pad
			size[i] = (size[i] + stride[i] - 1) / stride[i]
		}
		w := g.weights[n.inputs[1]]
		if len(w) != 4 {
			return fmt.Errorf("a convolution with weights of %v", w)
		}
		g.sum += 2 * float64(size[0]) * float64(size[1]) * float64(w[0]) * float64(w[1]) * float64(w[2]) * float64(w[3])
	case "Resize":
		to := g.integers[n.inputs[len(n.inputs)-1]]
		if len(to) != 4 {
			return fmt.Errorf("a resize to %v", to)
		}
		size = [2]int{int(to[2]), int(to[3])}
	}
	for _, o := range n.outputs {
		g.sizes[o] = size
	}
	return nil
}

func integerAttributes(b []byte) (name string, values []int64) {
	_ = wire.Each(b, func(f wire.Field) error {
		switch f.Number {
		case 1:
			name = string(f.Bytes)
		case 8:
			if f.Bytes == nil {
				values = append(values, int64(f.Varint))
			}
			for packed := f.Bytes; len(packed) > 0; {
				v, n := protowire.ConsumeVarint(packed)
				values, packed = append(values, int64(v)), packed[n:]
			}
		}
		return nil
	})
	return name, values
}

// The stand-in's one convolution, by hand; and the real ones' published sizes, about.
func TestArithmetic(t *testing.T) {
	got, err := arithmetic(standin(256))
	if want := 2.0 * 64 * 64 * channels * 3 * 4 * 4; err != nil || got != want {
		t.Errorf("the stand-in has %g operations, %v; want %g", got, err, want)
	}
	file, err := os.ReadFile(poseNetwork(t))
	if err != nil {
		t.Fatal(err)
	}
	got, err = arithmetic(file)
	t.Logf("MultiPose: %.2f billion operations", got/1e9)
	if err != nil || !(got > .5e9 && got < 5e9) {
		t.Errorf("MultiPose has %g operations, %v", got, err)
	}
	if _, err := arithmetic([]byte("none")); err == nil {
		t.Error("no network has operations")
	}
}
