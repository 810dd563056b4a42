package simulate

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"fallkit/pose"
)

// A memory is kept as whole numbers, each as its difference from the moment before, packed
// with gzip.
const (
	bodySteps  = 200.0 // to a body size
	scoreSteps = 500.0
	sizeSteps  = 4.0 // to a pixel of a picture whose longer side is 256
	speedSteps = 40.0
)

// The most that a file can hold: what is larger is none.
const (
	mostEpisodes = 20_000
	mostMoments  = 500_000
	mostStep     = 10.0 // s
)

// momentRow are the numbers of a moment.
type momentRow [3 + 2*motions + 6*pose.Joints]int64

// each goes through what a row holds: a number, in steps to 1. Both ways of a file use it,
// so that they cannot differ.
func (r *remembered) each(number func(v *float32, steps float64), whole func(v *int)) {
	state := r.swap
	if r.found {
		state += swaps
	}
	whole(&state)
	r.swap, r.found = state%swaps, state/swaps == 1
	number(&r.size, sizeSteps)
	number(&r.person, scoreSteps)
	for i := range r.speed {
		number(&r.speed[i][0], speedSteps)
		number(&r.speed[i][1], speedSteps)
	}
	for j := range r.joints {
		seen := int(r.seen[j])
		whole(&seen)
		r.seen[j] = Visibility(seen)
		number(&r.joints[j][0], bodySteps)
		number(&r.joints[j][1], bodySteps)
		number(&r.off[j][0], bodySteps)
		number(&r.off[j][1], bodySteps)
		number(&r.score[j], scoreSteps)
	}
}

// packMemory packs episodes.
func packMemory(step float64, episodes []episode) []byte {
	var numbers, text bytes.Buffer
	put := func(v int64) { numbers.Write(binary.AppendVarint(nil, v)) }
	put(int64(math.Round(1e6 * step)))
	put(int64(len(episodes)))
	for i := range episodes {
		e := &episodes[i]
		put(int64(e.clip))
		put(int64(len(e.moments)))
		var before momentRow
		for k := range e.moments {
			row := e.moments[k].row()
			for n, v := range row {
				put(v - before[n])
			}
			before = row
		}
	}
	z, err := gzip.NewWriterLevel(&text, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(numbers.Bytes())
	}
	if err = errors.Join(err, z.Close()); err != nil {
		panic(fmt.Sprintf("simulate: packing into memory: %v", err)) // a buffer takes everything
	}
	return text.Bytes()
}

// row are the numbers of a moment.
func (r *remembered) row() (row momentRow) {
	n, copied := 0, *r
	put := func(v int64) { row[n], n = v, n+1 }
	copied.each(func(v *float32, steps float64) { put(int64(math.Round(float64(*v) * steps))) }, func(v *int) { put(int64(*v)) })
	return row
}

// fill is the inverse of row, and says whether such a moment can be.
func (r *remembered) fill(row *momentRow) bool {
	n := 0
	take := func() int64 { n++; return row[n-1] }
	good := true
	r.each(
		func(v *float32, steps float64) { *v = float32(float64(take()) / steps) },
		func(v *int) {
			x := take()
			good = good && x >= 0 && x < 2*swaps
			*v = int(max(min(x, 2*swaps-1), 0))
		},
	)
	for _, v := range r.seen {
		good = good && v <= Visible
	}
	if !good || !(r.size > 0) {
		return false
	}
	r.classify()
	r.paced()
	return true
}

var errMemory = errors.New("what it remembers is broken")

// unpackMemory reads what packMemory packed.
func unpackMemory(text []byte) (step float64, episodes []episode, err error) {
	z, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", errMemory, err)
	}
	r := &memoryReader{from: bufio.NewReader(z)}
	step = float64(r.number(1, 1e6*mostStep)) / 1e6
	left := int64(mostMoments)
	for range r.number(1, mostEpisodes) {
		e := episode{clip: int(r.number(0, mostEpisodes))}
		n := r.number(1, left)
		left -= n
		var row momentRow
		for range n {
			for i := range row {
				row[i] += r.number(-1<<30, 1<<30)
			}
			var m remembered
			if r.err == nil && !m.fill(&row) {
				r.err = errMemory
			}
			if r.err != nil {
				return 0, nil, r.err
			}
			e.moments = append(e.moments, m)
		}
		episodes = append(episodes, e)
	}
	if r.err == nil && len(episodes) == 0 {
		r.err = errMemory
	}
	return step, episodes, r.err
}

type memoryReader struct {
	from io.ByteReader
	err  error
}

// number is the next one, the least one after an error.
func (r *memoryReader) number(least, most int64) int64 {
	if r.err != nil {
		return least
	}
	v, err := binary.ReadVarint(r.from)
	switch {
	case err != nil:
		r.err = fmt.Errorf("%w: %w", errMemory, err)
	case v < least || v > most:
		r.err = errMemory
	default:
		return v
	}
	return least
}
