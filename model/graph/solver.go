package graph

import (
	"errors"
	"fmt"
	"math"
)

// SolverSettings are those of AdamW (Loshchilov and Hutter 2019, "Decoupled Weight Decay
// Regularization") with the gradient clipped to a greatest norm.
type SolverSettings struct {
	LearningRate float64 `json:"learning_rate" mapstructure:"learning_rate" yaml:"learning_rate"` // the usual rate; each step is told its own
	WeightDecay  float64 `json:"weight_decay" mapstructure:"weight_decay" yaml:"weight_decay"`    // share of a weight lost per step, times the rate; biases have none
	ClipNorm     float64 `json:"clip_norm" mapstructure:"clip_norm" yaml:"clip_norm"`             // greatest norm of the whole gradient; 0 = any
	Beta1        float64 `json:"beta1" mapstructure:"beta1" yaml:"beta1"`
	Beta2        float64 `json:"beta2" mapstructure:"beta2" yaml:"beta2"`
	Epsilon      float64 `json:"epsilon" mapstructure:"epsilon" yaml:"epsilon"`
}

// DefaultSolver suits the default network.
var DefaultSolver = SolverSettings{LearningRate: 1e-3, WeightDecay: 1e-2, ClipNorm: 1, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}

// Check reports the first setting that cannot be.
func (s SolverSettings) Check() error {
	switch {
	case !(s.LearningRate > 0 && s.LearningRate <= 1):
		return fmt.Errorf("solver: learning_rate is %g, and must be above 0 and at most 1", s.LearningRate)
	case !(s.WeightDecay >= 0 && s.WeightDecay <= 1):
		return fmt.Errorf("solver: weight_decay is %g, and must lie between 0 and 1", s.WeightDecay)
	case !(s.ClipNorm >= 0 && s.ClipNorm <= math.MaxFloat32):
		return fmt.Errorf("solver: clip_norm is %g, and must not be below 0 (0 = no clipping)", s.ClipNorm)
	case !(s.Beta1 >= 0 && s.Beta1 < 1):
		return fmt.Errorf("solver: beta1 is %g, and must be at least 0 and below 1", s.Beta1)
	case !(s.Beta2 >= 0 && s.Beta2 < 1):
		return fmt.Errorf("solver: beta2 is %g, and must be at least 0 and below 1", s.Beta2)
	case !(s.Epsilon >= 1e-12 && s.Epsilon <= 1):
		return fmt.Errorf("solver: epsilon is %g, and must lie between 1e-12 and 1", s.Epsilon)
	}
	return nil
}

// adamW updates weights by their gradients. Gorgonia's own AdamW leaves weights as they
// are, and its clipping is by element.
type adamW struct {
	settings SolverSettings
	weights  []trained
	steps    int
}

// trained is one parameter with the running means of its gradient and squared gradient.
type trained struct {
	name   string
	values []float32
	m, v   []float32
	decays bool
}

func (a *adamW) add(name string, values []float32, decays bool) {
	n := len(values)
	a.weights = append(a.weights, trained{name, values, make([]float32, n), make([]float32, n), decays})
}

// step moves the weights against their gradients, which stand in the same order. On an
// error nothing has changed.
func (a *adamW) step(gradients [][]float32, rate float64) error {
	scale, err := a.clip(gradients)
	if err != nil {
		return err
	}
	a.steps++
	s := a.settings
	u := update{
		beta1: float32(s.Beta1), beta2: float32(s.Beta2), epsilon: float32(s.Epsilon), scale: scale,
		rate:    float32(rate / (1 - math.Pow(s.Beta1, float64(a.steps)))),
		correct: float32(1 / (1 - math.Pow(s.Beta2, float64(a.steps)))),
	}
	for i, w := range a.weights {
		u.keep = 1
		if w.decays {
			u.keep = float32(1 - rate*s.WeightDecay)
		}
		u.apply(w.values, gradients[i], w.m, w.v)
	}
	return nil
}

var (
	errNotFinite = errors.New("the gradient is not a number")
	errTooGreat  = errors.New("the gradient is too great to be squared")
)

// clip gives the factor that brings the gradient's norm to at most ClipNorm.
func (a *adamW) clip(gradients [][]float32) (float32, error) {
	sum := 0.0
	for _, g := range gradients {
		for _, v := range g {
			sum += float64(v) * float64(v)
		}
	}
	norm := math.Sqrt(sum)
	scale := 1.0
	if c := a.settings.ClipNorm; c > 0 && norm > c {
		scale = c / norm
	}
	switch {
	case math.IsNaN(norm) || math.IsInf(norm, 0):
		return 0, errNotFinite
	case norm*scale > 1e18: // its square would overflow float32 and freeze the weight for good
		return 0, errTooGreat
	}
	return float32(scale), nil
}

// update is what all numbers of a parameter share in one step.
type update struct{ beta1, beta2, epsilon, scale, rate, correct, keep float32 }

func (u update) apply(w, g, m, v []float32) {
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	for i := range w {
		x := g[i] * u.scale
		m[i] = u.beta1*m[i] + (1-u.beta1)*x
		v[i] = u.beta2*v[i] + (1-u.beta2)*x*x
		w[i] = w[i]*u.keep - u.rate*m[i]/(float32(math.Sqrt(float64(v[i]*u.correct)))+u.epsilon)
	}
}
