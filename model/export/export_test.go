package export_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fallkit/internal/onnx"
	"fallkit/model"
	"fallkit/model/export"
	"fallkit/pose"
	"fallkit/pose/vision"
	"fallkit/pose/weights"
)

// networks are small checkpoints of every family, with numbers drawn by chance.
func networks(t *testing.T) map[string]*model.Checkpoint {
	t.Helper()
	all := map[string]*model.Checkpoint{}
	for _, n := range model.Networks {
		in := pose.DefaultInput
		in.Features = n.Features
		if n.Features == pose.Fall {
			in.Priors = pose.AllPriors
		}
		for _, size := range []model.Spec{
			{Channels: 6, Kernel: 3, Dilations: []int{1, 2, 4}, Layers: 2},
			{Channels: 5, Kernel: 5, Dilations: []int{3}, Layers: 1},
			{Channels: 1, Kernel: 1, Dilations: []int{1}, Layers: 1},
		} {
			size.Inputs, size.Steps = in.Channels(), in.Steps()
			spec := n.Spec(size, in.Priors)
			c := &model.Checkpoint{Spec: spec, Input: in, PoseEngine: "drawn", Threshold: 0.5, Parameters: spec.Init(3), Meta: map[string]string{"data": "drawn"}}
			rng := rand.New(rand.NewPCG(4, 5))
			for _, p := range spec.Shapes() { // biases too
				for i := range c.Parameters[p.Name] {
					c.Parameters[p.Name][i] += float32(0.1 * rng.NormFloat64())
				}
			}
			all[fmt.Sprintf("%s of %d channels", n.Name, size.Channels)] = c
		}
	}
	return all
}

var calibrations = map[string]*model.Calibration{
	"none":      nil,
	"platt":     {Slope: 0.7, Offset: -1.25},
	"one knot":  {Slope: 1, Knots: []model.Knot{{Logit: 0.2, Odds: -0.5}}},
	"two knots": {Slope: 1, Knots: []model.Knot{{Logit: -1, Odds: -3}, {Logit: 1.5, Odds: 2}}},
	"isotonic": {Slope: 1, Knots: []model.Knot{
		{Logit: -4, Odds: -5}, {Logit: -1, Odds: -5}, {Logit: -0.5, Odds: -1}, {Logit: -0.45, Odds: 0}, {Logit: 0, Odds: 0.5}, {Logit: 2, Odds: 3},
	}},
}

// TestEveryRuntimeAnswersAsThePredictorDoes: every family and calibration, one window a run
// and several.
func TestEveryRuntimeAnswersAsThePredictorDoes(t *testing.T) {
	for _, runtime := range runtimesHere(t) {
		for name, c := range networks(t) {
			for title, calibration := range calibrations {
				for _, batch := range []int{1, 3} {
					c.Calibration = calibration
					check(t, fmt.Sprintf("%s, %s, calibration %s, batch %d", runtime, name, title, batch), runtime, c, batch)
				}
			}
		}
	}
}

func check(t *testing.T, name, runtime string, c *model.Checkpoint, batch int) {
	t.Helper()
	file, err := export.ONNX(c, export.Options{Batch: batch})
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	n, err := vision.OpenNumbers(runtime, file)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	defer n.Close()
	p, err := model.NewPredictor(c)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(4) {
		x := windows(seed, batch*c.Spec.Steps*c.Spec.Inputs)
		got, err := n.Run(x)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		for i := range batch {
			window := x[i*len(x)/batch : (i+1)*len(x)/batch]
			logit, probability := float64(got[export.LogitOutput][i]), float64(got[export.ProbabilityOutput][i])
			if want := p.Logit(window); math.Abs(logit-want) > 1e-4*max(1, math.Abs(want)) {
				t.Errorf("%s: window %d: logit %v, want %v", name, i, logit, want)
			}
			if want := p.Score(window); math.Abs(probability-want) > 1e-4 {
				t.Errorf("%s: window %d: probability %v, want %v", name, i, probability, want)
			}
		}
	}
}

// TestStepByStepAsTheStepperDoes: a file of the form Step gives what the plain stream's network,
// decoder and calibration give, at every step, whatever went before.
func TestStepByStepAsTheStepperDoes(t *testing.T) {
	for _, runtime := range runtimesHere(t) {
		for name, c := range networks(t) {
			if c.Spec.Kind != model.Causal {
				continue
			}
			for title, decoder := range map[string]*model.Decoder{"none": nil, "one": {Weight: 0.3}, "of descents": {Weight: 0.3, Slope: 4, Least: -0.5, Fade: 0.08}} {
				if decoder != nil && decoder.Slope > 0 && c.Spec.Given == 0 {
					continue
				}
				for _, batch := range []int{1, 3} {
					c.Decoder, c.Calibration = decoder, calibrations["platt"]
					checkSteps(t, fmt.Sprintf("%s, %s, decoder %s, batch %d", runtime, name, title, batch), runtime, c, batch)
				}
			}
		}
	}
}

