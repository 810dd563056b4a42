// Package tfjs turns a part of a TensorFlow.js graph model into an ONNX file that
// OpenCV's DNN module runs. It knows the operations of the MoveNet family and refuses
// every other one: it never guesses what a graph means.
//
// It works on bytes in memory alone: no files, no network, no clock. The same input
// gives the same bytes.
package tfjs

import (
	"errors"
	"fmt"
)

// Cut names the part of a graph that is kept: all that lies between the input node and
// the heads. What comes before is normalising and what comes after is decoding, which
// the program does by itself.
type Cut struct {
	Name                    string // of the ONNX graph
	Input                   string // the node whose result becomes the network's input
	Height, Width, Channels int    // of that input
	Heads                   []Head // joined along the channels, in this order
}

// Head is one result of a network: a node that gives [1, height, width, Channels].
type Head struct {
	Name     string // what the channels mean
	Node     string // in the TensorFlow.js graph
	Channels int
}

// InputName and OutputName are what the ends of every converted network are called.
const (
	InputName  = "input" // [1, channels, height, width]
	OutputName = "heads" // [1, sum of the heads' channels, height, width]
)

// Convert reads a graph model (topology is the model.json, weights is what its shards
// hold, one after the other) and returns the ONNX file of the part that cut names. It
// has one output, since a network of one output needs no list of outputs to be
// allocated for every picture.
func Convert(topology, weights []byte, cut Cut) ([]byte, error) {
	if err := cut.check(); err != nil {
		return nil, err
	}
	g, err := readGraph(topology, weights)
	if err != nil {
		return nil, fmt.Errorf("read the graph of %s: %w", cut.Name, err)
	}
	l := newLowering(g, cut)
	if err := l.run(); err != nil {
		return nil, fmt.Errorf("convert %s: %w", cut.Name, err)
	}
	return l.out.Model(nil), nil
}

func (c Cut) check() error {
	switch {
	case c.Height < 1 || c.Width < 1 || c.Channels < 1:
		return fmt.Errorf("the input of %s is %d×%d with %d channels, and must not be empty", c.Name, c.Width, c.Height, c.Channels)
	case len(c.Heads) == 0:
		return errors.New("a network needs at least one head")
	}
	return nil
}
