package tfjs

import (
	"errors"
	"fmt"
	"strings"

	"fallkit/internal/onnx"
)

// tensor is a picture-like result in the ONNX graph: [1, channels, height, width].
type tensor struct {
	name                    string
	height, width, channels int
}

// maxSize bounds every size of a tensor: no pose network comes near it, and products of
// sizes cannot overflow.
const maxSize = 1 << 16

// lowering walks the graph from the heads down to the input and writes each node once,
// after those that it needs.
type lowering struct {
	graph  *graph
	cut    Cut
	out    *onnx.Graph
	done   map[string]tensor
	folded map[string][]int
	open   map[string]bool // being lowered: meeting one again is a cycle
}

func newLowering(g *graph, cut Cut) *lowering {
	return &lowering{
		graph: g, cut: cut, out: onnx.NewGraph(cut.Name),
		done: map[string]tensor{}, folded: map[string][]int{}, open: map[string]bool{},
	}
}

// run lowers every head and joins them along the channels.
func (l *lowering) run() error {
	if _, ok := l.graph.nodes[l.cut.Input]; !ok {
		return fmt.Errorf("the graph has no node %q to be the input", l.cut.Input)
	}
	l.out.Input(InputName, []int{1, l.cut.Channels, l.cut.Height, l.cut.Width})
	l.done[l.cut.Input] = tensor{InputName, l.cut.Height, l.cut.Width, l.cut.Channels}
	var names []string
	joined := tensor{name: OutputName}
	for i, head := range l.cut.Heads {
		t, err := l.tensor(head.Node)
		if err != nil {
			return fmt.Errorf("head %s: %w", head.Name, err)
		}
		if t.channels != head.Channels {
			return fmt.Errorf("head %s has %d channels instead of %d", head.Name, t.channels, head.Channels)
		}
		if i > 0 && (t.height != joined.height || t.width != joined.width) {
			return fmt.Errorf("head %s is %d×%d, and the head before it %d×%d", head.Name, t.width, t.height, joined.width, joined.height)
		}
		names = append(names, t.name)
		joined.height, joined.width, joined.channels = t.height, t.width, joined.channels+t.channels
	}
	l.out.Node("Concat", names, OutputName, onnx.Integer("axis", 1))
	l.out.Output(OutputName, joined.dims())
	return l.out.Err()
}

func (t tensor) dims() []int { return []int{1, t.channels, t.height, t.width} }

// node finds a node by the name by which another one refers to its first result.
func (l *lowering) node(name string) (*node, error) {
	if n, ok := l.graph.nodes[strings.TrimSuffix(name, ":0")]; ok {
		return n, nil
	}
	return nil, fmt.Errorf("the graph has no node %q", name)
}

// tensor is what a node gives, lowered first where it is not yet.
func (l *lowering) tensor(name string) (tensor, error) {
	n, err := l.node(name)
	if err != nil {
		return tensor{}, err
	}
	if t, ok := l.done[n.Name]; ok {
		return t, nil
	}
	t, err := visit(l, n, l.lower)
	if err != nil {
		return tensor{}, err
	}
	l.done[n.Name] = t
	return t, nil
}

func (l *lowering) tensorAt(n *node, input int) (tensor, error) {
	if input >= len(n.Input) {
		return tensor{}, fmt.Errorf("has %d inputs, and needs more", len(n.Input))
	}
	return l.tensor(n.Input[input])
}

func (l *lowering) integersAt(n *node, input int) ([]int, error) {
	if input >= len(n.Input) {
		return nil, fmt.Errorf("has %d inputs, and needs more", len(n.Input))
	}
	return l.integers(n.Input[input])
}

func (l *lowering) lower(n *node) (tensor, error) {
	switch n.Op {
	case "_FusedConv2D":
		return l.convolution(n, dense)
	case "FusedDepthwiseConv2dNative", "DepthwiseConv2dNative":
		return l.convolution(n, depthwise)
	case "AddV2":
		return l.sum(n)
	case "ResizeBilinear":
		return l.resize(n)
	}
	return tensor{}, errors.New("this operation is not converted: cut the graph behind it")
}

// sum adds two tensors of one shape.
func (l *lowering) sum(n *node) (tensor, error) {
	a, err := l.tensorAt(n, 0)
	if err != nil {
		return tensor{}, err
	}
	b, err := l.tensorAt(n, 1)
	if err != nil {
		return tensor{}, err
	}
	t := tensor{n.Name, a.height, a.width, a.channels}
	if b.height != t.height || b.width != t.width || b.channels != t.channels {
		return tensor{}, fmt.Errorf("adds %v and %v, which must have one shape", a.dims(), b.dims())
	}
	l.out.Node("Add", []string{a.name, b.name}, t.name)
	return t, nil
}

// resize interpolates between pixel centres, the way that both TensorFlow 2 and ONNX
// call half pixel.
func (l *lowering) resize(n *node) (tensor, error) {
	x, err := l.tensorAt(n, 0)
	if err != nil {
		return tensor{}, err
	}
	size, err := l.integersAt(n, 1)
	if err != nil {
		return tensor{}, err
	}
	if n.flag("align_corners") || !n.flag("half_pixel_centers") {
		return tensor{}, errors.New("only half pixel centres are converted")
	}
	if len(size) != 2 || min(size[0], size[1]) < 1 || max(size[0], size[1]) > maxSize {
		return tensor{}, fmt.Errorf("resizes to %v", size)
	}
	t := tensor{n.Name, size[0], size[1], x.channels}
	l.out.Node("Resize", []string{x.name, l.out.NoFloats(), l.out.NoFloats(), l.out.Integers(t.dims())}, t.name,
		onnx.Text("mode", "linear"), onnx.Text("coordinate_transformation_mode", "half_pixel"))
	return t, nil
}

// visit runs step on a node, refuses cycles, and says of which node a fault is.
func visit[T any](l *lowering, n *node, step func(*node) (T, error)) (T, error) {
	if l.open[n.Name] {
		var none T
		return none, &nodeError{n, errors.New("needs its own result")}
	}
	l.open[n.Name] = true
	defer delete(l.open, n.Name)
	v, err := step(n)
	var known *nodeError
	if err != nil && !errors.As(err, &known) {
		err = &nodeError{n, err}
	}
	return v, err
}

// nodeError is a fault of one node. Only the node where it lies is named, not the
// hundred that need it.
type nodeError struct {
	node *node
	err  error
}

func (e *nodeError) Error() string {
	return fmt.Sprintf("node %q (%s): %v", e.node.Name, e.node.Op, e.err)
}
func (e *nodeError) Unwrap() error { return e.err }