func checkSteps(t *testing.T, name, runtime string, c *model.Checkpoint, batch int) {
	t.Helper()
	file, err := export.ONNX(c, export.Options{Batch: batch, Form: export.Step})
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	n, err := vision.OpenNumbers(runtime, file)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	defer n.Close()
	states := export.States(c.Spec, c.Decoder, batch)
	kept := make([][]float32, len(states))
	for i, s := range states {
		size := 1
		for _, d := range s.Dims {
			size *= d
		}
		kept[i] = slices.Repeat([]float32{s.Start}, size)
	}
	var people []*model.Stepper
	var beliefs []*model.Decoding
	for range batch {
		s, err := model.NewStepper(c.Spec, c.Parameters)
		if err != nil {
			t.Fatal(err)
		}
		people = append(people, s)
		if c.Decoder != nil {
			beliefs = append(beliefs, c.Decoder.NewDecoding())
		}
	}
	for step := range 40 {
		x := windows(uint64(step), batch*c.Spec.Inputs)
		got, err := n.Run(append([][]float32{x}, kept...)...)
		if err != nil {
			t.Errorf("%s: step %d: %v", name, step, err)
			return
		}
		for i, s := range states {
			kept[i] = got[s.Next]
		}
		for i, person := range people {
			logits := person.Step(x[i*c.Spec.Inputs : (i+1)*c.Spec.Inputs])
			want := c.Spec.FallOdds(logits)
			if c.Decoder != nil && c.Spec.Phases == pose.Answers {
				want = beliefs[i].Step(logits, c.Spec.Descent(x[i*c.Spec.Inputs:(i+1)*c.Spec.Inputs]))
			}
			if logit := float64(got[export.LogitOutput][i]); math.Abs(logit-want) > 1e-4*max(1, math.Abs(want)) {
				t.Errorf("%s: step %d of person %d: logit %v, want %v", name, step, i, logit, want)
				return
			}
			if probability := float64(got[export.ProbabilityOutput][i]); math.Abs(probability-c.Calibration.Probability(want)) > 1e-4 {
				t.Errorf("%s: step %d of person %d: probability %v", name, step, i, probability)
				return
			}
		}
	}
}

// windows are numbers about as large as those of poses, a third of them 0 as missing ones are.
func windows(seed uint64, n int) []float32 {
	rng := rand.New(rand.NewPCG(seed, 9))
	x := make([]float32, n)
	for i := range x {
		if rng.IntN(3) > 0 {
			x[i] = float32(rng.NormFloat64())
		}
	}
	return x
}

func runtimesHere(t *testing.T) []string {
	t.Helper()
	home, err := weights.Home()
	if err == nil {
		err = weights.VerifyRuntime(home)
	}
	if err == nil {
		err = vision.LoadONNXRuntime(weights.RuntimePath(home))
	}
	if err != nil {
		t.Logf("in OpenCV alone: %v", err)
		return []string{vision.OpenCV}
	}
	return []string{vision.OpenCV, vision.ONNXRuntime}
}

func base(t *testing.T) *model.Checkpoint {
	t.Helper()
	c, err := model.Load(filepath.Join("..", "..", "models", "base", "base.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheShippedModelInEveryRuntime(t *testing.T) {
	for _, runtime := range runtimesHere(t) {
		check(t, runtime, runtime, base(t), 1)
	}
}

func TestTheFileIsTheSameEveryTime(t *testing.T) {
	for name, c := range networks(t) {
		first, err := export.ONNX(c, export.Options{Batch: 2, Licence: "none"})
		if err != nil {
			t.Fatal(err)
		}
		if again, err := export.ONNX(c, export.Options{Batch: 2, Licence: "none"}); err != nil || !bytes.Equal(first, again) {
			t.Errorf("%s: another file, or %v", name, err)
		}
	}
}

// TestTheMetadataIsEnough: what the file says of its input makes the same windows as the
// checkpoint's, and there is a name for every number of a step.
func TestTheMetadataIsEnough(t *testing.T) {
	c := base(t)
	file, err := export.ONNX(c, export.Options{Batch: 1, Licence: "terms"})
	if err != nil {
		t.Fatal(err)
	}
	f, err := onnx.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	var in pose.Input
	var names []string
	var calibration *model.Calibration
	for key, into := range map[string]any{"fallkit.input": &in, "fallkit.features": &names, "fallkit.calibration": &calibration} {
		if err := json.Unmarshal([]byte(f.Metadata[key]), into); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	if in != c.Input || len(names) != c.Spec.Inputs || calibration == nil || calibration.Slope != c.Calibration.Slope || calibration.Offset != c.Calibration.Offset {
		t.Errorf("input %v, %d names, calibration %v", in, len(names), calibration)
	}
	for key, want := range map[string]string{
		"fallkit.licence": "terms", "fallkit.pose_engine": c.PoseEngine, "fallkit.profile": "plain", "fallkit.form": "window",
		"fallkit.labels": `["no fall","fall"]`, "fallkit.alarm": string(c.Alarm), "fallkit.format": "1",
	} {
		if f.Metadata[key] != want {
			t.Errorf("%s is %q, want %q", key, f.Metadata[key], want)
		}
	}
	if about := f.Metadata["fallkit.preprocessing"]; !strings.Contains(about, "80th percentile") {
		t.Errorf("preprocessing is %q", about)
	}
	if len(f.Inputs) != 1 || !slices.Equal(f.Inputs[0].Dims, []int{1, 1, c.Spec.Steps, c.Spec.Inputs}) || f.Opset != 11 {
		t.Errorf("inputs %v in opset %d", f.Inputs, f.Opset)
	}
}

func TestWhatCannotBeExportedIsNamed(t *testing.T) {
	c := base(t)
	for _, batch := range []int{-1, 0, export.MostBatch + 1} {
		if _, err := export.ONNX(c, export.Options{Batch: batch}); err == nil || !strings.Contains(err.Error(), "must be from 1 to 4096") {
			t.Errorf("batch %d: %v", batch, err)
		}
	}
	c.Parameters[model.HeadBias] = nil
	if _, err := export.ONNX(c, export.Options{Batch: 1}); err == nil || !strings.Contains(err.Error(), "head.bias") {
		t.Errorf("a missing parameter: %v", err)
	}
}
