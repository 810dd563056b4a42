//go:build cgo && !purego_blas

package graph

/*
#cgo LDFLAGS: -lopenblas
#cgo noescape cblas_sgemm
#cgo nocallback cblas_sgemm
#include <cblas.h>
*/
import "C"

import "sync"

// blasName says in benchmarks whose matrix product was measured.
const blasName = "openblas"

// oneThread keeps OpenBLAS from splitting a product itself: how it splits depends on the
// number of cores, and with it the last bits of a sum. The workers of this package split.
var oneThread = sync.OnceFunc(func() { C.openblas_set_num_threads(1) })

// sgemm is the library's C = A·B + beta·C, where a and b are row-major and used
// transposed where said. gemm has checked the sizes.
func sgemm(transA, transB bool, m, n, k int, a, b []float32, lda, ldb int, beta float32, c []float32, ldc int) {
	oneThread()
	C.cblas_sgemm(C.CblasRowMajor, transpose(transA), transpose(transB), C.blasint(m), C.blasint(n), C.blasint(k),
		1, (*C.float)(&a[0]), C.blasint(lda), (*C.float)(&b[0]), C.blasint(ldb),
		C.float(beta), (*C.float)(&c[0]), C.blasint(ldc))
}

func transpose(t bool) C.enum_CBLAS_TRANSPOSE {
	if t {
		return C.CblasTrans
	}
	return C.CblasNoTrans
}
