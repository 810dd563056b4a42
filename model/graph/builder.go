package graph

import (
	"fmt"
	"sync"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// builder adds nodes to a graph and keeps the first error, so that a network reads as a
// list of layers.
type builder struct {
	graph *gorgonia.ExprGraph
	team  *team
	err   error

	// toWindows asks for gradients to the windows and to no parameter: what an attack
	// needs, while learning needs the opposite.
	toWindows bool
}

// building is held while a graph is built: gorgonia shares its constants among all graphs,
// and they write down their hash when they are first added to one.
var building sync.Mutex

func newBuilder(t *team) *builder {
	return &builder{graph: gorgonia.NewGraph(), team: t}
}

// leaf adds a node that is not computed and reads data, which it shares: every graph has
// a tensor of its own around it, because gorgonia turns the tensor's header in place.
func (b *builder) leaf(name string, data []float32, rows, columns int) *gorgonia.Node {
	if len(data) != rows*columns {
		b.fail(fmt.Errorf("%s has %d numbers, and must have %dx%d", name, len(data), rows, columns))
		return nil
	}
	value := tensor.New(tensor.WithShape(rows, columns), tensor.WithBacking(data))
	return gorgonia.NewMatrix(b.graph, tensor.Float32, gorgonia.WithName(name), gorgonia.WithShape(rows, columns), gorgonia.WithValue(value))
}

// apply adds a node that o computes from the inputs.
func (b *builder) apply(o *op, in ...*gorgonia.Node) *gorgonia.Node {
	for i, n := range in {
		if b.err != nil {
			return nil
		}
		if n == nil || !n.Shape().Eq(o.inputs[i]) {
			b.fail(fmt.Errorf("%s: input %d is %v, and must have shape %v", o.name, i, n, o.inputs[i]))
			return nil
		}
	}
	o.builder = b
	n, err := gorgonia.ApplyOp(o, in...)
	if err != nil {
		b.fail(fmt.Errorf("%s: %w", o.name, err))
	}
	return n
}

func (b *builder) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}
