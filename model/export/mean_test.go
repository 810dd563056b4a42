package export_test

import (
	"strings"
	"testing"

	"fallkit/model"
	"fallkit/model/export"
	"fallkit/pose"
)

// A generalist's plain decoder has no place in a file: a file without it would answer
// otherwise than the model. Over one step it changes nothing.
func TestMeansAreNotExported(t *testing.T) {
	n, _ := model.NetworkNamed(model.Generalist)
	in := n.Input(pose.DefaultInput)
	in.Features = n.Features
	spec := n.Spec(model.Spec{Inputs: in.Channels(), Channels: 4, Kernel: 3, Steps: in.Steps()}, 0).Telling(4, 2)
	c := &model.Checkpoint{Spec: spec, Input: in, PoseEngine: "drawn", Threshold: 0.5, Parameters: spec.Init(3), Decoder: &model.Decoder{Mean: 1}}
	for _, form := range []export.Form{export.Window, export.Step} {
		if _, err := export.ONNX(c, export.Options{Batch: 1, Form: form}); err != nil {
			t.Errorf("%s: %v", form, err)
		}
	}
	c.Decoder.Mean = 3
	if _, err := export.ONNX(c, export.Options{Batch: 1}); err == nil || !strings.Contains(err.Error(), "the model's answer is the mean of 3 steps, which no file can hold yet") {
		t.Errorf("%v", err)
	}
}
