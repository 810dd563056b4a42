package vision

import (
	"slices"
	"strings"
	"testing"

	onnxfile "fallkit/internal/onnx"
)

// step is a small network with a state: y = relu(x + state), next = x.
func step(ends ...string) []byte {
	g := onnxfile.NewGraph("step")
	for _, name := range []string{"x", "state"} {
		g.Input(name, []int{1, 3})
	}
	g.Node("Add", []string{"x", "state"}, "sum")
	g.Node("Relu", []string{"sum"}, "y")
	g.Node("Add", []string{"x", "x"}, "next")
	for _, name := range ends {
		g.Output(name, []int{1, 3})
	}
	return g.Model(nil)
}

func TestNumbersGoInAndComeOut(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		n, err := OpenNumbers(runtime, step("y", "next"))
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		state := []float32{1, 1, 1}
		first, err := n.Run([]float32{-3, 0.5, 2}, state)
		if err != nil {
			t.Fatal(err)
		}
		second, err := n.Run([]float32{1, 1, 1}, first["next"])
		if err != nil {
			t.Fatal(err)
		}
		if want := []float32{0, 1.5, 3}; !slices.Equal(first["y"], want) { // kept, though the network ran again
			t.Errorf("y is %v, want %v", first["y"], want)
		}
		if want := []float32{0, 2, 5}; !slices.Equal(second["y"], want) {
			t.Errorf("y is %v, want %v", second["y"], want)
		}
	})
}

func TestNumbersThatDoNotFitAreNamed(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		n, err := OpenNumbers(runtime, step("y"))
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		if _, err := n.Run([]float32{1, 2, 3}); err == nil || !strings.Contains(err.Error(), "it has 2 inputs, and 1 were given") {
			t.Errorf("one input: %v", err)
		}
		if _, err := n.Run([]float32{1, 2, 3}, []float32{1}); err == nil || !strings.Contains(err.Error(), "its input state takes 3 numbers, and 1 were given") {
			t.Errorf("a short input: %v", err)
		}
	})
}

// TestFilesThatAreNoNetworks: an error, and not the end of the process.
func TestFilesThatAreNoNetworks(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		whole := step("y")
		for name, bytes := range map[string][]byte{
			"empty": {}, "garbage": []byte("no network at all"), "cut off": whole[:len(whole)/2], "without outputs": step(),
			"an output that nothing gives": step("z"),
		} {
			n, err := OpenNumbers(runtime, bytes)
			if err == nil {
				_, err = n.Run([]float32{1, 2, 3}, []float32{1, 2, 3})
				n.Close()
			}
			if err == nil {
				t.Errorf("%s: no error", name)
			}
		}
	})
	if _, err := OpenNumbers("abacus", step("y")); err == nil || !strings.Contains(err.Error(), `nothing is called "abacus"`) {
		t.Errorf("an unknown runtime: %v", err)
	}
}
