package model

import (
	"fmt"
	"math"

	"fallkit/pose"
)

// Decoder is what is known about the order of phases: who has fallen stays fallen while down.
// Step by step it weighs the best path on which there was a fall against those without one,
// as a Viterbi decoder does that keeps two of them (Viterbi 1967, "Error bounds for
// convolutional codes and an asymptotically optimum decoding algorithm"): with z the network's
// log-odds that the person is falling now, and p its chances of the phases,
//
//	s[t] = max(z[t], s[t-1] + Weight · log(p[t](falling) + p[t](down)))
//
// so that a fall is believed as long as the person lies, and forgotten within a few steps once
// it stands. A posture alone makes no fall: that takes a descent.
type Decoder struct {
	Weight float64 `json:"weight"` // of a step that does not show the person down, above 0 and at most 1
}

// Check tells what keeps the decoder from being used, or nil; nil has nothing to check.
func (d *Decoder) Check() error {
	if d != nil && !(d.Weight > 0 && d.Weight <= 1) {
		return fmt.Errorf("decoder: weight is %g, and must be above 0 and at most 1", d.Weight)
	}
	return nil
}

// Decoding is a decoder at work on one person.
type Decoding struct {
	decoder Decoder
	odds    float64 // of a fall that was seen, -Inf = none
}

// NewDecoding begins with a person whom nobody has seen yet.
func (d Decoder) NewDecoding() *Decoding { return &Decoding{d, math.Inf(-1)} }

// Forget begins anew.
func (g *Decoding) Forget() { g.odds = math.Inf(-1) }

// Step takes the network's answer to the next step, logits [pose.Answers], and gives the
// log-odds of a fall.
func (g *Decoding) Step(logits []float32) float64 {
	upright := math.Inf(-1) // neither falling nor down
	for k, z := range logits {
		if k != int(pose.Falling) && k != int(pose.Down) {
			upright = logAdd(upright, float64(z))
		}
	}
	falling, down := float64(logits[pose.Falling]), float64(logits[pose.Down])
	low := logAdd(falling, down)
	now := falling - logAdd(upright, down)
	g.odds = math.Max(now, g.odds+g.decoder.Weight*(low-logAdd(low, upright)))
	return g.odds
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
