package model

// sparseRow is a time step without its zeros: a missing joint is 0, and so is about
// half of what leaves a ReLU, so every convolution has half as much to do.
type sparseRow struct {
	value []float32
	at    []int // position in the row
}

func newSparseRow(most int) sparseRow {
	return sparseRow{value: make([]float32, 0, most), at: make([]int, 0, most)}
}

func (r *sparseRow) set(row []float32) {
	value, at := r.value[:cap(r.value)], r.at[:cap(r.at)]
	n := 0
	for i, v := range row {
		value[n], at[n] = v, i // overwritten unless n moves on: no branch to guess wrong
		if v != 0 {
			n++
		}
	}
	r.value, r.at = value[:n], at[:n]
}

// addTo adds row · w to y, where w is [row, len(y)]. Eight rows of w at a time: y is then
// read and written once for eight multiplications.
func (r *sparseRow) addTo(y, w []float32) {
	n := len(y)
	i := 0
	for ; i+8 <= len(r.value); i += 8 {
		v, at := r.value[i:i+8:i+8], r.at[i:i+8:i+8]
		v0, v1, v2, v3, v4, v5, v6, v7 := v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]
		w0, w1, w2, w3 := w[at[0]*n:][:n], w[at[1]*n:][:n], w[at[2]*n:][:n], w[at[3]*n:][:n]
		w4, w5, w6, w7 := w[at[4]*n:][:n], w[at[5]*n:][:n], w[at[6]*n:][:n], w[at[7]*n:][:n]
		for j := range y {
			y[j] += ((v0*w0[j] + v1*w1[j]) + (v2*w2[j] + v3*w3[j])) + ((v4*w4[j] + v5*w5[j]) + (v6*w6[j] + v7*w7[j]))
		}
	}
	for ; i < len(r.value); i++ {
		v, wi := r.value[i], w[r.at[i]*n:][:n]
		for j := range y {
			y[j] += v * wi[j]
		}
	}
}
