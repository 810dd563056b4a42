package train

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"fallkit/data"
	"fallkit/model"
	"fallkit/pose"
)

// perStep is logistic regression of "falling" on each step's features: a learner of
// sequences with two answers.
type perStep struct {
	spec model.Spec
	w    []float64 // and the bias
}

func (l *perStep) odds(x []float32) float64 {
	z := l.w[len(x)]
	for i, v := range x {
		z += l.w[i] * float64(v)
	}
	return z
}

func (l *perStep) Step(x, y, weight []float32, rate float64) (loss float64, err error) {
	n, total := l.spec.Inputs, 0.0
	gradient := make([]float64, n+1)
	for r, w := range weight {
		if w == 0 || y[2*r] == y[2*r+1] {
			continue
		}
		row := x[r*n : (r+1)*n]
		z := l.odds(row)
		d := float64(w) * (sigmoid(z) - float64(y[2*r+1]))
		loss += float64(w) * (math.Max(z, 0) - z*float64(y[2*r+1]) + math.Log1p(math.Exp(-math.Abs(z))))
		total += float64(w)
		for i, v := range row {
			gradient[i] += d * float64(v)
		}
		gradient[n] += d
	}
	for i, g := range gradient {
		l.w[i] -= 50 * rate * g / total
	}
	return loss / total, nil
}

func (l *perStep) Score(x []float32) (logits []float64, err error) {
	for ; len(x) > 0; x = x[l.spec.Inputs:] {
		logits = append(logits, 0, l.odds(x[:l.spec.Inputs]))
	}
	return logits, nil
}

func (l *perStep) Parameters() model.Parameters { return l.spec.Init(1) }

func (l *perStep) State() map[string][]float32 {
	state := make([]float32, len(l.w))
	for i, v := range l.w {
		state[i] = float32(v)
	}
	return map[string][]float32{"w": state}
}

func (l *perStep) Restore(_ model.Parameters, state map[string][]float32) error {
	for i, v := range state["w"] {
		l.w[i] = float64(v)
	}
	return nil
}

func sequenceFitting(dir string) *Fit {
	in := pose.DefaultInput
	in.Features, in.Priors = pose.Fall, pose.AllPriors
	spec := model.Spec{Kind: model.Causal, Inputs: in.Channels(), Channels: 2, Kernel: 1, Dilations: []int{1}, Steps: in.Steps(), Phases: 2}
	settings := DefaultFit
	settings.Epochs, settings.StepsPerEpoch, settings.Batch, settings.LearningRate = 4, 6, 32, 0.02
	return &Fit{
		Settings: settings, Learner: &perStep{spec: spec, w: make([]float64, spec.Inputs+1)}, Input: in, Augment: data.DefaultAugment,
		Train: drawnClips(6), Validation: drawnClips(4), Dir: dir,
		Blank: model.Checkpoint{Spec: spec, Input: in, PoseEngine: "drawn", Threshold: 0.5},
	}
}

func TestFitLearnsSequences(t *testing.T) {
	dir := t.TempDir()
	out, err := sequenceFitting(dir).Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	first, last := out.Epochs[0], out.Epochs[len(out.Epochs)-1]
	if !(last.Loss < first.Loss && out.Best.ValAP > 0.9) {
		t.Errorf("loss %g, then %g; average precision %g", first.Loss, last.Loss, out.Best.ValAP)
	}
	if _, err := model.Load(filepath.Join(dir, BestName)); err != nil {
		t.Error(err)
	}
}

func TestFitOfSequencesNeedsBothKinds(t *testing.T) {
	f := sequenceFitting(t.TempDir())
	f.Validation = drawnClips(4)[1:2]
	if _, err := f.Run(context.Background()); err == nil {
		t.Error("validation clips without a fall are taken")
	}
	f = sequenceFitting(t.TempDir())
	f.Settings.Adversarial = 0.1
	if _, err := f.Run(context.Background()); err == nil {
		t.Error("sequences are learned against an adversary that cannot move them")
	}
}

// What a decoder is made of is what the clips show: people who fall and lie.
func TestFitDecoder(t *testing.T) {
	in := pose.DefaultInput
	in.Features, in.Priors = pose.Fall, pose.AllPriors
	spec := model.Spec{Kind: model.Causal, Inputs: in.Channels(), Channels: 2, Kernel: 1, Dilations: []int{1}, Steps: in.Steps(), Phases: pose.Answers, Given: 1 + pose.DescentChannel}
	c := &model.Checkpoint{Spec: spec, Input: in, Parameters: spec.Init(1)}
	d, err := FitDecoder(c, drawnClips(6), drawnClips(6))
	if err != nil || d.Check() != nil {
		t.Fatalf("%v, %v", err, d)
	}
	if d.Weight > 0.2 {
		t.Errorf("a network that never says down needs a slow decoder; the weight is %g", d.Weight)
	}
	if !(d.Slope > 0 && d.Least > -2.5 && d.Least < 1) {
		t.Errorf("falls that everybody sees: %+v", *d)
	}
	c.Spec.Given = 0
	delete(c.Parameters, model.GivenWeight)
	if d, err := FitDecoder(c, drawnClips(6), drawnClips(6)); err != nil || d.Slope != 0 {
		t.Errorf("a network that is given no descent is asked for one: %+v, %v", d, err)
	}
}
