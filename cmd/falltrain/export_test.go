package main

import (
	"context"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"fallkit/model"
	"fallkit/model/export"
)

// liar answers as the model does, and otherwise from some call on.
type liar struct {
	*model.Predictor
	calls, honest  int
	logit, percent float64 // what is added then
}

func (l *liar) Run(inputs ...[]float32) (map[string][]float32, error) {
	l.calls++
	z, p := l.Logit(inputs[0]), l.Score(inputs[0])
	if l.calls > l.honest {
		z, p = z+l.logit, p+l.percent
	}
	return map[string][]float32{export.LogitOutput: {float32(z)}, export.ProbabilityOutput: {float32(p)}}, nil
}

// TestAFileThatAnswersOtherwiseIsRefused, whichever window it is and whichever answer.
func TestAFileThatAnswersOtherwiseIsRefused(t *testing.T) {
	c, err := model.Load(filepath.Join("..", "..", "models", "base", "base.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	predictor, err := model.NewPredictor(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	p, err := newProof(ctx, c, 1)
	if err != nil {
		t.Fatal(err)
	}
	if falls := falling(p.scores); falls < 5 || falls > len(p.scores)/2 || len(p.windows) < 100 {
		t.Errorf("%d of %d windows are taken for a fall: too few of a kind to tell networks apart", falls, len(p.windows))
	}
	last := len(p.windows) - 1
	for _, test := range []struct {
		name string
		liar liar
		want string
	}{
		{"an honest one", liar{honest: last + 1}, ""},
		{"off by rounding", liar{percent: 5e-5}, ""},
		{"another probability", liar{percent: 2e-4}, "window 1 of"},
		{"another last logit", liar{honest: last, logit: 0.01}, "its logit is"},
		{"no number", liar{honest: 3, percent: math.NaN()}, "window 4 of"},
	} {
		test.liar.Predictor = predictor
		err := p.hold(ctx, "liar", &test.liar)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func falling(scores []float64) (n int) {
	for _, s := range scores {
		if s > 0.5 {
			n++
		}
	}
	return n
}
