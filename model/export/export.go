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

const (
	// Window: a run takes Options.Batch whole windows and answers each.
	Window Form = "window"

	// Step: a run takes the next step of Options.Batch people, and what was kept of them (see
	// States), and answers for that step.
	Step Form = "step"
)

// Forms are all that a network may be written in.
var Forms = []Form{Window, Step}

// The ends of a file. The input has four dimensions because OpenCV's Python
// takes an array of three as a picture with channels.
const (
	WindowInput       = "window"      // [batch, 1, steps, features], each window oldest step first
	StepInput         = "step"        // [batch, features, 1, 1], of the form Step
	LogitOutput       = "logit"       // [batch, 1], the network's own answer
	ProbabilityOutput = "probability" // [batch, 1], the calibrated probability of a fall
)

// Options are what may be chosen of a file.
type Options struct {
	Batch   int    // windows of a run, at least 1; OpenCV 4.6 knows no other number than the one in the file
	Licence string // the terms of the weights, for people
	Form    Form   // "" = Window
}

// MostBatch is the largest batch that a file can be made for.
const MostBatch = 4096

// kinds are the families of networks by how each can be written: from the inputs to the
// outputs.
var kinds = map[model.Kind]map[Form]func(b *builder){
	model.TCN:       {Window: convolutional},
	model.LSTM:      {Window: recurrent},
	model.GRU:       {Window: gated},
	model.MLP:       {Window: perceptron},
	model.Attention: {Window: attentive},
	model.STGCN:     {Window: skeletal},
	model.Causal:    {Window: causal, Step: causalStep},
}

// ONNX gives the file of a checkpoint. The same checkpoint gives the same bytes.
func ONNX(c *model.Checkpoint, o Options) ([]byte, error) {
	if err := c.Check(); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	if o.Batch < 1 || o.Batch > MostBatch {
		return nil, fmt.Errorf("export: the batch is %d windows, and must be from 1 to %d", o.Batch, MostBatch)
	}
	if o.Form == "" {
		o.Form = Window
	}
	if c.Decoder != nil && c.Decoder.Mean > 1 {
		return nil, fmt.Errorf("export: the model's answer is the mean of %d steps, which no file can hold yet", c.Decoder.Mean)
	}
	write := kinds[c.Spec.Kind][o.Form]
	if write == nil {
		return nil, formError(c.Spec.Kind, o.Form)
	}
	about, err := metadata(c, o)
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	b := &builder{Graph: onnx.NewGraph("fallkit"), spec: c.Spec, parameters: c.Parameters, calibration: c.Calibration, decoder: c.Decoder, batch: o.Batch}
	write(b)
	if err := b.Err(); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	file := b.Model(about)
	if err := b.readBack(file, about); err != nil {
		return nil, fmt.Errorf("export: the file does not say what it should: %w", err)
	}
	return file, nil
}
