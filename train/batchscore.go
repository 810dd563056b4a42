package train

import (
	"fmt"
	"math"

	"fallkit/pose"
)

// Network is a model that looks at many windows at a time. *graph.Scorer is one.
type Network interface {
	// Logits answers each of any number of windows, x [n, step, channel].
	Logits(x []float32) ([]float64, error)
	Close() error
}

// BatchScorer scores a finished track as a WindowScorer does, within what a sum in another
// order makes of it, and several times as fast. It is not safe for concurrent use.
type BatchScorer struct {
	Input       pose.Input
	Network     Network
	Probability func(logit float64) float64 // what the model makes of the network's answer
	Batch       int                         // windows at a time

	x  []float32 // [Batch, step, channel]
	at []int     // the poses that these windows end at
}

// Close closes the network.
func (b *BatchScorer) Close() error { return b.Network.Close() }

// ScoreTrack gives NaN where a window shows the person in less than Input.MinSeen of its
// steps. A network that cannot run its own windows is a fault of the program: it panics.
func (b *BatchScorer) ScoreTrack(t *pose.Track) TrackScores {
	row := b.Input.Steps() * b.Input.Channels()
	if len(b.x) != b.Batch*row {
		b.x, b.at = make([]float32, b.Batch*row), make([]int, 0, b.Batch)
	}
	out := TrackScores{Track: t.ID, Times: t.Times, Scores: make([]float64, len(t.Times))}
	b.at = b.at[:0]
	for i, end := range t.Times {
		out.Scores[i] = math.NaN()
		n := len(b.at)
		if b.Input.Window(t, end, b.x[n*row:(n+1)*row]) < b.Input.MinSeen {
			continue
		}
		if b.at = append(b.at, i); len(b.at) == b.Batch {
			b.flush(out.Scores, row)
		}
	}
	b.flush(out.Scores, row)
	return out
}

// flush scores the windows that have come together.
func (b *BatchScorer) flush(scores []float64, row int) {
	if len(b.at) == 0 {
		return
	}
	logits, err := b.Network.Logits(b.x[:len(b.at)*row])
	if err != nil {
		panic(fmt.Sprintf("train: scoring %d windows: %v", len(b.at), err))
	}
	for k, i := range b.at {
		scores[i] = b.Probability(logits[k])
	}
	b.at = b.at[:0]
}
