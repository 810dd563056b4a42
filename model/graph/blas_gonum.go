//go:build !cgo || purego_blas

package graph

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// blasName says in benchmarks whose matrix product was measured.
const blasName = "gonum"

// sgemm is the library's C = A·B + beta·C, where a and b are row-major and used
// transposed where said. gemm has checked the sizes. Gonum splits big products by rows
// and columns only, so its sums do not depend on the number of cores.
func sgemm(transA, transB bool, m, n, k int, a, b []float32, lda, ldb int, beta float32, c []float32, ldc int) {
	gonum.Implementation{}.Sgemm(transpose(transA), transpose(transB), m, n, k, 1, a, lda, b, ldb, beta, c, ldc)
}

func transpose(t bool) blas.Transpose {
	if t {
		return blas.Trans
	}
	return blas.NoTrans
}
