package train

import (
	"iter"

	"fallkit/data"
)

// drawAhead gives n batches from number first on, each with its number. The next batch is
// drawn while the current one is learned; a batch is valid until the next is asked for.
func drawAhead(b drawer, first, n int, smoothing float64) iter.Seq2[*data.Batch, int] {
	return func(yield func(*data.Batch, int) bool) {
		free := make(chan *data.Batch, 2)
		drawn := make(chan *data.Batch)
		stop := make(chan struct{})
		defer close(stop)
		free <- new(data.Batch)
		free <- new(data.Batch)
		go func() {
			defer close(drawn)
			for i := range n {
				batch := <-free
				b.Draw(first+i, batch)
				smooth(batch.Y, float32(smoothing))
				select {
				case drawn <- batch:
				case <-stop:
					return
				}
			}
		}()
		step := first
		for batch := range drawn {
			if !yield(batch, step) {
				return
			}
			free <- batch
			step++
		}
	}
}

func smooth(y []float32, by float32) {
	for i := range y {
		y[i] = by + (1-2*by)*y[i]
	}
}
