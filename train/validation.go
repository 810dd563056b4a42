package train

import (
	"errors"
	"fmt"
	"math"

	"fallkit/data"
	"fallkit/pose"
)

// scoredWindows are the windows that a training is watched by. They are cut once.
type scoredWindows struct {
	x      []float32 // [window, step, channel]
	truth  []bool
	counts [2]int // by class
	row    int
}

func newScoredWindows(examples []data.Example, in pose.Input, stride float64) *scoredWindows {
	windows := data.CutWindows(examples, in, stride)
	s := &scoredWindows{row: in.Steps() * in.Channels()}
	s.x = make([]float32, len(windows)*s.row)
	for i, w := range windows {
		t := &examples[w.Example].Recording.Tracks[w.Track]
		in.Window(t, w.End, s.x[i*s.row:(i+1)*s.row])
		s.truth = append(s.truth, w.Target == 1)
		s.counts[int(w.Target)]++
	}
	return s
}

// ErrCannotValidate is wrapped where the validation clips lack one kind of window.
var ErrCannotValidate = errors.New("the validation clips do not show both kinds")

func (s *scoredWindows) check() error {
	for class, name := range []string{"everyday life", "a fall"} {
		if s.counts[class] == 0 {
			return fmt.Errorf("%w: none of %d windows shows %s: give more clips, or another fit.validation_share or fit.seed", ErrCannotValidate, len(s.truth), name)
		}
	}
	return nil
}

// judge scores all windows, batch by batch. loss is the mean log loss with both classes
// given the same weight, ap the average precision.
func (s *scoredWindows) judge(l Learner, batch int) (loss, ap float64, err error) {
	scores := make([]float64, 0, len(s.truth))
	padded := make([]float32, batch*s.row)
	for at := 0; at < len(s.truth); at += batch {
		n := min(batch, len(s.truth)-at)
		clear(padded)
		copy(padded, s.x[at*s.row:(at+n)*s.row])
		got, err := l.Score(padded)
		if err != nil {
			return 0, 0, err
		}
		scores = append(scores, got[:n]...)
	}
	return s.logLoss(scores), AveragePrecision(scores, s.truth), nil
}

func (s *scoredWindows) logLoss(scores []float64) float64 {
	const least = 1e-7 // a score of exactly 0 or 1 has no finite log loss
	var sums [2]float64
	for i, p := range scores {
		class := 0
		if s.truth[i] {
			class, p = 1, 1-p
		}
		sums[class] -= math.Log(max(1-p, least))
	}
	return (sums[0]/float64(s.counts[0]) + sums[1]/float64(s.counts[1])) / 2
}
