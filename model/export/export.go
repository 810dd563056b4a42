// Package export writes a trained network as an ONNX file for other programs: its graph,
// the calibration of its scores, and in the file's metadata all that a program must know to
// make its input and to use its answers. It never runs a network: whoever calls it holds the
// file against model.Predictor before it is given away.
package export

import (
	"fmt"

	"fallkit/internal/onnx"
	"fallkit/model"
)

// Form is what one run of a file takes.
type Form string

// Window: a run takes Options.Batch whole windows and answers each.
const Window Form = "window"

// The ends of a file of the form Window. The input has four dimensions because OpenCV's Python
// takes an array of three as a picture with channels.
const (
	WindowInput       = "window"      // [batch, 1, steps, features], each window oldest step first
	LogitOutput       = "logit"       // [batch, 1], the network's own answer
	ProbabilityOutput = "probability" // [batch, 1], the calibrated probability of a fall
)

// Options are what may be chosen of a file.
type Options struct {
	Batch   int    // windows of a run, at least 1; OpenCV 4.6 knows no other number than the one in the file
	Licence string // the terms of the weights, for people
}

// MostBatch is the largest batch that a file can be made for.
const MostBatch = 4096

// kinds are the families of networks: each writes its operations, from the input to the
// logit. A family that is used in another way than by the window declares that form.
var kinds = map[model.Kind]family{
	model.TCN:  {Window, convolutional},
	model.LSTM: {Window, recurrent},
	model.GRU:  {Window, gated},
	model.MLP:  {Window, perceptron},

	model.Attention: {Window, attentive},
}

type family struct {
	form  Form
	write func(b *builder)
}

// ONNX gives the file of a checkpoint. The same checkpoint gives the same bytes.
func ONNX(c *model.Checkpoint, o Options) ([]byte, error) {
	if err := c.Check(); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	if o.Batch < 1 || o.Batch > MostBatch {
		return nil, fmt.Errorf("export: the batch is %d windows, and must be from 1 to %d", o.Batch, MostBatch)
	}
	kind, known := kinds[c.Spec.Kind]
	if !known {
		return nil, fmt.Errorf("export: networks of kind %q cannot be written as ONNX", c.Spec.Kind)
	}
	about, err := metadata(c, kind.form, o)
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	b := &builder{Graph: onnx.NewGraph("fallkit"), spec: c.Spec, parameters: c.Parameters, calibration: c.Calibration, batch: o.Batch}
	kind.write(b)
	if err := b.Err(); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	file := b.Model(about)
	if err := b.readBack(file, about); err != nil {
		return nil, fmt.Errorf("export: the file does not say what it should: %w", err)
	}
	return file, nil
}
