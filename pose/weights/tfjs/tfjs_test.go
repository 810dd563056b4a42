package tfjs_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/pose/weights/tfjs"
	"fallkit/pose/weights/tfjs/tfjstest"
)

// compare converts a graph, works the ONNX file out, and holds every number against
// what TensorFlow.js' rules give.
func compare(t rapid.TB, g tfjstest.Graph) {
	t.Helper()
	file, err := tfjs.Convert(g.Topology, g.Weights, g.Cut)
	if err != nil {
		t.Fatal(err)
	}
	n := parse(t, file)
	input := array{dims: []int{1, g.Input.Channels, g.Input.Height, g.Input.Width}}
	for _, v := range g.Input.Planes() {
		input.floats = append(input.floats, float64(v))
	}
	got := n.run(t, input)
	want := []int{1, g.Want.Channels, g.Want.Height, g.Want.Width}
	if !slices.Equal(n.inputDims, input.dims) || !slices.Equal(n.outputDims, want) || !slices.Equal(got.dims, want) {
		t.Fatalf("input %v, output %v, result %v; want input %v, output %v", n.inputDims, n.outputDims, got.dims, input.dims, want)
	}
	if n.input != tfjs.InputName || n.output != tfjs.OutputName || n.opset != 11 {
		t.Errorf("the ends are called %q and %q in opset %d", n.input, n.output, n.opset)
	}
	for i, w := range g.Want.Planes() {
		// Both sides sum in float64; what is left is rounding between operations.
		if diff := math.Abs(got.floats[i] - float64(w)); !(diff <= 1e-5*(1+math.Abs(float64(w)))) {
			t.Fatalf("number %d is %g, want %g", i, got.floats[i], w)
		}
	}
}

func TestConvertedGraphGivesTheSameNumbers(t *testing.T) {
	for _, g := range tfjstest.Cases() {
		t.Run(g.Name, func(t *testing.T) { compare(t, g) })
	}
}

func TestAnyConvolutionGivesTheSameNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		compare(t, tfjstest.Random(rand.New(rand.NewPCG(seed, 0))))
	})
}

// The comparison above says nothing if all numbers are zero, or if the fast path for
// narrow inputs is not taken.
func TestCasesSaySomething(t *testing.T) {
	widened := 0
	for _, g := range tfjstest.Cases() {
		values := g.Want.Planes()
		if zeros := len(values) - len(slices.DeleteFunc(slices.Clone(values), func(v float32) bool { return v == 0 })); 4*zeros > 3*len(values) {
			t.Errorf("%s: %d of %d numbers are zero", g.Name, zeros, len(values))
		}
		file, err := tfjs.Convert(g.Topology, g.Weights, g.Cut)
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range parse(t, file).operations {
			if op.kind == "Slice" {
				widened++
			}
		}
	}
	if widened < 12 {
		t.Errorf("%d convolutions were widened, want every narrow depthwise one", widened)
	}
}

// A depthwise convolution is widened to 18 columns, the first width at which OpenCV 4.6
// takes its fast path, and at no other kind or width.
func TestWideningIsForNarrowDepthwise3x3(t *testing.T) {
	want := map[string]bool{
		"depthwise, 1 wide": true, "depthwise, 17 wide": true, "depthwise, 18 wide": false, "depthwise, 21 wide": false,
		"depthwise fused stride 2, 8 wide": true, "depthwise fused stride 2, 17 wide": true,
		"depthwise 5x5": false, "dense 3x3 same": false,
	}
	for _, g := range tfjstest.Cases() {
		expect, ok := want[g.Name]
		if !ok {
			continue
		}
		delete(want, g.Name)
		file, err := tfjs.Convert(g.Topology, g.Weights, g.Cut)
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(file, []byte("#padded")); got != expect {
			t.Errorf("%s: widened is %v, want %v", g.Name, got, expect)
		}
	}
	if len(want) > 0 {
		t.Errorf("no such cases: %v", want)
	}
}

func TestConversionIsTheSameEveryTime(t *testing.T) {
	for _, g := range tfjstest.Cases() {
		first, err := tfjs.Convert(g.Topology, g.Weights, g.Cut)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			again, err := tfjs.Convert(g.Topology, g.Weights, g.Cut)
			if err != nil || !bytes.Equal(first, again) {
				t.Fatalf("%s: another file, or %v", g.Name, err)
			}
		}
	}
}

