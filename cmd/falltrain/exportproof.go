package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"fallkit/data/simulate"
	"fallkit/model"
	"fallkit/model/export"
	"fallkit/pose"
	"fallkit/pose/vision"
)

// proof holds an exported file against the model that it was made of: windows, and what the
// plain predictor answers.
type proof struct {
	windows        [][]float32
	logits, scores []float64
	batch          int
	most           float64 // the largest difference so far
}

// answers are whatever runs an exported file.
type answers interface {
	Run(inputs ...[]float32) (map[string][]float32, error)
}

// farOff is the difference from which on a file is refused: in the probability, and in the
// logit, where that is beyond 1 as a share of it.
const farOff = 1e-4

// newProof makes windows by chance, always the same ones, and of generated people.
func newProof(ctx context.Context, c *model.Checkpoint, batch int) (*proof, error) {
	predictor, err := model.NewPredictor(c)
	if err != nil {
		return nil, err
	}
	p := &proof{batch: batch, windows: drawnWindows(c)}
	people, err := generatedWindows(ctx, c.Input)
	if err != nil {
		return nil, err
	}
	p.windows = append(p.windows, people...)
	for _, w := range p.windows {
		p.logits, p.scores = append(p.logits, predictor.Logit(w)), append(p.scores, predictor.Score(w))
	}
	return p, nil
}

// drawnWindows have numbers about as large as those of poses, missing ones, and one window
// without anything.
func drawnWindows(c *model.Checkpoint) [][]float32 {
	const count = 32
	rng := rand.New(rand.NewPCG(1, 0x6f6e6e78))
	windows := [][]float32{make([]float32, c.Spec.Steps*c.Spec.Inputs)}
	for i := range count {
		w := make([]float32, c.Spec.Steps*c.Spec.Inputs)
		missing := float64(i) / count
		for k := range w {
			if rng.Float64() >= missing {
				w[k] = float32(rng.NormFloat64())
			}
		}
		windows = append(windows, w)
	}
	return windows
}

// generatedWindows are of people who fall and who live their everyday life.
func generatedWindows(ctx context.Context, in pose.Input) ([][]float32, error) {
	const clips, every, seed = 4, 7, 1
	settings := simulate.DefaultSettings
	settings.Preset, settings.Clips, settings.Seed = simulate.Train, clips, seed
	var windows [][]float32
	for _, clip := range simulate.Plan(settings) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		film, err := clip.Film(simulate.Exact{})
		if err != nil {
			return nil, err
		}
		for k := range film.Recording.Tracks {
			t := &film.Recording.Tracks[k]
			for i := 0; i < len(t.Times); i += every {
				w := make([]float32, in.Steps()*in.Channels())
				if in.Window(t, t.Times[i], w) >= in.MinSeen {
					windows = append(windows, w)
				}
			}
		}
	}
	return windows, nil
}

// in runs the file in OpenCV or ONNX Runtime.
func (p *proof) in(ctx context.Context, runtime string, file []byte) error {
	return inRuntime(runtime, file, func(n answers) error { return p.hold(ctx, runtime, n) })
}

func inRuntime(runtime string, file []byte, hold func(n answers) error) (err error) {
	n, err := vision.OpenNumbers(runtime, file)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := n.Close(); err == nil {
			err = cerr
		}
	}()
	return hold(n)
}

func (p *proof) text() string { return plural(len(p.windows), "window") }

func (p *proof) largest() float64 { return p.most }

// hold is an error where an answer is far off.
func (p *proof) hold(ctx context.Context, runtime string, n answers) error {
	size := len(p.windows[0])
	x := make([]float32, p.batch*size)
	for first := 0; first < len(p.windows); first += p.batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		some := p.windows[first:min(first+p.batch, len(p.windows))]
		clear(x)
		for i, w := range some {
			copy(x[i*size:], w)
		}
		got, err := n.Run(x)
		if err != nil {
			return fmt.Errorf("%s: %w", runtime, err)
		}
		for i := range some {
			what := fmt.Sprintf("window %d of %d", first+i+1, len(p.windows))
			if err := p.compare(what, first+i, float64(got[export.LogitOutput][i]), float64(got[export.ProbabilityOutput][i])); err != nil {
				return fmt.Errorf("%s: %w", runtime, err)
			}
		}
	}
	return nil
}

// compare takes what a runtime made of a window or step.
func (p *proof) compare(what string, at int, logit, probability float64) error {
	for _, one := range []struct {
		name      string
		got, want float64
		scale     float64
	}{
		{export.LogitOutput, logit, p.logits[at], max(1, math.Abs(p.logits[at]))},
		{export.ProbabilityOutput, probability, p.scores[at], 1},
	} {
		off := math.Abs(one.got-one.want) / one.scale
		if !(off <= farOff) {
			return fmt.Errorf("%s: its %s is %g, and the model's is %g", what, one.name, one.got, one.want)
		}
		p.most = max(p.most, off)
	}
	return nil
}
