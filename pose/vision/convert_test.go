package vision_test

import (
	"math"
	"testing"

	"gocv.io/x/gocv"

	"fallkit/pose/weights/tfjs"
	"fallkit/pose/weights/tfjs/tfjstest"
)

// OpenCV reads a converted graph as the same numbers that TensorFlow.js' rules give.
// The pose/weights tests hold the file itself against them; this one holds OpenCV's
// reading of it: padding inside a convolution, limits of a clip, centres of a resize.
func TestOpenCVReadsConvertedGraphs(t *testing.T) {
	for _, g := range tfjstest.Cases() {
		t.Run(g.Name, func(t *testing.T) {
			file, err := tfjs.Convert(g.Topology, g.Weights, g.Cut)
			if err != nil {
				t.Fatal(err)
			}
			got := forward(t, file, g.Input)
			want := g.Want.Planes()
			if len(got) != len(want) {
				t.Fatalf("%d numbers, want %d", len(got), len(want))
			}
			for i := range want {
				// OpenCV sums in float32; a wrong pad or centre is off by 0.1 and more.
				if diff := math.Abs(float64(got[i] - want[i])); !(diff <= 1e-4*(1+math.Abs(float64(want[i])))) {
					t.Fatalf("number %d is %g, want %g", i, got[i], want[i])
				}
			}
		})
	}
}

// forward runs a network on one input. It calls gocv as it is: a graph that OpenCV
// refuses ends the test process, with OpenCV's reason on stderr.
func forward(t *testing.T, onnx []byte, input tfjstest.Tensor) []float32 {
	t.Helper()
	net, err := gocv.ReadNetFromONNXBytes(onnx)
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()
	blob := gocv.NewMatWithSizes([]int{1, input.Channels, input.Height, input.Width}, gocv.MatTypeCV32F)
	defer blob.Close()
	into, err := blob.DataPtrFloat32()
	if err != nil {
		t.Fatal(err)
	}
	copy(into, input.Planes())
	net.SetInput(blob, "")
	out := net.Forward("")
	defer out.Close()
	values, err := out.DataPtrFloat32()
	if err != nil {
		t.Fatal(err)
	}
	return append([]float32(nil), values...)
}
