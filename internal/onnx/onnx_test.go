package onnx_test

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/internal/onnx"
)

// TestWhatIsWrittenIsRead: names, shapes, numbers to the bit, and metadata.
func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dims := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "dims")
		numbers := make([]float32, onnx.Value{Dims: dims}.Size())
		for i := range numbers {
			numbers[i] = math.Float32frombits(rapid.Uint32().Draw(t, "bits"))
		}
		about := rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "metadata")
		name := rapid.StringN(1, 8, -1).Draw(t, "name")
		g := onnx.NewGraph(name)
		g.Input("x", []int{1, 2})
		g.Floats("c", dims, func() []float32 { return numbers })
		g.Node("Add", []string{"x", "c", "", g.Integers([]int{-1, 2}), g.Zero()}, "y", onnx.Float("f", 2.5), onnx.Integer("i", -3), onnx.Text("t", "word"), onnx.List("l", 1, 2))
		g.Output("y", []int{3})
		f, err := onnx.Read(g.Model(about))
		if err != nil || g.Err() != nil {
			t.Fatalf("%v, %v", err, g.Err())
		}
		same := func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }
		if c := f.Floats[0]; c.Name != "c" || !slices.Equal(c.Dims, dims) || !slices.EqualFunc(c.Numbers, numbers, same) {
			t.Errorf("constant %v, want %v %v", c, dims, numbers)
		}
		if !maps.Equal(f.Metadata, about) || f.Name != name || f.Opset != 11 {
			t.Errorf("%q in opset %d with %v", f.Name, f.Opset, f.Metadata)
		}
		if o := f.Operations[0]; o.Kind != "Add" || !slices.Equal(o.Inputs, []string{"x", "c", "", "#-1,2", "#zero"}) || !slices.Equal(o.Outputs, []string{"y"}) {
			t.Errorf("operation %v", o)
		}
		if len(f.Inputs) != 1 || !slices.Equal(f.Inputs[0].Dims, []int{1, 2}) || !slices.Equal(f.Outputs[0].Dims, []int{3}) {
			t.Errorf("ends %v, %v", f.Inputs, f.Outputs)
		}
	})
}

func TestFilesThatDoNotHangTogether(t *testing.T) {
	tests := []struct {
		name  string
		build func(g *onnx.Graph)
		want  string
	}{
		{"an unknown name", func(g *onnx.Graph) { g.Node("Relu", []string{"z"}, "y") }, `Relu takes "z", which nothing before it gives`},
		{"a circle", func(g *onnx.Graph) { g.Node("Relu", []string{"y"}, "y") }, `takes "y"`},
		{"an output without a giver", func(*onnx.Graph) {}, `nothing gives the output "y"`},
		{"too few numbers", func(g *onnx.Graph) {
			g.Floats("c", []int{3}, func() []float32 { return []float32{1} })
			g.Node("Relu", []string{"x"}, "y")
		}, `"c" has 4 bytes for the dimensions [3]`},
		{"a name twice", func(g *onnx.Graph) {
			g.Floats("x", nil, func() []float32 { return []float32{1} })
			g.Node("Relu", []string{"x"}, "y")
		}, `two tensors are called "x"`},
	}
	for _, test := range tests {
		g := onnx.NewGraph("g")
		g.Input("x", []int{1})
		g.Output("y", []int{1})
		test.build(g)
		if _, err := onnx.Read(g.Model(nil)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
	g := onnx.NewGraph("g")
	g.Node("Relu", []string{"x"}, "y")
	g.Node("Relu", []string{"x"}, "y")
	if err := g.Err(); err == nil || !strings.Contains(err.Error(), `two results are called "y"`) {
		t.Errorf("a result twice: %v", err)
	}
}

// FuzzRead: no file ends the program, and one that is read has all its numbers.
func FuzzRead(f *testing.F) {
	g := onnx.NewGraph("g")
	g.Input("x", []int{1, 2})
	g.Floats("c", []int{2}, func() []float32 { return []float32{1, 2} })
	g.Node("Add", []string{"x", "c"}, "y", onnx.List("l", 1))
	g.Output("y", []int{1, 2})
	f.Add(g.Model(map[string]string{"key": "value"}))
	f.Add([]byte{})
	f.Add([]byte{0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, file []byte) {
		read, err := onnx.Read(file)
		if err != nil {
			return
		}
		for _, c := range read.Floats {
			if len(c.Numbers) != c.Size() {
				t.Errorf("%q has %d numbers for %v", c.Name, len(c.Numbers), c.Dims)
			}
		}
	})
}
