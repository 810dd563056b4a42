package graph

import "math"

// parts are sums over one shard each.
type parts [shards][]float32

func newParts(size int) *parts {
	var p parts
	for i := range p {
		p[i] = make([]float32, size)
	}
	return &p
}

// sum adds the shards in their order.
func (p *parts) sum(out []float32) {
	copy(out, p[0])
	for _, part := range p[1:] {
		for i, v := range part[:len(out)] {
			out[i] += v
		}
	}
}

// setRows sets every row of y.
func setRows(y, row []float32) {
	for len(y) > 0 {
		y = y[copy(y, row):]
	}
}

// addRow writes x to y with row added to every row of it.
func addRow(y, x, row []float32) {
	n := len(row)
	for len(y) >= n {
		to, from := y[:n], x[:n]
		for j, v := range row {
			to[j] = from[j] + v
		}
		y, x = y[n:], x[n:]
	}
}

// sumRows adds up the rows of y, four at a time.
func sumRows(sum, y []float32) {
	clear(sum)
	n := len(sum)
	for len(y) >= 4*n {
		a, b, c, d := y[:n], y[n:2*n], y[2*n:3*n], y[3*n:4*n]
		for j := range sum {
			sum[j] += (a[j] + b[j]) + (c[j] + d[j])
		}
		y = y[4*n:]
	}
	for len(y) > 0 {
		for j, v := range y[:n] {
			sum[j] += v
		}
		y = y[n:]
	}
}

// relu sets what is below 0 to 0 and leaves a NaN, so that it is noticed. Signs are as
// good as random here, so a branch would be guessed wrong every other time: all ones is
// subtracted from a number's bits exactly where they are those of -0 to -Inf.
func relu(y []float32) {
	const negative, infinity = 1 << 31, 0x7f800000
	for i, v := range y {
		bits := math.Float32bits(v)
		keep := uint32((infinity - int64(bits^negative)) >> 63)
		y[i] = math.Float32frombits(bits & keep)
	}
}

// where copies v to out where y is not 0, and writes 0 elsewhere; y is what left relu, so
// that is where it is positive or NaN.
func where(out, y, v []float32) {
	y, v = y[:len(out)], v[:len(out)]
	for i := range out {
		keep := uint32(-int64(math.Float32bits(y[i])) >> 63)
		out[i] = math.Float32frombits(math.Float32bits(v[i]) & keep)
	}
}
