package model

import (
	"fmt"
	"math"

	"fallkit/pose"
)

// Decoder is what is known about falls that no network has to learn. Step by step it gives
// the log-odds s of a fall, from z, the network's log-odds that the person is falling now, p,
// its chances of the phases, and r, the log-odds of the speed × angle rule:
//
//	d[t] = max(r[t], d[t-1] - Fade)
//	s[t] = max(min(z[t], Slope · (d[t] - Least)), s[t-1] + Weight · log(p[t](falling) + p[t](down)))
//
// A fall takes two things, each of which can be missing: what the network knows, and a
// descent. So the evidence is a product and not a sum: who lies, kneels or does press-ups
// has not fallen, however much the network thinks so, and a descent alone makes no fall.
//
// Whoever has fallen stays fallen while down: s weighs the best path on which there was a
// fall against those without one, as a Viterbi decoder does that keeps two of them
// (Viterbi 1967, "Error bounds for convolutional codes and an asymptotically optimum decoding
// algorithm"), so that a fall is believed as long as the person lies and forgotten within a
// few steps once it stands.
//
// Who is lost from sight on the way down shows the network nothing more. There the descent
// stands alone, and more is asked of it: see Decoding.Vanish.
type Decoder struct {
	Weight float64 `json:"weight"` // of a step that does not show the person down, above 0 and at most 1

	Slope float64 `json:"slope,omitempty"` // of the descent's evidence, above 0; 0 = a fall needs no descent
	Least float64 `json:"least,omitempty"` // the rule's log-odds at which that is even
	Fade  float64 `json:"fade,omitempty"`  // what a descent loses a step

	Mean int `json:"mean,omitempty"` // a plain decoder, which knows nothing about falls: the mean log-odds of so many steps; 0 = what stands above
}

// mostMean is how many steps a plain decoder may take the mean of.
const mostMean = 1024

// Check tells what keeps the decoder from being used, or nil; nil has nothing to check.
func (d *Decoder) Check() error {
	const most = 1000
	switch {
	case d == nil:
	case d.Mean < 0 || d.Mean > mostMean:
		return fmt.Errorf("decoder: mean is %d, and must be from 0 to %d", d.Mean, mostMean)
	case d.Mean > 0 && *d != (Decoder{Mean: d.Mean}):
		return fmt.Errorf("decoder: mean is %d, and a decoder with one has nothing else", d.Mean)
	case d.Mean > 0:
	case !(d.Weight > 0 && d.Weight <= 1):
		return fmt.Errorf("decoder: weight is %g, and must be above 0 and at most 1", d.Weight)
	case !(d.Slope >= 0 && d.Slope <= most):
		return fmt.Errorf("decoder: slope is %g, and must be from 0 to %d", d.Slope, most)
	case !(math.Abs(d.Least) <= most):
		return fmt.Errorf("decoder: least is %g, and must lie between -%d and %d", d.Least, most, most)
	case !(d.Fade >= 0 && d.Fade <= most):
		return fmt.Errorf("decoder: fade is %g, and must be from 0 to %d", d.Fade, most)
	}
	return nil
}

// Decoding is a decoder at work on one person.
type Decoding struct {
	decoder Decoder
	odds    float64 // of a fall that was seen, -Inf = none
	descent float64 // its evidence, -Inf = none

	newest float64 // of pose.DescentChannel
	ago    int     // steps since that last rose

	recent []float64 // log-odds of the last steps, up to Mean
}

// NewDecoding begins with a person whom nobody has seen yet.
func (d Decoder) NewDecoding() *Decoding {
	g := &Decoding{decoder: d}
	g.Forget()
	return g
}

// Forget begins anew.
func (g *Decoding) Forget() {
	g.odds, g.descent, g.newest, g.ago = math.Inf(-1), math.Inf(-1), math.Inf(-1), 0
	g.recent = g.recent[:0]
}

// Smooth takes the log-odds of the next step and gives the mean of the last Mean steps, or of
// as many as there were.
func (g *Decoding) Smooth(odds float64) float64 {
	if len(g.recent) == g.decoder.Mean {
		copy(g.recent, g.recent[1:])
		g.recent = g.recent[:len(g.recent)-1]
	}
	g.recent = append(g.recent, odds)
	sum := 0.0
	for _, z := range g.recent {
		sum += z
	}
	return sum / float64(len(g.recent))
}

// Step takes the network's answer to the next step, logits [pose.Answers], and the step's
// pose.DescentChannel. It gives the log-odds of a fall.
func (g *Decoding) Step(logits []float32, descent float32) float64 {
	if g.ago++; float64(descent) > g.newest {
		g.ago = 0
	}
	g.newest = float64(descent)
	upright := math.Inf(-1) // neither falling nor down
	for k, z := range logits {
		if k != int(pose.Falling) && k != int(pose.Down) {
			upright = logAdd(upright, float64(z))
		}
	}
	falling, down := float64(logits[pose.Falling]), float64(logits[pose.Down])
	low := logAdd(falling, down)
	now := falling - logAdd(upright, down)
	if d := g.decoder; d.Slope > 0 {
		g.descent = math.Max(float64(descent), g.descent-d.Fade)
		now = math.Min(now, d.Slope*(g.descent-d.Least))
	}
	g.odds = math.Max(now, g.odds+g.decoder.Weight*(low-logAdd(low, upright)))
	return g.odds
}

// On the way down is who has, within the last three steps, got further down, in a descent
// that has come to three quarters of the speed × angle rule's threshold, as a fall has when
// the body is at some 65°: lower, sitting down and squatting behind furniture look alike.
const (
	wayDown   = 3
	vanishing = -0.26 // of pose.DescentChannel
)

// Vanish takes that after the last step the person was lost from sight, not at the picture's
// edge. Where that was on the way down, the descent's evidence stands without the network's,
// which sees nothing more. It gives the log-odds of a fall; ok is false where vanishing says
// nothing.
func (g *Decoding) Vanish() (odds float64, ok bool) {
	d := g.decoder
	if !(d.Slope > 0 && g.newest >= vanishing && g.ago <= wayDown) {
		return g.odds, false
	}
	g.odds = math.Max(g.odds, d.Slope*(g.newest-d.Least))
	return g.odds, true
}

// logAdd is log(eᵃ + eᵇ).
func logAdd(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(a, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}
