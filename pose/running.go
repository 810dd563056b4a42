package pose

import "sort"

// running is the last values of a series, oldest first where they are read, and the same in
// order of size: a quantile costs no sorting.
type running struct {
	ring   []float64
	next   int // where the next value goes
	n      int // how many there are
	sorted []float64
}

func newRunning(length int) running {
	return running{ring: make([]float64, length), sorted: make([]float64, 0, length)}
}

func (r *running) forget() { r.next, r.n, r.sorted = 0, 0, r.sorted[:0] }

// add takes the newest value, which must be a number; the oldest goes where there is no room.
func (r *running) add(v float64) {
	if r.n == len(r.ring) {
		r.remove(r.ring[r.next])
	} else {
		r.n++
	}
	r.ring[r.next] = v
	r.next = (r.next + 1) % len(r.ring)
	i := sort.SearchFloat64s(r.sorted, v)
	r.sorted = append(r.sorted, 0)
	copy(r.sorted[i+1:], r.sorted[i:])
	r.sorted[i] = v
}

func (r *running) remove(v float64) {
	i := sort.SearchFloat64s(r.sorted, v)
	r.sorted = append(r.sorted[:i], r.sorted[i+1:]...)
}

// quantile is the q-quantile (nearest rank), 0 where there is no value.
func (r *running) quantile(q float64) float64 {
	if len(r.sorted) == 0 {
		return 0
	}
	return r.sorted[int(q*float64(len(r.sorted)-1)+0.5)]
}

// history is the last values of a series that may be NaN, by their age in steps.
type history struct {
	ring []float64
	next int
	n    int
}

func newHistory(length int) history { return history{ring: make([]float64, length)} }

func (h *history) forget() { h.next, h.n = 0, 0 }

func (h *history) add(v float64) {
	h.ring[h.next] = v
	h.next = (h.next + 1) % len(h.ring)
	h.n = min(h.n+1, len(h.ring))
}

// ago is the value so many steps before the newest; ok is false where there is none so old,
// or it is not known.
func (h *history) ago(steps int) (v float64, ok bool) {
	if steps >= h.n {
		return 0, false
	}
	v = h.ring[((h.next-1-steps)%len(h.ring)+len(h.ring))%len(h.ring)]
	return v, v == v
}