func TestWhatCannotBeConvertedIsNamed(t *testing.T) {
	g := caseNamed(t, "small pose network")
	edit := func(from, to string) func(*tfjstest.Graph) {
		return func(g *tfjstest.Graph) {
			changed := strings.ReplaceAll(string(g.Topology), from, to)
			if changed == string(g.Topology) {
				t.Fatalf("the graph has no %s", from)
			}
			g.Topology = []byte(changed)
		}
	}
	tests := []struct {
		name   string
		change func(*tfjstest.Graph)
		want   string
	}{
		{"no JSON", func(g *tfjstest.Graph) { g.Topology = []byte("{") }, "model.json"},
		{"no nodes", func(g *tfjstest.Graph) { g.Topology = []byte("{}") }, "0 nodes"},
		{"unknown operation", edit(`"AddV2"`, `"Einsum"`), `(Einsum): this operation is not converted`},
		{"other padding", edit(`"U0FNRQ=="`, `"RVhQTElDSVQ="`), `padding "EXPLICIT"`},
		{"other data format", edit(`"TkhXQw=="`, `"TkNIVw=="`), `data format "NCHW"`},
		{"other activation", edit(`"UmVsdTY="`, `"RWx1"`), `fused operations ["Elu"]`},
		{"dilated", edit(`"dilations":{"list":{"i":["1","1"`, `"dilations":{"list":{"i":["1","2"`), "dilations [1 2 1 1]"},
		{"uneven batch stride", edit(`"strides":{"list":{"i":["1"`, `"strides":{"list":{"i":["2"`), "strides"},
		{"zero stride", edit(`"strides":{"list":{"i":["1","1","1"`, `"strides":{"list":{"i":["1","0","0"`), "strides [1 0 0 1]"},
		{"other resize", edit(`"half_pixel_centers":{"b":true}`, `"half_pixel_centers":{"b":false}`), "half pixel"},
		{"masked slice", edit(`"end_mask":{"i":"0"}`, `"end_mask":{"i":"1"}`), "end_mask"},
		{"strange integer", edit(`"end_mask":{"i":"0"}`, `"end_mask":{"i":"99999999999"}`), "end_mask"},
		{"unknown numbers", edit(`"float16"`, `"uint8"`), "float32 as uint8"},
		{"weights cut off", func(g *tfjstest.Graph) { g.Weights = g.Weights[:len(g.Weights)-1] }, "does not fit"},
		{"weights too long", func(g *tfjstest.Graph) { g.Weights = append(slices.Clone(g.Weights), 0) }, "1 more than"},
		{"no such input", func(g *tfjstest.Graph) { g.Cut.Input = "nowhere" }, `no node "nowhere"`},
		{"no such head", func(g *tfjstest.Graph) { g.Cut.Heads[0].Node = "nowhere" }, `no node "nowhere"`},
		{"other channels of a head", func(g *tfjstest.Graph) { g.Cut.Heads[0].Channels = 3 }, "1 channels instead of 3"},
		{"other channels of the input", func(g *tfjstest.Graph) { g.Cut.Channels = 4 }, "reads 3 channels, and its input has 4"},
		{"heads of two sizes", func(g *tfjstest.Graph) { g.Cut.Heads[0].Node, g.Cut.Heads[0].Channels = g.Cut.Input, 3 }, "the head before it"},
		{"no heads", func(g *tfjstest.Graph) { g.Cut.Heads = nil }, "at least one head"},
		{"empty input", func(g *tfjstest.Graph) { g.Cut.Width = 0 }, "must not be empty"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			changed := g
			changed.Cut.Heads = slices.Clone(g.Cut.Heads)
			test.change(&changed)
			_, err := tfjs.Convert(changed.Topology, changed.Weights, changed.Cut)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error is %v, want one line with %q", err, test.want)
			}
		})
	}
}

func caseNamed(t testing.TB, name string) tfjstest.Graph {
	for _, g := range tfjstest.Cases() {
		if g.Name == name {
			return g
		}
	}
	t.Fatalf("no case %q", name)
	return tfjstest.Graph{}
}

func TestACycleIsRefused(t *testing.T) {
	cut := tfjs.Cut{Name: "cycle", Input: "in", Height: 4, Width: 4, Channels: 1, Heads: []tfjs.Head{{Name: "a", Node: "a", Channels: 1}}}
	for name, nodes := range map[string]string{
		"of tensors": `{"name":"a","op":"AddV2","input":["b","b"]},{"name":"b","op":"AddV2","input":["a:0","a"]}`,
		"of sizes":   `{"name":"a","op":"ResizeBilinear","input":["in","m"],"attr":{"half_pixel_centers":{"b":true}}},{"name":"m","op":"Mul","input":["m","m"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tfjs.Convert([]byte(`{"modelTopology":{"node":[{"name":"in","op":"Sub"},`+nodes+`]}}`), nil, cut)
			if err == nil || !strings.Contains(err.Error(), "needs its own result") {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// FuzzConvert holds the reader to its promise about any bytes: an answer or an error,
// and no file out of proportion to what was read.
func FuzzConvert(f *testing.F) {
	cut := caseNamed(f, "small pose network").Cut
	for _, g := range tfjstest.Cases() {
		if len(g.Topology)+len(g.Weights) < 16<<10 {
			f.Add(g.Topology, g.Weights, uint8(g.Cut.Height), uint8(g.Cut.Width), uint8(g.Cut.Channels), g.Cut.Heads[0].Node)
		}
	}
	f.Fuzz(func(t *testing.T, topology, weights []byte, height, width, channels uint8, head string) {
		c := cut
		c.Height, c.Width, c.Channels = int(height), int(width), int(channels)
		for heads := range 64 {
			c.Heads = []tfjs.Head{{Name: "head", Node: head, Channels: heads}}
			file, err := tfjs.Convert(topology, weights, c)
			if err != nil && !strings.Contains(err.Error(), "channels instead of") {
				return
			}
			if most := 1<<12 + 64*(len(topology)+len(weights)); len(file) > most {
				t.Fatalf("%d bytes of ONNX from %d of JSON and %d of weights", len(file), len(topology), len(weights))
			}
			if err == nil {
				parse(t, file)
				return
			}
		}
	})
}
