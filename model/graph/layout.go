package graph

import "sync"

// shards is into how many parts a batch is cut. It is the same on every machine: sums
// over a batch are made per shard and then over shards in order, so the result does not
// depend on how many workers there were, to the last bit.
const shards = 8

// layout says where in memory the steps of a batch lie. A shard is a run of whole
// sequences; inside it, rows go by time first and sequence second. The rows of a shard
// shifted by d steps are then again consecutive rows: a convolution is one matrix
// product per tap and shard, with nothing to copy and no edges between sequences.
type layout struct{ batch, steps int }

// shard is one part of a batch: n sequences, whose rows begin at row.
type shard struct{ first, n, row int }

func (l layout) shard(i int) shard {
	lo, hi := i*l.batch/shards, (i+1)*l.batch/shards
	return shard{first: lo, n: hi - lo, row: lo * l.steps}
}

// rows is how many rows the batch has.
func (l layout) rows() int { return l.batch * l.steps }

// fill writes windows, [sequence, step, feature] and at most batch of them, to rows, and
// zeros where there are fewer.
func (l layout) fill(rows, windows []float32, features int) {
	clear(rows)
	n := len(windows) / (l.steps * features)
	for i := range shards {
		s := l.shard(i)
		for q := range max(0, min(s.n, n-s.first)) {
			for t := range l.steps {
				from := ((s.first+q)*l.steps + t) * features
				copy(rows[(s.row+t*s.n+q)*features:][:features], windows[from:])
			}
		}
	}
}

// empty is the inverse of fill: it writes rows to windows, as many as there is room for.
func (l layout) empty(windows, rows []float32, features int) {
	n := len(windows) / (l.steps * features)
	for i := range shards {
		s := l.shard(i)
		for q := range max(0, min(s.n, n-s.first)) {
			for t := range l.steps {
				to := ((s.first+q)*l.steps + t) * features
				copy(windows[to:to+features], rows[(s.row+t*s.n+q)*features:])
			}
		}
	}
}

// team does the shards of a batch with some goroutines.
type team struct{ workers int }

// each runs f for every shard and returns when all are done.
func (t *team) each(f func(shard int)) {
	if t.workers <= 1 {
		for s := range shards {
			f(s)
		}
		return
	}
	var wg sync.WaitGroup
	for w := range min(t.workers, shards) {
		wg.Go(func() {
			for s := w; s < shards; s += t.workers {
				f(s)
			}
		})
	}
	wg.Wait()
}
