package graph

import "fmt"

// matrix is a row-major view of rows × columns numbers.
type matrix struct {
	data          []float32
	rows, columns int
}

// rowsOf views the first rows · columns numbers of data.
func rowsOf(data []float32, rows, columns int) matrix {
	return matrix{data[:rows*columns], rows, columns}
}

// slice gives n rows from the row first on; it shares memory.
func (m matrix) slice(first, n int) matrix {
	return matrix{m.data[first*m.columns : (first+n)*m.columns], n, m.columns}
}

// times is which of its operands a product uses transposed.
type times int

const (
	plain      times = iota // c = a·b
	transposeA              // c = aᵀ·b
	transposeB              // c = a·bᵀ
)

// gemm writes the product of a and b to c, or adds it.
func gemm(how times, a, b, c matrix, add bool) {
	m, k, kb, n := a.rows, a.columns, b.rows, b.columns
	if how == transposeA {
		m, k = k, m
	}
	if how == transposeB {
		kb, n = n, kb
	}
	if k != kb || m != c.rows || n != c.columns {
		panic(fmt.Sprintf("graph: product of %dx%d and %dx%d into %dx%d", m, k, kb, n, c.rows, c.columns))
	}
	if m == 0 || n == 0 || k == 0 {
		if !add {
			clear(c.data)
		}
		return
	}
	beta := float32(0)
	if add {
		beta = 1
	}
	sgemm(how == transposeA, how == transposeB, m, n, k, a.data, b.data, a.columns, b.columns, beta, c.data, c.columns)
}
