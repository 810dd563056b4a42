package train

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"fallkit/data"
	"fallkit/pose"
)

// Gradient tells how a model's logit changes with each number of a window.
type Gradient interface {
	// Gradient takes windows, x [window, step, channel], and gives the logit of each and, in
	// the shape of x, its derivative by each number.
	Gradient(x []float32) (logits []float64, gradient []float32, err error)
}

// adversary moves the joints of some of a batch's windows against the model, as far as radius
// body sizes in x and in y, before the model learns from them: one step of the gradient's
// sign from a random start within the radius (Wong, Rice & Kolter 2020, "Fast is better than
// free: Revisiting adversarial training"; the idea is Goodfellow et al. 2015, "Explaining and
// Harnessing Adversarial Examples"). Bones follow their joints; what is missing stays so.
//
// What it does depends on the seed, the batch's number and the model alone.
type adversary struct {
	gradient Gradient
	radius   float64 // body sizes
	share    float64 // chance of a window to be moved
	steps    int     // of a window
	seed     uint64

	rows   []int // the windows that are moved
	x      []float32
	shifts []pose.Shift // [moved window, step]
	along  []pose.Shift // [step]
}

// stride is the step's length in radii; above 1, so that it can reach the other end of the
// ball from most starts (Wong et al. recommend 1.25).
const adversaryStride = 1.25

// newAdversary gives nil where training is not adversarial.
func newAdversary(s FitSettings, g Gradient, in pose.Input) (*adversary, error) {
	switch {
	case s.Adversarial == 0:
		return nil, nil
	case g == nil:
		return nil, errors.New("fit.adversarial is set, and this model gives no gradient by its windows: set it to 0")
	case !in.Features.OfJoints():
		return nil, fmt.Errorf("fit.adversarial moves joints, and this network sees %s features: set it to 0", in.Features)
	}
	steps := in.Steps()
	return &adversary{gradient: g, radius: s.Adversarial, share: s.AdversarialShare, steps: steps, seed: s.Seed, along: make([]pose.Shift, steps)}, nil
}

// move changes batch number step in place; nil changes nothing.
func (a *adversary) move(step int, batch *data.Batch) error {
	if a == nil {
		return nil
	}
	const stream = 0x61647665727361 // of its own: the batches' draws stay as they are without it
	a.start(rand.New(rand.NewPCG(a.seed^stream, uint64(step))), batch)
	_, gradient, err := a.gradient.Gradient(a.x)
	if err != nil {
		return fmt.Errorf("moving windows against the model: %w", err)
	}
	row := a.steps * pose.Channels
	for k, i := range a.rows {
		a.climb(a.x[k*row:(k+1)*row], gradient[k*row:(k+1)*row], a.shiftsOf(k), batch.Y[i] < 0.5)
		pose.MoveSteps(batch.X[i*row:(i+1)*row], a.shiftsOf(k))
	}
	return nil
}

func (a *adversary) shiftsOf(k int) []pose.Shift { return a.shifts[k*a.steps : (k+1)*a.steps] }

// start picks the windows and puts copies of them, moved at random, into x.
func (a *adversary) start(rng *rand.Rand, batch *data.Batch) {
	a.rows, a.x, a.shifts = a.rows[:0], a.x[:0], a.shifts[:0]
	row := a.steps * pose.Channels
	for i := range batch.Y {
		if rng.Float64() >= a.share {
			continue
		}
		a.rows = append(a.rows, i)
		a.x = append(a.x, batch.X[i*row:(i+1)*row]...)
		for range a.steps {
			a.shifts = append(a.shifts, randomShift(rng, a.radius))
		}
		k := len(a.rows) - 1
		pose.MoveSteps(a.x[k*row:], a.shiftsOf(k))
	}
}

// climb takes the step from the start: upwards where the window shows no fall.
func (a *adversary) climb(window, gradient []float32, shifts []pose.Shift, up bool) {
	stride := adversaryStride * a.radius
	if !up {
		stride = -stride
	}
	pose.JointGradient(window, gradient, a.along)
	for s := range shifts {
		for j := range shifts[s] {
			for k, g := range a.along[s][j] {
				shifts[s][j][k] = clamp(shifts[s][j][k]+stride*sign(g), a.radius)
			}
		}
	}
}

// randomShift is even within the ball.
func randomShift(rng *rand.Rand, radius float64) (s pose.Shift) {
	for j := range s {
		for k := range s[j] {
			s[j][k] = radius * (2*rng.Float64() - 1)
		}
	}
	return s
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

func clamp(v, most float64) float64 { return min(max(v, -most), most) }
