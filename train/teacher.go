package train

import (
	"fmt"

	"fallkit/data"
)

// Teacher says what windows show, so that a network learns from that beside the labels:
// from several networks into one (Hinton, Vinyals & Dean 2015, "Distilling the Knowledge in a
// Neural Network", with the temperature 1).
type Teacher interface {
	// Probabilities of a fall for each window of x [window, step, channel].
	Probabilities(x []float32) ([]float64, error)
}

// teach mixes the teacher's answers into a batch's targets.
func (f *Fit) teach(batch *data.Batch) error {
	if f.Teacher == nil {
		return nil
	}
	says, err := f.Teacher.Probabilities(batch.X)
	if err != nil {
		return fmt.Errorf("asking the teachers: %w", err)
	}
	share := float32(f.Settings.TeacherWeight)
	for i, p := range says {
		batch.Y[i] += share * (float32(p) - batch.Y[i])
	}
	return nil
}

// Ensemble is a teacher of several networks that see the same features: the mean of their
// own probabilities. It is not safe for concurrent use.
type Ensemble []Network

// Probabilities is the mean of the networks'.
func (e Ensemble) Probabilities(x []float32) ([]float64, error) {
	var mean []float64
	for _, n := range e {
		logits, err := n.Logits(x)
		if err != nil {
			return nil, err
		}
		if mean == nil {
			mean = make([]float64, len(logits))
		}
		for i, z := range logits {
			mean[i] += sigmoid(z) / float64(len(e))
		}
	}
	return mean, nil
}
