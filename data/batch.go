package data

import (
	"fmt"
	"math/rand/v2"

	"fallkit/pose"
)

// Batches draws batches of windows for the model to learn from. A batch depends on the
// seed and its number alone, so a training that stopped goes on with the same batches.
type Batches struct {
	Examples []Example
	Input    pose.Input
	Augment  Augment
	Size     int    // windows in a batch
	Seed     uint64 // of all draws

	ByDataset bool // every data set is as likely as every other, however many clips it has

	pools [2][]pool // by class; one pool, or one for each data set
}

// pool is windows by clip.
type pool [][]Window

// Batch is windows learned together.
type Batch struct {
	X      []float32 // [size, step, channel]
	Y      []float32 // [size], 1 for a fall
	Weight []float32 // [size], 0 where the row is to be ignored
}

// Prepare sorts the windows by class and clip. It is an error where a class is empty.
func (b *Batches) Prepare(windows []Window) error {
	b.pools = [2][]pool{}
	last := [2]int{-1, -1}
	places := [2]map[string]int{{}, {}} // of a data set's pool
	for _, w := range windows {
		class := int(w.Target)
		at, known := places[class][b.source(w)]
		if !known {
			at = len(b.pools[class])
			places[class][b.source(w)] = at
			b.pools[class] = append(b.pools[class], nil)
		}
		p := &b.pools[class][at]
		if w.Example != last[class] {
			*p = append(*p, nil)
			last[class] = w.Example
		}
		clip := &(*p)[len(*p)-1]
		*clip = append(*clip, w)
	}
	for class, name := range []string{"everyday life", "a fall"} {
		if len(b.pools[class]) == 0 {
			return fmt.Errorf("none of %d windows shows %s: a detector needs clips of both", len(windows), name)
		}
	}
	return nil
}

// source is what a window's pool is named after.
func (b *Batches) source(w Window) string {
	if c := b.Examples[w.Example].Clip; b.ByDataset && c != nil {
		return c.Dataset
	}
	return ""
}

// Draw fills batch number step. Half of its windows show a fall; within a class (and data
// set, with ByDataset) every clip is as likely as every other, however long it is.
func (b *Batches) Draw(step int, batch *Batch) {
	rng := rand.New(rand.NewPCG(b.Seed, uint64(step)))
	row := b.Input.Steps() * b.Input.Channels()
	batch.X = resize(batch.X, b.Size*row)
	batch.Y = resize(batch.Y, b.Size)
	batch.Weight = resize(batch.Weight, b.Size)
	for i := range b.Size {
		w := b.pick(rng, i%2)
		t := &b.Examples[w.Example].Recording.Tracks[w.Track]
		changed, end := b.Augment.Apply(rng, t, w.End, b.Input.Seconds+b.Input.MaxGap)
		b.Input.Window(&changed, end, batch.X[i*row:(i+1)*row])
		batch.Y[i], batch.Weight[i] = w.Target, 1
	}
}

func (b *Batches) pick(rng *rand.Rand, class int) Window {
	pools := b.pools[class]
	p := pools[0]
	if len(pools) > 1 {
		p = pools[rng.IntN(len(pools))]
	}
	clip := p[rng.IntN(len(p))]
	return clip[rng.IntN(len(clip))]
}

func resize(v []float32, n int) []float32 {
	if cap(v) < n {
		return make([]float32, n)
	}
	return v[:n]
}
